"""News by mail: what came within some minutes goes to a person in one mail, through the outbox (MAIL-95, MAIL-124).

When it goes is a row in `digests`, claimed like a timer. Taking that row away, marking what is told and putting the
mail into the outbox are one transaction: the mail goes once, whoever dies.
"""

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tramita.domain.actors import Actor
from tramita.domain.auto_answers import LOOP_FIELD
from tramita.domain.mail_tokens import DIGEST, NOTICE, bounce_address, message_id
from tramita.domain.mime import Address
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.compose import OutgoingMail
from tramita.domain.references import Reference, parse
from tramita.domain.subjects import subject_with_reference
from tramita.models import Delivery, Digest, Item, NoticeSettings, Notification
from tramita.models.leases import NEVER_LEASED
from tramita.queries.mailboxes import Directory, directory, keys
from tramita.queries.notices import Notice, leaving_token, to_mail, wishes, zone_of
from tramita.queries.people import actors
from tramita.services.claiming import DIGESTS, Claimed, finish, update
from tramita.services.claiming import claim as claim_rows
from tramita.services.loose_mail import LooseLetter
from tramita.services.ordered import order
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
Say = Callable[[Notice], str]  # the sentence about a notice, in the language that is on
KIND = "notice"  # of a delivery
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_IN_AN_HOUR, MOST_IN_A_DAY = 5, 20  # mails to one person (MAIL-93); what comes above them waits for the next
LONGEST_TITLE = 200


def claim(*, at: datetime) -> list[Claimed]:
    """People whose next mail is due, and whom nobody else serves."""
    return claim_rows(DIGESTS, ("news",), at=at)


def send(due: Claimed, *, say: Say, at: datetime) -> bool:
    """Put the mail into the outbox. False: not now, or there is nothing left to tell. `say` words one notice.

    What was read meanwhile, or may not be seen any more, is not mailed.
    """
    with writing():
        digest = Digest.objects.filter(pk=due.id, fence=due.fence).first()
        reader = next(iter(actors([digest.person_id])), None) if digest else None
        chosen, _new = NoticeSettings.objects.get_or_create(person_id=digest.person_id) if digest else (None, False)
        if digest is None or chosen is None:
            return False
        later = _later(chosen, reader, at=at)
        if later:
            update(DIGESTS, due, due_at=later, lease_until=NEVER_LEASED)
            return False
        if not finish(DIGESTS, due):
            return False
        news = to_mail(reader) if reader and reader.is_staff and chosen.mails else []
        waiting = Notification.objects.filter(person=digest.person_id, mail=Notification.Mail.WAITING)
        waiting.update(mail=Notification.Mail.DONE)
        if not news or reader is None or not reader.email:
            return False
        order(KIND, _written(reader, news, say) | {"due": at.isoformat()}, at=at)
        chosen.mailed = [*(one for one in chosen.mailed if one > (at - DAY).isoformat()), at.isoformat()]
        chosen.save(update_fields=["mailed"])
    return True


def _later(chosen: NoticeSettings, reader: Actor | None, *, at: datetime) -> datetime | None:
    """Until when the mail must wait: for the end of the quiet hours, or because so many went already."""
    zone = zone_of(reader.time_zone if reader else "")
    quiet = wishes(chosen).quiet_till(at, zone)
    if quiet:
        return quiet
    sent = sorted(datetime.fromisoformat(one) for one in chosen.mailed)
    for most, span in ((MOST_IN_A_DAY, DAY), (MOST_IN_AN_HOUR, HOUR)):
        lately = [one for one in sent if one > at - span]
        if len(lately) >= most:
            return lately[-most] + span
    return None


