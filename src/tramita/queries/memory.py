"""Configuration read once for a batch of work, such as fifty mails of an import.

Outside a batch everything is asked anew each time. Inside, what an administrator changes meanwhile counts from the
next batch on.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_kept: ContextVar[dict[Any, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def batch() -> Iterator[None]:
    """Until it ends, each `once_a_batch` function asks the database once for the same arguments."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def in_batches(work: Iterable[T], size: int = 50) -> Iterator[T]:
    """The same things to do one by one, so many of them in a batch."""
    rest = iter(work)
    for first in rest:
        with batch():
            yield first
            yield from islice(rest, size - 1)


def once_a_batch(read: Callable[P, R]) -> Callable[P, R]:
    """Marks a function of hashable positional arguments whose answer may be remembered."""

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
