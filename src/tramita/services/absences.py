"""People say when they are away and who stands in for them; so does whoever they report to (Q-7, Q-9, Q-11).

It is the absence that the configuration has, too. What somebody said here a file that does not name one leaves alone.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain.absences import span_faults
from tramita.domain.actors import STAFF, Actor
from tramita.domain.errors import FieldError, Invalid, NotFound, NotPermitted
from tramita.models import ConfigurationChange, Person
from tramita.queries import reporting
from tramita.queries.people import person_by_address
from tramita.queries.visibility import everywhere
from tramita.services.definitions.changes import plain
from tramita.services.definitions.export import user
from tramita.services.transactions import one_transaction

OWN = "own"  # said on a page or over the API: files that name none leave it


@one_transaction
def say(
    address: str, *, first: date | None, last: date | None, substitute: str = "", by: Actor, at: datetime
) -> Person:
    """Away from the first day to the last, both included, as days are where they are. It replaces what was.

    Raises: NotFound, NotPermitted; Invalid `from`, `to`, `substitute`.
    """
    person = _theirs(address, by)
    named = person_by_address(substitute) if substitute.strip() else None
    today = at.astimezone(ZoneInfo(person.time_zone or settings.TIME_ZONE)).date()
    faults = [*span_faults(first, last, today=today), *(_who(person, named) if substitute.strip() else ())]
    if faults or first is None or last is None:
        raise Invalid(faults)
    kept = {"from": first.isoformat(), "to": last.isoformat(), "substitute": named and named.email, OWN: True}
    _keep(person, kept, by=by, at=at)
    return person


@one_transaction
def end(address: str, *, by: Actor, at: datetime) -> Person:
    """They are here. Raises: NotFound, NotPermitted."""
    person = _theirs(address, by)
    _keep(person, None, by=by, at=at)
    return person


def may_say(by: Actor, person: Person) -> bool:
    """Themselves, whoever they report to at whatever remove, and who manages users."""
    if not by.is_staff:
        return False
    return person.pk == by.id or everywhere(by, "manage_users") or person.pk in reporting.line_of(by).reports


def _theirs(address: str, by: Actor) -> Person:
    if not by.is_staff:
        raise NotPermitted("Only those who work on requests have this setting.")
    person = person_by_address(address)
    if person is None or person.role not in STAFF:
        raise NotFound("There is no such person.")
    if not may_say(by, person):
        raise NotPermitted("Only they themselves, or whoever they report to, say when they are away.")
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _keep(person: Person, kept: Mapping[str, Any] | None, *, by: Actor, at: datetime) -> None:
    """Told among the changes of the configuration, of which it is one."""
    before = plain(user(person))
    person.absent = kept
    person.save(update_fields=["absent"])
    after = plain(user(person))
    if before != after:
        ConfigurationChange.objects.create(
            section="users", key=person.email or "", at=at, by_id=by.id, before=before, after=after
        )


def _who(person: Person, named: Person | None) -> list[FieldError]:
    if named is None or not named.is_active or named.role not in STAFF:
        return [FieldError("substitute", "unknown", "Choose a colleague who works here.")]
    return [FieldError("substitute", "oneself", "Choose somebody else.")] if named.pk == person.pk else []
