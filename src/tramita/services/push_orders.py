"""What browsers are to be told, written with what happened and handed over after the commit (DESIGN decision 5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tramita.models import Approval, Person, PushSubscription
from tramita.queries.approvals import left_undecided
from tramita.services.ordered import order_many

KIND = "push"  # of a delivery
MOST_AT_ONCE = 5  # things that one browser is told of one batch; the list behind the bell has them all


def tell_of_approval(approval: Approval, people: Sequence[Person], news: str, *, at: datetime) -> None:
    """To each browser of these people: `asked`, or that it has `ended`. Cost: two statements, one where none is."""
    owners = _browsers(one.pk for one in people)
    told = {"approval": approval.pk, "news": news}
    order_many(KIND, [(approval.item_id, {"subscription": pk, **told}) for pk, _person in owners], at=at)


def tell_that_it_ended(approval: Approval, *, but: int | None, at: datetime) -> None:
    """To those who could have decided until now: nobody decides any more (AP-24, AP-30).

    Cost: as above, and who they are.
    """
    people = [one for one in left_undecided(approval, at=at) if one.pk != but]
    tell_of_approval(approval, people, "ended", at=at)


def tell_of_notices(rows: Iterable[dict[str, Any]], *, at: datetime) -> None:
    """To each browser of those whom these notifications want to tell at once. Cost: as above."""
    wanted: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        wanted.setdefault(row["person_id"], []).append(row)
    payloads = [
        (row["item_id"], {"subscription": pk, "key": row["key"]})
        for pk, person in _browsers(wanted)
        for row in wanted[person][-MOST_AT_ONCE:]
    ]
    order_many(KIND, payloads, at=at)


def _browsers(people: Iterable[int]) -> list[tuple[int, int]]:
    """Each with its owner."""
    chosen = sorted(set(people))
    rows = (
        PushSubscription.objects.filter(person__in=chosen).order_by("pk") if chosen else PushSubscription.objects.none()
    )
    return list(rows.values_list("pk", "person_id"))
