"""A Draft of somebody who left goes to whoever can finish it or throw it away (L-9, T-53, decision 87)."""

from collections.abc import Iterator

from tramita.domain.codes import Role
from tramita.models import Item, Person
from tramita.queries.people import actor_for
from tramita.queries.visibility import Standing, may, sees


def heir(item: Item) -> Person | None:
    """Whoever its holder reported to, at whatever remove, else an administrator: the first who may start it there.

    None where its holder is still here, or nobody is left who may. Cost: two statements for each who is asked.
    """
    holder = item.assignee
    if holder is None or holder.is_active:
        return None
    return next((one for one in _in_question(holder) if one.is_active and _may_have(item, one)), None)


def _in_question(holder: Person) -> Iterator[Person]:
    seen, above = {holder.pk}, holder.reports_to
    while above is not None and above.pk not in seen:
        yield above
        seen.add(above.pk)
        above = above.reports_to
    yield from Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")


def _may_have(item: Item, person: Person) -> bool:
    """As a Draft that they had begun themselves."""
    actor, path = actor_for(person), item.process.key if item.process else None
    theirs = Standing(item.state.number, item.creator_id, person.pk, False, path, item.owner_id, item.queue_id)
    return may(actor, "create", item) and sees(actor, theirs)
