"""How somebody of the portal is addressed: language, time zone, look (SS-1, Z-13)."""

from zoneinfo import available_timezones

from tramita.domain.definitions import LANGUAGES
from tramita.domain.errors import FieldError, Invalid
from tramita.models import Person
from tramita.services.transactions import one_transaction

THEMES = ("", "light", "dark")  # empty: as the system


@one_transaction
def choose(person: Person, *, language: str, time_zone: str, theme: str) -> None:
    """Keep it. Raises: Invalid, naming every field."""
    faults = []
    if language not in ("", *LANGUAGES):
        faults.append(FieldError("language", "invalid", "Choose one of the languages."))
    if time_zone and time_zone not in available_timezones():
        faults.append(FieldError("time_zone", "invalid", "There is no such time zone."))
    if theme not in THEMES:
        faults.append(FieldError("theme", "invalid", "Choose one of the themes."))
    if faults:
        raise Invalid(faults)
    person.language, person.time_zone, person.theme = language, time_zone, theme
    person.save(update_fields=["language", "time_zone", "theme"])
