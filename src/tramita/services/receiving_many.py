"""Many mails at once: fifty a transaction, one after the other inside it, with the outcomes they have alone.

Kept together, then processed together; if anything goes wrong nothing of that stays, and each is taken by itself, so
that the one at fault is found and the others come in (MAIL-6). Nothing is undone halfway: there are no savepoints.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError

from tramita.domain.errors import TramitaError
from tramita.domain.wordless import wordless
from tramita.queries.mailboxes import directory
from tramita.queries.memory import batch
from tramita.services import receiving, sql
from tramita.services.receiving import Kept, Letter
from tramita.services.sorting_mail import Outcome
from tramita.services.transactions import writing

T = TypeVar("T")

log = logging.getLogger(__name__)
BATCH = 50  # mails a transaction (MEASURED section 4)
BATCH_BYTES = 32 * 1024**2  # and not more in memory than this, unless one alone is larger


def gathered(mails: Iterable[T], *, size: Callable[[T], int]) -> Iterator[list[T]]:
    """The same mails in batches, in their order; a folder of large ones is not read into memory."""
    held: list[T] = []
    weight = 0
    for mail in mails:
        if held and (len(held) >= BATCH or weight + size(mail) > BATCH_BYTES):
            yield held
            held, weight = [], 0
        held.append(mail)
        weight += size(mail)
    if held:
        yield held


def receive_all(letters: Sequence[Letter], *, at: datetime) -> Iterator[Outcome]:
    """What `receive` says of each, in order. Cost: six statements for all, and three for each mail.

    Raises: OSError, OperationalError: a temporary fault at the mail whose turn it is (MAIL-8).
    """
    with batch():
        outcomes = together(letters, at=at) if len(letters) > 1 else None
    if outcomes is not None:
        yield from outcomes
        return
    for letter in letters:
        yield receiving.receive(
            letter.raw,
            mailbox=letter.mailbox,
            source=letter.source,
            envelope=letter.envelope,
            archive=letter.archive,
            at=at,
        )


def together(letters: Sequence[Letter], *, at: datetime) -> list[Outcome] | None:
    """All in one transaction. None: something is wrong with one of them, and they are to be taken one by one."""
    try:
        return process_all(receiving.keep_all(letters, desk=directory(), at=at), at=at)
    except (OSError, DatabaseError, TramitaError):  # it comes again at the mail that it is about
        return None
    except Exception as error:  # as above, and worth knowing
        log.warning("mails are taken one by one", exc_info=wordless(error), extra={"mails": len(letters)})
        return None


def process_all(kept: Sequence[Kept], *, at: datetime) -> list[Outcome]:
    """Process what was kept, in one transaction. Raises: whatever the first of them that fails raises; none is done."""
    desk = directory()
    kept = [receiving.with_signature(one) if one.news else one for one in kept]
    done: dict[int, Outcome] = {}
    with writing(), sql.many_rows(len(kept)):
        for one in kept:
            if one.news:
                done[one.seen.pk] = receiving.finish(one, desk=desk, at=at)
    return [done[one.seen.pk] if one.news else _again(one, done.get(one.seen.pk)) for one in kept]


def _again(kept: Kept, outcome: Outcome | None) -> Outcome:
    """The same bytes once more: which items they are on (MAIL-3)."""
    return Outcome("duplicate", tuple(outcome.items if outcome else kept.seen.items), "")
