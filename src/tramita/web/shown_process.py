"""A process as the Builder shows it: its steps as columns, what is set, and its versions."""

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tramita.domain.bodies import restore
from tramita.domain.cel import as_text
from tramita.domain.conditions import Condition, fields_of, holds
from tramita.domain.definitions import CategoryDefinition
from tramita.domain.flow import planned_step
from tramita.domain.process_definitions import ActionDefinition, CaseTypeDefinition
from tramita.queries import builder
from tramita.queries.builder import Process, Published
from tramita.services.definitions import export_processes
from tramita.services.definitions.export import as_yaml
from tramita.ui import labels, moments
from tramita.web.shown_desk import assigned_to

NAMES = {"case_type": "case-type", "category": "category"}
VERSIONS = 50
Shown = dict[str, Any]


def address(kind: str, path: str, *, tab: str = "") -> str:
    """Of a process's page."""
    if tab == "edit":
        return reverse(f"builder-edit-{NAMES[kind]}", args=[path])
    base = reverse(f"builder-{NAMES[kind]}", args=[path])
    return f"{base}?{urlencode({'tab': tab})}" if tab else base


def flow(found: Process, kind: str, asked: QueryDict) -> Shown:
    """Steps as columns with cards and figures; what would run, where somebody tries it. Cost: four statements."""
    case_type = restore(CaseTypeDefinition, found.body)
    figures, tried, queues = builder.figures(found.id), _tried(case_type, asked), builder.queues()
    columns = [
        {
            "title": step.title,
            "when": _said(step.when),
            "running": figures.running.get(step.name, 0),
            "taken": moments.duration(figures.taken[step.name].total_seconds()) if step.name in figures.taken else "",
            "runs": tried is None or step.when is None or holds(step.when, tried),
            "cards": [_card(case_type.actions[name], queues) for name in step.actions],
            "left_out": () if tried is None else planned_step(case_type, step, tried).left_out,
        }
        for step in case_type.steps
    ]
    placed = {name for step in case_type.steps for name in step.actions}
    return {
        "columns": columns,
        "loose": [_card(one, queues) for name, one in case_type.actions.items() if name not in placed],
        "starts": figures.starts,
        "fields": [(name, _title(case_type, name), asked.get(f"field-{name}", "")) for name in _asked_for(case_type)],
        "tried": tried is not None,
    }


def _card(action: ActionDefinition, queues: Mapping[str, str]) -> Shown:
    more = [labels.word("action_kind", action.kind)]
    more += [_("four eyes")] if action.four_eyes else []
    more += [queues.get(action.queue, action.queue)] if action.queue else []
    more += [_("also launched by hand")] if action.startable else []
    more += [urlsplit(action.url or "").netloc] if action.kind == "call_api" else []
    more += [_("approvers: %(said)s") % {"said": _approvers(action)}] if action.kind == "approval" else []
    return {"name": action.name, "title": action.title, "when": _said(action.when), "more": " · ".join(more)}


def _approvers(action: ActionDefinition) -> str:
    """How many of how many decide: level after level, and rule beside rule (EA-1, EA-2)."""
    ways = [rule.levels for rule in action.rules] or [action.levels]
    return " | ".join(
        " → ".join(f"{len(one.approvers) if one.every else one.least}/{len(one.approvers)}" for one in levels)
        for levels in ways
    )


def _said(when: Condition | None) -> str:
    return as_text(when) if when is not None else ""


def _asked_for(case_type: CaseTypeDefinition) -> list[str]:
    """The fields that its conditions compare, by name."""
    conditions = [*(step.when for step in case_type.steps), *(one.when for one in case_type.actions.values())]
    asked = [one.field for when in conditions if when is not None for one in fields_of(when)]
    return sorted({name.removeprefix("fields.") for name in asked if name.startswith("fields.")})


def _title(case_type: CaseTypeDefinition, name: str) -> str:
    declared = case_type.fields.get(name)
    return declared.called(get_language() or "") if declared else name


def _tried(case_type: CaseTypeDefinition, asked: QueryDict) -> Mapping[str, Any] | None:
    """The sample fields that somebody wrote; None where nothing is tried."""
    if "try" not in asked:
        return None
    typed = {name: asked.get(f"field-{name}", "").strip() for name in _asked_for(case_type)}
    return {"fields": {name: _value(case_type, name, text) for name, text in typed.items() if text}}


def _value(case_type: CaseTypeDefinition, name: str, text: str) -> object:
    """As the conditions compare it: a number, a yes, else the text."""
    declared = case_type.fields.get(name)
    kind = declared.type if declared else ""
    if kind == "boolean" or (not kind and text in ("true", "false")):
        return text.lower() in ("true", "1", "yes")
    if kind in ("number", ""):
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return text
    return text


def settings(found: Process, kind: str, asked: QueryDict) -> Shown:
    """What is set besides the flow, in words."""
    read: CaseTypeDefinition | CategoryDefinition
    read = restore(CaseTypeDefinition, found.body) if kind == "case_type" else restore(CategoryDefinition, found.body)
    days = read.feedback_window
    pairs = [
        (_("Queue"), builder.queues().get(read.queue or "", read.queue)),
        (_("Skills it asks for"), ", ".join(read.skills)),
        (_("Assigned to"), assigned_to(read)),
        (_("Due rule"), read.due),
        (_("Feedback window"), _("%(days)s days") % {"days": days} if days else ""),
        (_("The title may be changed"), _yes(read.allow_title_change)),
        (_("Offered in self service"), _yes(read.self_service)),
    ]
    if isinstance(read, CaseTypeDefinition):
        by = {"automatic": _("by itself"), "manual": _("by a person")}[read.progression]
        pairs += [(_("The next step begins"), by), (_("Contacts are needed"), _yes(read.contacts_required))]
    declared = [(one.called(get_language() or ""), labels.word("field_type", one.type)) for one in read.fields.values()]
    return {"pairs": pairs, "declared": declared}


def _yes(flag: object) -> str:
    return _("yes") if flag else _("no")


def history(found: Process, kind: str, asked: QueryDict) -> Shown:
    """The latest versions, newest first, each with what it changed. Cost: two statements."""
    versions = builder.history(found.id, most=VERSIONS + 1)
    pairs = zip(versions, [*versions[1:], None], strict=True)
    shown = [{"one": one, "changes": list(_changes(kind, one, before))} for one, before in pairs]
    return {"versions": shown[:VERSIONS]}


def _changes(kind: str, one: Published, before: Published | None) -> Iterator[tuple[str, str]]:
    """Lines that came and went, each with its sign."""
    if before is None:
        return
    old, new = (_lines(kind, version) for version in (before, one))
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            yield line[:1], line[1:]


def _lines(kind: str, version: Published) -> list[str]:
    if kind == "case_type":
        return as_yaml(export_processes.case_type(restore(CaseTypeDefinition, version.body))).splitlines()
    return as_yaml(export_processes.category(restore(CategoryDefinition, version.body), None)).splitlines()


SHOWN: Mapping[str, Callable[[Process, str, QueryDict], Shown]] = {
    "flow": flow,
    "settings": settings,
    "history": history,
}
