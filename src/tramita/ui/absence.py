"""Who is away says so wherever people are offered to be given work."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


def with_absence(people: Iterable[tuple[int, str]], away: Mapping[int, date]) -> list[tuple[int, str]]:
    """Ids and names; behind a name until when they are away."""
    return [(pk, _named(name, away[pk]) if pk in away else name) for pk, name in people]


def _named(name: str, until: date) -> str:
    return _("%(name)s (away until %(day)s)") % {"name": name, "day": date_format(until, "DATE_FORMAT")}
