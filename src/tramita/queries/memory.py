"""Configuration read once for a batch of work, such as fifty mails of an import, or until it changes.

Outside both everything is asked anew each time. Inside a batch, what an administrator changes meanwhile counts from
the next batch on. The database itself stamps each change of what is configured (migration 0011), so that work which
comes alone may go on with what the process remembers as long as the stamp is the same: one statement for all of it.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec, TypeVar

from tramita.queries.rows import fetch

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

READERS: set[str] = set()  # the names of the functions that are marked
_remembered: dict[int, dict[Any, Any]] = {}  # by the stamp of the configuration; one of them
_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Until it ends, each `once_a_batch` function asks the database once for the same arguments."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def remembering() -> Iterator[None]:
    """What each `once_a_batch` function read before, unless somebody changed the configuration since.

    Cost: one statement; none inside a batch. What is read here is never older than the stamp it is kept under.
    """
    if _kept.get() is not None:
        yield
        return
    stamp = _stamp()
    if stamp is None:  # an installation that never configured anything
        with batch():
            yield
        return
    token = _kept.set(_remembered.get(stamp) or _anew(stamp))
    try:
        yield
    finally:
        _kept.reset(token)


def _stamp() -> int | None:
    rows = fetch("SELECT value FROM counters WHERE name = 'configuration'")
    return int(rows[0][0]) if rows else None


def _anew(stamp: int) -> dict[Any, Any]:
    """Only the newest state is worth remembering."""
    _remembered.clear()
    return _remembered.setdefault(stamp, {})


def forget() -> None:
    """Empty the memory; for tests, which roll back, and for who turns to another database."""
    _remembered.clear()


def in_batches(work: Iterable[T], size: int = 50) -> Iterator[T]:
    """The same things to do one by one, so many of them in a batch."""
    rest = iter(work)
    for first in rest:
        with batch():
            yield first
            yield from islice(rest, size - 1)


def once_a_batch(read: Callable[P, R]) -> Callable[P, R]:
    """Marks a function of hashable positional arguments whose answer may be remembered.

    It reads only tables whose changes are stamped (migration 0011).
    """
    READERS.add(f"{read.__module__}.{read.__name__}")

    @wraps(read)
    def remembering(*args: P.args, **kwargs: P.kwargs) -> R:
        kept = _kept.get()
        if kept is None:
            return read(*args, **kwargs)
        key = (read, args)
        if key not in kept:
            kept[key] = read(*args, **kwargs)
        return kept[key]  # type: ignore[no-any-return]

    return remembering
