"""Mail goes out: each delivery tried with back-off, finished once, and never sent blindly a second time.

    queued -> sending -> sent | failed | uncertain | held | cancelled          (MAIL-110 to MAIL-113)

Before the bytes are handed to a server the row says so. A worker that dies after that leaves a mail of which
nobody knows whether it arrived: it becomes uncertain, and a person decides (`resend`, `settle_as_sent`, `give_up`).
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Protocol

from django.conf import settings
from django.db import OperationalError
from django.utils.translation import gettext_noop

from tramita.domain.errors import Invalid, StaleVersion
from tramita.domain.mime.model import address_key
from tramita.domain.wordless import wordless
from tramita.gateways.smtp import NotNowError, RefusedError, SendError, Transport, UncertainError, transport
from tramita.models import Message
from tramita.models.leases import NEVER_LEASED
from tramita.services import account_mail, lanes, mail_size, notice_mail, size_notices
from tramita.services.claiming import DELIVERIES, Claimed, unclaim, update
from tramita.services.composing_mail import envelope, leaving
from tramita.services.copy_orders import copy_later
from tramita.services.mail_trouble import all_clear, tell
from tramita.services.scheduled_mail import why_held
from tramita.services.settling_mail import give_up, resend, settle_as_sent
from tramita.services.transactions import writing

__all__ = ["Result", "claim", "give_up", "post", "resend", "settle_as_sent", "way_out"]

log = logging.getLogger(__name__)
BATCH = 20  # mails that one worker takes at a time, over one connection
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240))
GIVE_UP = timedelta(hours=48)  # MAIL-112
HANDED_OVER = timedelta(minutes=15)  # longer than a server may take for its last answer
RIVALS = 12  # times that somebody may be faster on the same item
SINK = gettext_noop("This installation sends only to the addresses of TRAMITA_SEND_ONLY_TO.")
STOPPED = gettext_noop("The worker stopped while the mail was being sent.")


class Result(IntEnum):
    """What became of a try; the numbers are those of `Delivery.State`."""

    LATER = 0
    DONE = 1
    FAILED = 2
    UNCERTAIN = 3
    HELD = 4
    LOST = -1  # somebody else has it by now


class _LostError(Exception):
    """Somebody else has this mail by now; nothing was handed over."""


def claim(*, at: datetime, limit: int = BATCH) -> lanes.Taken:
    """Mails due at `at` that nobody else holds, no more of a mailbox than its provider takes (MAIL-112).

    When they are done with, `lanes.let_go` opens the way for the next.
    """
    return lanes.claim(("mail", notice_mail.KIND, size_notices.KIND, account_mail.KIND), at=at, limit=limit)


@contextmanager
def way_out() -> Iterator[Transport]:
    """The way out for a batch of mail: one connection, closed in the end."""
    way = transport(settings.TRAMITA_SMTP_URL)
    try:
        yield way
    finally:
        way.close()
        mail_size.learn(way.largest)


def post(delivery: Claimed, *, at: datetime, way: Transport | None = None) -> Result:
    """Try to send one mail, and keep what became of it. `way` is that of a batch."""
    if way is None:
        with way_out() as own:
            return post(delivery, at=at, way=own)
    job = _Job(delivery, _letter(delivery), at)
    if delivery.payload.get("handed_over"):
        return job.end(Result.UNCERTAIN, STOPPED)
    if why := job.letter.why_held(at=at):
        return job.end(Result.HELD, why)
    return job.send(way)


class Letter(Protocol):
    """A mail on its way out: one of an item, or one that belongs to none."""

    @property
    def name(self) -> str:
        """Of its file, where mail is written to a folder."""

    @property
    def sender(self) -> str:
        """Of the envelope."""

    @property
    def address(self) -> str:
        """Which of our addresses it leaves from."""

    @property
    def due(self) -> datetime:
        """When it was to go."""

    def people(self) -> tuple[str, ...]:
        """Everybody it goes to, each once."""

    def raw(self) -> bytes:
        """The bytes to send, the same at every try."""

    def why_held(self, *, at: datetime) -> str | None:
        """Why it must not go unseen, or None."""

    def final(self, state: int) -> int:
        """The state that its row is left in."""

    def ended(self, state: int, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
        """Tell what became of it, in the transaction that keeps it."""


def _letter(delivery: Claimed) -> Letter:
    if delivery.kind == notice_mail.KIND:
        return notice_mail.NewsLetter(delivery.id, delivery.payload)
    if delivery.kind == size_notices.KIND:
        return size_notices.SizeNotice(delivery.id, delivery.payload)
    if delivery.kind == account_mail.KIND:
        return account_mail.AccountLetter(delivery.id, delivery.payload)
    return _ItemMail(Message.objects.select_related("item").get(deliveries=delivery.id), delivery.payload)


@dataclass(frozen=True, slots=True)
class _ItemMail:
    """A mail of an item: its writer sees there when it did not go out (MAIL-113)."""

    message: Message
    payload: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.message.at:%Y%m%dT%H%M%S}-{self.message.message_id.partition('@')[0]}"

    @property
    def sender(self) -> str:
        return self.message.headers.get("bounce") or self.message.sender_address

    @property
    def address(self) -> str:
        return self.message.sender_address

    @property
    def due(self) -> datetime:
        due = self.payload.get("due")
        return datetime.fromisoformat(due) if due else self.message.at

    def people(self) -> tuple[str, ...]:
        return envelope(self.message)

    def raw(self) -> bytes:
        return leaving(self.message)

    def why_held(self, *, at: datetime) -> str | None:
        return why_held(self.payload, self.message, at=at)

    def final(self, state: int) -> int:
        return state

    def ended(self, state: int, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
        if state == Result.DONE:
            copy_later(self.message, at=at)
            if self.payload.get("late"):
                all_clear(self.message, "mail_left", at=at)
        else:
            tell(self.message, Result(state).name.lower(), error, facts=facts, at=at)


@dataclass(slots=True)
class _Job:
    """One try of one mail."""

    delivery: Claimed
    letter: Letter
    at: datetime
    handed_over: bool = False

    def send(self, way: Transport) -> Result:
        try:
            people = self._people()
            if not people:
                return self.end(Result.HELD, SINK, sink=True)
            people, rest = self._as_many_as_may(people)
            refused = self._hand_over(way, people)
        except _LostError:
            return Result.LOST
        except lanes.FullError:
            with writing():
                unclaim(DELIVERIES, [self.delivery])
            return Result.LATER
        except (RefusedError, Invalid) as error:
            return self.end(Result.FAILED, str(error))
        except UncertainError as error:
            return self.end(Result.UNCERTAIN, str(error))
        except (NotNowError, OSError) as error:
            return self.later(str(error))
        except OperationalError:
            raise  # the database: not this mail's fault
        except Exception as error:  # whatever is wrong with one mail, the next must go out
            log.error("mail set aside", exc_info=wordless(error), extra={"delivery": self.delivery.id})
            return self.end(Result.UNCERTAIN if self.handed_over else Result.FAILED, f"{type(error).__name__}: {error}")
        return self._sent(people, rest, refused)

    def _people(self) -> list[str]:
        """Whom this try is for: those who have not got it yet, and whom a test installation may write to (MAIL-127)."""
        only = self.delivery.payload.get("to")
        return [one for one in self.letter.people() if allowed(one) and (only is None or one in only)]

    def _as_many_as_may(self, people: list[str]) -> tuple[list[str], list[str]]:
        """Those that the provider takes in one mail, and who gets it next (MAIL-112)."""
        limit = lanes.limit_of(self.letter.address)
        most = (limit.recipients_a_mail if limit else None) or len(people)
        return people[:most], people[most:]

    def _hand_over(self, way: Transport, people: list[str]) -> Mapping[str, SendError]:
        letter = self.letter
        raw = letter.raw()
        return way.send(letter.name, letter.sender, people, raw, handing_over=self._handing_over) or {}

    def _handing_over(self) -> None:
        """Say so, if the mail is still ours: whoever finds it like this later does not send it again."""
        payload = {**self.delivery.payload, "handed_over": True}
        with writing():
            if not update(DELIVERIES, self.delivery, payload=payload, lease_until=self.at + HANDED_OVER):
                raise _LostError
            lanes.take(self.letter.address, at=self.at)
        self.handed_over = True

    def _sent(self, people: list[str], rest: list[str], refused: Mapping[str, SendError]) -> Result:
        """Some have got it, others were refused for good or for now: each recipient's fate is their own."""
        payload = self.delivery.payload
        gone = payload.get("refused", {}) | _said(refused, RefusedError)
        later, had = _said(refused, NotNowError), [one for one in people if one not in refused]
        partly = bool(had) or payload.get("partly", False)
        if rest and not later:
            return self._go_on({"to": rest, "refused": gone, "partly": partly})
        if later:
            facts = {"to": [*sorted(later), *rest], "refused": gone, "partly": partly}
            return self.later("; ".join(sorted(set(later.values()))), **facts)
        if gone:
            facts = {"to": sorted(gone), "refused": gone, "partly": partly}
            return self.end(Result.FAILED, "; ".join(f"{who}: {why}" for who, why in sorted(gone.items())), **facts)
        return self.end(Result.DONE, "")

    def _go_on(self, facts: Mapping[str, Any]) -> Result:
        """Those whom the provider does not take in the same mail are next; nothing went wrong."""
        payload = {name: value for name, value in self.delivery.payload.items() if name != "handed_over"}
        payload |= facts
        with writing():
            update(DELIVERIES, self.delivery, payload=payload, lease_until=NEVER_LEASED, tries=0, error="")
        return Result.LATER

    def later(self, error: str, **facts: Any) -> Result:
        """Try again, each time a little later, for two days (MAIL-112)."""
        payload = {name: value for name, value in self.delivery.payload.items() if name != "handed_over"} | facts
        if self.at - self.letter.due > GIVE_UP:
            return self.end(Result.FAILED, error, **facts)
        next_at = self.at + BACKOFF[min(self.delivery.tries, len(BACKOFF)) - 1]
        with writing():
            update(DELIVERIES, self.delivery, payload=payload, next_at=next_at, lease_until=self.at, error=error[:1000])
        return Result.LATER

    def end(self, result: Result, error: str, **facts: Any) -> Result:
        """Keep the result; whoever wrote the mail sees on the item when it did not go out (MAIL-113)."""
        payload = {name: value for name, value in self.delivery.payload.items() if name != "handed_over"} | facts
        columns = {
            "state": self.letter.final(int(result)),
            "error": error[:1000],
            "payload": payload,
            "lease_until": self.at,
        }
        return _unrivalled(lambda: self._keep(result, error, columns))

    def _keep(self, result: Result, error: str, columns: dict[str, Any]) -> Result:
        with writing():
            if not update(DELIVERIES, self.delivery, **columns):
                return Result.LOST
            self.letter.ended(int(result), error, facts=columns["payload"], at=self.at)
        return result


def _unrivalled(keep: Callable[[], Result]) -> Result:
    """Again, when somebody changed the item at the same moment: what became of a mail must be kept."""
    for _ in range(RIVALS):
        try:
            return keep()
        except StaleVersion:
            continue
    return keep()


def _said(refused: Mapping[str, SendError], kind: type[SendError]) -> dict[str, str]:
    return {who: str(why) for who, why in refused.items() if isinstance(why, kind)}


def allowed(address: str) -> bool:
    """Whether this installation may write there: tests and stages name whom (MAIL-127)."""
    only = settings.TRAMITA_SEND_ONLY_TO
    key = address_key(address)
    return not only or key in only or f"@{key.rpartition('@')[2]}" in only
