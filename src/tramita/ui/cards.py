"""Cards as a page shows them: to read, and to fill in (D-20, D-21)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from tramita.domain.cards import LEVELS, Declared, FieldDefinition, Values, rows_of
from tramita.services import field_words
from tramita.ui import moments
from tramita.ui.card_inputs import Row, Typed, typed_in, value_of

INPUTS = {"number": "number", "date": "date", "datetime": "datetime-local", "link": "url"}


class Refused(Protocol):
    """A form that is shown again, with what was typed; `looked`: nothing of it was wrong."""

    @property
    def panel(self) -> str: ...
    @property
    def faults(self) -> Mapping[str, str]: ...
    @property
    def typed(self) -> QueryDict: ...
    @property
    def looked(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Told:
    """A value to read."""

    label: str
    words: str = ""
    href: str = ""
    number: bool = False
    columns: list["Told"] = field(default_factory=list)
    rows: list[list["Told"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ToldCard:
    """A card to read."""

    title: str
    fields: list[Told]


@dataclass(frozen=True, slots=True)
class Asked:
    """An input; of a table its rows. One that is `locked` is only read."""

    name: str
    id: str
    label: str
    type: str
    text: str = ""
    fault: str = ""
    needed: bool = False
    locked: bool = False
    steers: bool = False
    focus: bool = False
    groups: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    rows: list[list["Asked"]] = field(default_factory=list)

    @property
    def bare(self) -> str:
        """The name of the field."""
        return self.name.removeprefix("fields.")


@dataclass(frozen=True, slots=True)
class AskedCard:
    """A card to fill in."""

    title: str
    fields: list[Asked]


@dataclass(frozen=True, slots=True)
class Form:
    """The cards of one form. `kept` are inputs of hidden fields, so that hiding loses nothing that was typed."""

    panel: str
    cards: list[AskedCard]
    kept: list[tuple[str, str]]
    steered: bool

    @property
    def id(self) -> str:
        """What is put anew when a value shows or hides fields."""
        return f"cards-{self.panel}"


def told(known: Declared, values: Values) -> list[ToldCard]:
    """What is shown, card by card; values that nobody declared come last."""
    language, shown = _language(), known.shown(values)
    cards = [
        ToldCard(card.called(language), [_told(one, values.get(one.name)) for one in fields if one.name in shown])
        for card, fields in known.laid_out()
    ]
    loose = [name for name in values if name not in known.fields]
    cards.append(ToldCard("", [_told(FieldDefinition(name), values[name]) for name in loose]))
    return [card for card in cards if card.fields]


def _told(one: FieldDefinition, value: Any) -> Told:
    label = one.called(_language())
    if one.type == "table":
        columns = [Told(column.called(_language()), number=column.type == "number") for column in one.columns]
        rows = [[_told(column, row.get(column.name)) for column in one.columns] for row in rows_of(value)]
        return Told(label, columns=columns, rows=rows)
    link = one.type == "link" and isinstance(value, str) and value.startswith(("http://", "https://"))
    return Told(label, field_words.words_of(one, value), str(value) if link else "", number=one.type == "number")


def form(
    panel: str, known: Declared, values: Values, *, refused: Refused | None = None, submitted: bool = False
) -> Form:
    """The inputs of one form: as the item stands, and over it what was typed."""
    mine = refused if refused is not None and refused.panel == panel else None
    typed = typed_in(mine.typed, known, blank=mine.looked) if mine else {}
    first, pressed = (next(iter(mine.faults), ""), str(mine.typed.get("row", ""))) if mine else ("", "")
    now = {**values, **{name: value_of(known.fields[name], text) for name, text in typed.items()}}
    shown = known.shown(now)
    elsewhere = bool(first) and not first.startswith("fields.")
    asking = _Asking(panel, known, now, typed, mine.faults if mine else {}, submitted, pressed, elsewhere)
    cards = [
        AskedCard(card.called(_language()), [asking.field(one) for one in fields if one.name in shown])
        for card, fields in known.laid_out()
    ]
    hidden = (one for name, one in known.fields.items() if name in typed and name not in shown)
    return Form(panel, [card for card in cards if card.fields], list(_kept(hidden, typed)), bool(known.steering()))


def _kept(hidden: Iterable[FieldDefinition], typed: Typed) -> Iterator[tuple[str, str]]:
    """What nobody sees is sent again only if it is right: nobody could mend it."""
    for one in hidden:
        name, text = f"fields.{one.name}", typed[one.name]
        if list(one.faults_of(value_of(one, text), name)):
            continue
        yield name, text if isinstance(text, str) else ""
        for number, row in enumerate(text if isinstance(text, list) else ()):
            yield from ((f"{name}.{number}.{column}", cell) for column, cell in row.items())


@dataclass(slots=True)
class _Asking:
    """What all inputs of a form are made from. The first one that is wrong has the focus, or what a pressed button
    made: a new row, or the place where there is one less."""

    panel: str
    known: Declared
    values: Values
    typed: Typed
    faults: Mapping[str, str]
    submitted: bool
    pressed: str
    focused: bool
    steering: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.steering = self.known.steering()

    def field(self, one: FieldDefinition) -> Asked:
        name, stands = f"fields.{one.name}", self.values.get(one.name)
        if one.locked(submitted=self.submitted):
            words = field_words.words_of(one, stands)
            return Asked(name, self._id(name), one.called(_language()), one.type, words, locked=True)
        if one.type == "table":
            return self._table(one, name, stands)
        typed = self.typed.get(one.name)
        text = typed if isinstance(typed, str) else as_text(one, stands)
        return self._input(one, name, text, steers=one.name in self.steering)

    def _table(self, one: FieldDefinition, name: str, stands: object) -> Asked:
        typed = self.typed.get(one.name)
        rows = (typed if isinstance(typed, list) else [_texts(one, row) for row in rows_of(stands)]) or [{}]
        fault, pressed, _between, gone = self.faults.get(name, ""), *self.pressed.partition(".")
        asked = []
        for at, row in enumerate(rows):
            new = (pressed == one.name and not gone and at == len(rows) - 1) or (bool(fault) and at == 0)
            cells = [(column, f"{name}.{at}.{column.name}", row.get(column.name, "")) for column in one.columns]
            asked.append([self._input(*cell, focus=new and not place) for place, cell in enumerate(cells)])
        return Asked(
            name=name,
            id=self._id(name),
            label=one.called(_language()),
            type="table",
            fault=fault,
            needed=one.mandatory,
            focus=self._first(pressed == one.name and bool(gone)),
            rows=asked,
        )

    def _input(self, one: FieldDefinition, name: str, text: str, *, steers: bool = False, focus: bool = False) -> Asked:
        fault = self.faults.get(name, "")
        return Asked(
            name=name,
            id=self._id(name),
            label=one.called(_language()),
            type=INPUTS.get(one.type, one.type),
            text=text,
            fault=fault,
            needed=one.mandatory,
            steers=steers,
            focus=self._first(bool(fault) or focus),
            groups=groups_of(one, text),
        )

    def _first(self, wants: bool) -> bool:  # noqa: FBT001 - asked in place
        gets = wants and not self.focused
        self.focused = self.focused or gets
        return gets

    def _id(self, name: str) -> str:
        return f"{self.panel}-{name}".replace(".", "-")


def groups_of(one: FieldDefinition, text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be chosen, under its first level; what was chosen stays in sight when its list has it no more."""
    if one.type == "boolean":
        return [("", [("true", _("Yes")), ("false", _("No"))])]
    found: dict[str, list[tuple[str, str]]] = {}
    for choice in (*one.choices, *((text,) if text and text not in one.choices else ())):
        first, between, rest = choice.partition(LEVELS)
        said = one.label_of(choice, _language())
        found.setdefault(first if between else "", []).append((choice, rest or first if said == choice else said))
    return list(found.items()) if one.type == "choice" else []


def as_text(one: FieldDefinition, value: Any) -> str:
    """A value as its input wants it."""
    if value is None or isinstance(value, list | dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if one.type == "datetime" and isinstance(value, str):
        return moments.for_input(field_words.moment_of(value)) or value
    return str(value)


def _texts(table: FieldDefinition, row: Values) -> Row:
    return {column.name: as_text(column, row.get(column.name)) for column in table.columns}


def _language() -> str:
    return translation.get_language() or "en"
