"""How each kind of key is asked for: what stands in its inputs, and what they say."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tramita.domain.calendars import WEEKDAYS, windows_by_day, written_week
from tramita.domain.definitions import LANGUAGES
from tramita.domain.errors import Invalid
from tramita.services.definitions.shapes import Key

Values = Mapping[str, list[str]]
MOST_ROWS = 200
ABOVE = object()  # what the level above says holds
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
NONE = "-"  # what an input says that takes something inherited back


def first(values: Values, name: str) -> str:
    """The text of an input."""
    return (values.get(name) or [""])[0].strip().replace("\r\n", "\n")


def _one(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: [] if value is None else [str(value)]}


def _text(key: Key, values: Values) -> str:
    return first(values, key.name)


def _flag_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: ["on"] if value else []}


def _flag_out(key: Key, values: Values) -> bool:
    return bool(first(values, key.name))


def _number(key: Key, values: Values) -> int | None:
    return whole(key.name, first(values, key.name))


def whole(name: str, typed: str) -> int | None:
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 12:
        raise Invalid.one(name, "invalid", "Give a whole number.")
    return int(typed)


def _list_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: [str(one) for one in value or ()]}


def _list_out(key: Key, values: Values) -> list[str]:
    return list(dict.fromkeys(one for one in values.get(key.name, ()) if one))


def _lines_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: ["\n".join(str(one) for one in value or ())]}


def _lines_out(key: Key, values: Values) -> list[str]:
    return as_lines(first(values, key.name))


def as_lines(typed: str) -> list[str]:
    """What stands on the lines, without the empty ones."""
    return [one.strip() for one in typed.splitlines() if one.strip()]


def _parts_in(key: Key, value: Any) -> dict[str, list[str]]:
    """A mapping whose keys are known: an input for each."""
    said = value or {}
    return {f"{key.name}.{part}": [str(said[part])] if part in said else [] for part in parts(key)}


def parts(key: Key) -> tuple[str, ...]:
    return PARTS.get(key.kind, key.of)


def _parts_out(key: Key, values: Values) -> dict[str, str]:
    found = {part: first(values, f"{key.name}.{part}") for part in parts(key)}
    return {part: text for part, text in found.items() if text}


def _numbers_out(key: Key, values: Values) -> dict[str, int]:
    found = {part: whole(f"{key.name}.{part}", text) for part, text in _parts_out(key, values).items()}
    return {part: number for part, number in found.items() if number is not None}


def _lists_in(key: Key, value: Any) -> dict[str, list[str]]:
    said = value or {}
    return {f"{key.name}.{part}": ["\n".join(said.get(part, ()))] for part in key.of}


def _lists_out(key: Key, values: Values) -> dict[str, list[str]]:
    return {part: as_lines(text) for part, text in _parts_out(key, values).items()}


def _grants_in(key: Key, value: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, (path, permissions) in enumerate((value or {}).items()):
        found |= {f"{key.name}.{number}.place": [path], f"{key.name}.{number}.may": [*permissions]}
    return found


def _grants_out(key: Key, values: Values) -> dict[str, list[str]]:
    """By place; a row without one is none."""
    return {
        path: values.get(f"{key.name}.{number}.may", [])
        for number in rows(key, values)
        if (path := first(values, f"{key.name}.{number}.place"))
    }


def _inherited_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: [inherited(value)]}


def inherited(value: Any) -> str:
    """What the input of something inherited says."""
    return "" if value is ABOVE else NONE if value is None else str(value)


def _inherited_out(key: Key, values: Values) -> Any:
    typed = first(values, key.name)
    return ABOVE if not typed else None if typed == NONE else typed


def _inherited_flag_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: ["" if value is ABOVE else "yes" if value else "no"]}


def _inherited_flag_out(key: Key, values: Values) -> Any:
    typed = first(values, key.name)
    return typed == "yes" if typed else ABOVE


def _inherited_list_in(key: Key, value: Any) -> dict[str, list[str]]:
    own = value is not ABOVE
    return {f"{key.name}.own": ["on"] if own else [], key.name: [*(value or ())] if own else []}


def _inherited_list_out(key: Key, values: Values) -> Any:
    return _list_out(key, values) if first(values, f"{key.name}.own") else ABOVE


def rows(key: Key, values: Values) -> range:
    """The rows that are there, and an empty one to fill."""
    count = 0
    while count < MOST_ROWS and f"{key.name}.{count}.place" in values:
        count += 1
    empty = count and not first(values, f"{key.name}.{count - 1}.place")
    return range(count if empty else min(count + 1, MOST_ROWS))


def _own_list_in(key: Key, value: Any) -> dict[str, list[str]]:
    """A list that may be empty on purpose, which is not the same as absent."""
    return {
        f"{key.name}.own": [] if value is ABOVE else ["on"],
        key.name: [] if value is ABOVE else ["\n".join(value or ())],
    }


def _own_list_out(key: Key, values: Values) -> Any:
    return as_lines(first(values, key.name)) if first(values, f"{key.name}.own") else ABOVE


def _pairs_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: ["\n".join(f"{name}: {text}" for name, text in (value or {}).items())]}


def _pairs_out(key: Key, values: Values) -> dict[str, str]:
    """One a line, `name: text`; a line without a colon is a name without a text, which is then refused."""
    found = [line.partition(":") for line in as_lines(first(values, key.name))]
    return {name.strip(): text.strip() for name, _colon, text in found}


def _json_in(key: Key, value: Any) -> dict[str, list[str]]:
    """A text as it stands; a tree that a file wrote, as JSON."""
    if value is None or isinstance(value, str):
        return _one(key, value)
    return {key.name: [json.dumps(value, ensure_ascii=False, default=str, indent=1)]}


def _scalar_in(key: Key, value: Any) -> dict[str, list[str]]:
    return {key.name: [] if value is None else [str(value).lower() if isinstance(value, bool) else str(value)]}


def _scalar_out(key: Key, values: Values) -> Any:
    """As `of` says that it is meant; what does not fit stays the text that it is, for the configuration to refuse."""
    typed = first(values, key.name)
    return typed_as(key.of[0] if key.of else "text", typed) if typed else None


def typed_as(kind: str, typed: str) -> Any:
    """The value that a text means where a number, or yes or no, is wanted."""
    if kind == "boolean":
        return {"true": True, "false": False}.get(typed.lower(), typed)
    if kind == "number" and NUMBER.fullmatch(typed):
        return float(typed) if "." in typed else int(typed)
    return typed


def _titles_in(key: Key, value: Any) -> dict[str, list[str]]:
    """One text counts as English."""
    said = value if isinstance(value, Mapping) else {"en": value} if value else {}
    return {f"{key.name}.{language}": [said[language]] if said.get(language) else [] for language in LANGUAGES}


def _titles_out(key: Key, values: Values) -> Any:
    said = {language: first(values, f"{key.name}.{language}") for language in LANGUAGES}
    said = {language: text for language, text in said.items() if text}
    return said["en"] if set(said) == {"en"} else said


def _week_in(key: Key, value: Any) -> dict[str, list[str]]:
    windows = windows_by_day(value or {})
    return {f"{key.name}.{day}": [windows.get(day, "")] for day in WEEKDAYS}


def _week_out(key: Key, values: Values) -> dict[str, str]:
    return written_week({day: " ".join(first(values, f"{key.name}.{day}").split()) for day in WEEKDAYS})


PARTS = {"absence": ("from", "to", "substitute"), "holidays": ("country", "subdivision")}
FLAT: Mapping[str, tuple[Callable[[Key, Any], dict[str, list[str]]], Callable[[Key, Values], Any]]] = {
    "text": (_one, _text),
    "long": (_one, _text),
    "sheet": (_one, _text),
    "time_zone": (_one, _text),
    "choice": (_one, _text),
    "reference": (_one, _text),
    "flag": (_flag_in, _flag_out),
    "number": (_one, _number),
    "references": (_list_in, _list_out),
    "ticked": (_list_in, _list_out),
    "lines": (_lines_in, _lines_out),
    "by_language": (_parts_in, _parts_out),
    "absence": (_parts_in, _parts_out),
    "holidays": (_parts_in, _parts_out),
    "week": (_week_in, _week_out),
    "numbers": (_parts_in, _numbers_out),
    "lists": (_lists_in, _lists_out),
    "grants": (_grants_in, _grants_out),
    "inherited_lines": (_own_list_in, _own_list_out),
    "pairs": (_pairs_in, _pairs_out),
    "json": (_json_in, _text),
    "scalar": (_scalar_in, _scalar_out),
    "yes_no": (_scalar_in, _scalar_out),
    "date": (_one, _text),
    "titles": (_titles_in, _titles_out),
    "inherited": (_inherited_in, _inherited_out),
    "inherited_text": (_inherited_in, _inherited_out),
    "inherited_flag": (_inherited_flag_in, _inherited_flag_out),
    "inherited_list": (_inherited_list_in, _inherited_list_out),
}
