"""Who may be given an item (Q-12, Q-14, B-3)."""

from tramita.domain.actors import Actor
from tramita.domain.codes import Role, State
from tramita.domain.robots import terms
from tramita.models import Item, Person
from tramita.queries.facts import in_review, outside
from tramita.queries.leases import given_up
from tramita.queries.people import actor_for, person_by_name
from tramita.queries.visibility import may


def valid_target(item: Item, to: str | int) -> Person | None:
    """The active user or robot who may work on this item and, if held to their queues, is in this one (Q-12, Q-14)."""
    person = Person.objects.filter(pk=to).first() if isinstance(to, int) else person_by_name(to)
    if person is None or not person.is_active:
        return None
    return person if fits(item, person, actor_for(person)) else None


def fits(item: Item, person: Person, target: Actor) -> bool:
    """Whether this active person, `target` with their rights, may be given the item."""
    if in_review(item) and person.pk == item.first_resolver_id:
        return False  # whoever did the first half does not take the second
    if not (target.is_staff or target.role is Role.ROBOT) or not may(target, "work", item):
        return False
    return not outside(item, target) and _takes(person, item)


def _takes(person: Person, item: Item) -> bool:
    """A robot gets only work of the kinds it was made for, and nothing that it gave up once (B-3, B-10)."""
    if person.role is not Role.ROBOT:
        return True
    return item.kind in terms(person.robot).kinds and not given_up(item, person.pk)


def still_fits(item: Item, person_id: int | None) -> bool:
    """Whether an item that comes back may go to this person again (Q-9, Q-12)."""
    return person_id is not None and item.state is not State.CLOSED and valid_target(item, person_id) is not None
