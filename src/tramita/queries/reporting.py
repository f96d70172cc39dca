"""Who is above, beside and below somebody in the line of reporting, and who of them is away (H-1, Q-11)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tramita.domain.actors import Actor
from tramita.queries import worklists
from tramita.queries.rows import fetch
from tramita.queries.worklists import Place

LINE = """
WITH RECURSIVE below(id) AS (
  SELECT id FROM people WHERE reports_to_id = %s
  UNION SELECT p.id FROM people p JOIN below ON p.reports_to_id = below.id)
SELECT 'reports', id FROM below
UNION ALL SELECT 'peers', id FROM people WHERE reports_to_id = (SELECT reports_to_id FROM people WHERE id = %s)
UNION ALL SELECT 'manager', reports_to_id FROM people WHERE id = %s AND reports_to_id IS NOT NULL
UNION ALL SELECT 'absent', p.id FROM people p JOIN (
  SELECT id FROM below UNION SELECT id FROM people
  WHERE reports_to_id = (SELECT reports_to_id FROM people WHERE id = %s)
  UNION SELECT reports_to_id FROM people WHERE id = %s UNION SELECT m.person_id FROM memberships m
  WHERE m.queue_id IN (SELECT queue_id FROM memberships WHERE person_id = %s)) near ON near.id = p.id
  WHERE p.is_active AND p.absent IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Line:
    """Ids of people. `reports`: at whatever remove."""

    manager: frozenset[int] = frozenset()
    peers: frozenset[int] = frozenset()
    reports: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()  # of these and of those who share a queue, who has an absence, be it over

    @property
    def near(self) -> frozenset[int]:
        """All of them."""
        return self.manager | self.peers | self.reports

    @property
    def parts(self) -> Mapping[str, frozenset[int]]:
        """Those that can be looked at by themselves."""
        return {"manager": self.manager, "peers": self.peers, "reports": self.reports}


def places(actor: Actor, line: Line) -> Mapping[str, Place]:
    """The lists of the Team page that there are for this person; everything first, under an empty name."""
    found = {"": worklists.around_me(actor, line.near)}
    if actor.queue_ids:
        found["queues"] = worklists.in_teams(actor)
    return found | {name: worklists.of_people(ids) for name, ids in line.parts.items() if ids}


def line_of(actor: Actor) -> Line:
    """The line of reporting around this person; a ring of people ends where it began. Cost: one statement."""
    found: dict[str, set[int]] = {"manager": set(), "peers": set(), "reports": set(), "absent": set()}
    for name, one in fetch(LINE, [actor.id] * 6):
        if one != actor.id:
            found[name].add(one)
    return Line(**{name: frozenset(ids) for name, ids in found.items()})
