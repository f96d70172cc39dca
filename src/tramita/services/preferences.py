"""How somebody is addressed and what their pages look like, as they choose it themselves (SS-1, Z-13, M-19a, TL-5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.domain.definitions import LANGUAGES
from tramita.domain.errors import FieldError, Invalid, NotPermitted
from tramita.models import Person
from tramita.services import notice_settings
from tramita.services.transactions import one_transaction

THEMES = ("", "light", "dark")  # empty: as the system
DENSITIES = ("dense", "airy")  # of lists
LONGEST_SIGNATURE = 2000
OF_STAFF = ("density", "shows_time", "signature", "signs", "notices")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be different; None stays as it is. An empty language or zone is the installation's."""

    language: str | None = None
    time_zone: str | None = None
    theme: str | None = None
    density: str | None = None
    shows_time: bool | None = None
    signature: str | None = None
    signs: bool | None = None

    @property
    def named(self) -> dict[str, Any]:
        """Only what is to be different."""
        given = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in given if value is not None}

    @property
    def columns(self) -> dict[str, Any]:
        """As a person's row keeps it."""
        return dict(_kept(name, value) for name, value in self.named.items())


@one_transaction
def choose(person: Person, chosen: Chosen) -> None:
    """Keep it. Raises: Invalid, naming every field."""
    if faults := list(_faults(person, chosen)):
        raise Invalid(faults)
    for name, value in chosen.columns.items():
        setattr(person, name, value)
    person.save(update_fields=list(chosen.columns))


@one_transaction
def change(chosen: Chosen, notices: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """One's own, with what one is told of and how: what is not named stays (N-1).

    Raises: NotPermitted, for who has no pages; Invalid, naming every field.
    """
    person = own(by)
    if notices and person.role not in STAFF:
        raise Invalid([_not_theirs("notices")])
    choose(person, chosen)
    if notices:
        notice_settings.change(notices, by=by, at=at)


def own(by: Actor) -> Person:
    """Whose settings these are. Raises: NotPermitted."""
    if by.role is Role.ROBOT or by.id is None:
        raise NotPermitted("A robot has no settings of its own.")
    return Person.objects.get(pk=by.id)


def _kept(name: str, value: Any) -> tuple[str, Any]:
    match name:
        case "density":
            return name, None if value == DENSITIES[0] else value
        case "shows_time":
            return "hides_time", None if value else True
        case "signature":
            return name, str(value).replace("\r\n", "\n").strip()
    return name, value


def _faults(person: Person, chosen: Chosen) -> Iterator[FieldError]:
    if person.role not in STAFF:
        yield from (_not_theirs(name) for name in chosen.named if name in OF_STAFF)
    if chosen.language not in (None, "", *LANGUAGES):
        yield FieldError("language", "invalid", "Choose one of the languages.")
    if chosen.time_zone and chosen.time_zone not in available_timezones():
        yield FieldError("time_zone", "invalid", "There is no such time zone.")
    if chosen.theme not in (None, *THEMES):
        yield FieldError("theme", "invalid", "Choose one of the themes.")
    if chosen.density not in (None, *DENSITIES):
        yield FieldError("density", "invalid", "Choose how dense lists are.")
    if len(chosen.columns.get("signature", "")) > LONGEST_SIGNATURE:
        most = {"count": LONGEST_SIGNATURE}
        yield FieldError("signature", "too_long", "At most %(count)s characters.", most)


def _not_theirs(name: str) -> FieldError:
    return FieldError(name, "not_yours", "Only those who work on requests have this setting.")
