"""The approval of a Ticket beside it: what awaits a decision, or the form that asks for one (AP-6, AP-7)."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from tramita.domain.approvals import ENDS, OPEN
from tramita.domain.codes import Kind
from tramita.queries import definitions
from tramita.queries.approvals import parts_of, pending
from tramita.queries.approvals import shown as told
from tramita.queries.around import Around
from tramita.queries.visibility import may
from tramita.web.shown_reading import Reading


@dataclass(frozen=True, slots=True)
class Waits:
    """A request that awaits its decision; an empty address is no button."""

    name: str
    comment: str
    asked_by: str
    asked_at: datetime
    cancel: str
    again: str  # sends the links again
    expired: bool  # no link in a mail decides any more


@dataclass(frozen=True, slots=True)
class Panel:
    """What stands beside the Ticket. `types` are offered where one may ask; `managers` are who would decide."""

    waits: Waits | None
    types: list[tuple[str, str]]
    managers: str


def asks(reading: Reading) -> bool:
    """Whether this person could ask here at all."""
    item = reading.item
    return item.kind is Kind.TICKET and item.state in OPEN and may(reading.actor, "approvals_request", item)


def panel(reading: Reading, near: Around) -> Panel | None:
    """None where there is nothing to show: no manager, nothing switched on (AP-3, AP-6). Cost: one statement where a
    request waits."""
    managers = ", ".join(near.managers)
    if reading.item.approval_id is not None:
        return Panel(_waits(reading), [], managers)
    on = definitions.settings_of(near.settings).approve_actions_in_tickets
    read = (definitions.approval_type(version) for version in near.approval_types)
    types = [(one.key, one.name) for one in read if one.active] if on and managers else []
    return Panel(None, types, managers) if types else None


def _waits(reading: Reading) -> Waits | None:
    approval = pending(reading.item)
    if approval is None:
        return None
    said, address = told(approval), [reading.item.reference, approval.pk]
    until = vars(approval)["link_until"]
    may_cancel = not ENDS["cancel"].who.isdisjoint(parts_of(approval, reading.item, reading.actor))
    return Waits(
        name=said.name,
        comment=said.comment or "",
        asked_by=said.requested_by.name,
        asked_at=said.requested_at,
        cancel=reverse("cancel-approval", args=address) if may_cancel else "",
        again=reverse("ask-approval-again", args=address) if asks(reading) else "",
        expired=until is None or reading.at >= until,
    )
