"""How far a robot may go at this moment. Asked with who it is, of robots only: four statements at most."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tramita.domain.actors import STAFF
from tramita.domain.bounds import STOPPED, Bounds, LimitReached, RobotsStopped
from tramita.domain.codes import Kind
from tramita.domain.robots import terms
from tramita.models import CopiedContact, Entry, Item, Lease, Message, Person, RobotStop

HOUR = timedelta(hours=1)
TAGS = ("primary_contact", "requester", "subject", "original_requester")


def stopped() -> RobotStop | None:
    """Since when all robots are stopped, and by whom; None if they work."""
    return RobotStop.objects.filter(ended_at=None).select_related("by").order_by("-pk").first()


def bounds_of(robot_id: int) -> Bounds:
    """A tainted run may read its item, what is above it, and what belongs to the same organisation.

    A lease that ran out and was not put back yet still counts: it is told by no clock.
    """
    found = terms(Person.objects.values_list("robot", flat=True).get(pk=robot_id))
    living = list(
        Lease.objects.filter(robot=robot_id, ended_at=None).values_list(
            "tainted", "item_id", "item__parent_id", "item__related_to_id", "item__organisation_id"
        )
    )
    plain = Bounds(
        modes=tuple(sorted(found.modes.items())),
        writes=found.limit("writes_per_run"),
        stopped=RobotStop.objects.filter(ended_at=None).exists(),
        clean=any(not tainted for tainted, *_ in living),
        bar=found.confidence,
    )
    if not any(tainted for tainted, *_ in living):
        return plain
    items = frozenset(one for _, item, above, group, _ in living for one in (item, above or item, group or item))
    return replace(
        plain,
        organisations=frozenset(one for *_, one in living if one),
        items=items,
        participants=participants([item_id for _, item_id, *_ in living]),
    )


def participants(item_ids: list[int]) -> frozenset[str]:
    """The addresses of everybody who takes part in one of these items."""
    found: set[str | None] = set()
    for row in Item.objects.filter(pk__in=item_ids).values_list(*(f"{tag}__email" for tag in TAGS)):
        found |= set(row)
    found |= set(CopiedContact.objects.filter(item__in=item_ids).values_list("person__email", flat=True))
    return frozenset(one for one in found if one)


def from_outside(item: Item) -> bool:
    """Whether somebody who does not work here wrote what stands on the item, or above it: by mail or in the portal."""
    ids = [one for one in (item.pk, item.parent_id, item.related_to_id) if one is not None]
    if Message.objects.filter(item__in=ids, outgoing=False).exists():
        return True
    rows = Item.objects.filter(pk__in=ids).exclude(kind=Kind.ACTION.number).values_list("pk", "creator__role")
    makers: dict[int, Any] = dict(rows)
    nobody = [one for one, role in makers.items() if role is None]
    if nobody:  # mail, or the desk's own schedule, which says so in the first entry (BU-6)
        by_time = Entry.objects.filter(item__in=nobody, seq=1, actor=None, data__has_key="trigger")
        for one in by_time.values_list("item", flat=True):
            del makers[one]
    return any(role not in STAFF for role in makers.values())


def may_take(item: Item, robot_id: int, *, tainted: bool, at: datetime) -> bool:
    """Whether a robot may have this item beside those it has: what came from outside meets nothing of another
    organisation in one robot. Its row is held, so that two calls at once see one another, and a stop.

    Raises: LimitReached, when it had as many runs as it may in an hour; RobotsStopped.
    """
    robot = Person.objects.select_for_update().get(pk=robot_id)
    most = terms(robot.robot).limit("runs_per_hour")
    if Lease.objects.filter(robot=robot_id, taken_at__gt=at - HOUR)[:most].count() >= most:
        raise LimitReached("This robot had as many runs as it may in an hour.")
    if RobotStop.objects.filter(ended_at=None).exists():
        raise RobotsStopped(STOPPED)
    living = Lease.objects.filter(robot=robot_id, ended_at=None).values_list(
        "tainted", "item__organisation_id", "item__related_to_id", "item__parent_id", "item_id"
    )
    group = {item.pk, item.parent_id, item.related_to_id} - {None}
    for also_tainted, organisation, *others in living:
        same = item.organisation_id is not None and organisation == item.organisation_id
        if (tainted or also_tainted) and not same and group.isdisjoint(others):
            return False
    return True
