"""The scalars of a file, read and checked. A fault is noted with its line, and a harmless value goes on."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar
from zoneinfo import available_timezones

from tramita.domain.cel import ConditionError, parse
from tramita.domain.conditions import Condition
from tramita.domain.definitions import LANGUAGES
from tramita.domain.durations import parse_days, parse_span
from tramita.domain.errors import Invalid
from tramita.services.definitions.source import REFUSED, Node, Place, Problems

T = TypeVar("T")
D = TypeVar("D")

TITLE_LENGTH, ADDRESS_LENGTH, KEY_LENGTH, TEXT_LENGTH = 200, 254, 100, 100_000
KEY = re.compile(r"\w[\w.-]*")
ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@.<>()\[\],;:\"\\_/]+(?:\.[^\s@.<>()\[\],;:\"\\_/]+)+")
DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")
KINDS: Mapping[type, str] = {
    dict: "keys and values",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
}


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
    launches: list[tuple[str, str, Place]] = field(default_factory=list)  # a Case type starts another
    promises: list[tuple[str, str | None, Place]] = field(default_factory=list)  # due rule, calendar of the contract

    def fault(self, node: Node | Place, reason: str) -> None:
        """Note a fault, unless the value is already known to be wrong."""
        if isinstance(node, Place):
            self.problems.add(node, reason)
        elif node.value is not REFUSED:
            self.problems.add(node.place, reason)

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


def text(reading: Reading, node: Node, limit: int = TITLE_LENGTH) -> str | None:
    """A text that is not empty."""
    value = typed(reading, node, str)
    if value is None:
        return None
    if not value.strip():
        raise Refusal(node, "a text must not be empty")
    if len(value.strip()) > limit:
        raise Refusal(node, f"longer than {limit} characters")
    return value.strip()


def reference(*kinds: str) -> Callable[[Reading, Node], str | None]:
    """The key of something that must be defined; an address in lower case."""

    def read(reading: Reading, node: Node) -> str | None:
        key = text(reading, node)
        if key is None:
            return None
        key = key.lower() if "@" in key else key
        reading.refer(key, node.place, *kinds)
        return key

    return read


def long_text(reading: Reading, node: Node) -> str | None:
    return text(reading, node, TEXT_LENGTH)


def flag(reading: Reading, node: Node) -> bool | None:
    return typed(reading, node, bool)


def whole(low: int, high: int) -> Callable[[Reading, Node], int | None]:
    """A whole number within bounds."""

    def read(reading: Reading, node: Node) -> int | None:
        value = typed(reading, node, int)
        if value is None or low <= value <= high:
            return value
        raise Refusal(node, f"a number from {low} to {high} expected here")

    return read


def one_of(*words: str) -> Callable[[Reading, Node], str | None]:
    """One of these words, by its own text (YAML takes `off` for false)."""

    def read(reading: Reading, node: Node) -> str | None:
        word = node.raw.strip().lower()
        if not isinstance(node.value, dict | list) and word in words:
            return word
        near = get_close_matches(word, words, 1)
        hint = f"; did you mean “{near[0]}”?" if near else ""
        raise Refusal(node, f"one of {', '.join(words)} expected here{hint}")

    return read


def texts(reading: Reading, node: Node) -> tuple[str, ...] | None:
    return several(text)(reading, node)


def several(read: Callable[[Reading, Node], T | None]) -> Callable[[Reading, Node], tuple[T, ...] | None]:
    """A list of such values, each once."""

    def read_all(reading: Reading, node: Node) -> tuple[T, ...] | None:
        values: list[T] = []
        for one in typed(reading, node, list) or []:
            value = reading.attempt(read, one)
            if value in values:
                reading.fault(one, f"“{value}” is in the list twice")
            elif value is not None:
                values.append(value)
        return tuple(values)

    return read_all


def name_of(reading: Reading, key: str, place: Place) -> str:
    """The key of a definition: letters, digits, dot, dash and underscore."""
    if not KEY.fullmatch(key) or len(key) > KEY_LENGTH:
        reading.fault(place, f"“{key}” is no name: letters, digits, “-”, “_” and “.” only, at most {KEY_LENGTH}")
    return key


def address_of(reading: Reading, key: str, place: Place) -> str:
    """An address in lower case (MAIL-56)."""
    if not ADDRESS.fullmatch(key) or len(key) > ADDRESS_LENGTH:
        reading.fault(place, f"“{key}” is no e-mail address")
    return key.lower()


def address(reading: Reading, node: Node) -> str | None:
    value = typed(reading, node, str)
    return None if value is None else address_of(reading, value, node.place)


def domain(reading: Reading, node: Node) -> str | None:
    """The part of addresses after the @, in lower case."""
    value = (typed(reading, node, str) or "").lower().removeprefix("@")
    if not value or DOMAIN.fullmatch(value):
        return value or None
    raise Refusal(node, f"“{value}” is no domain of e-mail addresses")


def language(reading: Reading, node: Node) -> str | None:
    return one_of(*LANGUAGES)(reading, Node(node.value, node.place, raw=node.raw.replace("_", "-")))


def time_zone(reading: Reading, node: Node) -> str | None:
    value = typed(reading, node, str)
    if value is None or value in available_timezones():
        return value
    raise Refusal(node, f"there is no time zone “{value}”")


def day(reading: Reading, node: Node) -> date | None:
    """A day of the calendar, `2026-12-24`."""
    if isinstance(node.value, date) and not isinstance(node.value, datetime):
        return node.value
    try:
        return date.fromisoformat(node.value if isinstance(node.value, str) else "")
    except ValueError:
        raise Refusal(node, "a date expected here, like 2026-12-24") from None


def moment(reading: Reading, node: Node) -> str | None:
    """A day or a moment, as ISO text."""
    if isinstance(node.value, date):
        return node.value.isoformat()
    try:
        datetime.fromisoformat(node.value if isinstance(node.value, str) else "")
    except ValueError:
        raise Refusal(node, "a date or a moment expected here, like 2026-12-24 or 2026-12-24T09:00") from None
    return str(node.value)


def days(reading: Reading, node: Node) -> int | None:
    """A number of whole days, `5 days`."""
    try:
        return parse_days(node.value, field="")
    except Invalid as invalid:
        pass_on(reading, node, invalid)
        return None


def duration(reading: Reading, node: Node) -> str | None:
    """A duration in its canonical words."""
    try:
        return str(parse_span(node.value, field=""))
    except Invalid as invalid:
        pass_on(reading, node, invalid)
        return None


def condition(reading: Reading, node: Node) -> Condition | None:
    """A condition in CEL text (C-8)."""
    value = typed(reading, node, str)
    try:
        return None if value is None else parse(value)
    except ConditionError as error:
        raise Refusal(node, f"not a condition: {error}") from None


def json_text(reading: Reading, node: Node) -> str | None:
    """Any tree as JSON text; a text as it stands."""
    if isinstance(node.value, str):
        return node.value
    return json.dumps(plain(node), ensure_ascii=False, default=str)


def plain(node: Node) -> Any:
    """The tree without its places."""
    if isinstance(node.value, dict):
        return {key: plain(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [plain(one) for one in node.value]
    return None if node.value is REFUSED else node.value


def pass_on(reading: Reading, node: Node, invalid: Invalid) -> None:
    """The faults that a rule of the domain found, each at the line of the key that it names."""
    for error in invalid.errors:
        reading.fault(below(node, error.field), error.message % error.values if error.values else error.message)


def below(node: Node, path: str) -> Node:
    """The node that a dotted path names below this one, as far as it can be followed."""
    path = path.removeprefix(".")
    for key, value in node.value.items() if isinstance(node.value, dict) else ():
        if path == key or path.startswith(f"{key}."):
            return below(value, path[len(key) + 1 :])
    return node
