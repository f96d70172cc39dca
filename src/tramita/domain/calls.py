"""Calls to other systems: what is sent, and what is read from the answer (A-55).

A placeholder is written `{{reference}}` or `{{fields.amount}}`. One that is all of a text keeps its value's kind.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tramita.domain.conditions import lookup
from tramita.domain.kept_text import faults

KNOWN = ("reference", "case", "title", "fields")
BUSY = frozenset({408, 425, 429})  # try again later; as after 500 and above
PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def unknown(text: str) -> Iterator[str]:
    """What is named in a template and is nothing that a call knows."""
    for found in PLACEHOLDER.finditer(text):
        first, _, more = found[1].partition(".")
        if first not in KNOWN or (first == "fields") != bool(more):
            yield found[1]


def body(template: str | None, values: Mapping[str, object]) -> tuple[bytes, str]:
    """What is sent, and its kind: JSON, where the template is; else its text. Without one all that is known."""
    if template is None:
        return _json(dict(values)), "application/json"
    try:
        tree = json.loads(template)
    except ValueError:
        return str(filled(template, values)).encode(), "text/plain; charset=utf-8"
    return _json(filled(tree, values)), "application/json"


def filled(template: Any, values: Mapping[str, object]) -> Any:
    """The template with its values, at any depth; what has none is null, or nothing inside of a text."""
    if isinstance(template, dict):
        return {key: filled(one, values) for key, one in template.items()}
    if isinstance(template, list):
        return [filled(one, values) for one in template]
    if not isinstance(template, str):
        return template
    if whole := PLACEHOLDER.fullmatch(template):
        return lookup(values, whole[1])
    return PLACEHOLDER.sub(lambda found: _text(lookup(values, found[1])), template)


def address(template: str, values: Mapping[str, object]) -> str:
    """The address with its values, which cannot lead elsewhere: whatever they hold is a part of it."""
    return PLACEHOLDER.sub(lambda found: quote(_text(lookup(values, found[1])), safe=""), template)


def picked(answer: str, wanted: Mapping[str, str]) -> dict[str, object]:
    """The values at these places of a JSON answer, by field: `supplier.id`. Raises: ValueError, naming the place."""
    try:
        tree = json.loads(answer)
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error
    found = {field: lookup(tree, place) if isinstance(tree, dict) else None for field, place in wanted.items()}
    for field, place in wanted.items():
        if found[field] is None or isinstance(found[field], dict | list):
            raise ValueError(f"the answer has no value at {place}")
        if any(faults(found[field])):
            raise ValueError(f"the answer has nothing that can be kept at {place}")
    return found


def passes(status: int) -> bool:
    """Whether the other system took it."""
    return 200 <= status < 300


def may_pass_later(status: int) -> bool:
    """Whether the same call may be answered otherwise a little later."""
    return status in BUSY or status >= 500


def _json(tree: object) -> bytes:
    return json.dumps(tree, ensure_ascii=False, default=str).encode()


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
