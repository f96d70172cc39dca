"""CPU, time and statements of an operation, with the database's share.

CPU is this process's and that of its PostgreSQL backend, read from `/proc` where the server runs on this machine;
where it does not, the time waited stands for it.
"""

import gc
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

TRANSACTION = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET )", re.IGNORECASE)
WARM_UP = 10  # operations: caches filled, statements prepared
Operation = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Measured:
    """One operation. CPU is the median: other work on the machine disturbs it least."""

    cpu_ms: float
    per_second: float

    def of(self, each: int) -> "Measured":
        """Of one of the things that an operation does, rounded as printed."""
        return Measured(round(self.cpu_ms / each, 2), round(self.per_second * each, 1))


def measure(operation: Operation, count: int) -> Measured:
    """Run it so many times, one after the other, after a warm-up; `operation` is told how many came before."""
    for number in range(WARM_UP):
        operation(number)
    gc.collect()
    gc.freeze()  # as the server does before it serves
    clock, spent, began = cpu_clock(), [], time.perf_counter()
    for number in range(WARM_UP, WARM_UP + count):
        before = clock()
        operation(number)
        spent.append(clock() - before)
    return Measured(median(spent) * 1000, count / (time.perf_counter() - began))


def cpu_clock() -> Callable[[], float]:
    """Seconds of CPU used so far, the database's included."""
    if connection.vendor == "sqlite":
        return time.process_time
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    if not _is_postgresql(backend):
        return time.perf_counter
    return lambda: time.process_time() + int(backend.read_bytes().split()[0]) / 1e9


def _is_postgresql(schedstat: Path) -> bool:
    """The server may run elsewhere, where the number means another process."""
    try:
        return schedstat.exists() and "postgres" in schedstat.with_name("comm").read_text()
    except OSError:
        return False


@dataclass(slots=True)
class Statements:
    """What was sent to the database, but for the bounds of transactions."""

    sent: list[tuple[str, Any]]

    def __len__(self) -> int:
        return len(self.sent)

    def replay(self) -> None:
        """Send them again with the driver alone, and read all rows."""
        driver, mark = connection.connection, "?" if connection.vendor == "sqlite" else "%s"
        for sql, params in self.sent:
            cursor = driver.execute(sql.replace("%s", mark), params)
            if cursor.description:
                cursor.fetchall()


@contextmanager
def statements() -> Iterator[Statements]:
    """Those of the block."""
    noted = Statements([])

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        if not TRANSACTION.match(sql):
            noted.sent.append((sql, () if params is None else params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield noted
