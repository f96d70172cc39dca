"""What a Ticket's end does to the approval that it waits for (AP-13, AP-28)."""

from datetime import datetime

from tramita.domain.codes import ApprovalState
from tramita.models import Approval, Delivery
from tramita.queries import definitions
from tramita.services.ledger import Change

REMINDERS = ("approval_day_1", "approval_day_3")  # the timers of `services.reminding`


def expire(change: Change) -> None:
    """The request that awaits a decision expires with its Ticket, in a change that the caller writes."""
    approval = Approval.objects.select_related("type").get(pk=change.item.approval_id or 0)
    change.cancel_timers(*REMINDERS)
    change.record("approval_expired", data=facts(approval), by_system=True, approval_id=None)
    change.beside.append(lambda: close(approval, ApprovalState.EXPIRED, at=change.at))


def close(
    approval: Approval, state: ApprovalState, *, at: datetime, by_id: int | None = None, reason: str = ""
) -> None:
    """Keep how it ended. What of its mail has not left stays here: there is nothing to decide any more.

    The item must be ours already: who ends a request writes or holds its item first, so that no two wait for each
    other, and the item's version tells who was faster.
    """
    ended = {"state": state, "decided_by": by_id, "decided_at": at, "reason": reason}
    Approval.objects.filter(pk=approval.pk, state=ApprovalState.AWAITING).update(**ended)
    unsent = Delivery.objects.filter(message__approval_token__approval=approval, state=Delivery.State.PENDING)
    unsent.filter(lease_until__lte=at).update(state=Delivery.State.CANCELLED)


def facts(approval: Approval) -> dict[str, object]:
    """What each entry about it carries."""
    name = definitions.approval_type(approval.version_id).name
    asked_by = approval.requested_by_id
    return {"approval": approval.pk, "type": approval.type.key, "name": name, "asked_by": asked_by}
