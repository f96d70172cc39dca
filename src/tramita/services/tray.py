"""What people do with an unhandled mail: make it an item after all, or put it away (M-21).

Who dealt with it and when is written beside the reason for which it lay there (M-22, MAIL-7). Of two people who deal
with one mail the first wins, the other is told.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from tramita.domain.actors import Actor
from tramita.domain.auto_answers import author, proven
from tramita.domain.errors import Conflict, FileMissing, Invalid, NotPermitted
from tramita.domain.mime import ParsedMail, kept_signature, parse
from tramita.gateways.charsets import guess_charset
from tramita.models import Item, SeenMessage
from tramita.queries import definitions
from tramita.queries.mailboxes import RouteRow, directory
from tramita.queries.mailboxes import sender as known_sender
from tramita.queries.stored import opened_file
from tramita.queries.tray import WAITING, tray
from tramita.queries.visibility import may
from tramita.services import replaying
from tramita.services.outcomes import Outcome
from tramita.services.starting_by_mail import start_from_mail
from tramita.services.storing_mail import Arrival
from tramita.services.transactions import one_transaction


@one_transaction
def create_item(
    seen: SeenMessage, *, category: str | None = None, case_type: str | None = None, by: Actor, at: datetime
) -> Item:
    """A Ticket or Case from the mail, as if a route had led there; who let it in is written down. Rules: M-21, M-23.

    Raises: Invalid for an unknown process, Conflict `no_sender` or `handled`.
    """
    kind, path = process_of(category, case_type)
    if not may(by, "create", path):
        raise NotPermitted("You may not start work here.")
    route = RouteRow(
        address="", mailbox="", kind=kind, path=path, acknowledge=False
    )  # a person let them in: T-22 is off
    item = start_from_mail(by_hand(seen, read(seen), received_at=seen.seen_at, at=at), route)
    _put_away(seen, "created", [item.reference], by=by, at=at)
    return item


@one_transaction
def delete(seen: SeenMessage, *, by: Actor, at: datetime) -> None:
    """Nobody needs it: it leaves the tray. Its bytes stay, and who put it away, and when. Rules: M-21, M-22."""
    if not by.is_staff:
        raise NotPermitted("Only those who work items may do this.")
    _put_away(seen, "deleted", [], by=by, at=at)


def not_spam(seen: SeenMessage, *, by: Actor, at: datetime) -> Outcome:
    """A filter was wrong: the mail does what it would have done, and who said so is kept (MAIL-58, M-22).

    Raises: NotPermitted, Conflict `no_spam` or `handled`.
    """
    if seen.reason != "spam":
        raise Conflict("Nobody took this mail for spam.", code="no_spam")
    return replaying.replay(seen, by=by, at=at, no_spam=True)


@one_transaction
def delete_many(ids: Iterable[int], *, by: Actor, at: datetime) -> int:
    """Those of these mails that wait and that this person sees; how many. Rules: M-21, M-22."""
    waiting = tray(by).filter(pk__in=list(ids))
    return waiting.update(outcome="deleted", items=[], handled_by_id=by.id, processed_at=at)


def by_hand(seen: SeenMessage, mail: ParsedMail, *, received_at: datetime, at: datetime) -> Arrival:
    """The mail as if it came in now, dated as it was; what proves its sender proves them still (MAIL-51).

    Raises: Conflict `no_sender`.
    """
    desk = directory()
    sender = author(mail, own=desk.own)
    if sender is None or not sender.usable:
        raise Conflict("Nobody can be answered: the mail has no usable sender.", code="no_sender")
    known = known_sender(sender.key, sender.domain)
    verified = known.active and proven(mail, own=desk.own, trusted=desk.rules_of(seen.mailbox).authserv_id)
    return Arrival(seen, mail, sender, known, desk, at, verified, by_hand=True, received_at=received_at)


def read(seen: SeenMessage) -> ParsedMail:
    """What it says, and what its signature was worth when it came in (MAIL-39). Raises: Conflict `no_raw_mail`."""
    mail = parse(raw_of(seen), guess=guess_charset)
    return replace(mail, signature=kept_signature((seen.trace or {}).get("signature")))


def raw_of(seen: SeenMessage) -> bytes:
    """The bytes as they came (MAIL-46). Raises: Conflict, when they were erased after their time, or lost."""
    with opened(seen) as raw:
        return raw.read()


def opened(seen: SeenMessage) -> BinaryIO:
    """As `raw_of`, to be read piece by piece, and closed."""
    try:
        return opened_file(seen.raw, "")
    except FileMissing:
        raise Conflict("The message itself is not kept any more.", code="no_raw_mail") from None


def process_of(category: str | None, case_type: str | None) -> tuple[str, str]:
    """Kind and path of what is to be started: one of the two. Raises: Invalid."""
    if bool(category) == bool(case_type):
        raise Invalid.one("category", "required", "Give a category or a Case type.")
    if category:
        if definitions.current_category(category) is None:
            raise Invalid.one("category", "unknown", "There is no category “%(path)s”.", path=category)
        return "category", category
    path = case_type or ""
    if definitions.current_case_type(path) is None:
        raise Invalid.one("case_type", "unknown", "There is no Case type “%(path)s”.", path=path)
    return "case_type", path


def _put_away(seen: SeenMessage, outcome: str, items: list[str], *, by: Actor, at: datetime) -> None:
    """Raises: Conflict, when somebody else dealt with it meanwhile."""
    waiting = SeenMessage.objects.filter(pk=seen.pk, outcome__in=WAITING)
    if not waiting.update(outcome=outcome, items=items, handled_by_id=by.id, processed_at=at):
        raise Conflict("This mail was handled already.", code="handled")
