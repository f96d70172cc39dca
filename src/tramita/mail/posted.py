"""What a webhook brought: the raw message byte for byte where there is one, else one made of its parts."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters

MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Hooked:
    """A message with its envelope, as far as the provider told it."""

    raw: bytes
    sender: str | None  # "" is the null sender
    recipients: tuple[str, ...]
    marks: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def remade(cls, message: Any) -> Self:
        """Of an AnymailInboundMessage. Told twice it gives the same bytes, so that it is kept once (MAIL-3)."""
        named = str(message.envelope_recipient or "")
        return cls(_as_bytes(message), message.envelope_sender, _listed(named), {"remade": True})


def _as_bytes(message: Message) -> bytes:
    mark = hashlib.sha256("\n".join(str(message.get(name, "")) for name in ("Message-ID", "Date", "Subject")).encode())
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"hook-{mark.hexdigest()[:32]}-{number}")
    return message.as_bytes()


def _listed(addresses: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in addresses.split(",") if one.strip())


class Posted:
    """A request of a provider, its body read whole: what Django takes into memory by itself is less than a mail."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.body = request.read()
        vars(request)["_body"] = self.body  # what anymail reads, too

    def exact(self, provider: str) -> list[Hooked]:
        """The raw messages in it; none if the provider only tells their parts, or says something unexpected."""
        found = {"mailgun": self._mailgun, "sendgrid": self._sendgrid, "postmark": self._postmark}
        found["sparkpost"] = self._sparkpost
        try:
            return list(found[provider]()) if provider in found else []
        except (KeyError, ValueError, TypeError, AttributeError):
            return []

    def _mailgun(self) -> Iterator[Hooked]:
        if raw := self._field("body-mime"):
            sender, recipient = (self._field(name).decode() for name in ("sender", "recipient"))
            yield Hooked(raw, sender, _listed(recipient))

    def _sendgrid(self) -> Iterator[Hooked]:
        if raw := self._field("email"):
            envelope = json.loads(self._field("envelope") or b"{}")
            yield Hooked(raw, envelope.get("from"), tuple(envelope.get("to", ())))

    def _postmark(self) -> Iterator[Hooked]:
        said = json.loads(self.body)
        if raw := said.get("RawEmail"):
            paths = [one["Value"] for one in said.get("Headers", ())[:1] if one["Name"].lower() == "return-path"]
            sender = paths[0].strip("<> ") if paths else None
            yield Hooked(raw.encode("utf-8", "surrogateescape"), sender, _listed(said.get("OriginalRecipient", "")))

    def _sparkpost(self) -> Iterator[Hooked]:
        for event in json.loads(self.body):
            relayed = event["msys"]["relay_message"]
            raw = relayed["content"]["email_rfc822"].encode()
            if relayed["content"].get("email_rfc822_is_base64"):
                raw = base64.b64decode(raw)
            yield Hooked(raw, relayed.get("msg_from"), _listed(relayed.get("rcpt_to", "")))

    def _field(self, name: str) -> bytes:
        """One of the form, byte for byte, and however large: Django would decode it, and refuse a large one."""
        return self._fields.get(name, b"")

    @cached_property
    def _fields(self) -> dict[str, bytes]:
        kind, options = parse_header_parameters(self.request.META.get("CONTENT_TYPE", ""))
        if kind == "multipart/form-data":
            fields = dict(_parts(self.body, options.get("boundary", "").encode()))
        elif kind == "application/x-www-form-urlencoded":
            pairs = parse_qsl(self.body.decode("latin-1"), True, encoding="latin-1", max_num_fields=MOST_FIELDS)
            fields = {key: value.encode("latin-1") for key, value in pairs}
        else:
            fields = {}
        if "body-mime" in fields or "email" in fields:
            self._spare_django(fields)
        return fields

    def _spare_django(self, fields: Mapping[str, bytes]) -> None:
        """The small fields are what a signature is checked by."""
        small = QueryDict(mutable=True)
        for key, value in fields.items():
            if key not in ("body-mime", "email"):
                small[key] = value.decode("utf-8", "replace")
        vars(self.request).update(_post=small, _files=MultiValueDict())


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """The fields of a form (RFC 7578), but for its files."""
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1 : MOST_FIELDS + 1]:
        head, found, value = part.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        said = [line.partition(":")[2] for line in lines if line.lower().startswith("content-disposition:")]
        _, options = parse_header_parameters(said[0].strip()) if said else ("", {})
        if found and "name" in options and "filename" not in options:
            yield options["name"], value
