"""The worker: what is due by time, mail that goes out, mail kept but not processed, mail to be made ready to show.

As many workers as wanted run at once on PostgreSQL, one is enough on SQLite (MEASURED section 7).
"""

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.db import OperationalError, close_old_connections

from tramita.models import Message
from tramita.services import firing, posting, receiving, showing

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between looks when nothing was due
AFTER_A_FAULT = 5.0


def timers(*, at: datetime) -> Counter[str]:
    """Fire one batch of due timers."""
    done: Counter[str] = Counter()
    for timer in firing.claim(at=at):
        done["timers"] += 1
        done[timer.kind] += firing.fire(timer, at=at)
    return done


def mail_out(*, at: datetime) -> Counter[str]:
    """Try one batch of due mails."""
    done: Counter[str] = Counter()
    for delivery in posting.claim(at=at):
        result = posting.post(delivery, at=at)
        done["mail_out"] += 1
        done[f"mail_{result.name.lower()}"] += 1
    return done


def mail_in(*, at: datetime) -> Counter[str]:
    """Process messages whose importer died before it came to them."""
    return Counter({"mail_in": receiving.finish_abandoned(at=at)})


def show(*, at: datetime) -> Counter[str]:
    """Make one batch of mails ready to be shown."""
    done: Counter[str] = Counter()
    for taken in showing.claim(at=at):
        done["show"] += 1
        if showing.show(taken, at=at) is Message.Shown.TOO_MUCH:
            done["shown_as_text"] += 1
    return done


KINDS: Mapping[str, Callable[..., Counter[str]]] = {
    "timers": timers,
    "mail_in": mail_in,
    "mail_out": mail_out,
    "show": show,
}


def drain(*, at: datetime, only: str | None = None) -> Counter[str]:
    """Everything due at `at`, also what becomes due by doing it; the counts of what was done."""
    total: Counter[str] = Counter()
    kinds = [KINDS[only]] if only else list(KINDS.values())
    while batch := sum((kind(at=at) for kind in kinds), Counter[str]()):
        total += batch
    return total


def run(*, stop: threading.Event | None = None, only: str | None = None) -> None:
    """Work until told to stop; a database or a disk that goes away is waited for."""
    stop = stop or _told_by_signal()
    while not stop.is_set():
        try:
            done = drain(at=datetime.now(UTC), only=only)
        except (OperationalError, OSError) as error:
            log.warning("database or disk away", extra={"error": str(error).strip()})
            close_old_connections()
            stop.wait(AFTER_A_FAULT)
            continue
        if done:
            log.info("worked", extra=dict(done))
        stop.wait(PAUSE)


def _told_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
