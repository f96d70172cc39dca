"""A condition as a sentence in the reader's words, “Amount is more than 10000 and Country is one of PL, ES” (C-8)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tramita.domain.conditions import All, AnyOf, Comparison, Condition, Literal, Not
from tramita.ui import labels


def said(condition: Condition, titles: Mapping[str, str]) -> str:
    """`titles`: what its fields are called, by their names."""
    match condition:
        case Comparison():
            return _comparison(condition, titles)
        case Not(part):
            return _("not (%(condition)s)") % {"condition": said(part, titles)}
        case All(parts):
            return _(" and ").join(_grouped(one, titles) for one in parts) or _("always")
        case AnyOf(parts):
            return _(" or ").join(_grouped(one, titles) for one in parts) or _("never")


def _grouped(part: Condition, titles: Mapping[str, str]) -> str:
    text = said(part, titles)
    return f"({text})" if isinstance(part, All | AnyOf) and len(part.parts) > 1 else text


def _comparison(one: Comparison, titles: Mapping[str, str]) -> str:
    name = one.field.removeprefix("fields.")
    called = titles.get(name, name) if name != one.field else labels.word("item_field", one.field)
    if one.value is None:
        return f"{called} {labels.word('comparison', 'unknown' if one.op == '==' else 'known')}"
    return f"{called} {labels.word('comparison', one.op)} {_value(one.value)}"


def _value(value: Literal) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None else str(value)
