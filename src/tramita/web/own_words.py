"""Declared fields in the words of a list: titles of columns, cells, bars and chips (D-20, H-3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import translation

from tramita.domain.cards import FieldDefinition
from tramita.domain.narrowing import OWN, is_own
from tramita.services.field_words import words_of

Own = Mapping[str, FieldDefinition]  # by `fields.name`


def of(columns: Iterable[str], own: Own) -> list[FieldDefinition]:
    """The fields of a list's own columns; one that nobody declares any more has its name."""
    return [_known(name, own) for name in columns if is_own(name)]


def title(name: str, own: Own) -> str:
    """The title of `fields.name`; nothing for what is no declared field."""
    return _known(name, own).called(_language()) if is_own(name) else ""


def titles(own: Own, *, besides: str = "") -> list[tuple[str, str]]:
    """All that may be chosen, by title; what is chosen stays in sight."""
    names = dict.fromkeys([*own, *([besides] if is_own(besides) else ())])
    return sorted(((name, title(name, own)) for name in names), key=lambda pair: pair[1].casefold())


def cells(fields: Sequence[FieldDefinition], values: Mapping[str, Any]) -> dict[str, str]:
    """What a row shows in its own columns."""
    return {f"{OWN}{one.name}": words_of(one, values.get(one.name)) for one in fields}


def value(name: str, text: str, own: Own) -> str:
    """A value as the database gives it for a bar or an address, in words."""
    one = _known(name, own)
    if one.type == "boolean":
        return words_of(one, {"true": True, "false": False}.get(text, text))
    if one.type == "number":
        return words_of(one, _number(text))
    return words_of(one, text)


def _number(text: str) -> float | int | str:
    try:
        found = float(text)
    except ValueError:
        return text
    return int(found) if found.is_integer() else found


def _known(name: str, own: Own) -> FieldDefinition:
    return own.get(name) or FieldDefinition(name.removeprefix(OWN))


def _language() -> str:
    return translation.get_language() or "en"
