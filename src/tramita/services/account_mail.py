"""Mails about somebody's way in: to a new person, about a forgotten password, after a changed one (M-19b).

The link in them is made while the mail is sent, with a secret of the server: nothing that the database or its backup
holds lets anybody in.
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from tramita.domain.auto_answers import LOOP_FIELD
from tramita.domain.mail_tokens import NO_ITEM, message_id
from tramita.domain.mime import Address
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.compose import OutgoingMail
from tramita.models import Delivery, Person
from tramita.queries.mailboxes import directory, keys
from tramita.services.automatic_mails import worded
from tramita.services.loose_mail import LooseLetter
from tramita.services.ordered import order

log = logging.getLogger(__name__)
KIND = "account"  # of a delivery
PATH = "accounts/password"
PATHS: Mapping[str, str] = {"sign_in": "accounts/link"}  # where the others do not lead
SERVES: Mapping[str, timedelta] = {
    "password_forgotten": timedelta(hours=1),
    "new_user": timedelta(days=7),
    "sign_in": timedelta(minutes=15),
}
MARKS: Mapping[str, str] = {"password_forgotten": "f", "new_user": "n", "sign_in": "s"}
_LINK = "link-of-this-mail"  # stands where the link will


@dataclass(frozen=True, slots=True)
class Way:
    """What a link says: whose it is, which mail it stood in, from when it serves, and what they had before."""

    person: int
    kind: str
    since: int  # seconds
    before: str

    @property
    def until(self) -> datetime:
        """From then on it leads nowhere."""
        return datetime.fromtimestamp(self.since, UTC) + SERVES[self.kind]

    def key(self) -> str:
        """The end of the link."""
        return f"{self.person}-{MARKS[self.kind]}-{self.since}-{keys().sign(*self._words())}"

    def believes(self, token: str) -> bool:
        """Whether the server made that token for this way."""
        return keys().believes(token, *self._words())

    def _words(self) -> tuple[str, ...]:
        return "way in", str(self.person), self.kind, str(self.since), self.before


def before(person: Person, kind: str = "") -> str:
    """What a link depends on: with another password or address it leads nowhere; one that signs in, once they have."""
    lately = f"\n{person.last_login and person.last_login.timestamp()}" if kind == "sign_in" else ""
    return hashlib.sha256(f"{person.password}\n{person.email}{lately}".encode()).hexdigest()


def write(kind: str, person: Person, *, at: datetime, values: Mapping[str, str] | None = None) -> None:
    """Put the mail into the outbox, in the caller's transaction and the reader's language."""
    desk = directory()
    address = desk.leaving_from(None)
    name, language = one_line(desk.voice_of(address).name or "Tramita"), person.language or settings.LANGUAGE_CODE
    since, known = int(at.timestamp()), {"name": person.name or person.email or "", "desk": name, **(values or {})}
    if kind in SERVES:
        there = (at + SERVES[kind]).astimezone(ZoneInfo(person.time_zone or settings.TIME_ZONE))
        with translation.override(language):
            known |= {"link": _LINK, "until": f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M}"}
    said = worded(kind, language, known)
    told = {
        "kind": kind,
        "person": person.pk,
        "to": person.email,
        "since": since,
        "before": before(person, kind),
        "from": name,
        "address": address,
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "message_id": message_id(NO_ITEM, secrets.token_hex(8), host=address.rpartition("@")[2], keys=keys()),
        "due": at.isoformat(),
    }
    order(KIND, told, at=at)


@dataclass(frozen=True, slots=True)
class AccountLetter(LooseLetter):
    """One of them on its way out."""

    @property
    def sender(self) -> str:
        """Of the envelope: the null sender, so that nothing answers it (RFC 3834 section 3.3)."""
        return ""

    def ended(self, state: int, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
        """Who waits for it asks again; the log says why it did not come."""
        del error, facts, at
        if state != Delivery.State.DONE:
            log.warning("mail about an account did not go out", extra={"delivery": self.delivery})

    def mail(self) -> OutgoingMail:
        """A machine's, and marked so (MAIL-95)."""
        told = self.payload
        own = Address(told["from"], told["address"])
        return OutgoingMail(
            from_=own,
            to=(Address("", told["to"]),),
            reply_to=(own,),
            subject=told["subject"],
            message_id=told["message_id"],
            date=self.due,
            text=self._linked(told["text"]),
            html=self._linked(told["html"]) or None,
            auto_submitted="auto-generated",
            extra={LOOP_FIELD: told["address"].rpartition("@")[2]},
        )

    def _linked(self, text: str) -> str:
        told = self.payload
        if told["kind"] not in SERVES:
            return text
        way = Way(told["person"], told["kind"], told["since"], told["before"])
        return text.replace(_LINK, f"{settings.TRAMITA_BASE_URL.rstrip('/')}/{PATHS.get(way.kind, PATH)}/{way.key()}")
