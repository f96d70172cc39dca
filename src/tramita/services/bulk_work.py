"""The worker's part of a bulk change: items are claimed like timers, and each is changed in a transaction of its own.

That it is done is written in the transaction that changes the item, under the fence of the claim: a worker that is
killed has done an item or has not, two never do the same one, and who was thought dead changes nothing.

Rules: Z-7; decision 37.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from tramita.domain.actors import Actor
from tramita.domain.bulk import Bulk
from tramita.domain.errors import Conflict, Invalid, NotFound, TramitaError
from tramita.models import Item, Job, JobItem
from tramita.queries.items import get_visible_by_id
from tramita.queries.jobs import OUTCOMES, counted
from tramita.queries.people import actors
from tramita.services import bulk_changes, flowing, notifying
from tramita.services.bulk_changes import Wanted
from tramita.services.claiming import BATCH, Claimed, Table, claim, update
from tramita.services.ledger import telling
from tramita.services.moving import require
from tramita.services.transactions import writing

ITEMS = Table("job_items", "due_at", "change", f"AND outcome = {JobItem.Outcome.WAITING} ")
CHANGES = tuple(change.value for change in Bulk)
GIVEN = {"to", "category", "tags", "upgrade"}  # of `Wanted`
MOST_TRIES = 10  # an item that takes its worker along each time is given up
Outcome = JobItem.Outcome


def work(*, at: datetime) -> Counter[str]:
    """Change one batch of items; what came of them. Cost with nothing to do: one statement."""
    if not Job.objects.filter(ended_at=None).exists():  # asked once a second: no write lock for nothing
        return Counter()
    done: Counter[str] = Counter()
    taken = claim(ITEMS, CHANGES, at=at, limit=BATCH)
    people = {actor.id: actor for actor in actors({one.payload["by"] for one in taken})}
    for one in taken:
        outcome = make(one, by=people.get(one.payload["by"]), at=at)
        if outcome is not None:
            done[f"bulk_{outcome.name.lower()}"] += 1
    done["bulk_ended"] += end(at=at)
    return done


def make(one: Claimed, *, by: Actor | None, at: datetime) -> Outcome | None:
    """Change this item, or write down why not. None: it was somebody else's by then, or the job was stopped."""
    try:
        with writing(), telling(job=one.payload["job"]):
            if not update(ITEMS, one, outcome=int(Outcome.DONE)):  # holds the row: whoever stops the job waits
                return None
            return _change(one, by=by, at=at)
    except TramitaError as error:
        with writing():
            held = update(ITEMS, one, outcome=int(Outcome.REFUSED), told=as_told(error))
        return Outcome.REFUSED if held else None


def _change(one: Claimed, *, by: Actor | None, at: datetime) -> Outcome:
    if one.tries > MOST_TRIES:
        raise Conflict("It could not be done: it failed again and again.", code="given_up")
    if by is None:
        raise NotFound("There is no such person.")
    item = _held(one, by)
    change, payload = Bulk(one.kind), one.payload
    given = {name: payload[name] for name in GIVEN & payload.keys()}
    wanted = Wanted(by, at, **given)
    if "before" in payload:
        bulk_changes.take_back(change, item, payload["before"], wanted)
        return Outcome.DONE
    before = bulk_changes.apply(change, item, wanted)
    outcome = Outcome.UNCHANGED if before is None else Outcome.DONE
    update(ITEMS, one, outcome=int(outcome), before=before or {})
    return outcome


def _held(one: Claimed, by: Actor) -> Item:
    """The item, if this person may still see it, and change many at once there."""
    if one.kind == Bulk.UPGRADE:
        flowing.hold_group(one.item_id or 0)  # before the Case: locks are taken from the top down (decision 42)
    item = get_visible_by_id(by, one.item_id or 0, for_update=True)
    require(by, "bulk", item)
    return item


def end(*, at: datetime) -> int:
    """Say of jobs that nothing is left to do, and what they came to; of how many.

    By itself, for the last two items may end together. Cost: one statement, four more for each job that ended.
    """
    waiting = JobItem.objects.filter(job=OuterRef("pk"), outcome=Outcome.WAITING)
    with writing():
        return sum(_end(job, at=at) for job in Job.objects.filter(~Exists(waiting), ended_at=None))


def _end(job: Job, *, at: datetime) -> int:
    """Who stopped it themselves is not told that it ended."""
    counts = {OUTCOMES[code]: number for _, code, number in counted([job.pk])}
    ended = Job.objects.filter(pk=job.pk, ended_at=None).update(ended_at=at, counts=counts)
    if ended and "stopped" not in counts:
        notifying.job_ended(job, at=at)
    return ended


def as_told(error: TramitaError) -> dict[str, Any]:
    """An error as it is kept, to be said later in the reader's language."""
    if isinstance(error, Invalid):
        faults = [[one.field, one.code, one.message, _plain(one.values)] for one in error.errors]
        return {"code": error.code, "faults": faults}
    return {"code": error.code, "message": error.message, "values": _plain(error.values)}


def _plain(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
