"""What a mail that came in does: join an item, start new ones, or wait in the tray (SPEC section 9, MAIL-70 to 99)."""

from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tramita.domain import references
from tramita.domain.auto_answers import (
    addressed,
    author,
    flagged_as_spam,
    proven,
    why_own,
    without_control_fields,
)
from tramita.domain.codes import State
from tramita.domain.correspondence import Match, Rule, match
from tramita.domain.mail_probes import mark_of
from tramita.domain.mail_tokens import answered_ids
from tramita.domain.mime import ParsedMail
from tramita.models import Item, SeenMessage
from tramita.queries import mailboxes
from tramita.queries.list_rows import KINDS
from tramita.queries.mailboxes import Directory, Rules, keys
from tramita.queries.matching import Finder, survivor
from tramita.queries.rows import fetch
from tramita.services import probes, unwritten
from tramita.services.answering_notices import answer
from tramita.services.handed_in import Form, form_of
from tramita.services.joining_mail import join
from tramita.services.outcomes import Outcome
from tramita.services.size_notices import over_limit, tell_sender
from tramita.services.starting_by_mail import category_of, is_stranger, start_from_mail
from tramita.services.storing_mail import SHOWN, Arrival

__all__ = ["Outcome", "sort_out"]


def sort_out(seen: SeenMessage, mail: ParsedMail, *, desk: Directory, at: datetime, rehearsed: bool = False) -> Outcome:
    """Decide what the mail does, and write it; inside the caller's transaction."""
    notes: dict[str, Any] = {}
    outcome = _sorted(seen, mail, desk, at, notes, rehearsed=rehearsed)
    return replace(outcome, trace=_trace(seen, mail, notes, outcome))


