"""What a move of running Cases to the newest version of their type would do, before it is done (decision 48).

Cost: four statements over the Cases that run by the older version, whatever has ended.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tramita.domain import upgrades
from tramita.domain.codes import Kind
from tramita.domain.errors import NotFound
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.domain.references import Reference
from tramita.domain.upgrades import Chosen, Fate, Stand
from tramita.models import Version
from tramita.queries import definitions
from tramita.queries.rows import fetch

NAMED = 20  # Cases that stay, by reference; the others are counted
# constants are written out, so that no planner has to guess
RUNNING = "items i WHERE i.process_id = %s AND i.process_version_id = %s AND i.kind = 1 AND i.state IN (1, 2, 3)"
CASES = (
    "SELECT i.id, i.number, s.step, CASE WHEN i.problem IS NOT NULL OR i.wait_type = 'pause' "
    "OR s.ended_at IS NOT NULL THEN 1 ELSE 0 END FROM (SELECT * FROM "
    f"{RUNNING}) i LEFT JOIN case_steps s ON s.case_id = i.id "
    "AND s.number = (SELECT MAX(number) FROM case_steps WHERE case_id = i.id) ORDER BY i.id"
)
OPEN = (
    f"SELECT i.id, a.name FROM (SELECT id FROM {RUNNING}) i JOIN case_steps s ON s.case_id = i.id "
    "AND s.number = (SELECT MAX(number) FROM case_steps WHERE case_id = i.id) "
    "JOIN case_actions a ON a.step_id = s.id JOIN items x ON x.id = a.item_id WHERE x.state < 5"
)
ENDED = (
    f"SELECT a.name, COUNT(*) FROM (SELECT id FROM {RUNNING}) i JOIN case_steps s ON s.case_id = i.id "
    "JOIN case_actions a ON a.step_id = s.id JOIN items x ON x.id = a.item_id WHERE x.state = 5 GROUP BY a.name"
)


@dataclass(frozen=True, slots=True)
class Versions:
    """Both ends of a move, by the ids that items store and the numbers that people read."""

    process_id: int
    title: str
    old_id: int
    old_number: int
    new_id: int
    new_number: int

    @property
    def old(self) -> CaseTypeDefinition:
        """What it said."""
        return definitions.case_type(self.old_id)

    @property
    def new(self) -> CaseTypeDefinition:
        """What it says now."""
        return definitions.case_type(self.new_id)


@dataclass(frozen=True, slots=True)
class Vanished:
    """A step or an Action that the newest version does not have; `running` Cases or Actions are there now."""

    name: str
    title: str
    running: int
    ended: int = 0  # of an Action: how many are history


@dataclass(frozen=True, slots=True)
class Preview:
    """What the move would do. Only what matters to a Case that runs is named."""

    steps: Sequence[Vanished]
    actions: Sequence[Vanished]
    cases: int
    fates: Mapping[Fate, int]
    closed: int  # Actions
    kept: int  # Actions that the newest version does not have and that go on as they are
    stay: Sequence[tuple[str, str]]  # the first Cases that stay, each with the title of its step
    again: Sequence[str]  # titles of Actions that some Cases have had, and that come again

    @property
    def moving(self) -> int:
        """How many Cases move."""
        return self.cases - self.fates[Fate.STAYS]

    def told(self, found: "Versions") -> dict[str, Any]:
        """As programs are told of it, without the steps and Actions that vanish."""
        return {
            "old": found.old_number,
            "new": found.new_number,
            "cases": self.cases,
            "move": self.fates[Fate.MOVES],
            "go_on": self.fates[Fate.GOES_ON],
            "stay": self.fates[Fate.STAYS],
            "closed": self.closed,
            "kept": self.kept,
            "stay_here": [reference for reference, _ in self.stay],
            "again": list(self.again),
        }


def versions(path: str, number: int) -> Versions:
    """From this version of a Case type in use to its current one. Raises: NotFound. Cost: one statement."""
    found = Version.objects.filter(definition__kind="case_type", definition__key=path, definition__active=True)
    row = found.filter(number=number).select_related("definition__current").first()
    if row is None or row.definition.current is None or row.pk == row.definition.current_id:
        raise NotFound("There is no such version, or it is the newest.")
    process, now = row.definition, row.definition.current
    return Versions(process.pk, process.title, row.pk, row.number, now.pk, now.number)


def running_cases(found: Versions) -> list[int]:
    """The Cases that run by the older version, by their ids. Cost: one statement."""
    return [row[0] for row in fetch(f"SELECT i.id FROM {RUNNING} ORDER BY i.id", [found.process_id, found.old_id])]


def preview(found: Versions, chosen: Chosen) -> Preview:
    """Cost: three statements."""
    of, old, new = [found.process_id, found.old_id], found.old, found.new
    running: defaultdict[int, list[str]] = defaultdict(list)
    for case, name in fetch(OPEN, of):
        running[case].append(name)
    cases = [(number, Stand(step, bool(held), running[id_])) for id_, number, step, held in fetch(CASES, of)]
    standing = Counter(case.step for _, case in cases)
    open_ones = Counter(name for names in running.values() for name in names)
    fates = [(number, case, upgrades.fate(case, new, chosen)) for number, case in cases]
    moving = Counter(name for _, case, fate in fates if fate is not Fate.STAYS for name in case.open)
    steps, actions = upgrades.vanished(old, new)
    titles = {step.name: step.title for step in old.steps}
    stay = [(str(Reference(Kind.CASE, number)), titles.get(case.step or "", "")) for number, case, _ in _staying(fates)]
    return Preview(
        steps=[Vanished(one.name, one.title, standing[one.name]) for one in steps if standing[one.name]],
        actions=_actions(old, actions, open_ones, dict(fetch(ENDED, of))),
        cases=len(cases),
        fates=Counter(fate for *_, fate in fates),
        closed=sum(moving[name] for name in chosen.closed),
        kept=sum(moving[name] for name in actions if name not in chosen.actions),
        stay=stay,
        again=_again(old, new, [step for step in standing if step], chosen),
    )


def _staying(fates: Sequence[tuple[int, Stand, Fate]]) -> Sequence[tuple[int, Stand, Fate]]:
    return [one for one in fates if one[2] is Fate.STAYS][:NAMED]


def _actions(
    old: CaseTypeDefinition, names: Sequence[str], running: Mapping[str, int], ended: Mapping[str, int]
) -> list[Vanished]:
    every = [Vanished(one, old.actions[one].title, running.get(one, 0), ended.get(one, 0)) for one in names]
    return [one for one in every if one.running or one.ended]


def _again(old: CaseTypeDefinition, new: CaseTypeDefinition, steps: Sequence[str], chosen: Chosen) -> list[str]:
    known = {one.name for one in old.steps}
    names = {name for step in steps if step in known for name in upgrades.comes_again(old, new, step, chosen)}
    return [action.title for name, action in new.actions.items() if name in names]
