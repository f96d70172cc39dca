"""What a mail that came in does: join an item, start new ones, or wait in the tray (SPEC section 9, MAIL-70 to 99)."""

import logging
from dataclasses import dataclass
from datetime import datetime

from tramita.domain import references
from tramita.domain.actors import SYSTEM
from tramita.domain.auto_answers import addressed, author, why_own
from tramita.domain.codes import State
from tramita.domain.correspondence import Effect, Match, effect, match
from tramita.domain.mail_tokens import answered_ids
from tramita.domain.mime import ParsedMail
from tramita.domain.thanks import only_thanks
from tramita.models import Item, Message, SeenMessage
from tramita.queries import definitions, mailboxes
from tramita.queries.facts import window_open
from tramita.queries.mailboxes import Directory, keys
from tramita.queries.matching import Finder
from tramita.queries.rows import fetch
from tramita.queries.worklists import KINDS
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow
from tramita.services.resolving import reopen_by_mail
from tramita.services.restraint import reopened_too_often
from tramita.services.starting_by_mail import category_of, start_from_mail
from tramita.services.storing_mail import Arrival, store
from tramita.services.waiting import wake_by_mail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `mail import` prints (INTERFACES section 6)."""

    outcome: str
    items: tuple[str, ...] = ()
    reason: str = ""


def sort_out(seen: SeenMessage, mail: ParsedMail, *, desk: Directory, at: datetime) -> Outcome:
    """Decide what the mail does, and write it; inside the caller's transaction."""
    ours = why_own(mail, own=desk.own, host=desk.host, keys=keys())
    if ours:
        return Outcome("ignored", reason="loop" if ours in ("loop", "hops") else "own address")
    sender = author(mail, own=desk.own)
    if sender is None or not sender.usable:
        return Outcome("unhandled", reason="no sender")
    known = mailboxes.sender(sender.key, sender.domain, message_id=mail.message_id)
    if known.blocked:
        return Outcome("ignored", reason="blocked")
    arrival = Arrival(seen, mail, sender, known, desk, at)
    if mail.spam:
        return Outcome("unhandled", reason="spam")
    lookup = Finder(seen.mailbox, known.id, answered_ids(mail))
    found = match(mail, sender=sender.address, lookup=lookup, keys=keys(), envelope=[seen.mailbox])
    if found is not None:
        return _join(arrival, found)
    if mail.bounce or mail.receipt:
        return Outcome("unhandled", reason="report on a mail that was not ours")
    return _begin(arrival)


def _join(arrival: Arrival, found: Match[Item]) -> Outcome:
    """Append to the item, and wake or reopen it if that is what its state asks for (M-7 to M-10, M-13)."""
    item, mail, at = found.item, arrival.mail, arrival.at
    staff = arrival.known.is_staff  # shown as unverified (MAIL-51)
    if staff and item.state is State.CLOSED:  # where nothing is appended (M-10), and nobody acts in an agent's name
        return Outcome("unhandled", reason="unverified sender")
    does = effect(
        mail,
        state=item.state,
        wait_type=item.wait_type,
        window_open=window_open(item, at),
        answers_automatic=_answers_automatic(mail),
        unverified_staff=staff,
        thanks=item.state is State.RESOLVED and definitions.settings().thank_you_detection and only_thanks(mail),
    )
    if does is Effect.IGNORE:
        return Outcome("ignored", reason="automatic answer to an automatic mail")
    if does is Effect.NEW_LINKED:
        return _begin(arrival, follows=item)
    too_often = does is Effect.REOPEN and reopened_too_often(item, at=at)
    change = Change(item, SYSTEM, at)
    store(change, arrival, match=found, unverified=staff)
    if too_often:
        return _only_append(change)
    said = _move(change, does, bounced=mail.bounce is not None)
    change.write()
    return Outcome(said, (item.reference,))


def _only_append(change: Change) -> Outcome:
    """Mails keep taking the item up again: this one is kept on it and no more; an operator hears of it (MAIL-93)."""
    log.warning("mail reopens too often", extra={"item": change.item.reference})
    change.write()
    return Outcome("appended", (change.item.reference,), "reopened too often")


def _move(change: Change, does: Effect, *, bounced: bool) -> str:
    if does is Effect.WAKE and bounced:
        follow(change, decide(change.item, "bounce", by=SYSTEM, at=change.at), "woken")
        return "woken"
    if does is Effect.WAKE:
        wake_by_mail(change)
        return "woken"
    if does is Effect.REOPEN:
        reopen_by_mail(change)
        return "reopened"
    return "appended"


def _begin(arrival: Arrival, *, follows: Item | None = None) -> Outcome:
    """One new item for each routed address in To and Cc; without one, the tray (M-4, M-5, M-10, M-23, Z-5)."""
    desk, mail = arrival.desk, arrival.mail
    routes = [desk.routes[address] for address in addressed(mail, own=desk.own) if address in desk.routes]
    if not routes:
        return Outcome("unhandled", reason="no route")
    done = _started_before(arrival)
    fresh = [route for route in routes if done.keys().isdisjoint((route.path, category_of(route, follows)))]
    if not fresh:
        return Outcome("duplicate", tuple(done.values()))
    items = [start_from_mail(arrival, route, follows=follows if route is fresh[0] else None) for route in fresh]
    refused = any(item.state is State.CLOSED for item in items)
    return Outcome("created", tuple(i.reference for i in items), "unconfigured_address" if refused else "")


def _started_before(arrival: Arrival) -> dict[str, str]:
    """Items that a copy of this very message already started, by the path of their process (MAIL-80, MAIL-81)."""
    mail = arrival.mail
    if not mail.message_id:
        return {}
    copies = fetch(
        "SELECT d.key, i.kind, i.number, i.ordinal FROM messages m JOIN items i ON i.id = m.item_id "
        "JOIN definitions d ON d.id = i.process_id "
        "WHERE m.message_id = %s AND NOT m.outgoing AND m.sender_address = %s AND m.text = %s",
        [mail.message_id, arrival.sender.address, mail.text],
    )
    return {path: str(references.Reference(KINDS[kind], number, ordinal)) for path, kind, number, ordinal in copies}


def _answers_automatic(mail: ParsedMail) -> bool:
    """What it answers was written by the system (M-13)."""
    if not mail.auto_submitted:
        return False
    answered = Message.objects.filter(message_id__in=answered_ids(mail), outgoing=True)
    newest = answered.order_by("-id").values_list("automatic", flat=True).first()
    return bool(newest)
