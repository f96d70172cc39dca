"""What a list is narrowed by: the words of an address or of a saved view, and the condition that they mean.

A `Narrowing` is kept as it was asked (“me”, “the last seven days”), so that a shared view means each reader's own work
on each reader's own day; `condition` says what it means for one reader now. Values of one field are alternatives,
fields come together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tramita.domain.codes import DueStatus, Kind, Listed, Mark, State, WaitType
from tramita.domain.conditions import All, AnyOf, Comparison, Condition
from tramita.domain.errors import Invalid
from tramita.domain.tags import tags_of

ME, NOBODY = "me", "none"
OPEN = (Listed.INBOX, Listed.OWNED, Listed.QUEUE)

CODES: Mapping[str, Sequence[str]] = {
    "kind": tuple(Kind),
    "state": tuple(State),
    "list": OPEN,
    "due": (DueStatus.OVERDUE, DueStatus.TODAY, DueStatus.ON_TARGET, DueStatus.NOT_SET),
    "wait": tuple(WaitType),
    "mark": tuple(Mark),
}
KEYS = ("queue", "assignee", "owner", "organisation", "process")  # named by what the desk has configured
PEOPLE = ("assignee", "owner")
MOMENTS = ("created", "updated")
DAYS = tuple(f"{name}_{end}" for name in MOMENTS for end in ("from", "to", "days"))
TAG = "tag"
FIELDS = (*CODES, *KEYS, TAG, *DAYS)

OWN = "fields."  # before the name of a field that a category or Case type declares (D-20)
OWN_NAME = re.compile(r"fields\.[A-Za-z_]\w{0,99}", re.ASCII)
MOST_OWN = 8

MOST_VALUES, LONGEST_VALUE, MOST_DAYS = 50, 400, 3650
LARGEST = 2**63 - 1  # what the databases hold

Narrowing = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom, and when. `tonight` is the end of the reader's day, in `zone`."""

    id: int | None
    now: datetime
    tonight: datetime
    zone: tzinfo


def read(given: Mapping[str, Sequence[str]]) -> Narrowing:
    """What of this narrows a list, in one order. What cannot be a value of its field is left out."""
    own = [name for name in sorted(given) if is_own(name)][:MOST_OWN]
    found = ((name, _values(name, given[name])) for name in (*FIELDS, *own) if name in given)
    return tuple((name, values) for name, values in found if values)


def is_own(name: str) -> bool:
    """Whether it names a declared field; it is then harmless in a statement."""
    return OWN_NAME.fullmatch(name) is not None


def without(narrowing: Narrowing, field: str, value: str) -> Narrowing:
    """One value less."""
    return read({name: [one for one in values if (name, one) != (field, value)] for name, values in narrowing})


def replaced(narrowing: Narrowing, field: str, values: Sequence[str]) -> Narrowing:
    """The field with these values instead."""
    return read(dict(narrowing) | {field: values})


def condition(narrowing: Narrowing, reader: Reader) -> All:
    """What the narrowing means for this reader now."""
    return All(tuple(_part(name, values, reader) for name, values in narrowing))


def _values(name: str, given: Sequence[str]) -> tuple[str, ...]:
    typed = dict.fromkeys(value.strip() for value in given[:MOST_VALUES])
    if name == TAG:
        typed = dict.fromkeys(one for value in typed for one in _tags(value))
    found = [value for value in typed if value and len(value) <= LONGEST_VALUE and _fits(name, value)]
    return tuple(found[-1:] if name in DAYS else found)


def _tags(value: str) -> tuple[str, ...]:
    """As tags are spelled; what cannot be one is none."""
    try:
        return tags_of([value])
    except Invalid:
        return ()


def _fits(name: str, value: str) -> bool:
    if name in CODES:
        return value in CODES[name]
    if name in PEOPLE:
        return value in (ME, NOBODY) or (_is_number(value) and int(value) <= LARGEST)
    if name.endswith("_days"):
        return _is_number(value) and 0 < int(value) <= MOST_DAYS
    return _is_date(value) if name in DAYS else value.isprintable()


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) < 20


def _is_date(value: str) -> bool:
    try:
        return 1900 <= date.fromisoformat(value).year < 9000  # a zone's midnight must fit as well
    except ValueError:
        return False


def _part(name: str, values: tuple[str, ...], reader: Reader) -> Condition:
    if name in DAYS:
        return _days(name, values[0], reader)
    if name == "mark":
        return AnyOf(tuple(_mark(one) for one in values))
    return _one_of(name, values, reader) if name in KEYS or is_own(name) else Comparison(name, "in", values)


def _mark(name: str) -> Comparison:
    return Comparison(name, "!=", None) if name == "problem" else Comparison(name, "==", True)


def _one_of(name: str, values: Iterable[str], reader: Reader) -> Condition:
    """Absence is asked for by itself: a comparison with null is false."""
    named = tuple(_key(name, one, reader) for one in values if one != NOBODY)
    parts = [Comparison(name, "in", named)] if named else []
    if NOBODY in values:
        parts.append(Comparison(name, "==", None))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _key(name: str, value: str, reader: Reader) -> str | int:
    if name not in PEOPLE:
        return value
    return (reader.id or 0) if value == ME else int(value)


def _days(name: str, value: str, reader: Reader) -> Comparison:
    """Whole days of the reader, their ends in UTC: ISO texts of one form sort as they stand."""
    field, _, end = name.partition("_")
    if end == "days":
        today = (reader.tonight - timedelta(minutes=1)).astimezone(reader.zone).date()
        return Comparison(field, ">=", _midnight(today - timedelta(days=int(value) - 1), reader.zone))
    day = date.fromisoformat(value)
    if end == "from":
        return Comparison(field, ">=", _midnight(day, reader.zone))
    return Comparison(field, "<", _midnight(day + timedelta(days=1), reader.zone))


def _midnight(day: date, zone: tzinfo) -> str:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC).isoformat(timespec="microseconds")
