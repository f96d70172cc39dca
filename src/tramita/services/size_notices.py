"""Who sent a mail over the limit is told once, through the outbox (MAIL-13; decision 0027).

The mail is in the tray, and belongs to no item: so does the notice. A mail server that hands us a message directly is
refused and tells its own sender; here are those whose server has given the message away already.
"""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tramita.domain.auto_answers import (
    LOOP_FIELD,
    author,
    flagged_as_spam,
    why_not_acknowledge,
    why_own,
)
from tramita.domain.mail_tokens import NO_ITEM, message_id
from tramita.domain.mime import Address, ParsedMail
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.compose import OutgoingMail
from tramita.domain.subjects import references_header
from tramita.models import Delivery, MarkedAddress, ToldSender
from tramita.queries import definitions, mailboxes
from tramita.queries.mailboxes import Directory, Sender, keys
from tramita.services import sql
from tramita.services.automatic_mails import worded
from tramita.services.contacts import organisation_of
from tramita.services.loose_mail import LooseLetter
from tramita.services.ordered import order

log = logging.getLogger(__name__)
KIND = "notice of size"  # of a delivery
REASON = "too large"  # of the message in the tray
SMALL = 64 * 1024  # bytes; a mail of less is too large nowhere, so that it costs no look at the settings
A_DAY = timedelta(days=1)
LONGEST_SUBJECT = 200


def over_limit(size: int) -> bool:
    """Whether a mail of so many bytes is too large. Cost: one statement in a batch, none for a small mail."""
    return size > SMALL and size > definitions.settings().limits.raw_mail_bytes


def tell_sender(
    mail: ParsedMail, *, seen_id: int, mailbox: str, size: int, desk: Directory, at: datetime
) -> str | None:
    """Put the notice into the outbox, in the caller's transaction; why not, or None.

    `mail` may be the head alone. Silence is kept where an acknowledgement would keep it (MAIL-91), towards strangers,
    whose address proves nothing, and towards who was told within a day.
    """
    sender = author(mail, own=desk.own)
    if sender is None or not sender.usable:
        return "no usable sender"
    known = mailboxes.sender(sender.key, sender.domain, turns=[f"told {sender.key}"])
    why = _why_not(mail, mailbox, sender, known, desk, at=at)
    if why or not _note(seen_id, sender.key, at=at):
        log.info("no notice of size: %s", why or "told already", extra={"seen": seen_id})
        return why or "told already"
    told = _written(mail, mailbox, sender, known, size, desk)
    order(KIND, told | {"due": at.isoformat()}, at=at, alone=True)
    return None


def _why_not(
    mail: ParsedMail, mailbox: str, sender: Address, known: Sender, desk: Directory, *, at: datetime
) -> str | None:
    rules = desk.rules_of(mailbox)
    if not rules.tell_too_large:
        return "switched off"
    if known.blocked or flagged_as_spam(mail, header=rules.spam_header):
        return "blocked or spam"
    if said := why_own(mail, own=desk.own, host=desk.host, keys=keys()) or why_not_acknowledge(mail, own=desk.own):
        return said
    if not known.active and organisation_of(sender.key) is None:
        return "unknown sender"
    if MarkedAddress.objects.filter(address=sender.key, complained=True).exists():
        return "a complaint about our mail"
    lately = ToldSender.objects.filter(address=sender.key, at__gt=at - A_DAY)
    return "told within a day" if lately.exists() else None


def _note(seen_id: int, address: str, *, at: datetime) -> bool:
    """False: of this very message they were told."""
    row = {"seen_id": seen_id, "address": address, "at": at}
    return bool(sql.insert_now("told_senders", [row], returning=True, once=True))


def _written(
    mail: ParsedMail, mailbox: str, sender: Address, known: Sender, size: int, desk: Directory
) -> dict[str, Any]:
    """The mail as it is kept until it is sent: every try sends the same."""
    address = mailbox if mailbox in desk.mailboxes else desk.leaving_from(None)
    name, language = desk.voice_of(address).name or address, known.language or settings.LANGUAGE_CODE
    with translation.override(language):
        values = {
            "name": sender.name or sender.address,
            "desk": name,
            "subject": one_line(mail.subject or "")[:LONGEST_SUBJECT] or _("without a subject"),
            "size": _megabytes(size),
            "limit": _megabytes(definitions.settings().limits.raw_mail_bytes),
        }
    said = worded("too_large", language, values)
    answered = mail.message_id or ""
    return {
        "people": [sender.address],
        "from": one_line(name),
        "address": address,
        "subject": said.subject,
        "text": said.text,
        "html": said.html,
        "message_id": message_id(NO_ITEM, secrets.token_hex(8), host=address.rpartition("@")[2], keys=keys()),
        "in_reply_to": answered[:998],
        "references": list(references_header(mail.references, answered)) if answered else [],
    }


def _megabytes(size: int) -> str:
    return f"{number_format(round(size / 1024**2, 1))} MB"


@dataclass(frozen=True, slots=True)
class SizeNotice(LooseLetter):
    """The notice on its way out."""

    @property
    def sender(self) -> str:
        """Of the envelope: the null sender, so that nothing answers it (RFC 3834 section 3.3)."""
        return ""

    def ended(self, state: int, error: str, *, facts: Mapping[str, Any], at: datetime) -> None:
        """The mail that it is about is in the tray all the same; the log says that its sender does not know."""
        if state != Delivery.State.DONE:
            log.warning("notice of size did not go out", extra={"delivery": self.delivery})

    def mail(self) -> OutgoingMail:
        """A machine's, and marked so (MAIL-95)."""
        told = self.payload
        own = Address(told["from"], told["address"])
        return OutgoingMail(
            from_=own,
            to=tuple(Address("", one) for one in told["people"]),
            reply_to=(own,),
            subject=told["subject"],
            message_id=told["message_id"],
            date=self.due,
            text=told["text"],
            html=told["html"] or None,
            in_reply_to=told["in_reply_to"] or None,
            references=tuple(told["references"]),
            auto_submitted="auto-replied",
            extra={LOOP_FIELD: told["address"].rpartition("@")[2]},
        )
