"""Workers that die: `python -m tests.faults.lives` runs one life after the other, each ended by kill -9.

A life is a fork of this process, which has everything imported, and does `tramita worker --once`. Time goes on by some
minutes from one to the next, so that the leases of the dead have ended.
"""

import json
import os
import random
import select
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

BEGIN = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
BETWEEN = timedelta(minutes=7)
LONGEST_LIFE = 0.5  # seconds, of one that is killed by chance
STEPS = {  # where a life ends -> the function, whether before or after it, and the how manieth time
    "in the middle of reading": ("tramita.services.receiving", "read", "after", 2),
    "after the item": ("tramita.services.receiving", "process", "after", 2),
    "after the fetch": ("tramita.gateways.imap", "Imap.raw", "after", 2),
    "after the bytes are kept": ("tramita.services.keeping", "put", "after", 2),
    "after the row of the ledger": ("tramita.services.transport_ledger", "note", "after", 2),
    "before the server is told": ("tramita.services.fetching", "_tell", "before", 1),
    "after the server was told": ("tramita.services.transport_ledger", "tell", "before", 1),
}


def main() -> None:
    """Arguments: `steps`, or `random KILLS SEED [MINUTES [PID]]`. Prints what happened.

    MINUTES lie between one life and the next; as long as the process PID makes work, they go on dying.
    """
    django.setup()
    import imap_tools  # noqa: F401 - so that a life need not

    from tramita.config import command
    from tramita.worker import loop  # noqa: F401

    how, *rest = sys.argv[1:]
    lives = Lives(lambda at: command.main(["worker", "--once", "--as-of", at.isoformat()]))
    if how == "steps":
        told: dict[str, Any] = {name: lives.end_at(*place) for name, place in STEPS.items()}
    else:
        kills, seed, *more = map(int, rest)
        lives.between = timedelta(minutes=more[0]) if more else BETWEEN
        at_work = os.pidfd_open(more[1]) if more[1:] else None
        told = {"kills": lives.end_by_chance(kills, random.Random(seed), at_work=at_work)}
    told["lives"] = lives.count + lives.finish()
    sys.stdout.write(json.dumps(told))


class Lives:
    """One after the other."""

    def __init__(self, work: Callable[[datetime], object]) -> None:
        self.work, self.count, self.between = work, 0, BETWEEN

    def end_at(self, module: str, name: str, when: str, nth: int) -> bool:
        """A life that ends when it comes to that place; whether it did."""
        return self._life(before=lambda: _die_at(module, name, when, nth)) == -signal.SIGKILL

    def end_by_chance(self, kills: int, chance: random.Random, *, at_work: int | None = None) -> int:
        """Lives that are killed from outside, until so many were, or so often nothing was left to do.

        `at_work` is the descriptor of a process that makes work: until it ends there is no end here.
        """
        killed = idle = 0
        while (killed < kills and idle < 5) or (at_work is not None and not select.select([at_work], [], [], 0)[0]):
            if self._life(seconds=chance.uniform(0.01, LONGEST_LIFE)) is None:
                killed, idle = killed + 1, 0
            else:
                idle += 1
        return killed

    def finish(self) -> int:
        """Lives in peace, until nothing is left to be tried; how many."""
        for number in range(60):
            if self._life() == 0:
                return number
        raise RuntimeError("the work does not end")

    def _life(self, *, seconds: float | None = None, before: Callable[[], None] = lambda: None) -> int | None:
        """How it ended; None when it was killed from outside."""
        self.count += 1
        pid = os.fork()
        if not pid:
            self._live(before)
        ended = select.select([descriptor := os.pidfd_open(pid)], [], [], seconds)[0]
        os.close(descriptor)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status if ended else None

    def _live(self, before: Callable[[], None]) -> None:
        code = 1
        try:
            os.dup2(2, 1)
            _poisoned()
            before()
            code = int(self.work(BEGIN + self.count * self.between) or _left_over())
        finally:
            if sys.exc_info()[0] is not None:  # or nobody would know why the work does not end
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(code)


def _left_over() -> bool:
    """Whether a message, or what another system is to be told, waits for another try."""
    from tramita.models import SeenMessage, WebhookDelivery

    pending = WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING)
    return SeenMessage.objects.filter(outcome="").exists() or pending.exists()


def _die_at(module: str, name: str, when: str, nth: int) -> None:
    from importlib import import_module

    owner: Any = import_module(module)
    *path, attribute = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real, calls = getattr(owner, attribute), []

    def dying(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if when == "before" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **kwargs)
        if when == "after" and len(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, attribute, dying)


def _poisoned() -> None:
    """Some messages take the reader along, each in its way."""
    from tramita.gateways import apart
    from tramita.services import receiving, webhook_calls

    real, webhook_calls.PATIENCE = receiving.read, 1.0  # sooner than in earnest

    def read(raw: bytes, *args: Any) -> Any:
        head = raw[:2000]
        if b"X-Poison: raise" in head:
            raise RuntimeError("the reader is at fault")
        if b"X-Poison: memory" in head:
            raise MemoryError
        if b"X-Poison: die" in head:
            os.kill(os.getpid(), signal.SIGKILL)
        if b"X-Poison: hang" in head:
            signal.setitimer(signal.ITIMER_REAL, 0.2)  # sooner than in earnest
        while b"X-Poison: hang" in head:
            pass
        return real(raw, *args)

    receiving.read = read
    apart.reads = lambda raw: b"X-Poison: die" not in raw[:2000]  # the process of its own dies over it, too


if __name__ == "__main__":
    main()
