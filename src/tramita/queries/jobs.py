"""Bulk changes as pages and the API show them: how far each is, and what came of each item (Z-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.bulk import Bulk, can_be_undone
from tramita.domain.codes import State
from tramita.domain.errors import FieldError, Invalid, NotFound, TramitaError
from tramita.domain.references import Reference
from tramita.models import Job, JobItem
from tramita.queries.list_rows import KINDS, STATES
from tramita.queries.records import among
from tramita.queries.rows import document, fetch
from tramita.queries.visibility import TRUE, Fragment, both, may, visible_sql
from tramita.queries.worklists import Place, seen_sql

PAGE = 100
AT_ONCE = 500  # items named in one statement
OUTCOMES: Mapping[int, str] = {one.value: one.name.lower() for one in JobItem.Outcome}
WAITING = int(JobItem.Outcome.WAITING)


@dataclass(frozen=True, slots=True)
class JobView:
    """A job, and how far it is. `counts` has every outcome, by name."""

    job: Job
    change: Bulk
    name: str  # of who gets the items, or of the category
    counts: Mapping[str, int]
    undone_by: int | None

    @property
    def settled(self) -> int:
        """Of how many is known what came of them."""
        return self.job.total - self.counts["waiting"]

    @property
    def running(self) -> bool:
        """Whether anything is left to do; what ended a moment ago need not be written down as ended."""
        return self.counts["waiting"] > 0

    @property
    def can_be_undone(self) -> bool:
        """Whether an undo would find anything to take back."""
        return (
            self.undone_by is None
            and self.job.undoes_id is None
            and self.counts["done"] > 0
            and can_be_undone(self.change)
        )


@dataclass(frozen=True, slots=True)
class JobLine:
    """What came of one item. Without a reference: this reader may not see it any more."""

    id: int
    outcome: str
    reference: str
    title: str
    state: State | None
    assignee: str
    error: TramitaError | None


def mine(actor: Actor, *, before: int | None = None, limit: int = 50) -> tuple[list[JobView], int | None]:
    """The jobs of this person, the newest first, and where the next page begins. Cost: two statements."""
    own = Job.objects.filter(person=actor.id)
    found = _views((own if before is None else own.filter(pk__lt=before)).order_by("-id")[: limit + 1])
    return found[:limit], found[limit - 1].job.pk if len(found) > limit else None


def get_job(actor: Actor, number: int) -> JobView:
    """One of their own; for who audits, anybody's. Raises: NotFound. Cost: two statements."""
    found = Job.objects.filter(pk=number)
    if not (actor.grants is None and may(actor, "audit")):
        found = found.filter(person=actor.id)
    views = _views(found)
    if not views:
        raise NotFound("There is no such job.")
    return views[0]


def _views(jobs: QuerySet[Job]) -> list[JobView]:
    """Only what runs is counted: what ended keeps its counts."""
    rows = list(jobs.select_related("person", "undone_by"))
    found: dict[int, dict[str, int]] = {job.pk: job.counts or {} for job in rows}
    for job, code, number in counted([job.pk for job in rows if job.counts is None]):
        found[job][OUTCOMES[code]] = number
    return [_view(job, found[job.pk]) for job in rows]


def counted(jobs: Sequence[int]) -> list[tuple[int, int, int]]:
    """Job, outcome and number of its items. Cost: one statement, none for no job."""
    if not jobs:
        return []
    rows = fetch(
        f"SELECT job_id, outcome, COUNT(*) FROM job_items WHERE {among('job_id', jobs)} GROUP BY job_id, outcome", jobs
    )
    return [(job, code, number) for job, code, number in rows]


def _view(job: Job, counts: Mapping[str, int]) -> JobView:
    undone = getattr(job, "undone_by", None)
    return JobView(
        job=job,
        change=Bulk(job.change),
        name=job.given.get("name", ""),
        counts={**dict.fromkeys(OUTCOMES.values(), 0), **counts},
        undone_by=undone.pk if undone else None,
    )


