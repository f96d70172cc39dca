"""Managers are reminded of what awaits their decision, after one working day and after three (Z-11).

A moment each, set with the request and cancelled with its end (DESIGN decision 6). The timer goes in the transaction
that writes the mails: each reminder goes once, whoever dies. Who has a calendar and does not work at that moment is
reminded when they do (SS-1).
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import ApprovalState
from tramita.domain.definitions import ApprovalTypeDefinition
from tramita.models import Approval, Item
from tramita.queries import definitions
from tramita.queries.approvals import asked_about, asks_itself, deciders, is_opening
from tramita.queries.contact_hours import works_again
from tramita.queries.mailboxes import directory
from tramita.services import approval_mail, push_orders, sql
from tramita.services.clockwork import working_days_later
from tramita.services.expiring import LATER, REMINDERS, facts
from tramita.services.ledger import Change

DAYS: Mapping[str, int] = dict(zip(REMINDERS, (1, 3), strict=True))  # working days, by the purpose of the timer


def set_reminders(change: Change, asked_for: ApprovalTypeDefinition) -> None:
    """Part of the change that asks, where the type has reminders."""
    change.cancel_timers(LATER)
    if asked_for.reminders:
        for purpose, days in DAYS.items():
            change.set_timer(purpose, working_days_later(change.item, change.at, days))


def remind(item: Item, *, at: datetime, only: Collection[int] | None = None) -> None:
    """Write to everybody who may still decide, or those of them whom the timer names; nobody, where the type has no
    reminders any more."""
    if item.approval_id is None:
        return
    approval = Approval.objects.select_related("type", "requested_by", "item").get(pk=item.approval_id)
    if approval.state != ApprovalState.AWAITING or not _asked_for(approval).reminders:
        return
    may_decide = [one for one in deciders(approval, at=at) if only is None or one.pk in only]
    later = {one.pk: again for one in may_decide if (again := works_again(one.calendar, at=at)) is not None}
    if later:
        sql.set_timer(item.pk, LATER, min(later.values()), {"only": [*later]})
    here = [one for one in may_decide if one.pk not in later]
    managers, _silent = approval_mail.reachable(here)
    if not managers:
        return
    change = Change(item, SYSTEM, at)
    change.record("approval_reminded", data=facts(approval))
    approval_mail.tell(change, approval, managers, desk=directory(), reminds=True)
    change.beside.append(lambda: push_orders.tell_of_approval(approval, here, "asked", at=at))
    change.write()


def _asked_for(approval: Approval) -> ApprovalTypeDefinition:
    """The type as it is now; an Action keeps to the version that its Case runs by."""
    if asks_itself(approval) or is_opening(approval) or approval.type.current_id is None:
        return asked_about(approval)
    return definitions.approval_type(approval.type.current_id)
