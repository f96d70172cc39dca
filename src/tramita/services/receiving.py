"""Mail comes in: kept first, thought about later (DESIGN decision 10).

    keep      raw bytes in storage, then a ledger row of the message seen     (MAIL-1, MAIL-3)
    process   parse, match, decide, write: one transaction, repeatable        (MAIL-6)

Whoever hands a message over may tell its server once `keep` has returned (MAIL-2).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F

from tramita.domain.auto_answers import arrived_at, as_no_spam
from tramita.domain.errors import Conflict, NotFound, StaleVersion
from tramita.domain.mime import ParsedMail, parse
from tramita.gateways.charsets import guess_charset
from tramita.gateways.storage import storage
from tramita.models import SeenMessage
from tramita.queries.mailboxes import Directory, directory
from tramita.queries.tray import WAITING
from tramita.services import sql
from tramita.services.sorting_mail import Outcome, sort_out
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
MOST_TRIES = 3  # of a message on which the database fails
RIVALS = 12  # times that somebody may be faster on the same item; each time their mail is in
LONGEST_REASON = 200
LONGEST_ADDRESS = 254
EMPTY: dict[str, Any] = {
    "envelope": {},
    "outcome": "",
    "reason": "",
    "items": [],
    "tries": 0,
}
ABANDONED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is safe. `news` is False when these bytes were seen before and are done with."""

    seen: SeenMessage
    mail: ParsedMail
    news: bool


class TakenError(Conflict):
    """Another importer was faster with the same message: everything of ours is rolled back."""


def receive(raw: bytes, *, mailbox: str | None = None, source: str, at: datetime, archive: bool = False) -> Outcome:
    """Keep a message and process it: what `mail import` and `POST /mail` do (MAIL-16).

    `archive`: old mail, which is only filed (MAIL-17).
    The same bytes for the same mailbox again change nothing: `duplicate` (MAIL-3).
    Raises: OSError, OperationalError: a temporary fault, after which nothing was promised (MAIL-8).
    """
    desk = directory()
    kept = keep(raw, mailbox=mailbox, source=source, desk=desk, at=at, archive=archive)
    if not kept.news:
        return Outcome("duplicate", tuple(kept.seen.items), "")
    return process(kept, desk=desk, at=at)


def keep(raw: bytes, *, mailbox: str | None, source: str, desk: Directory, at: datetime, archive: bool = False) -> Kept:
    """Bytes to storage, a row in the ledger of messages seen; both at most once."""
    key = storage(settings.TRAMITA_STORAGE_URL).put(raw)
    mail = parse(raw, guess=guess_charset)
    where = _mailbox(mailbox, mail, desk)
    row = EMPTY | {
        "mailbox": where,
        "source": source,
        "raw": key,
        "content": mail.digest,
        "size": len(raw),
        "seen_at": at,
        "archive": archive,
        "subject": (mail.subject or "")[:300],
        "sender": (mail.from_.address if mail.from_ else "")[:LONGEST_ADDRESS],
    }
    try:
        with writing():
            seen = SeenMessage(id=sql.insert("seen_messages", [row], returning=True)[0], **row)
    except IntegrityError:
        seen = SeenMessage.objects.get(mailbox=where, content=mail.digest)
    return Kept(seen, mail, news=seen.outcome == "")


def _mailbox(given: str | None, mail: ParsedMail, desk: Directory) -> str:
    """Where it came in: the mailbox itself, also if one of its routes is named (MAIL-14)."""
    address = (given or "").strip().lower() or arrived_at(mail, own=desk.own)
    return (desk.mailbox_of(address) or address or "")[:LONGEST_ADDRESS]


def process(kept: Kept, *, desk: Directory, at: datetime) -> Outcome:
    """Decide and write; what breaks is set aside with its reason and delays nobody (MAIL-6, MAIL-7)."""
    reason = ""
    for _ in range(RIVALS):
        try:
            with writing():
                outcome = sort_out(kept.seen, kept.mail, desk=desk, at=at)
                _done(kept.seen, outcome, at=at)
            return outcome
        except (StaleVersion, IntegrityError) as rival:
            reason = _said(rival)
        except TakenError:
            return _as_told(kept.seen)
        except OSError:
            raise  # the disk: not this message's fault
        except OperationalError as error:
            if not _tried_enough(kept.seen):
                raise
            reason = _said(error)
            break
        except Exception as error:  # whatever is wrong with one message, the next must come in (MAIL-6)
            log.exception("mail set aside", extra={"seen": kept.seen.pk})
            reason = _said(error)
            break
    return _failed(kept.seen, reason, at=at)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _tried_enough(seen: SeenMessage) -> bool:
    """A database that works again and fails on the same message three times fails because of the message (MAIL-6).

    Raises: OperationalError, when it does not work again.
    """
    with writing():
        SeenMessage.objects.filter(pk=seen.pk).update(tries=F("tries") + 1)
    seen.refresh_from_db(fields=["tries"])
    return seen.tries >= MOST_TRIES


