"""Several workers at once, and workers that die: each thing is told once, each mail with news goes once."""

import os
import signal
from datetime import timedelta

import pytest
from django.db import connections

from tests.desk import MONDAY, Desk, build
from tests.services.test_races import at_once
from tramita.models import Delivery, Digest, Item, Notification
from tramita.services import notes, notice_mail, notifying, working
from tramita.ui.notices import sentence

pytestmark = pytest.mark.django_db(transaction=True)
LATER = MONDAY + timedelta(hours=1)
BURST_OVER = LATER + timedelta(minutes=6)
ITEMS = 6


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def given(desk: Desk) -> Item:
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=LATER)
    return item


def notify(at=LATER) -> int:
    total = 0
    while done := notifying.notify(at=at):
        total += done
    return total


def mail(at=BURST_OVER) -> int:
    return sum(notice_mail.send(due, say=sentence, at=at) for due in notice_mail.claim(at=at))


def told() -> list[tuple[int, str]]:
    return sorted(Notification.objects.filter(event="assigned").values_list("item", "event"))


def test_two_workers_that_read_the_ledger_at_once_tell_each_thing_once(office: Desk) -> None:
    """N-1, DESIGN decision 4."""
    items = [given(office) for _ in range(ITEMS)]

    at_once(notify, notify, notify)
    notify()

    assert told() == sorted((item.pk, "assigned") for item in items)


def test_two_workers_send_one_mail_with_all_of_it(office: Desk) -> None:
    """N-1: one mail a burst."""
    items = [given(office) for _ in range(ITEMS)]
    notify()

    sent = at_once(mail, mail, mail)

    (delivery,) = Delivery.objects.filter(kind="notice")
    assert sorted(sent) == [0, 0, 1]
    assert all(item.reference in delivery.payload["text"] for item in items)
    assert not Digest.objects.exists()


def test_what_is_told_while_the_mail_is_written_is_in_it_or_in_the_next(office: Desk) -> None:
    """N-1: nothing is left without a mail."""
    first = given(office)
    notify()
    notes.add_note(first, body="@leo one more", by=office.ana, at=LATER + timedelta(minutes=1))

    at_once(mail, notify)
    mail(BURST_OVER + timedelta(minutes=12))

    texts = "".join(one.payload["text"] for one in Delivery.objects.filter(kind="notice"))
    assert texts.count("mentioned you") == 1
    assert texts.count("Assigned to you") == 1
    assert not Notification.objects.filter(mail=Notification.Mail.WAITING).exists()


@pytest.mark.parametrize("place", ["tell", "mail"])
def test_a_worker_that_is_killed_in_the_middle_loses_and_doubles_nothing(office: Desk, place: str) -> None:
    """DESIGN section 5: kill -9 after the rows are written, before they are committed."""
    items = [given(office) for _ in range(ITEMS)]
    if place == "mail":
        notify()

    status = _killed(lambda: notify() if place == "tell" else mail(), place)
    notify()
    mail(BURST_OVER + notice_mail.DAY)  # the lease of the dead has ended

    assert status == -signal.SIGKILL
    assert told() == sorted((item.pk, "assigned") for item in items)
    (delivery,) = Delivery.objects.filter(kind="notice")
    assert all(item.reference in delivery.payload["text"] for item in items)


def _killed(work: object, place: str) -> int:
    """A fork that dies where the last row was written and nothing is committed; how it ended."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            module, name = (notifying, "mail_later") if place == "tell" else (notice_mail, "order")
            real = getattr(module, name)

            def dying(*given: object, **more: object) -> None:
                real(*given, **more)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(module, name, dying)
            work()  # type: ignore[operator]  # a callable
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
