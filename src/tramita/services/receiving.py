"""Mail comes in: kept first, thought about later (DESIGN decision 10).

    keep      raw bytes in storage, then a ledger row of the message seen     (MAIL-1, MAIL-3)
    process   parse, match, decide, write: one transaction, repeatable        (MAIL-6)

Whoever hands a message over may tell its server once `keep` has returned (MAIL-2).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError

from tramita.domain.auto_answers import arrived_at
from tramita.domain.errors import Conflict, NotFound, StaleVersion, TramitaError
from tramita.domain.mime import ParsedMail, parse
from tramita.gateways.charsets import guess_charset
from tramita.gateways.storage import storage
from tramita.models import SeenMessage
from tramita.queries.mailboxes import Directory, directory
from tramita.services import sql
from tramita.services.delivering_in import Outcome, deliver
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
RIVALS = 3  # times that somebody may be faster on the same item
LONGEST_REASON = 200
EMPTY: dict[str, Any] = {
    "folder": "",
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


def receive(raw: bytes, *, mailbox: str | None = None, source: str, at: datetime) -> Outcome:
    """Keep a message and process it: what `mail import` and `POST /mail` do (MAIL-16).

    The same bytes for the same mailbox again change nothing: `duplicate` (MAIL-3).
    Raises: OSError, OperationalError: a temporary fault, after which nothing was promised (MAIL-8).
    """
    desk = directory()
    kept = keep(raw, mailbox=mailbox, source=source, desk=desk, at=at)
    if not kept.news:
        return Outcome("duplicate", tuple(kept.seen.items), "")
    return process(kept, desk=desk, at=at)


def keep(raw: bytes, *, mailbox: str | None, source: str, desk: Directory, at: datetime) -> Kept:
    """Bytes to storage, a row in the ledger of messages seen; both at most once."""
    key = storage(settings.TRAMITA_STORAGE_URL).put(raw)
    mail = parse(raw, guess=guess_charset)
    where = (mailbox or desk.mailbox_of(arrived_at(mail, own=desk.own)) or "").strip().lower()
    row = EMPTY | {
        "mailbox": where,
        "source": source,
        "raw": key,
        "content": mail.digest,
        "size": len(raw),
        "seen_at": at,
        "subject": (mail.subject or "")[:300],
        "sender": (mail.from_.address if mail.from_ else "")[:254],
    }
    try:
        with writing():
            seen = SeenMessage(id=sql.insert("seen_messages", [row], returning=True)[0], **row)
    except IntegrityError:
        seen = SeenMessage.objects.get(mailbox=where, content=mail.digest)
    return Kept(seen, mail, news=seen.outcome == "")


def process(kept: Kept, *, desk: Directory, at: datetime) -> Outcome:
    """Decide and write; what breaks is set aside with its reason and delays nobody (MAIL-6, MAIL-7)."""
    for _ in range(RIVALS):
        try:
            with writing():
                outcome = deliver(kept.seen, kept.mail, desk=desk, at=at)
                _done(kept.seen, outcome, at=at)
            return outcome
        except (StaleVersion, IntegrityError):
            continue
        except TakenError:
            return _as_told(kept.seen)
        except OperationalError:
            raise
        except (TramitaError, ValueError, LookupError, DatabaseError) as error:
            log.exception("mail set aside", extra={"seen": kept.seen.pk})
            return _failed(kept.seen, f"{type(error).__name__}: {error}", at=at)
    return _failed(kept.seen, "The item was changed by others all the time.", at=at)


def _done(seen: SeenMessage, outcome: Outcome, *, at: datetime) -> None:
    reason, items = outcome.reason[:LONGEST_REASON], list(outcome.items)
    if not sql.finish_seen(seen.pk, outcome.outcome, reason, items, tries=seen.tries + 1, at=at):
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


def unfinished(*, at: datetime, limit: int = 50) -> Sequence[SeenMessage]:
    """Messages that were kept a minute ago and are still not processed: their importer died in between."""
    return list(SeenMessage.objects.filter(outcome="", seen_at__lte=at - ABANDONED).order_by("id")[:limit])


def replay(seen_id: int, *, at: datetime) -> Outcome:
    """Process a set-aside or unfinished message again (MAIL-7, MAIL-143). Raises: NotFound, Conflict."""
    seen = SeenMessage.objects.filter(pk=seen_id).first()
    if seen is None:
        raise NotFound("There is no such message.")
    if seen.outcome not in ("", "unhandled", "failed"):
        raise Conflict("This message was handled already.", code="handled")
    raw = storage(settings.TRAMITA_STORAGE_URL).get(seen.raw)
    return process(Kept(seen, parse(raw, guess=guess_charset), news=True), desk=directory(), at=at)
