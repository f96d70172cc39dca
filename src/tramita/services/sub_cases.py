"""Cases that a Case starts: dependent ones hold it open until they have ended, independent ones do not (G-5, A-53)."""

from datetime import datetime

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Method, Reason, State
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.services import clockwork, lending, linking, scheduling
from tramita.services.beginning import begin, place, set_process
from tramita.services.finishing import end_with_case, running_actions
from tramita.services.ledger import Change, create
from tramita.services.moving import decide, ended, follow
from tramita.services.submitting import submission

PEOPLE = ("primary_contact_id", "requester_id", "subject_id", "original_requester_id")


def start_sub_case(case: Item, definition: ActionDefinition, *, at: datetime) -> Item | None:
    """A Case of the type that the Action names, To Do, of the customer of its parent; None where that type is gone.

    Contacts go along, and the values of the fields that it knows too (G-11). Rules: A-53, C-12, C-41, G-5, G-9.
    """
    current = definitions.current_case_type(definition.case_type or "")
    if current is None:
        return None
    sub = Item(kind=Kind.CASE, title=case.title, related_to_id=case.related_to_id or case.pk)
    set_process(sub, current)
    sub.parent = None if definition.independent else case
    sub.customer_id, sub.organisation_id = case.customer_id, case.organisation_id
    for name in PEOPLE:
        setattr(sub, name, getattr(case, name))
    sub.fields = {name: value for name, value in case.fields.items() if name in current.process.fields}
    sub.schedule = scheduling.inherited(sub, case)
    change = begin(sub, "create", by=SYSTEM, at=at, write=False)
    submission(change)
    change.record("clock_started", **clockwork.begun(sub, at=at))
    place(change)
    lending.mark(sub)
    create(sub, by=SYSTEM, at=at, change=change)
    lending.begun(sub, at=at)
    linking.link(case, to=sub, by=SYSTEM, at=at, type="sub_case")
    return sub


def running_sub_cases(case: Item) -> list[Item]:
    """The dependent Sub-Cases that have not ended."""
    return list(Item.objects.filter(parent=case, kind=Kind.CASE.number, state__lt=State.RESOLVED.number).order_by("id"))


def end_sub_cases(case: Item, *, at: datetime) -> None:
    """End the dependent Sub-Cases with their Case, and what runs in them (C-60, CG-15, C-30)."""
    for sub in running_sub_cases(case):
        row = decide(sub, "abort", by=SYSTEM, at=at)
        change = Change(sub, SYSTEM, at)
        columns = ended(sub, Method.ABORTED, by=SYSTEM, at=at)
        follow(change, row, "aborted", data={"method": Method.ABORTED.value}, **columns, closed_at=at)
        change.write()
        for action in running_actions(sub):
            end_with_case(action, because="case_aborted", reason=Reason.BY_SYSTEM, by=SYSTEM, at=at)
        end_sub_cases(sub, at=at)
