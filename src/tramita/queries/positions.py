"""Who holds a position of the desk, and how much each has to do (Q-1)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q

from tramita.domain.codes import Listed
from tramita.models import Definition, Item, Person
from tramita.queries.memory import once_a_batch


@once_a_batch
def holders(key: str | None) -> tuple[int, ...]:
    """The active holders of a position, in the order written. Cost: two statements, none without a key."""
    named: Sequence[str] = _body(key).get("holders", ()) if key else ()
    if not named:
        return ()
    rows = Person.objects.filter(Q(email__in=named) | Q(key__in=named), is_active=True)
    found = {email or name: pk for pk, email, name in rows.values_list("pk", "email", "key")}
    return tuple(found[one] for one in named if one in found)


@once_a_batch
def title(key: str | None) -> str:
    """What people call a position. Cost: one statement."""
    return str(_body(key or "").get("title", key or ""))


def loads(people: Collection[int]) -> Mapping[int, int]:
    """How many items in To Do and In Progress each of them has; nothing for none. Cost: one statement."""
    rows = Item.objects.filter(assignee__in=people, listed=Listed.INBOX.number).order_by()
    return dict(rows.values_list("assignee").annotate(Count("pk")))


def _body(key: str) -> Mapping[str, Any]:
    rows = Definition.objects.filter(kind="position", key=key, active=True)
    return rows.values_list("current__body", flat=True).first() or {}
