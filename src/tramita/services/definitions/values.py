"""The scalars of a file, read and checked. A fault is noted with its line, and a harmless value goes on."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, TypeVar
from zoneinfo import available_timezones

from tramita.domain.cel import ConditionError, parse
from tramita.domain.conditions import Condition
from tramita.domain.definitions import LANGUAGES
from tramita.domain.durations import parse_days, parse_span
from tramita.domain.errors import Invalid
from tramita.domain.sender_dns.dkim import LONGEST_SELECTOR, SELECTOR
from tramita.services.definitions.keys import Reading, Refusal, typed
from tramita.services.definitions.source import REFUSED, Node, Place

T = TypeVar("T")

TITLE_LENGTH, ADDRESS_LENGTH, KEY_LENGTH, TEXT_LENGTH = 200, 254, 100, 100_000
KEY = re.compile(r"\w[\w.-]*")
ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]+@[^\s@.<>()\[\],;:\"\\_/]+(?:\.[^\s@.<>()\[\],;:\"\\_/]+)+")
DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)+")


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


def one_or_several(read: Callable[[Reading, Node], T | None]) -> Callable[[Reading, Node], tuple[T, ...] | None]:
    """Such a value, or a list of them."""

    def read_any(reading: Reading, node: Node) -> tuple[T, ...] | None:
        if isinstance(node.value, list):
            return several(read)(reading, node)
        value = read(reading, node)
        return None if value is None else (value,)

    return read_any


def selector(reading: Reading, node: Node) -> str | None:
    """The name of a DKIM key, in lower case as DNS takes it."""
    value = text(reading, node)
    if value is None or (len(value) <= LONGEST_SELECTOR and SELECTOR.fullmatch(value)):
        return value and value.lower()
    raise Refusal(node, f"“{value}” is no DKIM selector, such as s1 or mail.2026")


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


def mapping(reading: Reading, node: Node) -> dict[str, Any] | None:
    """A tree as it stands, for whoever reads what is in it."""
    return None if typed(reading, node, dict) is None else plain(node)


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
