"""The stop switch of all robots: thrown in one row, which each of their calls reads; then their items are freed."""

from contextlib import suppress
from datetime import datetime

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.errors import NotPermitted, StaleVersion, TransitionNotAllowed
from tramita.domain.permissions import Permission
from tramita.domain.robots import Ending
from tramita.models import Delivery, Item, Lease, RobotStop
from tramita.queries import bounds, visibility
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow
from tramita.services.transactions import one_transaction, writing

TRIES = 5
LONGEST = 300  # of a reason


def stop(*, reason: str = "", by: Actor, at: datetime) -> int:
    """No robot does anything from now on; what they had is To Do in its queue. How many items that were.

    Mail of theirs that has not left is held, for people to look at (Z-12). Stopping twice is stopping once. The row is
    committed first: what takes longer no robot can outrun.
    """
    _permit(by)
    with writing():
        if bounds.stopped() is None:
            RobotStop.objects.create(at=at, by_id=by.id, reason=" ".join(reason.split())[:LONGEST])
    _hold_mail()
    freed = sum(free(item_id, at=at) for item_id in held())
    _hold_mail()  # of who had begun before the switch, and wrote before they lost the item
    return freed


@one_transaction
def resume(*, by: Actor, at: datetime) -> bool:
    """Robots work again. Whether they were stopped."""
    _permit(by)
    return bool(RobotStop.objects.filter(ended_at=None).update(ended_at=at, ended_by=by.id))


@one_transaction
def _hold_mail() -> None:
    unsent = Delivery.objects.filter(state=Delivery.State.PENDING, message__headers__robot__isnull=False)
    unsent.update(state=Delivery.State.HELD)


def may_stop(by: Actor) -> bool:
    """Leaders, and the system: the command line."""
    return by.is_system or (by.is_staff and visibility.may(by, Permission.STOP_ROBOTS))


def _permit(by: Actor) -> None:
    if not may_stop(by):
        raise NotPermitted("Only a leader stops robots and lets them go on.")


def held() -> list[int]:
    held = Lease.objects.filter(ended_at=None).values_list("pk", "item")  # sorted here: the order would be that of all
    return [item for _, item in sorted(held)]


def free(item_id: int, *, at: datetime) -> int:
    """One item; somebody who was faster makes us look again. What cannot be freed now is freed by its timer."""
    for _ in range(TRIES):
        with suppress(StaleVersion):
            return _freed(item_id, at=at)
    return 0


@one_transaction
def _freed(item_id: int, *, at: datetime) -> int:
    item = Item.objects.get(pk=item_id)
    if item.fence is None:
        return 0
    change, fence = Change(item, SYSTEM, at), item.fence
    with suppress(TransitionNotAllowed):  # it does not run any more
        row = decide(item, "end_lease", by=SYSTEM, at=at)
        follow(change, row, "lease_ended", data=_TOLD, assignee_id=None, allocation="lease_ended")
        change.write()
        Lease.objects.filter(item=item, fence=fence).update(ending=Ending.STOPPED)
        return 1
    return 0


_TOLD = {"stopped": True}
