"""Fields that a category or Case type declares, and the cards on which they stand (D-20, D-21).

What `show_when` hides is neither asked nor demanded; its value stays, and other conditions of cards take it for empty
(decision 0038). Values are JSON: a scalar, of a table a list of rows, each an object by column.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tramita.domain.conditions import Condition, fields_of, holds
from tramita.domain.errors import FieldError

COLUMN_TYPES = ("text", "number", "boolean", "date", "datetime", "choice", "link")
FIELD_TYPES = (*COLUMN_TYPES, "table")
LEVELS = " / "  # between the levels of a choice: "Europe / Poland"
MOST_ROWS = 200
DATE_LENGTH = len("2026-12-24")
SCALARS = (str, int, float, bool, type(None))

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldDefinition:
    """A declared field of a category or Case type; undeclared ones hold any JSON scalar (D-20, D-21)."""

    name: str
    type: str = "text"  # one of FIELD_TYPES
    title: str = ""
    mandatory: bool = False
    read_only: bool = False  # once submitted, and from the start if there is a default
    choices: tuple[str, ...] = ()  # what may be chosen, with its levels: "Europe / Poland"
    default: str | int | float | bool | None = None
    show_when: Condition | None = None
    columns: tuple["FieldDefinition", ...] = ()  # of a table
    titles: Mapping[str, str] = field(default_factory=dict)  # by language
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # of choices, by language

    def called(self, language: str) -> str:
        """Its title in this language, or as it was written."""
        return self.titles.get(language) or self.title or self.name.replace("_", " ")

    def label_of(self, choice: str, language: str) -> str:
        """What a choice is called; what is not in its list any more, by its own name."""
        labels = self.labels.get(choice, {})
        return labels.get(language) or labels.get("en") or next(iter(labels.values()), choice)

    def faults_of(self, value: object, place: str) -> Iterator[FieldError]:
        """Why this value cannot stand in the field, each fault at its place; null always can."""
        if self.type == "table" and value is not None:
            yield from self._faults_of_rows(value, place)
        elif fault := self._fault_of(value, place):
            yield fault

    def _fault_of(self, value: object, place: str) -> FieldError | None:
        if value is None:
            return None
        if self.type == "boolean":
            return None if isinstance(value, bool) else FieldError(place, WRONG, "Choose yes or no.")
        if self.type == "number":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return None if number else FieldError(place, WRONG, "Give a number.")
        return self._fault_of_text(value, place) if isinstance(value, str) else FieldError(place, WRONG, "Give a text.")

    def _fault_of_text(self, value: str, place: str) -> FieldError | None:
        if self.type == "choice" and value not in self.choices:
            return FieldError(place, WRONG, "Choose one of these: %(choices)s.", {"choices": ", ".join(self.choices)})
        if self.type == "date" and not (_is_moment(value) and len(value) == DATE_LENGTH):
            return FieldError(place, WRONG, "Give a date, like 2026-12-24.")
        if self.type == "datetime" and not _is_moment(value):
            return FieldError(place, WRONG, "Give a date and a time, like 2026-12-24T09:00+01:00.")
        if self.type == "link" and not value.startswith(("http://", "https://")):
            return FieldError(place, WRONG, "Give an address that begins with https:// or http://.")
        return None

    def _faults_of_rows(self, value: object, place: str) -> Iterator[FieldError]:
        if not isinstance(value, list):
            yield FieldError(place, WRONG, "A table is a list of rows.")
        elif len(value) > MOST_ROWS:
            yield FieldError(place, "too_long", "At most %(most)s rows.", {"most": MOST_ROWS})
        else:
            for number, row in enumerate(value):
                yield from self._faults_of_row(row, f"{place}.{number}")

    def _faults_of_row(self, row: object, place: str) -> Iterator[FieldError]:
        if not isinstance(row, dict):
            yield FieldError(place, WRONG, "A row holds values by column.")
            return
        known = {column.name: column for column in self.columns}
        for name, value in row.items():
            if name in known:
                yield from known[name].faults_of(value, f"{place}.{name}")
            else:
                yield FieldError(f"{place}.{name}", "unknown", "This table has no such column.")

    def missing(self, value: Any, place: str) -> Iterator[str]:
        """What of this field is mandatory and empty: the field, or cells of rows that hold something (D-21)."""
        if self.mandatory and is_empty(value):
            yield place
        for number, row in enumerate(rows_of(value) if self.type == "table" else ()):
            needed = [column.name for column in self.columns if column.mandatory and is_empty(row.get(column.name))]
            yield from (f"{place}.{number}.{name}" for name in needed if not is_empty(row))

    def locked(self, *, submitted: bool) -> bool:
        """Editable until first submitted if it has no default (D-21)."""
        return self.read_only and (submitted or self.default is not None)


WRONG = "wrong_type"


@dataclass(frozen=True, slots=True)
class CardDefinition:
    """Fields that stand together. The one without a name holds what was put on none."""

    name: str
    title: str = ""
    fields: tuple[str, ...] = ()
    show_when: Condition | None = None
    titles: Mapping[str, str] = field(default_factory=dict)  # by language

    def called(self, language: str) -> str:
        """Its title in this language, or as it was written."""
        return self.titles.get(language) or self.title


@dataclass(frozen=True, slots=True)
class Declared:
    """All that a category or Case type says about fields."""

    fields: Mapping[str, FieldDefinition] = field(default_factory=dict)
    cards: tuple[CardDefinition, ...] = ()

    def laid_out(self) -> list[tuple[CardDefinition, list[FieldDefinition]]]:
        """The cards in their order, each with its fields in theirs; what stands on none comes last."""
        placed = {name for card in self.cards for name in card.fields}
        loose = CardDefinition("", fields=tuple(name for name in self.fields if name not in placed))
        cards = (*self.cards, loose) if loose.fields else self.cards
        return [(card, [self.fields[name] for name in card.fields if name in self.fields]) for card in cards]

    def steering(self) -> frozenset[str]:
        """The fields by whose values others are shown."""
        conditions = [*(one.show_when for one in self.fields.values()), *(card.show_when for card in self.cards)]
        return frozenset(name for condition in conditions if condition for name in _names(condition))

    def shown(self, values: Values) -> frozenset[str]:
        """The names of the fields that these values show (D-21)."""
        known: dict[str, bool] = {}
        return frozenset(name for name in self.fields if self._is_shown(name, values, known))

    def _is_shown(self, name: str, values: Values, known: dict[str, bool]) -> bool:
        """What steers it counts only while it is shown itself. No circle comes here: `circle` is asked before."""
        if name not in known:
            known[name] = all(self._holds(condition, values, known) for condition in self._conditions(name))
        return known[name]

    def _holds(self, condition: Condition, values: Values, known: dict[str, bool]) -> bool:
        names = [name for name in _names(condition) if self._is_shown(name, values, known)]
        return holds(condition, {"fields": {name: values.get(name) for name in names}})

    def _conditions(self, name: str) -> list[Condition]:
        cards = [card.show_when for card in self.cards if name in card.fields]
        own = self.fields[name].show_when if name in self.fields else None
        return [condition for condition in (*cards, own) if condition]

    def circle(self) -> str | None:
        """A field whose own value decides, over whatever others, whether it is shown; None as it should be."""
        for name in self.fields:
            seen: set[str] = set()
            waiting = list(self._steered_by(name))
            while waiting:
                one = waiting.pop()
                if one == name:
                    return name
                if one not in seen:
                    seen.add(one)
                    waiting += self._steered_by(one)
        return None

    def _steered_by(self, name: str) -> list[str]:
        return [one for condition in self._conditions(name) for one in _names(condition)]

    def with_defaults(self, values: Values) -> dict[str, Any]:
        """The declared defaults, and over them what is there."""
        defaults = {name: one.default for name, one in self.fields.items() if one.default is not None}
        return {**defaults, **values}

    def missing(self, values: Values) -> tuple[str, ...]:
        """What is shown, mandatory and still empty, as `fields.name` or `fields.table.0.column` (D-21)."""
        shown = self.shown(values)
        here = [one for name, one in self.fields.items() if name in shown]
        return tuple(place for one in here for place in one.missing(values.get(one.name), f"fields.{one.name}"))

    def merged(self, before: Values, given: Values) -> dict[str, Any]:
        """The values with these; null takes one away, and so does a table without a filled row."""
        values = {name: _tidied(value) for name, value in given.items()}
        return {name: value for name, value in {**before, **values}.items() if value is not None}

    def faults(self, before: Values, given: Values, *, submitted: bool) -> list[FieldError]:
        """What forbids to put these values over those. Rules: D-20, D-21; decision 0038."""
        wrong = [fault for name, value in given.items() for fault in self._faults_of(name, value)]
        locked = [
            FieldError(f"fields.{name}", "read_only", "This field cannot be changed.")
            for name, one in self.fields.items()
            if name in given and one.locked(submitted=submitted) and given[name] != before.get(name)
        ]
        return wrong + locked if wrong or locked or not submitted else self._emptied(before, given)

    def _faults_of(self, name: str, value: object) -> Iterator[FieldError]:
        if name in self.fields:
            yield from self.fields[name].faults_of(value, f"fields.{name}")
        elif not isinstance(value, SCALARS):
            yield FieldError(f"fields.{name}", "not_a_scalar", "A field holds a text, a number, true, false or null.")

    def _emptied(self, before: Values, given: Values) -> list[FieldError]:
        """What was submitted keeps what is mandatory: nothing of it is emptied, and nothing appears empty."""
        after = {**before, **given}
        shown, known = self.shown(after), self.shown(before)
        touched = [name for name in self.fields if name in shown and (name in given or name not in known)]
        return [
            FieldError(place, "required", "This is needed.")
            for name in touched
            for place in self.fields[name].missing(after.get(name), f"fields.{name}")
        ]


NOTHING = Declared()


def is_empty(value: object) -> bool:
    """Nothing given: no value, no text, no row, or a row without a filled cell."""
    if isinstance(value, dict):
        return all(is_empty(cell) for cell in value.values())
    return value in (None, "") or (isinstance(value, list) and all(is_empty(row) for row in value))


def rows_of(value: object) -> list[dict[str, Any]]:
    """The rows of a table; of what is no table, none: a field may have had another type before."""
    return [row if isinstance(row, dict) else {} for row in value] if isinstance(value, list) else []


def texts_in(value: object) -> Iterator[str]:
    """What of a value people look for: texts and numbers, of a table those of its cells (H-6)."""
    if isinstance(value, list):
        for row in rows_of(value):
            for cell in row.values():
                yield from texts_in(cell)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def _tidied(value: Any) -> Any:
    """A table without its empty rows and cells; anything else as it is."""
    if not isinstance(value, list):
        return value
    rows = [{name: cell for name, cell in row.items() if not is_empty(cell)} for row in value]
    return [row for row in rows if row] or None


def _names(condition: Condition) -> Iterator[str]:
    for comparison in fields_of(condition):
        yield comparison.field.removeprefix("fields.")


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
