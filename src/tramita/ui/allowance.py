"""How often somebody may ask, kept in this process.

Counting in the database would turn every read into a write (and on SQLite queue it behind the writers), so each
web process counts alone: the limit of an installation is this one times its processes.
"""

import math
import threading
import time
from dataclasses import dataclass, field

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
