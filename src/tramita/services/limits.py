"""A limit of time and memory around work on what strangers sent (MAIL-6).

Time is kept by an alarm of the process, which only its main thread can have; elsewhere there is no limit. Work that
hangs inside of a library, where no alarm is heard, ends the process: whoever restarts it finds the try counted.
"""

import faulthandler
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

GRACE = 30.0  # seconds that a deaf library gets beyond the limit
PAGES = Path("/proc/self/statm")


class TimeIsUp(BaseException):
    """Not an `Exception`: code that survives any fault of a message must not survive this."""


@contextmanager
def within(seconds: float, *, memory: int) -> Iterator[None]:
    """Raises: TimeIsUp; MemoryError, when it takes so many bytes more than now."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _time(seconds), _memory(memory):
        yield


@contextmanager
def _time(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeIsUp

    before = signal.signal(signal.SIGALRM, ring)
    if sys.__stderr__ is not None:
        faulthandler.dump_traceback_later(seconds + GRACE, exit=True, file=sys.__stderr__)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _memory(more: int) -> Iterator[None]:
    """By the size of the address space, where the system tells how large it is now."""
    try:
        used = int(PAGES.read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    roof = used + more
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (roof if hard == resource.RLIM_INFINITY else min(roof, hard), hard))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
