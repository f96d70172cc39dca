"""Whom an allocation may choose among, read at once: who may have the item, who is away, who has how much to do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.models import Item, Person
from tramita.queries import absences, people
from tramita.queries.skills import of_people
from tramita.services.fitting import fits


@dataclass(frozen=True, slots=True)
class Candidates:
    """People and robots by their ids, and their substitutes; of `away`, see `domain.allocation`."""

    people: Mapping[int, Person] = field(default_factory=dict)
    actors: Mapping[int, Actor] = field(default_factory=dict)
    away: Mapping[int, int | None] = field(default_factory=dict)
    skills: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def fit(self, item: Item, one: int) -> bool:
        """As `fitting.still_fits` (Q-12)."""
        return one in self.actors and item.state is not State.CLOSED and fits(item, self.people[one], self.actors[one])

    def able(self, one: int, *, asked: Collection[str]) -> bool:
        """Whether they can do all of this (Q-1)."""
        return self.skills.get(one, frozenset()).issuperset(asked)


def candidates(ids: Collection[int], *, at: datetime, skills: bool = False) -> Candidates:
    """Cost: two statements, none for nobody; one more where somebody is away and has named a substitute, and one
    for skills.
    """
    if not ids:
        return Candidates()
    named = Person.objects.in_bulk(list(ids))
    gone = absences.away(named.values(), at=at)
    substitutes = {one.pk: one for one in gone.values() if one is not None}
    away = {one: substitute.pk if substitute else None for one, substitute in gone.items()}
    away |= {pk: None for pk, one in substitutes.items() if pk not in away and absences.away_until(one, at=at)}
    known = substitutes | named
    able = of_people(known) if skills else {}
    return Candidates(known, {one.id or 0: one for one in people.actors(known)}, away, able)