def lines(
    actor: Actor, job: Job, *, outcome: str = "", after: int = 0, limit: int = PAGE
) -> tuple[list[JobLine], int | None]:
    """The items of a job in their order, and where the next page begins. Cost: one statement."""
    seen, codes = visible_sql(actor), {name: code for code, name in OUTCOMES.items()}
    narrow = Fragment("j.outcome = %s", (codes[outcome],)) if outcome in codes else TRUE
    where = both(Fragment("j.job_id = %s AND j.id > %s", (job.pk, after)), narrow)
    rows = fetch(
        "SELECT j.id, j.outcome, j.told, items.id, items.kind, items.number, items.ordinal, items.title, items.state, "
        "p.name, p.email FROM job_items j "
        f"LEFT JOIN items ON items.id = j.item_id AND {seen.sql} LEFT JOIN people p ON p.id = items.assignee_id "
        f"WHERE {where.sql} ORDER BY j.id LIMIT {int(limit) + 1}",
        [*seen.params, *where.params],
    )
    found = [_line(row) for row in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None


def _line(row: Sequence[Any]) -> JobLine:
    id_, outcome, told, item_id, kind, number, ordinal, title, state, name, email = row
    known = item_id is not None
    return JobLine(
        id=id_,
        outcome=OUTCOMES[outcome],
        reference=str(Reference(KINDS[kind], number, ordinal)) if known else "",
        title=title or "",
        state=STATES[state] if known else None,
        assignee=name or email or "",
        error=error_from(document(told)),
    )


def error_from(told: Mapping[str, Any]) -> TramitaError | None:
    """A refusal as it was raised."""
    if not told:
        return None
    if "faults" in told:
        return Invalid([FieldError(*fault) for fault in told["faults"]])
    error = TramitaError(told["message"], **told["values"])
    error.code = told["code"]
    return error


def seen_among(actor: Actor, ids: Sequence[int]) -> list[int]:
    """Those of these items that this actor may see, in the same order. Cost: one statement for five hundred."""
    seen = visible_sql(actor)
    found: set[int] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        rows = fetch(f"SELECT id FROM items WHERE {among('id', some)} AND {seen.sql}", [*some, *seen.params])
        found.update(row[0] for row in rows)
    return [one for one in ids if one in found]


def titles(actor: Actor, ids: Sequence[int]) -> list[tuple[str, str]]:
    """References and titles of a few items, in this order. Cost: one statement."""
    if not ids:
        return []
    seen = visible_sql(actor)
    rows = fetch(
        f"SELECT id, kind, number, ordinal, title FROM items WHERE {among('id', ids)} AND {seen.sql}",
        [*ids, *seen.params],
    )
    found = {id_: (str(Reference(KINDS[kind], number, ordinal)), title) for id_, kind, number, ordinal, title in rows}
    return [found[one] for one in ids if one in found]


def named(actor: Actor, typed: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The ids of these references, in their order, and those that name nothing this actor may see.

    Cost: one statement for five hundred.
    """
    read = {text: references.parse(text) for text in typed}
    numbers = list(dict.fromkeys(one.number for one in read.values() if one is not None))
    seen = visible_sql(actor)
    found: dict[Reference, int] = {}
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]  # by the first column of the index: few items share a number
        condition = f"{among('number', some)} AND {seen.sql}"
        rows = fetch(f"SELECT id, number, kind, ordinal FROM items WHERE {condition}", [*some, *seen.params])
        found.update({Reference(KINDS[kind], number, ordinal): id_ for id_, number, kind, ordinal in rows})
    ids = {text: found[one] for text, one in read.items() if one is not None and one in found}
    return ids, [text for text in read if text not in ids]


def all_of(place: Place, actor: Actor, narrow: Fragment, *, limit: int) -> list[int]:
    """The items of a whole list, narrowed as it is, the first due first: `limit` and one more. Cost: one statement."""
    if not place.branches:
        return []
    wanted, order = both(seen_sql(place, actor), narrow), f"ORDER BY sort_due, id LIMIT {int(limit) + 1}"
    branches = [both(branch, wanted) for branch in place.branches]
    parts = [
        f"SELECT * FROM (SELECT id, sort_due FROM items WHERE {branch.sql} {order}) b{number}"
        for number, branch in enumerate(branches)
    ]
    params = [one for branch in branches for one in branch.params]
    return [row[0] for row in fetch(f"SELECT id FROM ({' UNION ALL '.join(parts)}) u {order}", params)]