def _written(reader: Actor, news: Sequence[Notice], say: Say) -> dict[str, Any]:
    """The mail as it is kept until it is sent: every try sends the same."""
    references = list(dict.fromkeys(one.reference for one in news))
    about = _reference(references[-1])
    desk = directory()
    address = desk.leaving_from(_path(about))
    host = address.rpartition("@")[2]
    name = (NOTICE if len(references) == 1 else DIGEST) + secrets.token_hex(8)
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        said = {"subject": _subject(news, references, say), "text": _text(news, say), "from": _desk_name(desk, address)}
    token = leaving_token(reader.id or 0, keys())
    return said | {
        "person": reader.id,
        "to": [reader.email],
        "address": address,
        "message_id": message_id(about, name, host=host, keys=keys()),
        "answers_to": bounce_address(address, about, name, keys=keys()),
        "list_id": f"<notifications.{host}>",
        "leave": f"{settings.TRAMITA_BASE_URL.rstrip('/')}/notifications/leave/{token}",
    }


def _reference(text: str) -> Reference:
    found = parse(text)
    if found is None:
        raise ValueError("a notice names its item")
    return found


def _path(about: Reference) -> str | None:
    named = Item.objects.filter(kind=about.kind, number=about.number, ordinal=about.ordinal)
    return named.values_list("process__key", flat=True).first()


def _desk_name(desk: Directory, address: str) -> str:
    return one_line(desk.voice_of(address).name or "Tramita")


def _subject(news: Sequence[Notice], references: Sequence[str], say: Say) -> str:
    """Of one item its reference and title; of several how many, for no single one speaks for the mail."""
    if len(references) == 1:
        about, title = _reference(references[0]), one_line(news[-1].title)[:LONGEST_TITLE]
        what = say(news[-1]) if len(news) == 1 else _count(len(news))
        return subject_with_reference(one_line(f"{what}: {title}"), about)
    shown = ", ".join(f"[{one}]" for one in references[:MOST_NAMED])
    return f"{_count(len(news))}: {shown}{' …' if len(references) > MOST_NAMED else ''}"


MOST_NAMED = 5


def _count(number: int) -> str:
    return ngettext("One thing is new", "%(count)s things are new", number) % {"count": number}


def _text(news: Sequence[Notice], say: Say) -> str:
    """One paragraph for each item, with its link. No words of notes or mails: a mail is less guarded than the desk."""
    base = settings.TRAMITA_BASE_URL.rstrip("/")
    titles = {one.reference: one.title for one in news}
    parts = []
    for reference, title in titles.items():
        lines = [f"- {say(one)}" for one in news if one.reference == reference]
        parts.append("\n".join([f"{reference} {one_line(title)[:LONGEST_TITLE]}", *lines, f"{base}/items/{reference}"]))
    foot = _("You get this mail because of your settings: %(address)s") % {"address": f"{base}/settings/#notifications"}
    return "\n\n".join([*parts, foot])


@dataclass(frozen=True, slots=True)
class NewsLetter(LooseLetter):
    """A mail with news on its way out."""

    @property
    def sender(self) -> str:
        """Of the envelope: what comes back names this very mail."""
        return str(self.payload["answers_to"])

    def ended(self, state: int, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
        """The reader sees beside their settings that the last mail did not arrive; the next one that does clears it."""
        del facts, at
        fault = "" if state == Delivery.State.DONE else error[:1000]
        NoticeSettings.objects.filter(person=self.payload["person"]).exclude(fault=fault).update(fault=fault)
        if fault:
            log.warning("news by mail did not go out", extra={"delivery": self.delivery})

    def mail(self) -> OutgoingMail:
        """MAIL-95: a machine's; MAIL-124: with a way out of it, for mail programs too (RFC 2369, RFC 8058)."""
        told = self.payload
        sender = Address(told["from"], told["address"])
        return OutgoingMail(
            from_=sender,
            to=tuple(Address("", one) for one in told["to"]),
            reply_to=(Address(told["from"], told["answers_to"]),),
            subject=told["subject"],
            message_id=told["message_id"],
            date=self.due,
            text=told["text"],
            auto_submitted="auto-generated",
            extra={
                LOOP_FIELD: told["address"].rpartition("@")[2],
                "List-Id": told["list_id"],
                "List-Unsubscribe": f"<{told['leave']}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
