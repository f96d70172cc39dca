"""What of a proposal a person may type over, and what they made of it: only what differs was changed by them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.proposals import Proposed

FIELD, TICK = "field:", "tick:"
NOTHING: Mapping[str, str] = MappingProxyType({})
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Typed:
    """One input. `kind` is line, text or choice; `fault` is the field that a refusal names."""

    name: str
    label: str
    value: str
    kind: str = "line"
    fault: str = ""


def inputs(verb: Proposed, given: Mapping[str, Any], titles: Mapping[str, str] = NOTHING) -> list[Typed]:
    """In the order in which they stand on the page; `titles` are those of fields."""
    made = list(_OF[verb](given))
    return [replace(one, label=titles.get(one.label, one.label)) if one.name.startswith(FIELD) else one for one in made]


def changed(verb: Proposed, given: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any] | None:
    """All that is to be done, if something of it was typed over; None if not, or what was not sent along."""
    found: dict[str, Any] = {}
    for one in inputs(verb, given):
        if one.name in posted and _same(posted[one.name]) != _same(one.value):
            _put(found, given, one, _same(posted[one.name]))
    return {**given, **found} if found else None


def _put(found: dict[str, Any], given: Mapping[str, Any], one: Typed, typed: str) -> None:
    name = one.name
    if name.startswith((FIELD, TICK)):
        whole, _colon, key = name.partition(":")
        place = "fields" if whole == "field" else "checklist"
        found.setdefault(place, dict(given[place]))[key] = _as(given[place][key], typed)
    elif name in ("to", "tags"):
        found[name] = [part.strip() for part in typed.replace(";", ",").split(",") if part.strip()]
    else:
        found[name] = typed


def _as(before: Any, typed: str) -> Any:
    """A value of the kind that stood there; what is no number stays text, and the field says so."""
    if isinstance(before, bool):
        return typed == YES
    if isinstance(before, int | float):
        for number in (int, float):
            try:
                return number(typed)
            except ValueError:
                continue
    return typed


def _mail(given: Mapping[str, Any]) -> Iterator[Typed]:
    yield Typed("to", _("To"), ", ".join(map(str, given.get("to", ()))), fault="to")
    yield Typed("subject", _("Subject"), str(given.get("subject") or ""), fault="subject")
    yield Typed("text", _("Text"), str(given.get("text") or ""), "text", fault="text")


def _complete(given: Mapping[str, Any]) -> Iterator[Typed]:
    yield from _fields(given)
    yield Typed("note", _("Resolution note"), str(given.get("note") or ""), "text", fault="note")


def _change(given: Mapping[str, Any]) -> Iterator[Typed]:
    if "title" in given:
        yield Typed("title", _("Title"), str(given["title"]), fault="title")
    if "category" in given:
        yield Typed("category", _("Category"), str(given["category"]), fault="category")
    if isinstance(given.get("tags"), list):
        yield Typed("tags", _("Tags"), ", ".join(map(str, given["tags"])), fault="tags")
    for text, done in (given.get("checklist") or {}).items():
        yield Typed(f"{TICK}{text}", str(text), YES if done else NO, "choice", fault="checklist")
    yield from _fields(given)
    if "note" in given:
        yield Typed("note", _("Note"), str(given["note"]), "text", fault="body")


def _create(given: Mapping[str, Any]) -> Iterator[Typed]:
    yield Typed("requester", _("Requester"), str(given.get("requester") or ""), fault="requester")
    yield Typed("category", _("Category"), str(given.get("category") or ""), fault="category")
    yield Typed("title", _("Title"), str(given.get("title") or ""), fault="title")
    yield Typed("description", _("Description"), str(given.get("description") or ""), "text", fault="description")
    yield from _fields(given)


def _ask(given: Mapping[str, Any]) -> Iterator[Typed]:
    yield Typed("comment", _("Comment"), str(given.get("comment") or ""), "text", fault="comment")


def _nothing(given: Mapping[str, Any]) -> Iterator[Typed]:
    """All of it is shown, and done as it stands or not at all: who wants it otherwise presses the button for it."""
    del given
    yield from ()


def _fields(given: Mapping[str, Any]) -> Iterator[Typed]:
    """Those of one value; a table or nothing is shown and not typed over."""
    for name, value in (given.get("fields") or {}).items():
        if isinstance(value, bool):
            yield Typed(f"{FIELD}{name}", str(name), YES if value else NO, "choice", fault=f"fields.{name}")
        elif isinstance(value, str | int | float):
            yield Typed(f"{FIELD}{name}", str(name), str(value), fault=f"fields.{name}")


def _same(value: str) -> str:
    """Browsers end lines by CR and LF."""
    return value.replace("\r\n", "\n").strip()


_OF = {
    Proposed.MAIL: _mail,
    Proposed.COMPLETE: _complete,
    Proposed.CHANGE: _change,
    Proposed.CREATE: _create,
    Proposed.ASK: _ask,
    **dict.fromkeys((Proposed.WAIT, Proposed.ASSIGN, Proposed.MOVE), _nothing),
}
