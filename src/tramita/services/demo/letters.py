"""Mails that people write to the demo company, as the bytes that would arrive."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from tramita.domain.mime import Address
from tramita.domain.mime.compose import OutgoingFile, OutgoingMail, compose
from tramita.models import Item, Message, Person
from tramita.services.mailing import Enclosure

QUOTED = "{date:%d/%m/%Y %H:%M}, {name} <{address}>:\n\n{lines}\n"


def letter(who: str, given: Mapping[str, Any], *, name: str, at: datetime) -> bytes:
    """A mail that begins something. `name` makes its Message-ID."""
    sender = sender_of(who)
    mail = OutgoingMail(
        from_=sender,
        to=(Address("", given["to"]),),
        cc=tuple(Address("", one) for one in given.get("cc", ())),
        subject=given["subject"],
        message_id=f"{name}@{sender.address.rpartition('@')[2]}",
        date=at,
        text=given["text"],
        html=given.get("html"),
        files=tuple(OutgoingFile(*one) for one in _files(given)),
    )
    return compose(mail)


def answer(who: str, given: Mapping[str, Any], *, to: Item, name: str, at: datetime) -> bytes:
    """A reply to the newest mail that the item sent to people, with its words quoted below."""
    answered = to.messages.filter(outgoing=True, automatic=False).latest("id")
    sender = sender_of(who)
    subject = answered.subject if answered.subject.startswith("Re: ") else f"Re: {answered.subject}"
    mail = OutgoingMail(
        from_=sender,
        to=(Address(answered.sender_name, answered.headers["reply_to"]),),
        subject=subject,
        message_id=f"{name}@{sender.address.rpartition('@')[2]}",
        date=at,
        text=f"{given['text']}\n{_quoted(answered)}",
        in_reply_to=answered.message_id,
        references=(*answered.references, answered.message_id),
        files=tuple(OutgoingFile(*one) for one in _files(given)),
    )
    return compose(mail)


def enclosures(given: Mapping[str, Any]) -> list[Enclosure]:
    """The files of a mail that the desk sends."""
    return [Enclosure(*one) for one in _files(given)]


def sender_of(who: str) -> Address:
    """`Name <address>`, or the address of somebody known."""
    name, address = parseaddr(who)
    known = Person.objects.filter(email=address).values_list("name", flat=True).first()
    return Address(name or known or "", address)


def _files(given: Mapping[str, Any]) -> list[tuple[str, str, bytes]]:
    return [(one["name"], one["type"], one["text"].encode()) for one in given.get("files", ())]


def _quoted(answered: Message) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in answered.text.strip().splitlines())
    return QUOTED.format(date=answered.at, name=answered.sender_name, address=answered.sender_address, lines=lines)
