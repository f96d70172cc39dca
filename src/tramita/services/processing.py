"""The worker reads what was kept: one message, one transaction, one limit of time and memory, three tries (MAIL-6).

A try is counted before the message is looked at, so that one which takes the worker's life is set aside as well. Since
workers also die for other reasons, it is read by a process of its own before it is blamed.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F

from tramita.domain.wordless import wordless
from tramita.gateways import apart
from tramita.gateways.storage import storage
from tramita.models import SeenMessage
from tramita.queries.mailboxes import directory
from tramita.queries.memory import batch
from tramita.services import limits, receiving
from tramita.services.keeping import names_of
from tramita.services.sql import finish_seen, stored
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
SECONDS, MEMORY = 45.0, 1024**3  # so that within a minute the next one is in
MOST_TRIES = receiving.MOST_TRIES
MOST_LIVES = 10  # tries of a message that can be read, over which workers die all the same
LEASE = timedelta(minutes=2)  # longer than any try
PAUSES = (timedelta(minutes=1), timedelta(minutes=5))
TOGETHER = 50
DIED = "The worker stopped each time it was read."
TOO_LONG = "It took longer than %(seconds)d seconds each time it was read."
TOO_MUCH = "It took too much memory each time it was read."
CLAIM = """
UPDATE seen_messages SET tries = tries + 1, next_at = %s WHERE id = (
  SELECT id FROM seen_messages WHERE outcome = '' AND (next_at <= %s OR (next_at IS NULL AND seen_at <= %s))
  AND {tried} ORDER BY tries, id LIMIT 1 {skip}) RETURNING id, tries
"""
FRESH, TRIED = "tries = 0", "tries > 0"


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to read for two minutes. `tries` counts this one."""

    id: int
    tries: int


def process_due(*, at: datetime, limit: int = TOGETHER) -> int:
    """Read what was fetched, what is to be tried again, and what an importer left lying when it died. How many.

    Raises: OSError, OperationalError: a temporary fault of ours; the message stays.
    """
    with batch():
        for done in range(limit):
            claim = _claim(at, FRESH) or _claim(at, TRIED)
            if claim is None:
                return done
            _process(claim, at=at)
    return limit


def _claim(at: datetime, tried: str) -> Claim | None:
    """One at a time: a worker that dies must not have spent the tries of those it never came to.

    What was tried before comes last, the least tried first, so that workers which die for another reason do not die
    over the same one again and again.
    """
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    now, abandoned = stored(at), stored(at - receiving.ABANDONED)
    with writing(), connection.cursor() as cursor:
        cursor.execute(CLAIM.format(skip=skip, tried=tried), [stored(at + LEASE), now, abandoned])
        row = cursor.fetchone()
    return Claim(*row) if row else None


def _process(claim: Claim, *, at: datetime) -> None:
    if claim.tries > MOST_TRIES and not _innocent(claim):
        _set_aside(claim, DIED, at=at)
        return
    try:
        with limits.within(SECONDS, memory=MEMORY):
            _read(claim, at=at)
    except limits.TimeIsUp:
        if not connection.in_atomic_block:
            connection.close()  # it may have been in the middle of a word
        _again(claim, TOO_LONG % {"seconds": SECONDS}, at=at)
    except MemoryError:
        _again(claim, TOO_MUCH, at=at)
    except OSError:
        _not_its_fault(claim, at=at)
        raise
    except OperationalError:
        raise
    except Exception as error:  # whatever is wrong with one message, the next must come in
        log.error("mail set aside", exc_info=wordless(error), extra={"seen": claim.id})
        _set_aside(claim, f"{type(error).__name__}: {error}"[: receiving.LONGEST_REASON], at=at)


def _innocent(claim: Claim) -> bool:
    """Whether a process of its own reads a message over which three workers died: then they died by chance."""
    if claim.tries > MOST_LIVES:
        return False
    raw = SeenMessage.objects.values_list("raw", flat=True).get(pk=claim.id)
    try:
        return apart.reads(storage(settings.TRAMITA_STORAGE_URL).get(raw))
    except FileNotFoundError:
        return True  # it is told as missing when it is read


def _read(claim: Claim, *, at: datetime) -> None:
    seen = SeenMessage.objects.get(pk=claim.id)
    try:
        raw = storage(settings.TRAMITA_STORAGE_URL).get(seen.raw)
    except FileNotFoundError:
        log.exception("raw mail is missing", extra={"seen": seen.pk})
        _set_aside(claim, receiving.MISSING, at=at)
        return
    mail = receiving.read(raw, seen.envelope)
    if not seen.subject and not seen.sender:
        with writing():
            SeenMessage.objects.filter(pk=seen.pk).update(**names_of(mail))
    receiving.process(receiving.Kept(seen, mail, news=True), desk=directory(), at=at)


def _again(claim: Claim, reason: str, *, at: datetime) -> None:
    """Later, unless this was the last try."""
    log.warning("mail not read", extra={"seen": claim.id, "tries": claim.tries, "reason": reason})
    if claim.tries >= MOST_TRIES:
        _set_aside(claim, reason, at=at)
        return
    with writing():
        pause = PAUSES[min(claim.tries, len(PAUSES)) - 1]
        SeenMessage.objects.filter(pk=claim.id, outcome="").update(next_at=at + pause, reason=reason)


def _set_aside(claim: Claim, reason: str, *, at: datetime) -> None:
    """In the tray, with its reason (MAIL-7)."""
    with writing():
        trace = {"did": {"outcome": "failed", "reason": reason}}
        finish_seen(claim.id, "failed", reason, [], tries=min(claim.tries, MOST_TRIES), trace=trace, at=at)


def _not_its_fault(claim: Claim, *, at: datetime) -> None:
    """A full disk may last longer than three tries (MAIL-8)."""
    try:
        with writing():
            SeenMessage.objects.filter(pk=claim.id).update(tries=F("tries") - 1, next_at=at + PAUSES[0])
    except OperationalError:
        log.warning("a try too many is counted", extra={"seen": claim.id})
