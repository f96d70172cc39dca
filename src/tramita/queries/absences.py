"""Who is away today, in their own time zone, and who stands in for them (Q-7, Q-9)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain import absences
from tramita.models import Person


@dataclass(frozen=True, slots=True)
class Away:
    """Who is not there today, until when, and who stands in for them: by name, empty where nobody does."""

    name: str
    until: date
    substitute: str


def away_until(person: Person, *, at: datetime) -> date | None:
    """The last day of their absence; None for who is here. Robots have none."""
    return until(person.absent, person.time_zone, at=at)


def until(absent: Mapping[str, Any] | None, time_zone: str, *, at: datetime) -> date | None:
    """As `away_until`, by the columns of a person."""
    if not absent:
        return None
    return absences.away_until(absent, at.astimezone(ZoneInfo(time_zone or settings.TIME_ZONE)).date())


def away(people: Iterable[Person], *, at: datetime) -> dict[int, Person | None]:
    """Those of them who are away, each with their substitute, here or not.

    Cost: one statement, where somebody is away and has named one.
    """
    gone = [one for one in people if away_until(one, at=at)]
    named = {one.pk: (one.absent or {}).get("substitute") for one in gone}
    addresses = {*filter(None, named.values())}
    found = {one.email: one for one in Person.objects.filter(email__in=addresses)} if addresses else {}
    return {key: found.get(address) for key, address in named.items()}


def workers_away(at: datetime) -> dict[int, date]:
    """Who of the desk is away, and until when. Cost: one statement."""
    rows = Person.objects.filter(is_active=True, absent__isnull=False).values_list("pk", "absent", "time_zone")
    found = ((pk, until(absent, time_zone, at=at)) for pk, absent, time_zone in rows)
    return {pk: last for pk, last in found if last}


def told_of(ids: Collection[int], *, at: datetime) -> list[Away]:
    """Who of these is away today, by name. Cost: one statement, one more for their substitutes; none for nobody."""
    if not ids:
        return []
    people = list(Person.objects.filter(pk__in=ids, is_active=True).order_by("name", "pk"))
    substitutes, found = away(people, at=at), []
    for one in people:
        last, instead = away_until(one, at=at), substitutes.get(one.pk)
        if last is not None:
            found.append(Away(str(one), last, str(instead) if instead else ""))
    return found
