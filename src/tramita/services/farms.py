"""Farms in queues: whoever is in the farm works the queue, as long as both is so (Q-10, B-1)."""

from tramita.domain.codes import Role
from tramita.models import Membership, Person, Queue


def settle() -> list[str]:
    """The robots of each queue's farms are members of it by their farm, and no others are; the keys of queues in which
    anything changed. Who is named in the queue is a member by itself, and left alone.

    Called when robots or queues were written. Cost: three statements, two more for each queue that changes.
    """
    robots = _by_farm()
    return [queue.key for queue in Queue.objects.prefetch_related("memberships") if _settled(queue, robots)]


def _by_farm() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for pk, terms in Person.objects.filter(role=Role.ROBOT).values_list("pk", "robot"):
        for farm in (terms or {}).get("farms", ()):
            found.setdefault(farm, set()).add(pk)
    return found


def _settled(queue: Queue, robots: dict[str, set[int]]) -> bool:
    """Whether anything changed."""
    rows = list(queue.memberships.all())
    named = {one.person_id for one in rows if not one.by_farm}
    there = {one.person_id for one in rows if one.by_farm}
    wanted = set[int]().union(*(robots.get(farm, ()) for farm in queue.farms or ())) - named
    if there == wanted:
        return False
    Membership.objects.filter(queue=queue, by_farm=True, person__in=there - wanted).delete()
    Membership.objects.bulk_create(Membership(queue=queue, person_id=one, by_farm=True) for one in wanted - there)
    return True
