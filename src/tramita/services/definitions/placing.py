"""Reading where work waits: a queue by its key, or by its name within a team (Q-4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tramita.services.definitions import values
from tramita.services.definitions.keys import Keys, Reading
from tramita.services.definitions.source import Place


@dataclass(frozen=True, slots=True)
class Where:
    """A queue by its key; `name` is how a team calls it, where one is said."""

    queue: str | None = None
    name: str | None = None
    team: str | None = None

    @property
    def said(self) -> str | None:
        """As it is written."""
        return self.name or self.queue

    def columns(self, key: str = "queue") -> dict[str, Any]:
        """Of a definition whose key of this name says it."""
        return {key: self.queue, f"{key}_name": self.name}


NOWHERE = Where()


def placed(reading: Reading, keys: Keys, above: Where) -> Where:
    """`queue` and `team` of a definition; what it does not say, what is above it says (Z-8)."""
    return queue_of(reading, keys, "queue", team_of(reading, keys, above.team), above)


def team_of(reading: Reading, keys: Keys, above: str | None) -> str | None:
    """The team that names the queues from here on; with null there is none any more."""
    keys.taken.add("team")
    return keys.own("team", values.reference("team"), above)


def queue_of(reading: Reading, keys: Keys, name: str, team: str | None, above: Where = NOWHERE) -> Where:
    """The queue under this key, called so by its key or, where there is a team, by its name in it."""
    keys.taken.add(name)
    if name not in keys:
        if team == above.team or above.said is None:
            return Where(above.queue, above.name, team)
        return _named(reading, above.said, team, keys.node.keys["team"])
    node = keys.node_of(name)
    said = None if node is None else reading.attempt(values.text, node)
    return Where(team=team) if node is None or said is None else _named(reading, said, team, node.place)


def _named(reading: Reading, said: str, team: str | None, place: Place) -> Where:
    if team is None:
        reading.refer(said, place, "queue")
        return Where(said)
    found = reading.queues.get((team, said)) or (said if (team, said) in _keys(reading) else None)
    if found is None and team in reading.defined.get("team", {}):
        near = get_close_matches(said, [name for of, name in reading.queues if of == team], 1)
        hint = f"; did you mean “{near[0]}”?" if near else ""
        reading.fault(place, f"there is no queue “{said}” in the team “{team}”{hint}")
    return Where(found, said, team)


def _keys(reading: Reading) -> Sequence[tuple[str | None, str]]:
    """Queues by their keys, as a page chooses them: a name in the same team goes before."""
    return [(team, key) for (team, _), key in reading.queues.items()]


def define_queue(reading: Reading, key: str, keys: Keys, name: str | None, team: str | None, place: Place) -> None:
    """Of one name there is one queue in a team, and one without any team."""
    called = (team, name or key)
    known = reading.queues.setdefault(called, key)
    if known != key:
        at = keys.node.keys.get("name", place)
        within = f"in the team “{team}”" if team else "without a team"
        reading.fault(at, f"there is a queue “{called[1]}” {within} already: “{known}”")
