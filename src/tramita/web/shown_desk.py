"""How the Builder shows the things of the configuration: their rows, their fields with choices, what changed."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tramita.domain import canned, mail_templates
from tramita.domain.actors import Actor
from tramita.domain.process_definitions import Assigned
from tramita.queries import definitions, positions, robots
from tramita.queries.desk_choices import Changed, Choices, choices
from tramita.services import desk_settings, mail_previews
from tramita.services.definitions import export_processes
from tramita.services.definitions.export import as_yaml
from tramita.services.definitions.shapes import Key, Shape
from tramita.ui import labels
from tramita.web import assign_form
from tramita.web.desk_inputs import NONE, Values, first

Tree = Mapping[str, Any]
COLUMNS: Mapping[str, Sequence[str]] = {
    "queues": ("members", "managers", "strict", "team"),
    "teams": ("managers",),
    "positions": ("holders",),
    "roles": ("based_on", "description"),
    "users": ("role", "builder", "active"),
    "robots": ("kinds", "lease", "active"),
    "canned-texts": ("service", "texts"),
    "organisations": ("parent", "domains", "account_manager"),
    "customers": ("organisation",),
    "contracts": ("calendar",),
    "services": (),
    "categories": ("queue", "due", "feedback_window"),
    "defect-categories": (),
    "properties": ("fields",),
    "schedules": ("schedules",),
    "mail-templates": (),
    "calendars": ("time_zone", "week", "extra_days_off"),
    "due-rules": ("within", "calendar", "base"),
    "approval-types": ("description", "active"),
    "sign-on": ("issuer", "domains", "active"),
}
WORDS = {
    **dict.fromkeys(("create", "change", "mail", "resolve"), "robot_verb"),
    "role": "role",
    "based_on": "role",
    "builder": "builder_role",
    "kinds": "kind",
    "grants": "permission",
    "sees": "sight",
    "audit": "audit_area",
    "automatic_mails": "automatic_mail",
    "type": "field_type",
    "kind": "action_kind",
    "how": "approved_by",
    "way": "started",
    "progression": "progression",
    "review": "review",
    "mode": "robot_mode",
}  # families of labels
NAMES = {"properties": "extended", "mail-templates": "mail_template"}  # of things that have no title of their own
MEASURED = timedelta(days=30)
ASSIGNS = ("assign", "inherited_assign")
REFERRING = ("reference", "references", "absence", "inherited", *ASSIGNS)
MOST_NAMED = 3


def address(sort: str, key: str) -> str:
    return reverse("desk-thing", args=[sort, key]) if key else reverse("desk-things", args=[sort])


def title(sort: str, key: str | None, tree: Tree) -> str:
    """What it is called."""
    if key is None:
        return labels.word("desk_new", sort)
    if sort in NAMES:
        return labels.word(NAMES[sort], key)
    return str(tree.get("title") or tree.get("name") or key or labels.word("desk_sort", sort))


def names_left(sort: str) -> Choices:
    """What there can be and is not yet."""
    there = desk_settings.entries(sort)
    return [(one, labels.word(NAMES[sort], one)) for one in desk_settings.sort_of(sort).named if one not in there]


def rows(sort: str, shape: Shape, entries: Mapping[str, Tree]) -> list[dict[str, Any]]:
    """A row a thing, by its title; what is named by a path, by that."""
    keys = [one for name in COLUMNS[sort] for one in shape.keys if one.name == name]
    found = [
        {"key": key, "title": title(sort, key, tree), "cells": [_cell(one, tree.get(one.name)) for one in keys]}
        for key, tree in entries.items()
    ]
    return sorted(found, key=lambda row: (row["key"] if "/" in row["key"] else "", str(row["title"]).casefold()))


def _cell(key: Key, value: Any) -> str:
    if key.kind == "flag":
        return _("yes") if (key.otherwise if value is None else value) else _("no")
    if value is None:
        return ""
    if key.kind == "by_language":
        return ", ".join(labels.LANGUAGES.get(one, one) for one in value)
    if key.kind in ("named", "schedules"):
        return ", ".join(value)
    if key.kind == "week":
        return "; ".join(f"{days} {windows}" for days, windows in value.items())
    if not isinstance(value, list):
        return _word(key, value)
    more = _("and %(count)s more") % {"count": len(value) - MOST_NAMED} if len(value) > MOST_NAMED else ""
    return ", ".join(_word(key, one) for one in value[:MOST_NAMED]) + (f" {more}" if more else "")


def _word(key: Key, value: Any) -> str:
    if key.name == "language":
        return labels.LANGUAGES.get(value, "")
    return labels.word(WORDS[key.name], value) if key.name in WORDS else str(value)


def offered(filled: Values, more: Mapping[str, Choices] | None = None) -> Callable[[Key, str], Choices]:
    """For templates: what a key chooses among, at the input of this name. `more`: by the names of keys."""
    known: dict[tuple[str, ...], Choices] = {}

    def pairs_of(key: Key, name: str) -> Choices:
        some = (more or {}).get(key.name)
        return _with_chosen(replace(key, name=name), _offered(key, known) if some is None else some, filled)

    return pairs_of


def _offered(key: Key, known: dict[tuple[str, ...], Choices]) -> Choices:
    if key.kind == "choice" and key.name == "language":
        return list(labels.LANGUAGES.items())
    if key.kind == "yes_no":
        return [("true", _("yes")), ("false", _("no"))]
    if key.kind in ("choice", "ticked", "inherited_list"):
        ours = choices("role") if key.name == "role" else []
        return [*ours] + [(one, labels.word(WORDS[key.name], one) if key.name in WORDS else one) for one in key.of]
    sorts = ("branch",) if key.kind == "grants" else key.of if key.kind in REFERRING else ()
    if sorts and sorts not in known:
        known[sorts] = assign_form.offered() if key.kind in ASSIGNS else choices(*sorts)
    return known[sorts] if sorts else []


def _with_chosen(key: Key, offered: Choices, filled: Values) -> Choices:
    """What is chosen is among it, in use or not; of several, it comes first and in its order."""
    chosen = list(
        dict.fromkeys(it for name in _inputs(key, filled) for it in filled.get(name, ()) if it not in ("", NONE))
    )
    called = dict(offered)
    if key.kind in ("references", "ticked"):
        return [(it, called.get(it, it)) for it in chosen] + [one for one in offered if one[0] not in chosen]
    keeps = key.kind in (*REFERRING, "grants") or (key.kind == "choice" and bool(key.title or not key.of))
    kept = chosen if keeps else ()
    return [*offered, *((it, it) for it in kept if it not in called)]


def _inputs(key: Key, filled: Values) -> Iterable[str]:
    """The inputs where something is chosen."""
    if key.kind == "grants":
        return [it for it in filled if it.startswith(f"{key.name}.") and it.endswith(".place")]
    inner = {"absence": ("substitute",), **dict.fromkeys(ASSIGNS, ("user", "secondary"))}.get(key.kind)
    return [f"{key.name}.{part}" for part in inner] if inner else [key.name]


def uppers(sorts: Sequence[str]) -> Choices:
    """What something new may stand below, under the names of all that is above."""
    there = {key for sort in sorts for key in desk_settings.entries(sort)}
    called = dict(choices("branch")) if there else {}
    return sorted(((it, called.get(it, it)) for it in there), key=lambda one: one[0])


def above_of(shape: Shape, key: str | None) -> dict[str, str]:
    """What a lower category inherits, in words by the name of the key; nothing for one without an upper level (Z-8)."""
    upper = (key or "").rpartition("/")[0]
    found = definitions.current_category(upper) if upper else None
    if found is None:
        return {}
    tree = export_processes.category(found.process, None)
    tree |= {name: getattr(found.process, name) for name in ("allow_title_change", "self_service", "approve_opening")}
    tree |= {"assign": assigned_to(found.process)}
    return {one.name: _said(one, tree.get(one.name)) or _("none") for one in shape.keys}


def assigned_to(process: Assigned) -> str | None:
    """Whom the rule of a process names first (Q-1). Cost: one statement, where it is a position."""
    if process.assign_position is None:
        return process.assign_user
    return _("Position: %(title)s") % {"title": positions.title(process.assign_position)}


def _said(key: Key, value: Any) -> str:
    if key.kind == "inherited_flag":
        return _("yes") if value else _("no")
    return _cell(key, value)


def changes(found: Sequence[Changed]) -> list[dict[str, Any]]:
    """Each change with the lines that came and went."""
    return [{"at": one.at, "by": one.by, "lines": list(_lines(one))} for one in found]


def _lines(one: Changed) -> Iterator[tuple[str, str]]:
    old, new = (as_yaml(dict(tree)).splitlines() if tree else [] for tree in (one.before, one.after))
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            yield line[:1], line[1:]


def previews(sort: str, key: str | None, filled: Values, actor: Actor) -> list[tuple[str, str]]:
    """Each language of a canned text or an automatic mail as it would read, with sample values (M-19, MAIL-126)."""
    if sort == "mail-templates":
        return _mail_previews(key or first(filled, "key"), filled)
    sample = {
        "reference": "40308-T",
        "title": _("Invoice 991 twice"),
        "requester": "Lucía Ramos",
        "agent": actor.name,
        "due": "17:00",
    }
    texts = [(name, first(filled, f"texts.{code}")) for code, name in labels.LANGUAGES.items()]
    return [(name, canned.filled(text, sample)) for name, text in texts if text]


def _mail_previews(kind: str, filled: Values) -> list[tuple[str, str]]:
    """The words as they stand in the form; what cannot be filled is told when it is saved."""
    found = []
    for code, name in labels.LANGUAGES.items():
        said = mail_previews.example(code, name="Lucía", at=timezone.now())
        texts = [first(filled, f"{code}.{part}") for part in ("subject", "text")]
        if texts[1] and kind in mail_templates.KINDS and not any(mail_templates.faults(kind, one) for one in texts):
            found.append((name, "\n\n".join(mail_templates.filled(one, said) for one in texts if one)))
    return found


def measured(key: str) -> dict[str, str]:
    """What the history of a robot says beside its terms: where its bar of confidence belongs (AI-1)."""
    bar = robots.measured_bar(key, since=timezone.now() - MEASURED)
    return (
        {} if bar is None else {"confidence": _("By its results of the last 30 days %(bar)s would fit.") % {"bar": bar}}
    )
