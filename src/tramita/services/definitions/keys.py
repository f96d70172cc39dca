"""The keys of a mapping, taken one by one; what is wrong is noted with its line, and reading goes on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

from tramita.domain.cards import FieldDefinition
from tramita.domain.codes import Role
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.services.definitions.source import REFUSED, Node, Place, Problems

T = TypeVar("T")
D = TypeVar("D")
KINDS: Mapping[type, str] = {
    dict: "keys and values",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
}


Dates = tuple[tuple[str, str], ...]  # moments, each with the name of the schedule that it stands in


@dataclass(frozen=True, slots=True)
class Counted:
    """What a due-date rule finds where it is used: the contract's calendar, the schedule of Cases, the fields that are
    declared, and the Case type with what is below it (SLA-2, SLA-3)."""

    calendar: str | None
    schedule: str | None = None
    of_case: bool = False
    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)
    case_type: str | None = None  # of a Case, not of its Actions


class Refusal(Exception):
    """This value cannot be read; the reader of the key notes it and goes on with the next."""

    def __init__(self, node: Node, reason: str) -> None:
        super().__init__(reason)
        self.node, self.reason = node, reason


@dataclass(slots=True)
class Reading:
    """What is being read: the faults, what is defined where, and what refers to what."""

    problems: Problems
    defined: dict[str, dict[str, Place]] = field(default_factory=dict)
    references: list[tuple[tuple[str, ...], str, Place]] = field(default_factory=list)
    memberships: list[tuple[str, str]] = field(default_factory=list)  # queue, user or robot
    properties: dict[str, Mapping[str, FieldDefinition]] = field(default_factory=dict)  # declared, by EXTENDED (D-22)
    schedules: dict[str, Dates] = field(default_factory=dict)  # by `payroll/cutoff` (BU-6)
    roles: dict[str, Role] = field(default_factory=dict)  # on which each role of the desk stands (SEC-1)
    queues: dict[tuple[str | None, str], str] = field(default_factory=dict)  # by team and name
    launches: list[tuple[str, str, Place]] = field(default_factory=list)  # a Case type starts another
    processes: dict[str, CaseTypeDefinition] = field(default_factory=dict)  # Case types by their path
    promises: list[tuple[str, Counted, Place]] = field(default_factory=list)  # due rule, and what it counts by

    def fault(self, node: Node | Place, reason: str) -> None:
        """Note a fault, unless the value is already known to be wrong."""
        if isinstance(node, Place):
            self.problems.add(node, reason)
        elif node.value is not REFUSED:
            self.problems.add(node.place, reason)

    def fault_each(self, node: Node | Place, reasons: Iterable[str]) -> None:
        """Note several faults of one place."""
        for reason in reasons:
            self.fault(node, reason)

    def attempt(self, read: Callable[["Reading", Node], T], node: Node) -> T | None:
        """The value as `read` sees it; None, with the fault noted, when it is refused."""
        try:
            return read(self, node)
        except Refusal as refusal:
            self.fault(refusal.node, refusal.reason)
            return None

    def define(self, kind: str, key: str, place: Place) -> None:
        """`key` exists; a second definition of the same is a fault."""
        known = self.defined.setdefault(kind, {})
        first, second = sorted((known.get(key, place), place), key=lambda one: one.line or 0)
        if key in known:
            self.fault(second, f"“{key}” is already defined in {first}")
        known[key] = first

    def refer(self, key: str, place: Place, *kinds: str) -> None:
        """`key` must turn out to be defined as one of these kinds."""
        self.references.append((kinds, key, place))


class Keys:
    """The keys of one mapping, taken one by one; what nobody takes is unknown."""

    def __init__(self, reading: Reading, node: Node, what: str) -> None:
        self.reading, self.node, self.what = reading, node, what
        self.taken: set[str] = set()
        self.values: Mapping[str, Node] = typed(reading, node, dict) or {}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def node_of(self, name: str) -> Node | None:
        """The node of a key, given and not null."""
        self.taken.add(name)
        node = self.values.get(name)
        return None if node is None or node.value is None else node

    def get(self, name: str, read: Callable[[Reading, Node], T | None], default: D) -> T | D:
        """The value of a key as `read` sees it; the default when it is absent, null or wrong."""
        value = self.maybe(name, read)
        return default if value is None else value

    def maybe(self, name: str, read: Callable[[Reading, Node], T]) -> T | None:
        """As `get`, where absence is a value of its own."""
        node = self.node_of(name)
        return None if node is None else self.reading.attempt(read, node)

    def own(self, name: str, read: Callable[[Reading, Node], T | None], inherited: T | None) -> T | None:
        """A key that is inherited unless given, be it as null (Z-8)."""
        return self.maybe(name, read) if name in self.values else inherited

    def must(self, name: str, read: Callable[[Reading, Node], T | None], otherwise: D) -> T | D:
        """A key that must be there."""
        node = self.node_of(name)
        if node is None:
            self.reading.fault(self.node, f"{self.what} needs “{name}”")
            return otherwise
        value = self.reading.attempt(read, node)
        return otherwise if value is None else value

    def entries(self, name: str) -> Iterable[tuple[str, Node, Place]]:
        """The entries of a mapping under a key: its keys are names."""
        node = self.node_of(name)
        return [] if node is None else entries(self.reading, node)

    def items(self, name: str) -> list[Node]:
        """The nodes of a list under a key."""
        node = self.node_of(name)
        return [] if node is None else typed(self.reading, node, list) or []

    def done(self) -> None:
        """Name the keys that nobody took."""
        for name in self.values:
            if name not in self.taken:
                near = get_close_matches(name, self.taken, 1)
                hint = f"; did you mean “{near[0]}”?" if near else ""
                self.reading.fault(self.node.keys[name], f"{self.what} has no key “{name}”{hint}")


def typed(reading: Reading, node: Node, kind: type[T]) -> T | None:
    """The value, if it is of that kind (true is no number)."""
    value = node.value
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    quotes = " (write it in quotes)" if kind is str and node.raw and not isinstance(value, dict | list) else ""
    reading.fault(node, f"{KINDS[kind]} expected here{quotes}")
    return None


def entries(reading: Reading, node: Node) -> list[tuple[str, Node, Place]]:
    """Name, value and place of each entry of a mapping."""
    values = typed(reading, node, dict) or {}
    return [(name, value, node.keys[name]) for name, value in values.items()]
