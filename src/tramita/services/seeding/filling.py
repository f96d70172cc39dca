"""Fill a desk with reference data, up to a number of items; all of it or nothing."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max

from tramita.domain.errors import Conflict
from tramita.models import Counter, Definition, Entry, Item, Message, Queue, Timer
from tramita.models.leases import NEVER_LEASED
from tramita.queries import definitions
from tramita.services import ledger, notifying, sql
from tramita.services.seeding import bulk, reference
from tramita.services.seeding.bulk import Rows
from tramita.services.seeding.profiles import Profile
from tramita.services.seeding.stories import MOST_MESSAGES, Batch, Story, Teller
from tramita.services.transactions import writing

MARK = "seeded"  # the counter that says so, and how many items
BATCH = 500
WORTH_A_PROCESS = 20  # batches
MOST_PROCESSES = 4  # more tell faster than one can write
ITEM = {name: column for name, column in ledger.COLUMN.items() if name != "id"}
MESSAGE: dict[str, Any] = {
    "seen_id": None,
    "automatic": False,
    "in_reply_to": "",
    "refs": [],
    "cc": [],
    "bcc": [],
    "header_date": None,
    "html": "",
    "raw": "",
    "defects": [],
    "headers": {},
}


class NotEmpty(Conflict):
    """Reference data would be mixed with real ones."""

    code = "not_empty"


def seeded() -> int | None:
    """How many items were seeded into this database; None for one that holds its own."""
    return Counter.objects.filter(name=MARK).values_list("value", flat=True).first()


def fill(items: int, *, seed: int, profile: Profile, advance: Callable[[int], None] = lambda count: None) -> int:
    """Add what is missing to this number of items; how many were added. `advance` hears of the progress.

    The same calls on an empty database give the same items. Raises: NotEmpty.
    """
    _check()
    with _unchecked(), writing():
        if seeded() is None:
            reference.write()
            Counter.objects.create(name=MARK, value=0)
            connection.check_constraints()  # PostgreSQL alters no table whose rows still wait for their checks
        missing = items - (seeded() or 0)
        if missing > 0:
            with bulk.without_indexes(missing):
                _write(missing, seed=seed, profile=profile, advance=advance)
            Counter.objects.filter(name=MARK).update(value=items)
    notifying.skip_everything()
    _settle_down()
    return max(missing, 0)


def _check() -> None:
    if settings.TRAMITA_ENV == "production":
        raise NotEmpty("Reference data are not for production: TRAMITA_ENV is production.")
    if seeded() is not None:
        return
    if Item.objects.exists() or Definition.objects.exists() or Queue.objects.exists():
        raise NotEmpty("This database holds data of its own. Reference data go into an empty one.")


@contextmanager
def _unchecked() -> Iterator[None]:
    """SQLite looks every reference up as it is written; ours point where they should (a test says so)."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.constraint_checks_disabled():
        yield


def _write(count: int, *, seed: int, profile: Profile, advance: Callable[[int], None]) -> None:
    first = Batch(f"{seed}:{seeded()}", 0, 0, count, _after(Item), sql.next_number(), _after(Message))
    plan = Plan(reference.load(), profile, connection.vendor)
    for told in _told(plan, [_batch(first, start) for start in range(0, count, BATCH)]):
        for some in told:
            bulk.write(some)
        advance(len(told[0].values))
    _move_sequences(first.number + count)


def _batch(first: Batch, start: int) -> Batch:
    return replace(
        first,
        start=start,
        count=min(BATCH, first.total - start),
        next_id=first.next_id + start,
        number=first.number + start,
        message_id=first.message_id + start * MOST_MESSAGES,
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a process needs to tell batches; nothing of it asks the database."""

    desk: reference.Desk
    profile: Profile
    vendor: str

    def tell(self, batch: Batch) -> list[Rows]:
        """The rows of a batch, those of `items` first."""
        stories = list(Teller(self.desk, self.profile, batch).tell())
        values = ([s.item.pk, *(s.item.__dict__[name] for name in ITEM)] for s in stories)
        return [
            bulk.rows("items", ["id", *ITEM.values()], values, self.vendor),
            self._rows("entries", [entry for story in stories for entry in story.entries]),
            self._rows("messages", [MESSAGE | message for story in stories for message in story.messages]),
            self._rows("timers", [timer for story in stories for timer in _timers(story)]),
        ]

    def _rows(self, table: str, rows: list[dict[str, Any]]) -> Rows:
        columns = list(rows[0]) if rows else []
        return bulk.rows(table, columns, ([row[column] for column in columns] for row in rows), self.vendor)


def _told(plan: Plan, batches: Sequence[Batch]) -> Iterator[list[Rows]]:
    """The batches in order; many are told by other processes, and this one only writes."""
    if len(batches) < WORTH_A_PROCESS or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(plan.tell, batches)
        return
    with multiprocessing.get_context("fork").Pool(min(os.cpu_count() or 1, MOST_PROCESSES)) as pool:
        yield from pool.imap(plan.tell, batches)


def _after(model: Any) -> int:
    return (model.objects.aggregate(last=Max("id"))["last"] or 0) + 1


def _timers(story: Story) -> Iterator[dict[str, Any]]:
    for purpose, due_at in story.timers.items():
        yield {
            "item_id": story.item.pk,
            "purpose": purpose,
            "due_at": due_at,
            "payload": {},
            "lease_until": NEVER_LEASED,
            "fence": 0,
            "tries": 0,
            "error": "",
        }


def _move_sequences(number: int) -> None:
    """What is drawn next is not taken."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE counters SET value = %s WHERE name = 'item'", [number])
            return
        cursor.execute("SELECT setval('item_numbers', %s)", [number])
        for model in (Item, Entry, Message, Timer):
            table = model._meta.db_table
            last = f"COALESCE((SELECT MAX(id) FROM {table}), 1)"  # noqa: S608 - a table of ours
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})")


def _settle_down() -> None:
    """What a running desk's database does by itself in its first hours: statistics, and a short journal."""
    if connection.in_atomic_block:
        return
    definitions.forget()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in bulk.TABLES:
                cursor.execute(f"VACUUM (ANALYZE) {table}")
