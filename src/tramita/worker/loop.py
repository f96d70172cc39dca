"""The worker: what is due by time, mail that goes out, mail that was kept but not processed.

As many workers as wanted run at once on PostgreSQL, one is enough on SQLite (MEASURED section 7).
"""

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import OperationalError, close_old_connections

from tramita.services import firing, mail_trouble, posting, receiving

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
    """Try one batch of due mails over one connection; tell of those that are late (MAIL-113)."""
    done, begun = Counter({"mail_told_late": mail_trouble.tell_late(at=at)}), monotonic()
    claimed = posting.claim(at=at)
    if not claimed:
        return done
    with posting.way_out() as way:
        for delivery in claimed:
            now = at + timedelta(seconds=monotonic() - begun)  # a slow server must not make leases look longer
            result = posting.post(delivery, at=now, way=way)
            done["mail_out"] += 1
            done[f"mail_{result.name.lower()}"] += 1
    return done


def mail_in(*, at: datetime) -> Counter[str]:
    """Process messages whose importer died before it came to them."""
    return Counter({"mail_in": receiving.finish_abandoned(at=at)})


KINDS: Mapping[str, Callable[..., Counter[str]]] = {"timers": timers, "mail_in": mail_in, "mail_out": mail_out}


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
