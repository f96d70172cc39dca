"""Reading who approves: level by level, by rules over the Case, or by a sheet of them (EA-1, EA-2)."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO

from tramita.domain.cards import FieldDefinition
from tramita.domain.conditions import Condition
from tramita.domain.process_definitions import APPROVERS, ApprovalLevel, ApprovalRule
from tramita.services.definitions import shapes, values
from tramita.services.definitions.fields import ITEM_NAMES, condition
from tramita.services.definitions.keys import Keys, Reading, Refusal, typed
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place

FIELD_PATH = re.compile(r"fields\.[A-Za-z_]\w*", re.ASCII)
MOST = 100  # of one level who must agree
LEVEL = re.compile(r"level( \d+)?", re.IGNORECASE)
OPERATOR = re.compile(r"(==|!=|<=|>=|<|>|in\b)")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
QUORUM = re.compile(r"(?:all|([1-9]\d?) of):", re.IGNORECASE)
SEVERAL = frozenset({"managers", "parent_managers"})  # words that stand for any number


def levels(reading: Reading, node: Node) -> tuple[ApprovalLevel, ...]:
    """One after another (EA-2)."""
    return tuple(level(reading, one) for one in typed(reading, node, list) or [])


def rules(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], tuple[ApprovalRule, ...]]:
    """Conditions, each with its levels; the first that holds counts, so none follows one that always holds (EA-1)."""

    def read(reading: Reading, node: Node) -> tuple[ApprovalRule, ...]:
        nodes = typed(reading, node, list) or []
        found = [rule(reading, one, fields) for one in nodes]
        _all_reached(reading, [one.place for one in nodes], found)
        return tuple(found)

    return read


def _all_reached(reading: Reading, places: Sequence[Place], found: Sequence[ApprovalRule]) -> None:
    for place, before in zip(places[1:], found, strict=False):
        if before.when is None:
            reading.fault(place, "this rule is never reached: the one before always holds")


def rule(reading: Reading, node: Node, fields: Mapping[str, FieldDefinition]) -> ApprovalRule:
    """`{when: …, levels: […]}`."""
    keys = Keys(reading, node, "a rule")
    when: Condition | None = keys.maybe("when", condition(fields))
    read = ApprovalRule(keys.must("levels", levels, ()), when)
    keys.done()
    return read


def approver(reading: Reading, node: Node) -> str | None:
    """A contact's address, the primary contact, the requester, or the field that holds an address."""
    if node.value in APPROVERS or (isinstance(node.value, str) and FIELD_PATH.fullmatch(node.value)):
        return str(node.value)
    return values.address(reading, node)


def level(reading: Reading, node: Node) -> ApprovalLevel:
    """One level of an approval: any of some, or at least so many, or all of them (EA-2, Z-16)."""
    keys = Keys(reading, node, "a level")
    any_of = keys.get("any_of", values.several(approver), ())
    all_of = keys.get("all_of", values.several(approver), ())
    least = keys.get("least", values.whole(1, MOST), 1)
    if "least" in keys and all_of:
        reading.fault(keys.node.keys["least"], "“least” goes with “any_of”; “all_of” asks for each of them")
    keys.done()
    if bool(any_of) == bool(all_of):
        reading.fault(node, "a level needs either “any_of” or “all_of”, with at least one address")
    elif any_of:
        _enough(reading, keys.node.keys.get("least", node.place), any_of, least)
    return ApprovalLevel(any_of or all_of, every=bool(all_of), least=1 if all_of else least)


def _enough(reading: Reading, place: Place, named: Sequence[str], least: int) -> None:
    """So many can agree at all; how many managers there are shows when it is asked."""
    if least > len(named) and not set(named) & SEVERAL:
        reading.fault(place, f"{least} must agree, and {len(named)} are named")


def sheet(fields: Mapping[str, FieldDefinition]) -> Callable[[Reading, Node], tuple[ApprovalRule, ...]]:
    """Rules as a sheet: columns of inputs, then of levels; a line is a rule, the first that holds counts (EA-1).

    An input is a field (`amount`) or another name that conditions know; an empty cell holds always, `> 1000` compares,
    anything else must be equal. A level names its approvers, `all:` before them where all must agree, `2 of:` where two
    of them must.
    """

    def read(reading: Reading, node: Node) -> tuple[ApprovalRule, ...]:
        text = values.long_text(reading, node) or ""
        lines = csv.reader(StringIO(text), delimiter=_delimiter(text), skipinitialspace=True)
        head = [name.strip() for name in next(lines, [])]
        inputs = [name for name in head if not LEVEL.fullmatch(name)]
        if head[: len(inputs)] != inputs or len(head) == len(inputs):
            raise Refusal(node, "the first line of a sheet names its inputs, then “level 1” and so on")
        found: list[ApprovalRule] = []
        places: list[Place] = []
        for cells in lines:
            place = Place(node.place.file, (node.place.line or 0) + lines.line_num)
            if any(cell.strip() for cell in cells):
                found.append(_line(reading, place, fields, inputs, [cell.strip() for cell in cells], len(head)))
                places.append(place)
        _all_reached(reading, places, found)
        return tuple(found)

    return read


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return next((sign for sign in ("\t", ";") if sign in first), ",")


def _line(
    reading: Reading,
    place: Place,
    fields: Mapping[str, FieldDefinition],
    inputs: Sequence[str],
    cells: Sequence[str],
    width: int,
) -> ApprovalRule:
    if len(cells) > width:
        reading.fault(place, f"this line has {len(cells)} cells, the first {width}")
    tests = [_test(name, cell, fields) for name, cell in zip(inputs, cells, strict=False) if cell]
    when = reading.attempt(condition(fields), Node(" && ".join(tests), place)) if tests else None
    asked = [cell for cell in cells[len(inputs) : width] if cell]
    if not asked:
        reading.fault(place, "this line names no approvers")
    return ApprovalRule(tuple(_level(reading, place, cell) for cell in asked), when)


def _test(name: str, cell: str, fields: Mapping[str, FieldDefinition]) -> str:
    asked = name if "." in name or (name in ITEM_NAMES and name not in fields) else f"fields.{name}"
    if OPERATOR.match(cell):
        return f"{asked} {cell}"
    literal = cell if NUMBER.fullmatch(cell) or cell in ("true", "false") else f'"{_escaped(cell)}"'
    return f"{asked} == {literal}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _level(reading: Reading, place: Place, cell: str) -> ApprovalLevel:
    said = QUORUM.match(cell)
    least = int((said and said[1]) or 1)
    named = tuple(_approvers(reading, place, cell[said.end() :] if said else cell))
    _enough(reading, place, named, least)
    return ApprovalLevel(named, every=said is not None and not said[1], least=least)


def _approvers(reading: Reading, place: Place, cell: str) -> Iterator[str]:
    for word in re.split(r"[\s,;]+", cell.strip()):
        found = reading.attempt(approver, Node(word, place))
        if found:
            yield found


LEVELS = shapes.special(
    "levels",
    "levels",
    levels,
    inner=Shape(
        (
            shapes.lines("approvers", values.several(approver)),
            shapes.choice("how", "any_of", "all_of", otherwise="any_of"),
            shapes.number("least", 1, MOST),
        )
    ),
)
