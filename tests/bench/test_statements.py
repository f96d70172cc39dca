"""How many statements a mail, a verb and a timer cost; BEGIN, COMMIT and savepoints are not counted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk import MONDAY, Desk
from tramita.cli.benchmarks.measuring import TRANSACTION
from tramita.models import Item, Route
from tramita.queries.memory import batch
from tramita.services import firing, notes, receiving, receiving_many, resolving, waiting, working
from tramita.services.receiving import Letter

MAIL = (
    "From: {sender}\r\nTo: invoices@desk.example\r\nSubject: Invoice {number}\r\nMessage-ID: <{number}@acme.example>"
    "\r\nDate: Mon, 02 Mar 2026 10:00:00 +0000\r\n\r\nIt came twice.\r\n"
)
LATER = MONDAY + timedelta(hours=1)


def cost(operation: Callable[[], object]) -> int:
    """Statements but for the bounds of transactions."""
    with CaptureQueriesContext(connection) as captured:
        operation()
    return sum(not TRANSACTION.match(query["sql"]) for query in captured.captured_queries)


def mail(number: int, sender: str) -> Callable[[], object]:
    raw = MAIL.format(number=number, sender=sender).encode()
    return lambda: receiving.receive(raw, source="import", at=MONDAY)


@pytest.fixture
def no_answers(desk: Desk) -> Desk:
    """Routes that acknowledge nothing."""
    Route.objects.update(acknowledge=False)
    return desk


def test_a_plain_mail_of_an_import_costs_at_most_ten_statements(no_answers: Desk, data_dir: object) -> None:
    """DESIGN section 4, MEASURED section 4: a known sender nine, a stranger ten."""
    rui = no_answers.rui.email or ""

    with batch():
        mail(1, rui)()
        mail(2, "somebody@new.example")()

        assert cost(mail(3, rui)) <= 9
        assert cost(mail(4, "nobody.knows@new.example")) <= 10

    assert Item.objects.count() == 4


def test_a_mail_that_comes_alone_asks_besides_only_whether_the_configuration_changed(
    no_answers: Desk, data_dir: object
) -> None:
    """Issue 3: at most ten statements for `POST /mail`, SMTP and a single import."""
    mail(1, no_answers.rui.email or "")()

    assert cost(mail(2, no_answers.rui.email or "")) <= 10


def test_fifty_mails_at_once_cost_three_statements_each_and_twenty_for_all(no_answers: Desk, data_dir: object) -> None:
    """MEASURED section 4: who writes, copies, a number. On PostgreSQL numbers are drawn at once."""
    rui = no_answers.rui.email or ""
    letters = [Letter(MAIL.format(number=number, sender=rui).encode(), "import") for number in range(51)]
    receiving.receive(letters[50].raw, source="import", at=MONDAY)

    taken = cost(lambda: list(receiving_many.receive_all(letters[:50], at=MONDAY)))

    assert Item.objects.count() == 51
    assert taken <= 50 * 3 + 20


@pytest.mark.parametrize(
    ("verb", "statements"),
    [
        (lambda item, by: working.start(item, by=by, at=LATER), 2),
        (lambda item, by: notes.add_note(item, body="Called them.", by=by, at=LATER), 2),
        (lambda item, by: waiting.wait(item, type="more_information", days=3, by=by, at=LATER), 3),
        (lambda item, by: resolving.resolve(item, method="replied", note="Done.", by=by, at=LATER), 4),
    ],
    ids=["start", "note", "wait", "resolve"],
)
def test_a_verb_writes_the_item_its_entries_and_its_timer(
    desk: Desk, verb: Callable[[Item, object], object], statements: int
) -> None:
    """MEASURED section 5: one UPDATE and one INSERT; a timer is one more, and resolving asks the desk's settings."""
    warm, item = desk.ticket(), desk.ticket()
    verb(warm, desk.ana)

    assert cost(lambda: verb(item, desk.ana)) <= statements


def test_a_timer_is_fired_in_few_statements(desk: Desk) -> None:
    """MEASURED section 7: read, taken away, done; a claim of fifty is one statement."""
    for _ in range(2):
        item = desk.ticket()
        waiting.wait(item, type="until", until=LATER, by=desk.ana, at=MONDAY)

    with CaptureQueriesContext(connection) as claiming:
        first, second = firing.claim(at=LATER)

    assert sum(not TRANSACTION.match(query["sql"]) for query in claiming.captured_queries) == 1
    assert firing.fire(first, at=LATER)
    assert cost(lambda: firing.fire(second, at=LATER)) <= 7
