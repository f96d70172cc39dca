"""What happens when a Ticket or Case begins its real life: the initial note, the due date, the allocation."""

from typing import Any

from tramita.domain.codes import Kind, Visibility
from tramita.domain.resolution import missing_on_case, missing_on_ticket
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import clockwork, fields
from tramita.services.ledger import Change


def missing(item: Item) -> tuple[str, ...]:
    """The mandatory fields still empty (T-2, C-3, C-4, D-21)."""
    filled = {
        "title": item.title,
        "short_description": item.title,
        "description": item.description or item.approval_id,  # of what a customer asked for, the mail is (TO-4)
        "category": item.process_id,
        "primary_contact": item.primary_contact_id,
        "requester": item.requester_id,
    }
    if item.kind is Kind.TICKET:
        return missing_on_ticket(filled) + fields.missing(item)
    version = item.process_version_id  # a Case has its type from the start
    required = version is not None and definitions.case_type(version).contacts_required
    return missing_on_case(filled, contacts_required=required) + fields.missing(item)


def submission(change: Change) -> None:
    """The description becomes the initial submission note (T-4), the clock gets its rule (SLA-4)."""
    item, at = change.item, change.at
    columns: dict[str, Any] = {"submitted_at": at, **clockwork.rule_columns(item)}
    if item.description.strip():
        change.record(
            "submission_note",
            visibility=Visibility.PARTICIPANTS,
            words={"body": item.description},
            description="",
            **columns,
        )
    else:
        change.record("clock_set", **columns)
