"""Mailboxes side by side: each has a thread of its own, so that the trouble of one never delays another (MAIL-10)."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import OperationalError, connections

from tramita.domain.wordless import wordless
from tramita.models import Mailbox
from tramita.services import fetching, visits

log = logging.getLogger(__name__)
MOST = 50  # threads; with more mailboxes than that nobody waits for mail, and all take turns
STAY = 9 * 60.0  # seconds of waiting with one connection: below what servers and firewalls cut
AFTER_A_FAULT_OF_OURS = 5.0


class Fetchers:
    """The threads of one worker. `at` set: every mailbox is visited once, as if it were that time."""

    def __init__(
        self, *, at: datetime | None = None, stop: threading.Event | None = None, on_news: Callable[[], None]
    ) -> None:
        self.at, self.on_news, self.stop = at, on_news, stop or threading.Event()
        self.running: dict[int, threading.Thread] = {}
        self.compared: set[int] = set()  # mailboxes that this process has compared in full
        self.counts: Counter[str] = Counter()
        self.counting = threading.Lock()
        self.waiting: list[Mailbox] = []
        self.looked = self.crowded = False
        self.fault: Exception | None = None

    def once(self) -> None:
        """Begin to visit every mailbox."""
        self.waiting = list(visits.connected().order_by("id"))
        self.go_on()

    def go_on(self) -> bool:
        """Start threads for those whose turn it is; whether anything is still running.

        Raises: OSError, OperationalError: what a thread met, our own disk or database being away.
        """
        self.running = {key: one for key, one in self.running.items() if one.is_alive()}
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        while self.waiting and len(self.running) < MOST:
            self._start(self.waiting.pop(0))
        return bool(self.running)

    def look(self, *, at: datetime) -> None:
        """Find the mailboxes that are due, the first time all: whoever starts a worker may have cured them."""
        due = visits.due(at=at) if self.looked else list(visits.connected().order_by("id"))
        self.looked = True
        self.crowded = visits.connected().count() > MOST
        self.waiting = [box for box in due if box.pk not in self.running]
        self.go_on()

    def wait(self, seconds: float) -> None:
        """Until all have ended, at most this long."""
        until = time.monotonic() + seconds
        for thread in list(self.running.values()):
            thread.join(max(0.0, until - time.monotonic()))

    def _start(self, box: Mailbox) -> None:
        thread = threading.Thread(target=self._visit, args=[box], daemon=True, name=f"mailbox {box.pk}")
        self.running[box.pk] = thread
        thread.start()

    def _visit(self, box: Mailbox) -> None:
        until = time.monotonic() + STAY
        try:
            full = self.at is not None or box.pk not in self.compared
            done = fetching.visit(
                box, clock=self._clock, on_news=self.on_news, stay=lambda: self._stays(until), full=full
            )
            with self.counting:
                self.counts += done
            if done["mailboxes_failed"] == 0:
                self.compared.add(box.pk)
        except (OSError, OperationalError) as error:
            self.fault = error
        except Exception as error:  # the border of the thread: a fault in one mailbox is nobody else's (MAIL-10)
            log.error("mailbox breaks its visit", exc_info=wordless(error), extra={"mailbox": box.pk})
        finally:
            connections.close_all()

    def _clock(self) -> datetime:
        return self.at or datetime.now(UTC)

    def _stays(self, until: float) -> bool:
        waits = self.at is None and not self.crowded and not self.stop.is_set()
        return waits and time.monotonic() < until
