"""How often somebody may ask.

`Allowances` count in this process alone: for pages that strangers press, where the limit of an installation may be
this one times its processes. `Portions` hold for all processes together: each takes some of what a token may ask
from the database at once and spends it here, as a write for every request would queue reads behind the writers.
"""

import math
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime

from tramita.services.allowances import MINUTE, take_portion

MOST_KEYS = 10_000  # forgotten together beyond this; then everybody starts with a full allowance


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float


@dataclass(slots=True)
class Allowances:
    """One for each key, which fills up evenly within a minute."""

    _known: dict[str, _Allowance] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, a_minute: int) -> int:
        """Take one: 0 when there was one left, else the whole seconds to wait."""
        now = time.monotonic()
        with self._lock:
            if len(self._known) > MOST_KEYS:
                self._known.clear()
            allowance = self._known.setdefault(key, _Allowance(float(a_minute), now))
            allowance.left = min(float(a_minute), allowance.left + (now - allowance.at) * a_minute / 60)
            allowance.at = now
            if allowance.left >= 1:
                allowance.left -= 1
                return 0
            return max(1, math.ceil((1 - allowance.left) * 60 / a_minute))

    def forget(self) -> None:
        """Everybody starts anew."""
        with self._lock:
            self._known.clear()


@dataclass(slots=True)
class _Portion:
    left: int
    until: float  # what is not spent by then has lapsed; of a refusal, when to ask the database again
    refused: bool


@dataclass(slots=True)
class Portions:
    """What this process may still let through, for each token."""

    _known: dict[str, _Portion] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, a_minute: int, *, at: datetime) -> int:
        """Take one: 0 when there was one left, else the whole seconds to wait.

        Who was refused is refused again from memory: asking too often costs the database nothing.
        """
        now = at.timestamp()
        wait = self._from_memory(key, now)
        if wait is not None:
            return wait
        taken = take_portion(key, a_minute=a_minute, at=at)
        with self._lock:
            if len(self._known) > MOST_KEYS:
                self._known.clear()
            before = self._known.get(key)
            left = before.left if before and before.until > now else 0  # another thread's
            until, refused = now + (MINUTE if taken.size else taken.wait), not taken.size
            self._known[key] = _Portion(left + max(0, taken.size - 1), until, refused)
        return 0 if taken.size else max(1, math.ceil(taken.wait))

    def forget(self) -> None:
        """Ask the database anew."""
        with self._lock:
            self._known.clear()

    def _from_memory(self, key: str, now: float) -> int | None:
        with self._lock:
            mine = self._known.get(key)
            if mine is None or mine.until <= now:
                return None
            if mine.left > 0:
                mine.left -= 1
                return 0
            return max(1, math.ceil(mine.until - now)) if mine.refused else None
