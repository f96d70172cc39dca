"""Mail comes in: kept first, thought about later (DESIGN decision 10).

    keep      raw bytes in storage, then a ledger row of the message seen     (MAIL-1, MAIL-3)
    process   parse, match, decide, write: one transaction, repeatable        (MAIL-6)

Whoever hands a message over may tell its server once `keep` has returned (MAIL-2).
"""

import logging
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError
from django.db.models import F

from tramita.domain.auto_answers import arrived_at, as_no_spam
from tramita.domain.errors import Conflict, NotFound, StaleVersion
from tramita.domain.mime import ParsedMail, parse
from tramita.domain.wordless import wordless
from tramita.gateways.charsets import guess_charset
from tramita.gateways.storage import storage
from tramita.models import SeenMessage
from tramita.queries.mailboxes import Directory, directory
from tramita.queries.memory import remembering
from tramita.queries.tray import WAITING
from tramita.services import sql
from tramita.services.showing import in_the_tray
from tramita.services.sorting_mail import Outcome, sort_out
from tramita.services.sql import TakenError
from tramita.services.transactions import writing
from tramita.services.verifying import verified

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
ABANDONED = timedelta(minutes=1)  # after which an importer is taken for dead, and a worker goes on
MISSING = "The raw message is not in the storage."

Row = dict[str, Any]
Place = tuple[str, str]  # mailbox and content: what is seen once


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is safe. `news` is False when these bytes were seen before and are done with."""

    seen: SeenMessage
    mail: ParsedMail
    news: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A raw message as it came in: by which way, and what the way itself said of sender and recipients (MAIL-14)."""

    raw: bytes
    source: str  # import, api, imap, pop3, smtp, lmtp, hook
    mailbox: str | None = None
    envelope: Mapping[str, Any] = field(default_factory=dict)  # {"sender": …, "recipients": [those of this mailbox]}
    archive: bool = False  # old mail, which is only filed (MAIL-17)


def receive(
    raw: bytes,
    *,
    mailbox: str | None = None,
    source: str,
    envelope: Mapping[str, Any] | None = None,
    archive: bool = False,
    at: datetime,
) -> Outcome:
    """Keep a message and process it: what `mail import` and `POST /mail` do (MAIL-16).

    `archive`: old mail, which is only filed (MAIL-17).
    The same bytes for the same mailbox again change nothing: `duplicate` (MAIL-3).
    Raises: OSError, OperationalError: a temporary fault, after which nothing was promised (MAIL-8).
    Cost: ten statements at most for a plain mail; inside a batch nine.
    """
    with remembering():
        desk = directory()
        kept = keep_all([Letter(raw, source, mailbox, envelope or {}, archive)], desk=desk, at=at)[0]
        if not kept.news:
            return Outcome("duplicate", tuple(kept.seen.items), "")
        return process(kept, desk=desk, at=at)


def keep(
    raw: bytes,
    *,
    mailbox: str | None,
    source: str,
    desk: Directory,
    at: datetime,
    envelope: Mapping[str, Any] | None = None,
    archive: bool = False,
) -> Kept:
    """Bytes to storage, a row in the ledger of messages seen; both at most once."""
    return keep_all([Letter(raw, source, mailbox, envelope or {}, archive)], desk=desk, at=at)[0]


def keep_all(letters: Sequence[Letter], *, desk: Directory, at: datetime) -> list[Kept]:
    """Many at once, in one transaction. Their servers may be told once this has returned (MAIL-2).

    The second of two equal ones is no news. Cost: one statement, and one more if any was seen before.
    """
    keys = storage(settings.TRAMITA_STORAGE_URL).put_all([letter.raw for letter in letters])
    mails = [read(letter.raw, letter.envelope) for letter in letters]
    rows = [_row(*three, desk=desk, at=at) for three in zip(letters, keys, mails, strict=True)]
    wanted = {_place(row): row for row in reversed(rows)}  # of two equal ones the first is kept
    with writing():
        fresh = sql.insert_seen(rows)
    seen = {place: SeenMessage(id=pk, **wanted[place]) for place, pk in fresh.items()}
    seen |= _seen_before(wanted.keys() - fresh.keys())
    kept: dict[Place, list[Kept]] = {}
    for row, mail in zip(rows, mails, strict=True):
        ones = kept.setdefault(_place(row), [])
        ones.append(Kept(seen[_place(row)], mail, news=not ones and seen[_place(row)].outcome == ""))
    return [kept[_place(row)].pop(0) for row in rows]


def _place(row: Row) -> Place:
    return row["mailbox"], row["content"]


def _seen_before(places: Set[Place]) -> dict[Place, SeenMessage]:
    """The messages that hold these places already."""
    if not places:
        return {}
    boxes, contents = ({place[side] for place in places} for side in (0, 1))
    found = SeenMessage.objects.filter(mailbox__in=boxes, content__in=contents)
    return {(seen.mailbox, seen.content): seen for seen in found}


def read(raw: bytes, envelope: Mapping[str, Any]) -> ParsedMail:
    """What the message says, and what its envelope says beside it: a null sender wants no answer (MAIL-14, MAIL-91)."""
    mail = parse(raw, guess=guess_charset)
    sender = envelope.get("sender")
    return mail if sender is None or mail.return_path is not None else replace(mail, return_path=sender)


