"""The worker reads what was kept: one at a time, within limits, three times at most (MAIL-6)."""

import signal
import time
from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tramita.gateways import apart
from tramita.models import Item, SeenMessage
from tramita.queries.tray import tray
from tramita.services import keeping, limits, processing, receiving

MINUTE = timedelta(minutes=1)
POISON = "Poison"


def kept(*texts: str) -> None:
    for text in texts:
        raw = mail(text, subject=text)
        keeping.note(keeping.put(raw), raw, mailbox="invoices@desk.example", source="imap", at=MONDAY)


def reads(monkeypatch: pytest.MonkeyPatch, what: object, real=receiving.parse) -> None:
    """What happens to a reader that meets poison."""

    def parse(raw: bytes, **kwargs: object) -> object:
        if POISON.encode() in raw:
            what()  # type: ignore[operator]
        return real(raw, **kwargs)

    monkeypatch.setattr(receiving, "parse", parse)


def hang() -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        pass


def out_of_memory() -> None:
    raise MemoryError


def broken() -> None:
    raise RuntimeError("the reader is at fault")


def test_a_message_that_takes_too_long_delays_nobody_and_is_set_aside_after_three_tries(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6."""
    reads(monkeypatch, lambda: signal.raise_signal(signal.SIGALRM))
    kept(POISON, "The next")

    assert processing.process_due(at=MONDAY) == 2
    assert Item.objects.get().title == "The next"
    assert processing.process_due(at=MONDAY + MINUTE / 2) == 0
    assert processing.process_due(at=MONDAY + MINUTE) == 1
    assert not tray(desk.leo).exists()
    assert processing.process_due(at=MONDAY + 6 * MINUTE) == 1

    seen = tray(desk.leo).get()
    assert (seen.outcome, seen.tries) == ("failed", 3)
    assert seen.reason.startswith("It took longer than")


def test_a_message_that_takes_too_much_memory_is_tried_again_too(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6."""
    reads(monkeypatch, out_of_memory)
    kept(POISON)

    for minutes in (0, 1, 6):
        assert processing.process_due(at=MONDAY + minutes * MINUTE) == 1

    assert tray(desk.leo).get().reason.startswith("It took too much memory")


class Killed(BaseException):
    """What no code of ours sees: the process is gone."""


def killed() -> None:
    raise Killed


def test_a_message_that_takes_the_workers_life_is_set_aside(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6: the try was counted before it was read; a process of its own dies over it too."""
    kept(POISON)
    reads(monkeypatch, killed)
    monkeypatch.setattr(apart, "reads", lambda raw: POISON.encode() not in raw)
    for turn in range(3):
        with pytest.raises(Killed):
            processing.process_due(at=MONDAY + 3 * turn * MINUTE)
    kept("The next")

    processing.process_due(at=MONDAY + 9 * MINUTE)

    assert tray(desk.leo).get().reason == processing.DIED
    assert Item.objects.get().title == "The next"


def test_a_message_over_which_workers_died_by_chance_becomes_an_item(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6: a process of its own reads it, so it is read once more; not for ever, whatever that process says."""
    kept(POISON)
    with monkeypatch.context() as patch:
        reads(patch, killed)
        for turn in range(5):
            with pytest.raises(Killed):
                processing.process_due(at=MONDAY + 3 * turn * MINUTE)
    processing.process_due(at=MONDAY + 15 * MINUTE)
    by_chance = Item.objects.get().title

    kept("Another " + POISON)
    reads(monkeypatch, killed)
    for turn in range(10):
        with pytest.raises(Killed):
            processing.process_due(at=MONDAY + (20 + 3 * turn) * MINUTE)
    processing.process_due(at=MONDAY + 60 * MINUTE)

    assert by_chance == POISON
    assert tray(desk.leo).get().reason == processing.DIED


def test_what_was_tried_least_is_tried_next(desk: Desk, data_dir: object) -> None:
    """MAIL-6: a worker that dies by chance dies over another one next time."""
    kept("Twice", "Once", "Never")
    for seen, tries in zip(SeenMessage.objects.order_by("id"), (2, 1, 0), strict=True):
        SeenMessage.objects.filter(pk=seen.pk).update(tries=tries, next_at=MONDAY)

    for title in ("Never", "Once", "Twice"):
        processing.process_due(at=MONDAY, limit=1)
        assert Item.objects.latest("id").title == title


def test_a_fault_of_the_reader_is_set_aside_at_once(
    desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-6, MAIL-7."""
    reads(monkeypatch, broken)
    kept(POISON, "The next")

    assert processing.process_due(at=MONDAY) == 2

    assert tray(desk.leo).get().reason == "RuntimeError: the reader is at fault"
    assert Item.objects.get().title == "The next"


def test_a_full_disk_is_no_messages_fault(desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        reads(patch, full)
        kept(POISON)
        for minutes in range(5):
            with pytest.raises(OSError, match="No space"):
                processing.process_due(at=MONDAY + minutes * MINUTE)

    assert processing.process_due(at=MONDAY + 5 * MINUTE) == 1
    assert SeenMessage.objects.get().outcome == "created"


def test_bytes_that_are_gone_are_told(desk: Desk, data_dir: object) -> None:
    """MAIL-7."""
    keeping.note("0" * 64, b"x", mailbox="invoices@desk.example", source="imap", at=MONDAY)

    processing.process_due(at=MONDAY)

    assert tray(desk.leo).get().reason == "The raw message is not in the storage."


def test_memory_beyond_the_limit_is_refused_and_given_back() -> None:
    """MAIL-6."""
    if not limits.PAGES.exists():
        pytest.skip("this system does not tell how much memory a process has")
    with pytest.raises(MemoryError), limits.within(20, memory=64 * 1024**2):
        bytearray(512 * 1024**2)

    assert len(bytearray(128 * 1024**2)) > 0


def test_a_limit_leaves_no_alarm_behind() -> None:
    """MAIL-6."""
    with pytest.raises(limits.TimeIsUp), limits.within(0.02, memory=1024**3):
        hang()

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL


def test_the_same_bytes_from_two_servers_are_one_message(desk: Desk, data_dir: object) -> None:
    """MAIL-3."""
    kept("Once", "Once")

    assert processing.process_due(at=MONDAY) == 1
    assert Item.objects.count() == 1
