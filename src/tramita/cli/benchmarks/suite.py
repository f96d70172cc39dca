"""What is measured, and its budget."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from tramita.cli.benchmarks import raw
from tramita.cli.benchmarks.measuring import Operation, Statements, statements
from tramita.cli.benchmarks.pages import Browser
from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, Role, State
from tramita.domain.errors import TramitaError
from tramita.models import Item, Membership, Person, Queue
from tramita.queries.people import actor_for
from tramita.services import firing, indexing, leasing, pulling, receiving, receiving_many, starting, waiting, working
from tramita.services.claiming import Claimed
from tramita.services.receiving import Letter
from tramita.services.receiving_many import BATCH
from tramita.services.sorting_mail import Outcome

LIST_ROWS = 60  # a page shows fifty, and there is a next one
QUEUE = "helpdesk"
CATEGORY = "acme/main/it/incident"
MAIL = """From: Rui Sousa <{sender}>\r
To: finance.acme@desk.example\r
Subject: Invoice {number} came twice\r
Date: Mon, 02 Nov 2026 10:00:00 +0000\r
Message-ID: <{number}.{sender}>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
Good morning,\r
\r
invoice {number} came twice, once on Monday and once today. Could you please have a look?\r
The purchase order is the same, the amounts are not: 1.204,50 € and 1.240,50 €.\r
\r
Kind regards,\r
Rui Sousa\r
"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation, the same by the driver alone, and the statements of one."""

    operation: Operation
    raw: Operation
    sent: Statements


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`budget_ms` is of CPU (DESIGN section 4), None where only the figure is published.

    An operation may do `each` things at once; the figures are those of one.
    """

    name: str
    what: str
    budget_ms: float | None
    prepare: Callable[["Stage"], Prepared]
    each: int = 1


class Stage:
    """Who acts in the benchmarks, and items for them."""

    def __init__(self, *, count: int) -> None:
        self.count = count
        self.now = datetime.now(UTC)
        self.queue = Queue.objects.get(key=QUEUE)
        self.person = Person.objects.get(email=f"{QUEUE}.0@desk.example")
        self.actor: Actor = actor_for(self.person)
        self.browser = Browser(self.person)
        raw.begin_after_earlier_runs()

    def tickets(self, count: int) -> list[Item]:
        """So many new ones, in the queue."""
        return [
            starting.start_ticket(
                title="Laptop does not start",
                description="It stays dark.",
                category=CATEGORY,
                requester="asks.1@acme.example",
                by=self.actor,
                at=self.now,
            )
            for _ in range(count)
        ]

    def fill_queue(self, wanted: int) -> None:
        """At least so many in the queue."""
        self.tickets(max(wanted - Item.objects.filter(queue=self.queue, listed=Listed.QUEUE.number).count(), 0))


def ingest(stage: Stage) -> Prepared:
    """A plain mail of a known requester comes alone and becomes a Ticket; its file is written and flushed."""
    mails = _mails(stage)

    def operation(number: int) -> Outcome:
        del number
        return receiving.receive(next(mails), source="import", at=stage.now)

    operation(0)
    with statements() as sent:
        done = operation(0)
    return Prepared(operation, _written_again(_item_of(done)), sent)


def bulk(stage: Stage) -> Prepared:
    """Fifty such mails at a time, as `mail import` of a folder and a first fetch do it."""
    mails = _mails(stage)

    def operation(number: int) -> list[Outcome]:
        del number
        letters = [Letter(raw, "import") for raw in itertools.islice(mails, BATCH)]
        return list(receiving_many.receive_all(letters, at=stage.now))

    operation(0)
    with statements() as sent:
        done = operation(0)
    return Prepared(operation, _written_again(_item_of(done[0]), times=BATCH), sent)


def _mails(stage: Stage) -> Iterator[bytes]:
    """Endlessly many, each its own."""
    numbers = itertools.count(time.time_ns())
    asking = Person.objects.filter(email__startswith="asks.").order_by("id").values_list("email", flat=True)
    senders = itertools.cycle(asking[:300])
    return (MAIL.format(number=number, sender=next(senders)).encode() for number in numbers)


def _item_of(outcome: Outcome) -> Item:
    return Item.objects.get(number=int(outcome.items[0].partition("-")[0]), kind=Kind.TICKET)


def _written_again(item: Item, *, times: int = 1) -> Operation:
    """The rows that one mail writes; of many in the same two transactions."""
    seen_id = item.messages.get().seen_id
    seen, items = raw.Template("seen_messages", "id = %s", [seen_id]), raw.Template("items", "id = %s", [item.pk])
    entries, messages = (raw.Template(table, "item_id = %s", [item.pk]) for table in ("entries", "messages"))

    def operation(number: int) -> None:
        del number
        fresh = [raw.unused() for _ in range(times)]
        with raw.transaction() as driver:
            kept = [seen.write(driver, {"content": str(one)}, returning=True) for one in fresh]
        with raw.transaction() as driver:
            for one, seen_again in zip(fresh, kept, strict=True):
                item_id = items.write(driver, {"number": one}, returning=True)
                entries.write(driver, {"item_id": item_id})
                messages.write(driver, {"item_id": item_id, "seen_id": seen_again})

    return operation


def page_of_list(stage: Stage) -> Prepared:
    """`GET /queues/helpdesk`: fifty rows, totals, the counters of the menu."""
    stage.fill_queue(LIST_ROWS)
    path = f"/queues/{QUEUE}"
    return _page(lambda number: stage.browser.get(path))


def page_of_item(stage: Stage) -> Prepared:
    """`GET /items/…`: Tickets of all ages with their mails, most of them Closed."""
    newest = Item.objects.filter(kind=Kind.TICKET.number).order_by("-id").values_list("id", flat=True)[0]
    step = max(newest // 500, 1)
    wanted = Item.objects.filter(kind=Kind.TICKET.number, pk__in=range(1, newest + 1, step), number__lt=10**9)
    paths = [f"/items/{item.reference}" for item in wanted.only("kind", "number", "ordinal")]
    return _page(lambda number: stage.browser.get(paths[number * 7 % len(paths)]))


def _page(operation: Operation) -> Prepared:
    operation(1)  # versions are read once in the life of a process
    with statements() as sent:
        operation(1)

    def again(number: int) -> None:
        del number
        sent.replay()

    return Prepared(operation, again, sent)


def update(stage: Stage) -> Prepared:
    """`POST /items/…/start` and `…/to-do` in turn: checked, moved, told, redirected."""
    items = stage.tickets(20)
    paths = [f"/items/{item.reference}" for item in items]

    def operation(number: int) -> None:
        turn, which = divmod(number, len(paths))
        stage.browser.post(f"{paths[which]}/{'to-do' if turn % 2 else 'start'}")

    spare = stage.tickets(1)[0]
    stage.browser.post(f"/items/{spare.reference}/start")
    with statements() as sent:
        stage.browser.post(f"/items/{spare.reference}/to-do")
    return Prepared(operation, _moved_again(spare), sent)


def _moved_again(item: Item) -> Operation:
    """Read the row, change it, append an entry."""
    entries = raw.Template("entries", "item_id = %s AND seq = 1", [item.pk])
    mark = raw.MARK[connection.vendor]
    seqs = itertools.count(10**6)

    def operation(number: int) -> None:
        del number
        with raw.transaction() as driver:
            driver.execute(f"SELECT * FROM items WHERE id = {mark}", [item.pk]).fetchall()  # noqa: S608 - a mark
            driver.execute(
                f"UPDATE items SET version = version + 1, state = {mark} WHERE id = {mark}",  # noqa: S608 - marks
                [State.TO_DO.number, item.pk],
            )
            entries.write(driver, {"seq": next(seqs)})

    return operation


def timers(stage: Stage) -> Prepared:
    """Claim due timers fifty at a time, wake the Ticket of each."""
    due = stage.now + timedelta(hours=1)
    for item in stage.tickets(stage.count + 20):
        working.start(item, by=stage.actor, at=stage.now)
        waiting.wait(item, type="until", until=due, by=stage.actor, at=stage.now)
    held: list[Claimed] = []
    later = due + timedelta(days=365)  # those of the seed too

    def operation(number: int) -> None:
        del number
        if not held:
            held.extend(firing.claim(at=later))
        firing.fire(held.pop(0), at=later)

    operation(0)
    with statements() as sent:
        operation(0)
    return Prepared(operation, _claimed_again(stage), sent)


def _claimed_again(stage: Stage) -> Operation:
    """Set a timer, claim it, take it away."""
    item = stage.tickets(1)[0]
    mark = raw.MARK[connection.vendor]
    moment = connection.ops.adapt_datetimefield_value(stage.now)

    def operation(number: int) -> None:
        with raw.transaction() as driver:
            driver.execute(
                "INSERT INTO timers (item_id, purpose, due_at, payload, lease_until, fence, tries, error) "  # noqa: S608 - names of ours
                f"VALUES ({mark}, {mark}, {mark}, '{{}}', {mark}, 0, 0, '')",
                [item.pk, f"raw{number}", moment, moment],
            )
            driver.execute(f"UPDATE timers SET fence = fence + 1 WHERE item_id = {mark}", [item.pk])  # noqa: S608 - names of ours
            driver.execute(f"DELETE FROM timers WHERE item_id = {mark}", [item.pk])  # noqa: S608 - names of ours

    return operation


def pull(stage: Stage) -> Prepared:
    """Pull from Queue: the next item is found, and is theirs."""
    stage.fill_queue(stage.count + LIST_ROWS)

    def operation(number: int) -> Any:
        del number
        return pulling.pull(by=stage.actor, at=stage.now)

    operation(0)
    with statements() as sent:
        item = operation(0)
    return Prepared(operation, _moved_again(item), sent)


def lease(stage: Stage) -> Prepared:
    """A robot's loop: the next item is found and lent to it, and it brings its result (B-4)."""
    stage.fill_queue(stage.count + LIST_ROWS)
    robot = actor_for(_robot(stage))

    def operation(number: int) -> Item:
        del number
        found = leasing.next_lease(by=robot, at=stage.now)
        if found is None:
            raise TramitaError("The queue is empty.")
        item, lent = found
        leasing.complete(lent.pk, note="Done.", by=robot, at=stage.now)
        return item

    operation(0)
    with statements() as sent:
        item = operation(0)
    return Prepared(operation, _moved_again(item), sent)