def _row(letter: Letter, key: str, mail: ParsedMail, *, desk: Directory, at: datetime) -> Row:
    return EMPTY | {
        "mailbox": _mailbox(letter, mail, desk),
        "source": letter.source,
        "envelope": dict(letter.envelope),
        "raw": key,
        "content": mail.digest,
        "size": len(letter.raw),
        "seen_at": at,
        "archive": letter.archive,
        "subject": (mail.subject or "")[:300],
        "sender": (mail.from_.address if mail.from_ else "")[:LONGEST_ADDRESS],
    }


def _mailbox(letter: Letter, mail: ParsedMail, desk: Directory) -> str:
    """Where it came in: the mailbox itself, also if one of its routes is named (MAIL-14)."""
    named = letter.envelope.get("recipients", ())
    address = (letter.mailbox or "").strip().lower() or arrived_at(mail, own=desk.own, envelope=named)
    return (desk.mailbox_of(address) or address or "")[:LONGEST_ADDRESS]


def process(kept: Kept, *, desk: Directory, at: datetime) -> Outcome:
    """Decide and write; what breaks is set aside with its reason and delays nobody (MAIL-6, MAIL-7)."""
    kept = with_signature(kept)
    reason = ""
    for _ in range(RIVALS):
        try:
            with writing(), sql.many_rows():
                return finish(kept, desk=desk, at=at)
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
            log.error("mail set aside", exc_info=wordless(error), extra={"seen": kept.seen.pk})
            reason = _said(error)
            break
    return _failed(kept.seen, reason, mail=kept.mail, at=at)


def with_signature(kept: Kept) -> Kept:
    """The same with the worth of its signature, if it has one; before any transaction, for that takes its time.

    Raises: OSError: a temporary fault.
    """
    if not kept.mail.signed or kept.mail.signature is not None:
        return kept
    raw = storage(settings.TRAMITA_STORAGE_URL).get(kept.seen.raw)
    return replace(kept, mail=verified(kept.mail, raw, received=kept.seen.seen_at))


def finish(kept: Kept, *, desk: Directory, at: datetime) -> Outcome:
    """Decide, write and say what became of it, inside the caller's transaction. Raises: whatever goes wrong."""
    outcome = sort_out(kept.seen, kept.mail, desk=desk, at=at)
    _done(kept.seen, outcome, at=at)
    if outcome.outcome in WAITING:
        in_the_tray(kept.seen, kept.mail, at=at)
    return outcome


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _tried_enough(seen: SeenMessage) -> bool:
    """A database that works again and fails on the same message three times fails because of the message (MAIL-6).

    A worker that claimed it has counted this try. Raises: OperationalError, when the database does not work again.
    """
    if seen.next_at:
        return seen.tries >= MOST_TRIES
    with writing():
        SeenMessage.objects.filter(pk=seen.pk).update(tries=F("tries") + 1)
    seen.refresh_from_db(fields=["tries"])
    return seen.tries >= MOST_TRIES


def _done(seen: SeenMessage, outcome: Outcome, *, at: datetime) -> None:
    reason, items = outcome.reason[:LONGEST_REASON], list(outcome.items)
    trace = outcome.trace or {"did": {"outcome": outcome.outcome, "reason": reason}}
    tries = seen.tries if seen.next_at else seen.tries + 1  # a worker has counted this one already
    if not sql.finish_seen(seen.pk, outcome.outcome, reason, items, tries=tries, trace=trace, at=at):
        raise TakenError("Another process took this message.", code="taken")


def _failed(seen: SeenMessage, reason: str, *, mail: ParsedMail | None = None, at: datetime) -> Outcome:
    outcome = Outcome("failed", (), reason[:LONGEST_REASON])
    try:
        with writing():
            _done(seen, outcome, at=at)
            if mail is not None:
                in_the_tray(seen, mail, at=at)
    except TakenError:
        return _as_told(seen)
    return outcome


def _as_told(seen: SeenMessage) -> Outcome:
    """What the faster importer made of it."""
    seen.refresh_from_db()
    return Outcome("duplicate", tuple(seen.items), "")


def replay(seen_id: int, *, at: datetime, no_spam: bool = False) -> Outcome:
    """Process a set-aside or unfinished message again (MAIL-7, MAIL-143). Raises: NotFound, Conflict.

    `no_spam`: a person says so, who knows better than the filter (MAIL-58).
    """
    return _again(waiting(seen_id), desk=directory(), at=at, no_spam=no_spam)


def waiting(seen_id: int) -> SeenMessage:
    """A message that is set aside, or not finished. Raises: NotFound, Conflict."""
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
        return _failed(seen, MISSING, at=at)
    if no_spam:
        mail = as_no_spam(mail, header=desk.rules_of(seen.mailbox).spam_header)
    return process(Kept(seen, mail, news=True), desk=desk, at=at)


def _read(seen: SeenMessage) -> ParsedMail:
    return read(storage(settings.TRAMITA_STORAGE_URL).get(seen.raw), seen.envelope)
