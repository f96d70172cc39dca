"""Somebody who signs in from a browser that was never theirs hears of it by mail (TO-7)."""

import hashlib
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from tramita.models import Device, Person
from tramita.services.account_mail import write
from tramita.services.transactions import one_transaction

TOKEN_BYTES = 32
LONGEST_AGENT = 200


@one_transaction
def signed_in(person: Person, token: str, *, agent: str, at: datetime) -> str:
    """Remember the browser, and tell its owner of one that is new beside others. What the browser is to keep.

    `token` is what it kept from before; the same one serves whoever signs in there. The very first browser is no news.
    """
    token = token if 20 <= len(token) <= 100 else secrets.token_urlsafe(TOKEN_BYTES)
    digest = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
    others = Device.objects.filter(person=person.pk).exclude(digest=digest).exists()
    shown = " ".join(agent.split())[:LONGEST_AGENT]
    _, made = Device.objects.update_or_create(
        person=person,
        digest=digest,
        defaults={"agent": shown, "last_at": at},
        create_defaults={"agent": shown, "last_at": at, "first_at": at},
    )
    if made and others and person.email:
        write("new_device", person, at=at, values={"device": shown or "?", "when": _when(person, at)})
    return token


def _when(person: Person, at: datetime) -> str:
    there = at.astimezone(ZoneInfo(person.time_zone or settings.TIME_ZONE))
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M} ({there:%Z})"
