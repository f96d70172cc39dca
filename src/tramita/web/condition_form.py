"""A condition as lines of a form, “amount is more than 10000”, with its text beside (C-8).

Whoever changes the lines writes the text anew; whoever changes the text keeps it as typed. What no lines can say, such
as “or” inside of “and”, stands in the text alone.
"""

import re
from collections.abc import Mapping
from typing import Any

from tramita.domain.cel import ConditionError, as_text, parse
from tramita.domain.conditions import COMPARISONS, All, AnyOf, Comparison, Condition, Literal
from tramita.services.definitions.shapes import Key

Values = Mapping[str, list[str]]
OPS = (*COMPARISONS, "known", "unknown")  # the last two ask for absence
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
WORDS: Mapping[str, bool] = {"true": True, "false": False}
MOST = 30  # lines


def fill(key: Key, value: Any) -> dict[str, list[str]]:
    """The text, the text that was shown, and a line for each comparison."""
    text = "" if value is None else str(value)
    found = {f"{key.name}.text": [text], f"{key.name}.was": [text]}
    join, some = lines_of(text)
    found[f"{key.name}.join"] = [join]
    for number, one in enumerate(some):
        field, op, said = _line(one)
        found |= {
            f"{key.name}.{number}.field": [field],
            f"{key.name}.{number}.op": [op],
            f"{key.name}.{number}.value": [said],
        }
    return found


def read(key: Key, values: Values) -> str:
    """The text that was typed, else what the lines say where they were changed."""
    text, was = _said(values, f"{key.name}.text"), _said(values, f"{key.name}.was")
    if text != was:
        return text
    written = _written(key, values)
    join, some = lines_of(was)
    return text if written == _joined(join, some) else written


def lines_of(text: str) -> tuple[str, list[Comparison]]:
    """How the lines are joined, and the lines; none where lines cannot say it."""
    try:
        found = parse(text) if text.strip() else All(())
    except ConditionError:
        return "all", []
    match found:
        case Comparison():
            return "all", [found]
        case All(parts) | AnyOf(parts) if all(isinstance(one, Comparison) for one in parts):
            join = "any" if isinstance(found, AnyOf) else "all"
            return join, [one for one in parts if isinstance(one, Comparison)]
    return "all", []


def _line(one: Comparison) -> tuple[str, str, str]:
    if one.value is None and one.op in ("==", "!="):
        return one.field, "unknown" if one.op == "==" else "known", ""
    some = one.value if isinstance(one.value, tuple) else (one.value,)
    return one.field, one.op, ", ".join(_shown(it) for it in some)


def _shown(value: Literal) -> str:
    """A text that would read as something else stands in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and (NUMBER.fullmatch(value) or value in WORDS or "," in value or not value.strip()):
        return f'"{value}"'
    return "null" if value is None else str(value)


def _written(key: Key, values: Values) -> str:
    begin = f"{key.name}."
    numbers = {one.removeprefix(begin).partition(".")[0] for one in values if one.startswith(begin)}
    found = []
    for number in sorted(int(one) for one in numbers if one.isdecimal())[:MOST]:
        field, op, said = (_said(values, f"{begin}{number}.{part}") for part in ("field", "op", "value"))
        if field and op in OPS:
            found.append(_comparison(field, op, said))
    return _joined(_said(values, f"{begin}join"), found)


def _comparison(field: str, op: str, said: str) -> Comparison:
    if op in ("known", "unknown"):
        return Comparison(field, "!=" if op == "known" else "==", None)
    if op == "in":
        return Comparison(field, op, tuple(_literal(one) for one in re.findall(r'"[^"]*"|[^,]+', said) if one.strip()))
    return Comparison(field, op, _literal(said))


def _literal(said: str) -> str | int | float | bool | None:
    text = said.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    if text in WORDS or text == "null":
        return WORDS.get(text)
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _joined(join: str, some: list[Comparison]) -> str:
    if not some:
        return ""
    whole: Condition = some[0] if len(some) == 1 else AnyOf(tuple(some)) if join == "any" else All(tuple(some))
    return as_text(whole)


def _said(values: Values, name: str) -> str:
    return (values.get(name) or [""])[0].strip().replace("\r\n", "\n")
