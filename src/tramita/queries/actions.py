"""The Actions of a Case, in the order of its tab (C-6)."""

from django.db.models import F
from django.db.models.expressions import OrderBy

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.models import Item
from tramita.queries.items import visible_to

MOST = 1000  # a Case with more shows its first thousand


def actions_of(case: Item, actor: Actor) -> list[Item]:
    """By state (Draft, To Do, In Progress, Waiting, Resolved, Closed), then the earliest due date, then the least
    time remaining of paused ones (C-6). Cost: one statement."""
    children = visible_to(actor).filter(parent=case, kind=Kind.ACTION).select_related("process")
    return list(children.order_by("state", "sort_due", _nulls_last(), "ordinal")[:MOST])


def _nulls_last() -> OrderBy:
    """SQLite would put what has no time left to count first, PostgreSQL last."""
    return F("seconds_left").asc(nulls_last=True)
