"""Organisations and contacts come from a sheet, a row each: what is wrong with a row is told, the others are taken.

A row that says what is so already changes nothing, so the same sheet may be given again, mended. An empty cell leaves
what is there. Organisations are things of the configuration, and are changed as on their page; contacts as on theirs.
Own properties have columns, `contact.NAME` and `organisation.NAME` (D-22).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.cards import FieldDefinition
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted, TramitaError
from tramita.models import Person
from tramita.queries.people import person_by_address
from tramita.queries.visibility import may
from tramita.services import desk_settings, directory
from tramita.services.directory import Card, card_of
from tramita.services.mailbox_settings import digest
from tramita.services.transactions import writing

COLUMNS = (
    "address",
    "name",
    "organisation",
    "organisation_name",
    "parent",
    "domains",
    "language",
    "time_zone",
    "calendar",
    "due",
    "manager",
    "active",
)
OF_ORGANISATION = ("organisation_name", "parent", "domains")
OWN = {"contact": "contacts", "organisation": "organisations"}  # the beginning of a column, and whose properties
Own = Mapping[str, FieldDefinition]
NUMBER, WHOLE = re.compile(r"-?\d{1,15}([.,]\d{1,9})?", re.ASCII), re.compile(r"-?\d+", re.ASCII)
MOST = 1000  # rows of one sheet
YES, NO = frozenset({"yes", "true", "1", "x"}), frozenset({"no", "false", "0"})
CREATED, CHANGED, LEFT, REFUSED = "created", "changed", "left", "refused"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: what its cells say, by column."""

    line: int
    cells: Mapping[str, str]

    def said(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a line, `about` whom or what, and why it was refused."""

    line: int
    about: str
    what: str
    fault: TramitaError | None = None


def take(text: str, *, by: Actor, at: datetime) -> list[RowOutcome]:
    """Take the rows of a sheet (CSV), each in a transaction of its own.

    Raises: NotPermitted; Invalid `sheet`, for one without these columns, without rows, or with too many.
    """
    if not may_import(by):
        raise NotPermitted("Only those who manage users and configure the desk may import.")
    own = declared()
    rows, known = read(text, own), dict(desk_settings.entries("organisations"))
    return [_taken(row, known, own, by=by, at=at) for row in rows]


def declared() -> Own:
    """Own properties of contacts and organisations by the names of their columns. Cost: two statements."""
    return {
        f"{one}.{name}": field for one, sort in OWN.items() for name, field in desk_settings.declared_for(sort).items()
    }


def may_import(actor: Actor) -> bool:
    """Whoever keeps people and the configuration, of the whole desk."""
    return actor.grants is None and may(actor, "manage_users") and may(actor, "configure")


def read(text: str, own: Own) -> Sequence[Row]:
    """The rows that hold anything. Raises: Invalid."""
    lines = csv.reader(StringIO(text.replace("\x00", "")), delimiter=_delimiter(text))
    every = {name.lower(): name for name in (*COLUMNS, *own)}
    heads = [every.get(cell.strip().lower(), cell.strip()) for cell in next(lines, [])]
    unknown = [head for head in heads if head and head not in every.values()]
    if unknown or not {"address", "organisation"} & set(heads):
        raise Invalid.one(
            "sheet",
            "unknown_columns",
            "The first row must name these columns: %(columns)s.",
            columns=", ".join((*COLUMNS, *own)),
        )
    try:
        rows = list(_rows(lines, heads))
    except csv.Error:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None
    if not rows:
        raise Invalid.one("sheet", "empty", "The sheet has no rows.")
    if len(rows) > MOST:
        raise Invalid.one("sheet", "too_many", "At most %(count)s rows at a time.", count=MOST)
    return rows


def _rows(lines: Iterator[list[str]], heads: Sequence[str]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        said = {head: " ".join(cell.split()) for head, cell in zip(heads, cells, strict=False) if head}
        if any(said.values()):
            yield Row(number, said)


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _taken(row: Row, known: dict[str, Any], own: Own, *, by: Actor, at: datetime) -> RowOutcome:
    about = row.said("address") or row.said("organisation")
    try:
        with writing():
            kept = _organisation(row, known, own, by=by, at=at)
            done = {
                _contact(row, own, by=by, at=at),
                CREATED if kept and row.said("organisation") not in known else LEFT,
            }
            done |= {CHANGED} if kept else set()
    except TramitaError as fault:
        return RowOutcome(row.line, about, REFUSED, fault)
    if kept:
        known.clear()
        known.update(desk_settings.entries("organisations"))
    return RowOutcome(row.line, about, next(what for what in (CREATED, CHANGED, LEFT) if what in done))


def _organisation(row: Row, known: Mapping[str, Any], own: Own, *, by: Actor, at: datetime) -> bool:
    """As its page would keep it; whether that was anything new. A row that says nothing of it but its name only asks
    for it to be there. `known`: the organisations as they are; to publish one costs, so what is so is not published.
    """
    key, said = row.said("organisation"), {name: row.said(name) for name in OF_ORGANISATION if row.said(name)}
    properties = _properties(row, own, "organisation")
    if not key or not (said or properties):
        return False
    given: dict[str, Any] = {"name": said.get("organisation_name"), "parent": said.get("parent")}
    given["domains"] = said.get("domains", "").lower().replace(",", " ").split()
    given = {name: value for name, value in given.items() if value}
    before = known.get(key)
    if properties:
        given["properties"] = {**(before or {}).get("properties", {}), **properties}
    if before is None:
        desk_settings.add("organisations", key, {"name": key, **given}, by=by, at=at)
        return True
    if {**before, **given} == before:
        return False
    return desk_settings.change("organisations", key, {**before, **given}, read=digest(dict(before)), by=by, at=at)


def _contact(row: Row, own: Own, *, by: Actor, at: datetime) -> str:
    if not row.said("address"):
        return LEFT
    found = person_by_address(row.said("address"))
    if found is None:
        blank = Card(name=row.said("address"), email=row.said("address"))
        person, done = directory.add_contact(_card(row, blank, own), by=by, at=at), CREATED
    else:
        person = Person.objects.select_related("organisation").get(pk=found.pk)
        before = card_of(person)
        card, done = _card(row, before, own), LEFT
        if card != before:
            directory.change_contact(person.pk, card, read=before.digest, by=by)
            done = CHANGED
    return CHANGED if _manages(row, person) and done is LEFT else done


def _card(row: Row, before: Card, own: Own) -> Card:
    """The cells that say something, over what is there."""
    asked = ("name", "organisation", "language", "time_zone", "calendar", "due")
    texts: dict[str, Any] = {name: row.said(name) for name in asked if row.said(name)}
    if "language" in texts:
        texts["language"] = texts["language"].lower().replace("_", "-")
    active = _flag(row, "active")
    properties = {**before.properties, **_properties(row, own, "contact")}
    return replace(before, **texts, active=before.active if active is None else active, properties=properties)


def _properties(row: Row, own: Own, one: str) -> dict[str, Any]:
    """What the row says of its contact's, or its organisation's, own properties. Raises: Invalid, naming columns."""
    said = {column: _value(row, column, own[column]) for column in row.cells if column in own and row.said(column)}
    mine = {column: value for column, value in said.items() if column.startswith(f"{one}.")}
    faults = [fault for column, value in mine.items() for fault in own[column].faults_of(value, column)]
    if faults:
        raise Invalid(faults)
    return {column.removeprefix(f"{one}."): value for column, value in mine.items()}


def _value(row: Row, column: str, known: FieldDefinition) -> Any:
    """As its property is kept; a cell that is no such value stays a text, and is refused as one."""
    said = row.said(column)
    if known.type == "boolean":
        return _flag(row, column)
    if known.type == "number" and NUMBER.fullmatch(said):
        return int(said) if WHOLE.fullmatch(said) else float(said.replace(",", "."))
    return said


def _manages(row: Row, person: Person) -> bool:
    """Whether the row made or unmade a manager (AP-6)."""
    wanted = _flag(row, "manager")
    if wanted is None or wanted is (person.role is Role.MANAGER):
        return False
    if wanted and Person.objects.filter(pk=person.pk, organisation=None).exists():
        raise Invalid.one("organisation", "required", "Choose an organisation.")
    Person.objects.filter(pk=person.pk).update(role=Role.MANAGER if wanted else Role.REQUESTER)
    return True


def _flag(row: Row, column: str) -> bool | None:
    said = row.said(column).lower()
    if not said:
        return None
    if said not in YES | NO:
        raise Invalid.one(column, "invalid", "Write yes or no.")
    return said in YES
