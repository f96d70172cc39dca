"""What is configured is read once for a batch of work, and anew outside of one."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.desk import Desk, publish
from tramita.models import Definition, Mailbox, Organisation, Person, Queue, Route
from tramita.queries import definitions, memory
from tramita.queries.mailboxes import directory
from tramita.queries.memory import batch, in_batches, remembering

pytestmark = pytest.mark.django_db


def test_a_batch_asks_once_for_what_is_configured(django_assert_num_queries: CaptureQueriesContext) -> None:
    """MEASURED section 4: an import pays for its configuration once, not for each mail."""
    Queue.objects.create(key="invoices", title="Invoices")

    with django_assert_num_queries(2), batch():
        told = [(definitions.queue_id("invoices"), directory()) for _ in range(3)]

    assert told[0] == told[2]


def test_outside_a_batch_a_change_counts_at_once() -> None:
    """DESIGN decision 8."""
    with batch():
        assert definitions.queue_id("invoices") is None
        queue = Queue.objects.create(key="invoices", title="Invoices")
        assert definitions.queue_id("invoices") is None

    assert definitions.queue_id("invoices") == queue.pk


def test_work_is_cut_into_batches_without_holding_more_than_one_piece() -> None:
    """A folder of large mails is not read into memory."""
    taken: list[int] = []

    def mails() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    seen = []
    for number in in_batches(mails(), size=2):
        seen.append((number, len(taken), definitions.queue_id("invoices")))
        if number == 0:
            Queue.objects.create(key="invoices", title="Invoices")

    assert [(number, read) for number, read, _ in seen] == [(n, n + 1) for n in range(5)]
    assert [queue is None for *_, queue in seen] == [True, True, False, False, False]


def stamp() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counters WHERE name = 'configuration'")
        return int(cursor.fetchone()[0])


CHANGES = {
    "a mailbox more": lambda: Mailbox.objects.create(address="new@desk.example"),
    "a mailbox less": lambda: Mailbox.objects.filter(routes=None).delete() or Mailbox.objects.update(active=False),
    "a route": lambda: Route.objects.update(acknowledge=False),
    "a route less": lambda: Route.objects.first().delete(),
    "a queue": lambda: Queue.objects.create(key="new", title="New"),
    "a queue's name": lambda: Queue.objects.update(title="Other"),
    "an organisation": lambda: Organisation.objects.create(key="new", name="New", domains=["new.example"]),
    "a definition": lambda: publish("category", "acme/main/finance/new"),
    "a definition that is off": lambda: Definition.objects.filter(kind="category").update(active=False),
    "somebody who works": lambda: factories.person("Zoe New"),
    "somebody who left": lambda: Person.objects.filter(role="agent").update(is_active=False),
    "somebody who moved": lambda: Person.objects.filter(name="Ana Lima").update(email="ana@new.example"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_of_what_is_configured_gets_a_stamp_of_its_own(desk: Desk, name: str) -> None:
    """Migration 0011: on whichever way it comes; a later migration that loses a trigger fails here."""
    Mailbox.objects.create(address="empty@desk.example")
    before = stamp()

    CHANGES[name]()

    assert stamp() != before


def test_mail_does_not_touch_the_stamp(desk: Desk) -> None:
    """Importers would queue up at it: a new requester is no change of what is configured, nor is a sign-in."""
    before = stamp()

    factories.requester("Somebody New")
    Person.objects.update(last_login="2026-03-02T09:00Z", language="fr")

    assert stamp() == before


def test_what_is_remembered_is_forgotten_when_it_changes(
    desk: Desk, django_assert_num_queries: CaptureQueriesContext
) -> None:
    """Issue 3: never stale after an `apply`, and one statement while nothing changes."""
    with remembering():
        first = directory()
    with django_assert_num_queries(1), remembering():
        assert directory() is first

    Mailbox.objects.create(address="new@desk.example")

    with remembering():
        assert "new@desk.example" in directory().mailboxes


def test_a_change_that_is_rolled_back_is_forgotten_too(desk: Desk) -> None:
    """The stamp of what never was does not come again."""
    for address in ("one@desk.example", "two@desk.example"):
        with transaction.atomic():
            Mailbox.objects.create(address=address)
            with remembering():
                assert address in directory().mailboxes
            transaction.set_rollback(True)

        with remembering():
            assert address not in directory().mailboxes


def test_what_is_remembered_is_read_from_stamped_tables_alone() -> None:
    """Whoever marks another function `once_a_batch` adds its tables to migration 0011, or reads them anew."""
    import tramita.queries.due_rules
    import tramita.queries.positions
    import tramita.services.brought_items
    import tramita.services.contacts  # noqa: F401 - marks one

    stamped = {
        "tramita.queries.arrivals._paths",
        "tramita.queries.definitions.mail_texts",
        "tramita.queries.definitions.schedules",
        "tramita.queries.definitions.settings",
        "tramita.queries.definitions.queue_id",
        "tramita.queries.definitions.worker_id",
        "tramita.queries.definitions._current",
        "tramita.queries.due_rules.current_due_rule",
        "tramita.queries.mailboxes.directory",
        "tramita.queries.positions.holders",
        "tramita.queries.positions.title",
        "tramita.services.brought_items._place",
        "tramita.services.contacts.organisations_by_domain",
    }
    assert stamped == memory.READERS
