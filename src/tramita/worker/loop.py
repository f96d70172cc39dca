"""The worker: what is due by time, mail that goes out, mail that was kept but not processed.

As many workers as wanted run at once on PostgreSQL, one is enough on SQLite (MEASURED section 7).
"""

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import OperationalError, close_old_connections

from tramita.models.work import NEVER_LEASED
from tramita.services import firing, posting, receiving, retention

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between looks when nothing was due
AFTER_A_FAULT = 5.0
AN_HOUR = timedelta(hours=1)


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


def tidy(*, at: datetime) -> Counter[str]:
    """Erase raw mail that was kept long enough; looked for once an hour (MAIL-18)."""
    if abs(at - _looked.get("raw mail", NEVER_LEASED)) < AN_HOUR:
        return Counter()
    _looked["raw mail"] = at
    return Counter({"raw_mail_erased": retention.forget_raw_mail(at=at)})


_looked: dict[str, datetime] = {}  # what this process does now and then, and when it did

KINDS: Mapping[str, Callable[..., Counter[str]]] = {
    "timers": timers,
    "mail_in": mail_in,
    "mail_out": mail_out,
    "tidy": tidy,
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
