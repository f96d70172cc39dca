"""One use case, one transaction.

On SQLite writers of one process queue at a lock of ours: the database's own busy handler sleeps up to
100 ms and is unfair (p95 with eight clients 290 ms without the lock, 67 ms with it).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from tramita.domain.errors import TramitaError

P = ParamSpec("P")
R = TypeVar("R")

_writer = threading.RLock()
_depth = threading.local()


class TakenBack(Exception):
    """What was done is taken back on purpose, as by a refusal: raised by who has the refusal as an answer already."""


@contextmanager
def writing() -> Iterator[None]:
    """A write transaction. One inside another joins it: all or nothing."""
    if getattr(_depth, "value", 0):
        yield
        return
    with _turn():
        try:
            with transaction.atomic():
                yield
                through()
        except (TramitaError, TakenBack):
            _keep_what_is_left()
            raise


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """A use case that is only played: done to its end, with what is done last, and then taken back (decision 23)."""
    with writing(), transaction.atomic():
        others, _depth.rest = _depth.rest, {}
        try:
            yield
            through()
        finally:
            _depth.rest = others
        transaction.set_rollback(True)


def at_the_end(key: object, do: Callable[[], None]) -> None:
    """Have this done, once for the key, when the use case is through and not yet committed; outside of one at once."""
    if getattr(_depth, "value", 0):
        _depth.rest.setdefault(key, do)
    else:
        do()


def once_taken_back(key: object, do: Callable[[], None]) -> None:
    """Have this done, once for the key, when the use case is refused and all of it was taken back; else never.

    It is what a refusal leaves behind, such as that a proposal has expired, and is committed by itself. Where that is
    refused too, nothing is left. Within a use case only.
    """
    _depth.left.setdefault(key, do)


def through() -> None:
    """A use case within this one is through: what was to be done at its end is done now."""
    while _depth.rest:
        _depth.rest.pop(next(iter(_depth.rest)))()


def _keep_what_is_left() -> None:
    left, _depth.left, _depth.rest = _depth.left, {}, {}
    for do in left.values():
        with suppress(TramitaError), transaction.atomic():
            do()
            through()


@contextmanager
def _turn() -> Iterator[None]:
    lock = connection.vendor == "sqlite"
    if lock:
        _writer.acquire()
    _depth.value, _depth.rest, _depth.left = 1, {}, {}
    try:
        yield
    finally:
        _depth.value = 0
        if lock:
            _writer.release()


def one_transaction(use_case: Callable[P, R]) -> Callable[P, R]:
    """Makes a function a use case: everything it writes is committed together, or nothing is."""

    @wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with writing():
            return use_case(*args, **kwargs)

    return run


def one_statement(use_case: Callable[P, R]) -> Callable[P, R]:
    """Makes a function that writes by one statement a use case: that is a transaction without BEGIN and COMMIT."""

    @wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if getattr(_depth, "value", 0):
            return use_case(*args, **kwargs)
        with _turn():
            return use_case(*args, **kwargs)

    return run
