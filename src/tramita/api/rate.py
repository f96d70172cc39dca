"""How often one token may ask, kept in this process.

Counting in the database would turn every read into a write (and on SQLite queue it behind the writers), so each
web process counts alone: the limit of an installation is this one times its processes.
"""

import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings

from tramita.api.problems import TooManyRequests

MOST_TOKENS = 10_000  # forgotten together beyond this; then everybody starts with a full allowance


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float


_allowances: dict[str, _Allowance] = {}
_lock = threading.Lock()


def within_rate(token: str) -> None:
    """Take one request from the token's allowance, which fills up evenly within a minute.

    Raises: TooManyRequests, with the seconds until the next one is free.
    """
    a_minute: int = settings.TRAMITA_API_RATE
    if a_minute:
        seconds = _take(token, a_minute, time.monotonic())
        if seconds:
            raise TooManyRequests(seconds)


def forget() -> None:
    """Everybody starts anew."""
    with _lock:
        _allowances.clear()


def _take(token: str, a_minute: int, now: float) -> int:
    """0 when there was one left, else the whole seconds to wait."""
    with _lock:
        if len(_allowances) > MOST_TOKENS:
            _allowances.clear()
        allowance = _allowances.setdefault(token, _Allowance(float(a_minute), now))
        allowance.left = min(float(a_minute), allowance.left + (now - allowance.at) * a_minute / 60)
        allowance.at = now
        if allowance.left >= 1:
            allowance.left -= 1
            return 0
        return max(1, math.ceil((1 - allowance.left) * 60 / a_minute))
