"""The approval of a Ticket beside it: what awaits a decision, or the form that asks for one (AP-6, AP-7). Of what is
asked by levels, of whom, and what they said (EA-2, Z-16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from tramita.domain.approvals import ENDS, OPEN
from tramita.domain.codes import ApprovalState, Kind
from tramita.models import Consent
from tramita.queries import definitions
from tramita.queries.approvals import asks_itself, by_levels, consents_of, is_opening, parts_of, pending
from tramita.queries.approvals import shown as told
from tramita.queries.around import Around
from tramita.queries.visibility import may
from tramita.ui import labels
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
    warns: bool = False  # whoever resolves the Ticket meanwhile
    levels: Sequence["Level"] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Of whom it is asked, and what each has said; `shape` and `said` stand for a state of theirs."""

    how: str  # how many of them must agree
    now: bool  # it is asked; else it was, or will be
    people: Sequence[tuple[str, str, str]]  # name, shape, said


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
    by_itself = asks_itself(approval) or is_opening(approval)
    may_ask = asks(reading) or (by_itself and may(reading.actor, "approvals_request", reading.item))
    said, address = told(approval), [reading.item.reference, approval.pk]
    until = vars(approval)["link_until"]
    may_cancel = not by_itself and not ENDS["cancel"].who.isdisjoint(
        parts_of(approval, reading.item, reading.actor, at=reading.at)
    )
    return Waits(
        name=said.name,
        comment=said.comment or "",
        asked_by=said.requested_by.name if said.requested_by else "",
        asked_at=said.requested_at,
        cancel=reverse("cancel-approval", args=address) if may_cancel else "",
        again=reverse("ask-approval-again", args=address) if may_ask else "",
        expired=until is None or reading.at >= until,
        warns=not by_itself and definitions.approval_type(approval.version_id).warn_on_resolve,
        levels=_levels(consents_of(approval)) if by_levels(approval) else (),
    )


SHAPES = {
    ApprovalState.AWAITING: "waiting",
    ApprovalState.APPROVED: "resolved",
    ApprovalState.REJECTED: "rejected",
    ApprovalState.EXPIRED: "closed",
}


def _levels(consents: Sequence[Consent]) -> list[Level]:
    """Level by level. Who is asked later is not waited for yet; who need not say any more is passed over."""
    now = min((one.level for one in consents if one.state == ApprovalState.AWAITING), default=None)
    found = []
    for number in sorted({one.level for one in consents}):
        here = [one for one in consents if one.level == number]
        found.append(Level(_how(here[0]), number == now, [_said(one, now) for one in here]))
    return found


def _how(one: Consent) -> str:
    if one.every:
        return _("all of them")
    return _("%(least)s of them") % {"least": one.least} if one.least > 1 else _("one of them")


def _said(one: Consent, now: int | None) -> tuple[str, str, str]:
    name, state = one.person.name or one.person.email or "", ApprovalState(one.state)
    if state is ApprovalState.AWAITING and one.level != now:
        return name, "draft", _("asked later")
    word = _("not needed any more") if state is ApprovalState.EXPIRED else labels.word("approval", state)
    if one.decided_by is not None:
        word = _("%(word)s, by %(name)s in their place") % {"word": word, "name": one.decided_by.name}
    return name, SHAPES[state], word