def _robot(stage: Stage) -> Person:
    """One that takes Tickets from the queue, as often as it likes."""
    terms = {"kinds": ["ticket"], "lease": 300, "limits": {"runs_per_hour": 1_000_000}}
    columns = {"name": "Measured", "role": Role.ROBOT, "robot": terms, "is_active": True, "created_at": stage.now}
    robot, _ = Person.objects.update_or_create(key="measured", defaults=columns)
    Membership.objects.get_or_create(queue=stage.queue, person=robot)
    return robot


TYPED = ("invoice twice", "laptop", "vpn acc", '"came twice"', "inv", "state:waiting order", "sousa")


def search(stage: Stage) -> Prepared:
    """`GET /search`: frequent words, rare ones, a beginning, a phrase, a field; the index is made before."""
    while indexing.index(at=stage.now):
        pass
    paths = [f"/search?{urlencode({'q': typed})}" for typed in TYPED]
    return _page(lambda number: stage.browser.get(paths[number % len(paths)]))


SUITE: Mapping[str, Benchmark] = {
    one.name: one
    for one in (
        Benchmark("ingest", "a plain mail becomes a Ticket", 8.0, ingest),
        Benchmark("import", "the same, fifty at a time", 8.0, bulk, each=BATCH),
        Benchmark("list", "a page of a queue, fifty rows", 10.0, page_of_list),
        Benchmark("item", "the page of an item", 15.0, page_of_item),
        Benchmark("update", "a change of state, by a form", 10.0, update),
        Benchmark("pull", "Pull from Queue", 10.0, pull),
        Benchmark("lease", "a robot's next item, and its result", None, lease),
        Benchmark("timers", "a timer claimed and fired", None, timers),
        Benchmark("search", "a page of what words find", 10.0, search),
    )
}