def _trace(seen: SeenMessage, mail: ParsedMail, notes: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    """How the outcome came about; ids, sizes and rules, no words of the mail (MAIL-141, MAIL-144)."""
    said = {"outcome": outcome.outcome, "reason": outcome.reason, "items": list(outcome.items)}
    stored = {"source": seen.source, "size": seen.size, "raw": seen.raw}
    return {"version": VERSION, "stored": stored, "defects": list(mail.defects), **notes, "did": said}


def _version() -> str:
    try:
        return version("tramita")
    except PackageNotFoundError:
        return "unknown"


VERSION = _version()


def _sorted(
    seen: SeenMessage, mail: ParsedMail, desk: Directory, at: datetime, notes: dict[str, Any], *, rehearsed: bool
) -> Outcome:
    rules = desk.rules_of(seen.mailbox)
    if mail.signature is not None:
        notes["signature"] = mail.signature.to_json()
    if probe := mark_of(mail, keys=keys()):
        probes.came(probe, mail, trusted=rules.authserv_id, at=at)
        notes["probe"] = probe.kind
        return Outcome("ignored", reason="probe")
    mail = mail if rules.trusted else without_control_fields(mail)
    ours = why_own(mail, own=desk.own, host=desk.host, keys=keys())
    if ours:
        notes["own"] = ours
        return Outcome("ignored", reason="loop" if ours in ("loop", "hops") else "own address")
    sender = author(mail, own=desk.own)
    if sender is None or not sender.usable:
        return Outcome("unhandled", reason="no sender")
    turns = filter(None, (mail.message_id, mail.in_reply_to))
    known = mailboxes.sender(sender.key, sender.domain, turns=turns)
    if known.blocked:
        return Outcome("ignored", reason="blocked")
    if flagged_as_spam(mail, header=rules.spam_header):
        return Outcome("unhandled", reason="spam")
    if seen.processed_at is None and over_limit(seen.size):  # a person may have it processed all the same
        told = _told(seen, mail, desk, at, rehearsed=rehearsed)
        notes["too_large"] = {"told": told is None, "why": told}
        return Outcome("unhandled", reason="too large")
    verified = known.active and proven(mail, own=desk.own, trusted=rules.authserv_id)
    notes["sender"] = {"known": known.id is not None, "staff": known.is_staff, "verified": verified}
    arrival = Arrival(seen, mail, sender, known, desk, at, verified, rehearsed, notes)
    return _placed(arrival, rules)


def _told(seen: SeenMessage, mail: ParsedMail, desk: Directory, at: datetime, *, rehearsed: bool) -> str | None:
    """Tell who sent it, unless it is old or only tried out (MAIL-13); why they are not told."""
    if seen.archive or rehearsed:
        return "archive" if seen.archive else "rehearsed"
    return tell_sender(mail, seen_id=seen.pk, mailbox=seen.mailbox, size=seen.size, desk=desk, at=at)


def _placed(arrival: Arrival, rules: Rules) -> Outcome:
    """On the item it belongs to; else on a new one; reports on what was never ours stay in the tray (MAIL-98)."""
    seen, mail, desk = arrival.seen, arrival.mail, arrival.desk
    if form := form_of(seen):
        return _begin_as_asked(arrival, form)
    finder = _finder(arrival)
    if told := answer(arrival, finder):
        return told
    found = match(
        mail,
        sender=arrival.sender.address,
        lookup=finder,
        keys=keys(),
        envelope=[*seen.envelope.get("recipients", ()), seen.mailbox],
        reads=lambda address: desk.reads_token(address, arrived_at=seen.mailbox),
        only_addresses=rules.plus_addressing == "only",
    )
    if found is not None:
        return join(arrival, found, finder) or _begin(arrival, finder, follows=found.item)
    if mail.bounce or mail.receipt:
        return Outcome("unhandled", reason="report on a mail that was not ours")
    return _begin(arrival, finder)


def _begin_as_asked(arrival: Arrival, form: Form) -> Outcome:
    """A form of the portal says itself what it starts; sent twice, it is one (SS-2)."""
    done = _before(arrival).started
    if done:
        return Outcome("duplicate", tuple(done.values()))
    item = start_from_mail(arrival, form.route(arrival.desk), fields=form.fields)
    return Outcome("created", (item.reference,))


def _finder(arrival: Arrival) -> Finder:
    mail, known = arrival.mail, arrival.known
    return Finder(
        mailbox=arrival.seen.mailbox,
        sender_id=known.id,
        answered=answered_ids(mail),
        message_id=mail.message_id or "",
        named=[one.address for one in (*mail.to, *mail.cc)],
        desk=arrival.desk,
        organisation_id=known.organisation_id if known.active else None,
        colleague=known.is_staff and arrival.verified,
    )


def _begin(arrival: Arrival, finder: Finder, *, follows: Item | None = None) -> Outcome:
    """One new item for each routed address in To and Cc; without one, the tray (M-4, M-5, M-10, M-23, Z-5).

    The mail that an earlier one answers joins it there instead (MAIL-79).
    """
    before = _before(arrival)
    late = _late(before.answers, finder, arrival) if follows is None else None
    joined = join(arrival, late, finder) if late is not None else None
    if joined is not None and joined.outcome in ("ignored", "unhandled"):
        return joined
    done = before.started
    if late is not None and joined is None:
        follows = late.item
    elif late is not None and late.item.process is not None:
        done = done | {late.item.process.key: late.item.reference}
    return _start(arrival, done, joined, follows)


def _start(arrival: Arrival, done: dict[str, str], joined: Outcome | None, follows: Item | None) -> Outcome:
    """An item for each route that has none from this mail yet. `joined`: what it did to an item besides."""
    desk, mail = arrival.desk, arrival.mail
    routes = [desk.routes[address] for address in addressed(mail, own=desk.own) if address in desk.routes]
    if not routes:
        return joined or Outcome("unhandled", reason="no route")
    fresh = [route for route in routes if done.keys().isdisjoint((route.path, category_of(route, follows)))]
    if not fresh:
        return joined or Outcome("duplicate", tuple(done.values()))
    starting = [(route, follows if route is fresh[0] else None) for route in fresh]
    allowed = [(route, before) for route, before in starting if not is_stranger(arrival, route, before)]
    if not allowed:
        return joined or Outcome("unhandled", reason="agent of another company")
    items = [start_from_mail(arrival, route, follows=before) for route, before in allowed]
    references_ = (*(joined.items if joined else ()), *(item.reference for item in items))
    if arrival.archive:
        return Outcome("created", references_, "archive")
    refused = any(item.state is State.CLOSED for item in items)
    return Outcome("created", references_, "unconfigured_address" if refused else "")


@dataclass(frozen=True, slots=True)
class Before:
    """What mails that came before this one have to do with it."""

    started: dict[str, str]  # by a copy of this very message: process and reference (MAIL-80, MAIL-81)
    answers: list[int]  # items that hold an answer to it, the newest first (MAIL-79)


BEFORE = (
    "SELECT d.key, i.kind, i.number, i.ordinal, NULL FROM messages m JOIN items i ON i.id = m.item_id "
    "JOIN definitions d ON d.id = i.process_id "
    "WHERE m.message_id = %s AND NOT m.outgoing AND m.sender_address = %s AND m.text = %s "
    "UNION ALL SELECT NULL, NULL, NULL, NULL, a.item_id FROM messages a JOIN seen_messages s ON s.id = a.seen_id "
    "WHERE a.in_reply_to = %s AND NOT a.outgoing AND NOT (a.in_reply_to = '') AND s.mailbox = %s"
)
unwritten.LOOKUPS[BEFORE] = unwritten.by_columns("messages", {"message_id": 0, "in_reply_to": 3})


def _before(arrival: Arrival) -> Before:
    """Cost: one statement."""
    mail = arrival.mail
    if not mail.message_id:
        return Before({}, [])
    rows = fetch(
        BEFORE,
        [mail.message_id, arrival.sender.address, mail.text[:SHOWN], mail.message_id, arrival.seen.mailbox],
    )
    started = {path: str(references.Reference(KINDS[kind], *rest)) for path, kind, *rest, _ in rows if path}
    return Before(started, sorted({item for *_, item in rows if item}, reverse=True))


def _late(answers: list[int], finder: Finder, arrival: Arrival) -> Match[Item] | None:
    """The item where an answer to this mail lies already, if its sender takes part there (MAIL-79, MAIL-73)."""
    if arrival.desk.rules_of(arrival.seen.mailbox).plus_addressing == "only":
        return None
    for item_id in answers[:MOST_ANSWERS]:
        item = survivor(Item.objects.select_related("process").get(pk=item_id))
        if item.discarded_at is None and finder.is_participant(item, arrival.sender.address):
            return Match(item, Rule.ANSWERED, finder.message_id, new_participant=False)
    return None


MOST_ANSWERS = 5  # items that are looked at for one that this mail may join