def _done(seen: SeenMessage, outcome: Outcome, *, at: datetime) -> None:
    reason, items = outcome.reason[:LONGEST_REASON], list(outcome.items)
    trace = outcome.trace or {"did": {"outcome": outcome.outcome, "reason": reason}}
    if not sql.finish_seen(seen.pk, outcome.outcome, reason, items, tries=seen.tries + 1, trace=trace, at=at):
        raise TakenError("Another process took this message.", code="taken")


def _failed(seen: SeenMessage, reason: str, *, at: datetime) -> Outcome:
    outcome = Outcome("failed", (), reason[:LONGEST_REASON])
    try:
        with writing():
            _done(seen, outcome, at=at)
    except TakenError:
        return _as_told(seen)
    return outcome


def _as_told(seen: SeenMessage) -> Outcome:
    """What the faster importer made of it."""
    seen.refresh_from_db()
    return Outcome("duplicate", tuple(seen.items), "")


def finish_abandoned(*, at: datetime, limit: int = 50) -> int:
    """Process messages that were kept a minute ago and not processed: their importer died in between. How many.

    Raises: OSError, OperationalError: a temporary fault; they stay.
    """
    abandoned = list(SeenMessage.objects.filter(outcome="", seen_at__lte=at - ABANDONED).order_by("id")[:limit])
    if abandoned:
        desk = directory()
        for seen in abandoned:
            _again(seen, desk=desk, at=at)
    return len(abandoned)


def replay(seen_id: int, *, at: datetime, no_spam: bool = False) -> Outcome:
    """Process a set-aside or unfinished message again (MAIL-7, MAIL-143). Raises: NotFound, Conflict.

    `no_spam`: a person says so, who knows better than the filter (MAIL-58).
    """
    return _again(_waiting(seen_id), desk=directory(), at=at, no_spam=no_spam)


def rehearse(what: int | bytes, *, mailbox: str | None = None, at: datetime) -> Outcome:
    """What a message of the tray (by its id) would do now, or raw bytes if they came in; nothing is kept (MAIL-143).

    Raises: NotFound, Conflict, FileNotFoundError, as `replay` does.
    """
    desk = directory()
    with _taken_back():
        if isinstance(what, bytes):
            seen, mail = _as_if_kept(what, mailbox, desk, at)
        else:
            seen = _waiting(what)
            mail = _read(seen)
        return sort_out(seen, mail, desk=desk, at=at, rehearsed=True)


def _as_if_kept(raw: bytes, mailbox: str | None, desk: Directory, at: datetime) -> tuple[SeenMessage, ParsedMail]:
    mail = parse(raw, guess=guess_charset)
    row = {"mailbox": _mailbox(mailbox, mail, desk), "source": "rehearsal", "raw": "", "size": len(raw)}
    return SeenMessage.objects.create(**row, content=f"rehearsal {mail.digest[:50]}", seen_at=at), mail


@contextmanager
def _taken_back() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with writing(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _waiting(seen_id: int) -> SeenMessage:
    seen = SeenMessage.objects.filter(pk=seen_id).first()
    if seen is None:
        raise NotFound("There is no such message.")
    if seen.outcome not in ("", *WAITING):
        raise Conflict("This message was handled already.", code="handled")
    return seen


def _again(seen: SeenMessage, *, desk: Directory, at: datetime, no_spam: bool = False) -> Outcome:
    try:
        mail = _read(seen)
    except FileNotFoundError:
        log.exception("raw mail is missing", extra={"seen": seen.pk})
        return _failed(seen, "The raw message is not in the storage.", at=at)
    if no_spam:
        mail = as_no_spam(mail, header=desk.rules_of(seen.mailbox).spam_header)
    return process(Kept(seen, mail, news=True), desk=desk, at=at)


def _read(seen: SeenMessage) -> ParsedMail:
    return parse(storage(settings.TRAMITA_STORAGE_URL).get(seen.raw), guess=guess_charset)
