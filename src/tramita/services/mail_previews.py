"""How an automatic mail reads: with the data of a real item, in any language, sent to nobody (MAIL-126)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from tramita.domain.errors import Invalid, NotFound
from tramita.domain.mail_templates import ALWAYS, KINDS, MailText
from tramita.models import Item
from tramita.queries.mailboxes import directory
from tramita.services.automatic_mails import values_of, worded

SOON = timedelta(days=2)  # until when, in what a preview says


def preview(kind: str, *, item: Item | None, language: str = "", at: datetime) -> MailText:
    """The words that the installation chose, else ours, filled; in the language of who would read them.

    What only the moment of sending knows stands as an example. A mail of no item needs none.
    Raises: NotFound, for a kind that there is not; Invalid, when it needs an item.
    """
    if kind not in KINDS:
        raise NotFound("There is no automatic mail “%(kind)s”.", kind=kind)
    desk = directory()
    reader = item.primary_contact if item else None
    speaks = language or (reader.language if reader else "") or settings.LANGUAGE_CODE
    known = _known(speaks, (reader.time_zone if reader else "") or settings.TIME_ZONE, at)
    known["desk"] = desk.voice_of(desk.leaving_from(None)).name or "Tramita"
    if set(KINDS[kind]) >= set(ALWAYS):
        if item is None:
            raise Invalid.one("item", "required", "This mail is about an item: name one.")
        known |= values_of(item, desk, (reader.name or reader.email or "") if reader else known["name"])
    return worded(kind, speaks, known)


def example(language: str, *, name: str, at: datetime) -> dict[str, str]:
    """A value for everything that any automatic mail may name, of no item."""
    made_up = {"reference": "40308-T", "title": "Invoice 991", "desk": "Tramita", "name": name}
    return _known(language, settings.TIME_ZONE, at) | made_up


def _known(language: str, zone: str, at: datetime) -> dict[str, str]:
    with translation.override(language):
        there = (at + SOON).astimezone(ZoneInfo(zone))
        until = f"{date_format(there, 'DATE_FORMAT')} {there:%H:%M}"
    return {
        "until": until,
        "manager": "Marta Vidal",
        "first": until,
        "last": until,
        "case": "10040-C",
        "children": "40309-T, 40310-T",
        "subject": "…",
        "reason": "…",
        "device": "Firefox",
        "when": until,
        "size": "51 MB",
        "limit": "50 MB",
        "link": f"{settings.TRAMITA_BASE_URL}/…",
        "name": "Ana",
    }
