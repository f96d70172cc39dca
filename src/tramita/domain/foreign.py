"""How what another desk calls its things is called here: read from a YAML that can be edited, checked as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from tramita.domain.bringing_in import Standing
from tramita.domain.codes import Kind, Method, State, WaitType
from tramita.domain.errors import FieldError, Invalid
from tramita.domain.resolution import RESOLUTIONS

STATES = {State.TO_DO, State.IN_PROGRESS, State.WAITING, State.RESOLVED, State.CLOSED}
WAITS = {WaitType.MORE_INFORMATION, WaitType.UNTIL}
METHODS = {method for method, line in RESOLUTIONS.items() if line.kind is Kind.TICKET}
KEYS = ("processes", "default", "states", "people", "dates")


@dataclass(frozen=True, slots=True)
class Names:
    """`processes`: categories by group, department or help topic; `people`: addresses here by name or address there."""

    processes: Mapping[str, str]
    default: str
    states: Mapping[str, Standing]
    people: Mapping[str, str]
    dates: str  # how moments are written there, as `strptime` has it; empty: ISO 8601

    def process(self, *named: str) -> str:
        """Of the first of these names that is known, else of all others."""
        return next((self.processes[one.casefold()] for one in named if one.casefold() in self.processes), self.default)

    def standing(self, state: str) -> Standing:
        """Raises: Invalid `state`."""
        found = self.states.get(state.strip().casefold())
        if found is None:
            raise Invalid.one("state", "unmapped", "The mapping says nothing of the state “%(text)s”.", text=state)
        return found

    def person(self, said: str) -> str:
        """The address of somebody here, in small letters."""
        text = said.strip().casefold()
        return self.people.get(text, text)

    def moment(self, column: str, text: str, zone: tzinfo) -> datetime | None:
        """Without an offset on the clock of that zone. Raises: Invalid."""
        if not text:
            return None
        try:
            read = datetime.strptime(text, self.dates) if self.dates else datetime.fromisoformat(text)  # noqa: DTZ007 - the zone comes below
            return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Invalid.one(
                column, "invalid", "“%(text)s” is no moment, such as 2020-03-31 14:05.", text=text
            ) from None


def names_of(document: Any) -> Names:
    """Raises: Invalid, naming every key that is wrong."""
    if not isinstance(document, Mapping):
        raise Invalid.one("mapping", "invalid", "A mapping expected.")
    faults = [FieldError(str(key), "unknown", "There is no such key.") for key in document if key not in KEYS]
    texts = {name: _texts(name, document.get(name), faults) for name in ("processes", "people")}
    states = {}
    for name, said in (document.get("states") or {}).items():
        fault, standing = _standing(said)
        if standing is None:
            faults.append(FieldError(f"states.{name}", "invalid", fault))
        else:
            states[str(name).strip().casefold()] = standing
    if faults:
        raise Invalid(faults)
    people = {name: address.casefold() for name, address in texts["people"].items()}
    return Names(
        texts["processes"], str(document.get("default") or ""), states, people, str(document.get("dates") or "")
    )


def _texts(name: str, said: Any, faults: list[FieldError]) -> dict[str, str]:
    if said is None:
        return {}
    if not isinstance(said, Mapping) or not all(isinstance(one, str) for one in said.values()):
        faults.append(FieldError(name, "invalid", "A mapping of names to texts expected."))
        return {}
    return {str(key).strip().casefold(): one for key, one in said.items()}


def _standing(said: Any) -> tuple[str, Standing | None]:
    """`closed`, or `{state: waiting, wait: until}`, or `{state: closed, method: replied}`."""
    given = said if isinstance(said, Mapping) else {"state": said}
    state, wait, method = (given.get(name) for name in ("state", "wait", "method"))
    if given.keys() - {"state", "wait", "method"} or state not in {one.value for one in STATES}:
        return "Give a state: to_do, in_progress, waiting, resolved or closed.", None
    if (state == State.WAITING) != (wait is not None) or (wait is not None and wait not in {w.value for w in WAITS}):
        return "Of waiting, and only of that, say what for: more_information or until.", None
    ends = state in (State.RESOLVED, State.CLOSED)
    if method is not None and (not ends or method not in {one.value for one in METHODS}):
        return "This is no method of a Ticket, or nothing has ended.", None
    chosen = Method(method) if method else Method.REPLIED if ends else None
    return "", Standing(State(state), WaitType(wait) if wait else None, chosen)
