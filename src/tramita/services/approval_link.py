"""The link that lets one manager decide one request, once (MAIL-52)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tramita.models import Approval, ApprovalToken, Message, Person
from tramita.services.sealing import seal, unseal

LIVES = timedelta(days=30)
KEY_BYTES = 32
PATH = "approvals/by-mail"


def give_key(approval: Approval, person: Person, message: Message, *, at: datetime) -> None:
    """A key of their own, for the mail that carries it. Its digest is kept, and the key as only the worker reads it."""
    key = secrets.token_urlsafe(KEY_BYTES)
    ApprovalToken.objects.create(
        approval=approval,
        person=person,
        message=message,
        digest=digest_of(key),
        sealed=seal(key),
        expires_at=at + LIVES,
    )


def digest_of(key: str) -> str:
    """What of a key is looked up: it is random, so a fast digest is as safe as a slow one."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def paragraph(message: Message, language: str) -> str:
    """What is written into the mail when it leaves: the link, whose it is, and until when it works.

    Without the installation's own key there is no link, and the mail says so.
    """
    token = ApprovalToken.objects.select_related("person").get(message=message)
    key = unseal(token.sealed)
    there = token.expires_at.astimezone(ZoneInfo(token.person.time_zone or settings.TIME_ZONE))
    with translation.override(language):
        if not key:
            return _("The link to decide could not be made. Please ask us for another one.")
        said = _(
            "To decide, open this page and press Approve or Reject:\n%(link)s\n\n"
            "The link is for %(name)s alone. It works once, until %(until)s. "
            "An answer to this mail decides nothing: it is added to the request for us to read."
        )
        until = f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M}"
        link = f"{settings.TRAMITA_BASE_URL.rstrip('/')}/{PATH}/{key}"
        return said % {"link": link, "name": token.person.name or token.person.email, "until": until}
