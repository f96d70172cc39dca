"""What was merged, split and converted: who lives on in whom, what hangs together, and where to merge to (Z-3, Z-4)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q

from tramita.domain.codes import Kind, State
from tramita.models import Item, Link, Regrouping
from tramita.queries.rows import fetch

MERGED, SPLIT, CONVERTED, RETURNED = "merged_into", "split_from", "converted_to", "returned_to"
STRONG = (MERGED, CONVERTED, RETURNED, "sub_case")  # all is shared along these (X-30, G-11)
LONGEST_CHAIN = 20  # merges followed (Z-4)


def last_of(item: Item) -> Regrouping | None:
    """The newest merge, split or conversion that this item had a part in and that still holds."""
    part = Q(item=item) | Q(other=item) | Q(pk__in=_splits_that_made(item))
    rows = Regrouping.objects.filter(part, undone_at=None).order_by("-pk")
    return rows.select_related("item__process", "other__process").first()


def _splits_that_made(item: Item) -> list[int]:
    if item.parent_id is None or item.kind is not Kind.TICKET:
        return []
    split = Regrouping.objects.filter(item=item.parent_id, what=Regrouping.What.SPLIT, undone_at=None)
    return [one.pk for one in split if item.pk in one.before["children"]]


def standing_on(items: Iterable[Item], but: Regrouping) -> Regrouping | None:
    """One that came after this one and has a part of it: it must be undone first."""
    part = Q(item__in=items) | Q(other__in=items)
    rows = Regrouping.objects.filter(part, undone_at=None, pk__gt=but.pk).order_by("-pk")
    return rows.select_related("item", "other").first()


def heir(item: Item, *, follow_merged: bool = True) -> Item | None:
    """The item that a Closed one was merged into; where its split or conversion was undone, the one it came from."""
    types = (MERGED, RETURNED) if follow_merged else (RETURNED,)
    link = Link.objects.filter(source=item, type__in=types).select_related("target__process").first()
    return link.target if link else None


def living(item: Item) -> Item:
    """The last of its heirs."""
    for _ in range(LONGEST_CHAIN):
        following = heir(item) if item.state is State.CLOSED else None
        if following is None:
            break
        item = following
    return item


def group_of(item: Item) -> list[int]:
    """The ids of its related group (G-11). Cost: one statement."""
    first = item.related_to_id or item.pk
    return [pk for (pk,) in fetch("SELECT id FROM items WHERE id = %s OR related_to_id = %s", [first, first])]


def hanging_on(item: Item, group: Iterable[int]) -> list[int]:
    """Those of a group that hang on this item, itself with them. Cost: two statements."""
    members = list(group)
    beside: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in _ties(members):
        beside[one].append(other)
        beside[other].append(one)
    found, todo = {item.pk}, [item.pk]
    while todo:
        for other in beside[todo.pop()]:
            if other not in found:
                found.add(other)
                todo.append(other)
    return sorted(found)


def _ties(members: list[int]) -> Iterator[tuple[int, int]]:
    strong = Link.objects.filter(source__in=members, target__in=members, type__in=STRONG)
    yield from strong.values_list("source_id", "target_id")
    below = Item.objects.filter(pk__in=members, parent__in=members)
    yield from below.exclude(kind=Kind.TICKET.number).values_list("pk", "parent_id")


def above(item: Item) -> Iterator[int]:
    """The ids of what an item hangs below, the nearest first."""
    parent = item.parent_id
    for _ in range(LONGEST_CHAIN):
        if parent is None:
            return
        yield parent
        parent = Item.objects.filter(pk=parent).values_list("parent_id", flat=True).first()


def split_into(item: Item) -> list[Item]:
    """The Tickets that a split made, and that it still stands for."""
    made = Item.objects.filter(links_out__target=item, links_out__type=SPLIT, discarded_at=None)
    return list(made.select_related("process").order_by("pk"))


def may_take(item: Item, at: datetime) -> bool:
    """Whether another may still be merged into it: it runs, or may still be reopened (X-2, X-5, CG-26)."""
    if item.discarded_at is not None:
        return False
    if item.state is State.RESOLVED:
        return item.window_ends_at is not None and at < item.window_ends_at
    return item.state in (State.TO_DO, State.IN_PROGRESS, State.WAITING)
