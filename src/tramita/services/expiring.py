"""What the end of a Ticket, or of an Action's wait, does to the approval that awaits its decision (AP-13, EA-3)."""

from datetime import datetime

from tramita.domain.codes import ApprovalState
from tramita.models import Approval, Consent, Delivery
from tramita.queries.approvals import asked_about, by_levels, is_opening
from tramita.services import push_orders
from tramita.services.ledger import Change

REMINDERS = ("approval_day_1", "approval_day_3")  # the timers of `services.reminding`
LATER = "approval_later"  # to those who did not work when the others were reminded (SS-1)
ASKED = (*REMINDERS, LATER)
TIME_OUT = "approval_time_out"  # of an Action that nobody decides (EA-5)


def expire(change: Change) -> None:
    """The request that awaits a decision expires with its item, in a change that the caller writes."""
    approval = Approval.objects.select_related("type", "item").get(pk=change.item.approval_id or 0)
    change.cancel_timers(*ASKED, TIME_OUT)
    change.record("approval_expired", data=facts(approval), by_system=True, approval_id=None)
    change.beside.append(lambda: close(approval, ApprovalState.EXPIRED, at=change.at))


def close(
    approval: Approval,
    state: ApprovalState,
    *,
    at: datetime,
    by_id: int | None = None,
    for_id: int | None = None,
    reason: str = "",
) -> None:
    """Keep how it ended; `for_id` is in whose place. What of its mail has not left stays here: there is nothing to
    decide any more; browsers are told so.

    The item must be ours already: who ends a request writes or holds its item first, so that no two wait for each
    other, and the item's version tells who was faster.
    """
    ended = {"state": state, "decided_by": by_id, "decided_for": for_id, "decided_at": at, "reason": reason}
    Approval.objects.filter(pk=approval.pk, state=ApprovalState.AWAITING).update(**ended)
    if by_levels(approval):
        open_still = Consent.objects.filter(approval=approval, state=ApprovalState.AWAITING)
        open_still.update(state=ApprovalState.EXPIRED, decided_at=at)
    unsent = Delivery.objects.filter(message__approval_token__approval=approval, state=Delivery.State.PENDING)
    unsent.filter(lease_until__lte=at).update(state=Delivery.State.CANCELLED)
    push_orders.tell_that_it_ended(approval, but=by_id, at=at)


def facts(approval: Approval) -> dict[str, object]:
    """What each entry about it carries."""
    name = asked_about(approval).name
    asked_by = None if is_opening(approval) else approval.requested_by_id  # of staff, who is told
    return {"approval": approval.pk, "type": approval.type.key, "name": name, "asked_by": asked_by}
