"""Changes of many items at once: asked for here, made one by one by a worker (`bulk_work`), taken back by another job.

A request only writes down what is wanted, whatever the number: so there is one way in which items are changed, one
answer to a crash, and no request that holds the write lock of SQLite for all of them (decision 37).

Rules: Z-7, BK-2.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import F

from tramita.domain.actors import STAFF, Actor
from tramita.domain.bulk import NEEDS, OFFERED, Bulk, can_be_undone
from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.domain.tags import tags_of
from tramita.models import Job, JobItem, Person
from tramita.models.leases import NEVER_LEASED
from tramita.queries import definitions
from tramita.queries.jobs import seen_among
from tramita.queries.people import person_by_name
from tramita.queries.visibility import may
from tramita.services import sql
from tramita.services.transactions import one_transaction

WORKERS = STAFF | {Role.ROBOT}
AT_ONCE = 500  # rows an INSERT
NOT_YET = JobItem.Outcome.WAITING


@one_transaction
def begin(
    change: str,
    items: Sequence[int],
    *,
    to: str | int = "",
    category: str = "",
    tags: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> Job:
    """Have this done to these items, in this order; those that this person may not see are none of them.

    Raises: NotPermitted; Invalid, naming the field. Cost: three statements for five hundred items, and some six more.
    """
    wanted = _known(change)
    if not may(by, "bulk"):
        raise NotPermitted("You may not change many items at once.")
    given = _given(wanted, to=to, category=category, tags=tags)
    seen = seen_among(by, list(dict.fromkeys(items)))
    if not seen:
        raise nothing()
    if len(seen) > settings.TRAMITA_BULK_LIMIT:
        raise too_many()
    job = make_job(wanted, given, len(seen), by=by, at=at)
    payload = {"job": job.pk, "by": by.id, **given}
    write_items(job, wanted, ((one, payload) for one in seen), at=at)
    return job


@one_transaction
def stop(job: Job, *, by: Actor) -> int:
    """Leave alone what was not yet begun; how many that were. What a worker is at is finished."""
    _require_own(job, by)
    waiting = JobItem.objects.filter(job=job, outcome=NOT_YET)
    return waiting.update(outcome=JobItem.Outcome.STOPPED, fence=F("fence") + 1)  # whoever holds one loses it


@one_transaction
def undo(job: Job, *, by: Actor, at: datetime) -> Job:
    """Take back what was done, and leave the rest undone: a job of its own. Asked again, it is the same job.

    Raises: Conflict, where there is no way back or nothing to take back.
    """
    _require_own(job, by)
    # two who press it at once get one job; with the key held as well, a worker at its commit would wait for this
    Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if existing := Job.objects.filter(undoes=job).first():
        return existing
    change = Bulk(job.change)
    if job.undoes_id is not None or not can_be_undone(change):
        raise Conflict("This cannot be taken back.", code="not_undoable")
    stop(job, by=by)
    done = JobItem.objects.filter(job=job, outcome=JobItem.Outcome.DONE).order_by("-id").values_list("item", "before")
    rows = list(done)
    if not rows:
        raise Conflict("Nothing was changed: there is nothing to take back.", code="nothing_to_undo")
    made = make_job(change, job.given, len(rows), by=by, at=at, undoes=job)
    write_items(made, change, ((item, {"job": made.pk, "by": by.id, "before": before}) for item, before in rows), at=at)
    return made


def nothing() -> Invalid:
    """The error for no item at all."""
    return Invalid.one("items", "required", "Tick at least one item.")


def too_many() -> Invalid:
    """The error for more items than one job takes."""
    most = f"{settings.TRAMITA_BULK_LIMIT:,}"
    return Invalid.one("items", "too_many", "At most %(most)s items are changed at once. Narrow the list.", most=most)


def _known(change: str) -> Bulk:
    if change not in OFFERED:
        raise Invalid.one("change", "unknown", "Choose what is to be done.")
    return Bulk(change)


def _given(change: Bulk, *, to: str | int, category: str, tags: Sequence[str]) -> dict[str, Any]:
    """What the change needs, with the name that pages show; whether it fits an item is asked item by item."""
    if NEEDS.get(change) == "to":
        person = Person.objects.filter(pk=to).first() if isinstance(to, int) else person_by_name(to)
        if person is None or not person.is_active or person.role not in WORKERS:
            raise Invalid.one("to", "unknown", "Choose who is to have them.")
        return {"to": person.pk, "name": str(person)}
    if NEEDS.get(change) == "category":
        current = definitions.current_category(category)
        if current is None:
            raise Invalid.one("category", "unknown", "Choose a category.")
        return {"category": category, "name": current.process.title}
    if NEEDS.get(change) == "tags":
        words = tags_of(tags)
        if not words:
            raise Invalid.one("tags", "required", "Give a tag.")
        return {"tags": list(words), "name": ", ".join(words)}
    return {}


def make_job(
    change: Bulk, given: Mapping[str, Any], total: int, *, by: Actor, at: datetime, undoes: Job | None = None
) -> Job:
    """The row of a job; its items come with `write_items`."""
    return Job.objects.create(
        person_id=cast("int", by.id), change=change, given=dict(given), total=total, created_at=at, undoes=undoes
    )


def write_items(job: Job, change: Bulk, items: Iterable[tuple[int, Mapping[str, Any]]], *, at: datetime) -> None:
    """What is wanted of each item, by its id."""
    rows = [
        {
            "job_id": job.pk,
            "item_id": item_id,
            "change": change.value,
            "payload": payload,
            "outcome": int(NOT_YET),
            "told": {},
            "before": {},
            "due_at": at,
            "lease_until": NEVER_LEASED,
            "fence": 0,
            "tries": 0,
        }
        for item_id, payload in items
    ]
    for start in range(0, len(rows), AT_ONCE):
        sql.insert("job_items", rows[start : start + AT_ONCE])


def _require_own(job: Job, by: Actor) -> None:
    if job.person_id != by.id or not may(by, "bulk"):
        raise NotPermitted("This is somebody else's.")
