"""What is shown where a process is drawn: the board, the lists of fields and cards, and a form of each part."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tramita.domain.cel import ConditionError, parse
from tramita.queries import builder
from tramita.queries.desk_choices import Choices, choices
from tramita.services import process_trees as trees
from tramita.services.definitions.fields import ITEM_NAMES, titled
from tramita.services.process_parts import Misfit
from tramita.ui import condition_words, desk_keys, errors, labels
from tramita.web import design_form, desk_form, shown_desk
from tramita.web.desk_inputs import Values, first
from tramita.web.refusals import Refusal
from tramita.web.shown_process import NAMES

Tree = dict[str, Any]
Shown = dict[str, Any]


def link(kind: str, path: str, part: str, name: str = "", *, at: str = "") -> str:
    """Of the page of a part; `at` is what was just changed there."""
    asked = {"part": part, "name": name, "at": at}
    base = reverse(f"builder-edit-{NAMES[kind]}", args=[path])
    return f"{base}?{urlencode({key: it for key, it in asked.items() if it})}"


def titles_of(tree: Tree) -> dict[str, str]:
    """What its fields are called."""
    return {name: said_title(name, body.get("title")) for name, body in trees.parts(tree, "fields").items()}


def said_title(name: str, title: Any) -> str:
    if isinstance(title, Mapping):
        return str(title.get(get_language() or "") or title.get("en") or next(iter(title.values()), titled(name)))
    return str(title) if title else titled(name)


def sentence_of(when: Any, titles: Mapping[str, str]) -> str:
    """A condition in words; nothing for none, or for a text that is none."""
    try:
        return condition_words.said(parse(str(when)), titles) if when else ""
    except ConditionError:
        return ""


def board(kind: str, tree: Tree, name: str, values: Values | None) -> Shown:
    """The steps as columns. Cost: one statement."""
    flow, titles, queues = trees.flow_of(tree), titles_of(tree), builder.queues()

    def card(action: str, body: Tree) -> Shown:
        more = [labels.word("action_kind", body.get("kind", "manual"))]
        more += [_("four eyes")] if body.get("review") else []
        more += [queues.get(str(body["queue"]), str(body["queue"]))] if body.get("queue") else []
        more += [_("also launched by hand")] if body.get("startable") else []
        said = {"when": body.get("when", ""), "sentence": sentence_of(body.get("when"), titles)}
        return {"name": action, "title": said_title(action, body.get("title")), "more": " · ".join(more)} | said

    return {
        "columns": [
            {
                "name": step.name,
                "title": said_title(step.name, step.body.get("title")),
                "when": step.body.get("when", ""),
                "sentence": sentence_of(step.body.get("when"), titles),
                "cards": [card(*one) for one in step.actions.items()],
            }
            for step in flow.steps
        ],
        "loose": [card(*one) for one in flow.loose.items()],
    }


def listed(kind: str, tree: Tree, name: str, values: Values | None) -> Shown:
    """Fields and cards, in the order in which they are asked."""
    titles = titles_of(tree)
    fields, cards = trees.parts(tree, "fields"), trees.parts(tree, "cards")
    on = {it: said_title(key, card.get("title")) for key, card in cards.items() for it in card.get("fields") or ()}
    return {
        "own_fields": [
            {
                "name": key,
                "title": titles[key],
                "type": labels.word("field_type", one.get("type", "text")),
                "card": on.get(key, ""),
                "more": [_("mandatory")] * bool(one.get("mandatory")) + [_("read-only")] * bool(one.get("read_only")),
                "sentence": sentence_of(one.get("show_when"), titles),
            }
            for key, one in fields.items()
        ],
        "own_cards": [
            {
                "name": key,
                "title": said_title(key, one.get("title")),
                "holds": ", ".join(titles.get(it, it) for it in one.get("fields") or ()),
                "sentence": sentence_of(one.get("show_when"), titles),
            }
            for key, one in cards.items()
        ],
    }


def form_of(part: str) -> Callable[[str, Tree, str, Values | None], Shown]:
    """The form of a part, filled from the tree or with what was typed. Cost: a statement a sort of choices."""

    def shown(kind: str, tree: Tree, name: str, values: Values | None) -> Shown:
        body = design_form.body_of(tree, part, name)
        first_values = {"kind": [str(body.get("kind", ""))], "type": [str(body.get("type", ""))]}
        shape = design_form.shape_of(part, values or first_values)
        filled = values if values is not None else desk_form.spread(shape, body)
        flow, titles = trees.flow_of(tree), titles_of(tree)
        stands = flow.step_of(name) if part == "action" else None
        return {
            "shape": shape,
            "fields": shape.keys,
            **desk_form.inputs_of(filled),
            "pairs_of": shown_desk.offered(filled, _more(part, titles)),
            "title": said_title(name, body.get("title")) if part != "settings" else "",
            "steps": [(one.name, said_title(one.name, one.body.get("title"))) for one in flow.steps],
            "stands": first(filled, "step") if values is not None else stands.name if stands else "",
            "condition_fields": [(f"fields.{key}", called) for key, called in titles.items()]
            + [(key, labels.word("item_field", key)) for key in sorted(ITEM_NAMES)],
            "sentence": sentence_of(body.get("when") or body.get("show_when"), titles),
        }

    return shown


def _more(part: str, titles: Mapping[str, str]) -> Mapping[str, Choices]:
    if part == "card":
        return {"fields": list(titles.items())}
    return {"case_type": choices("case_type")} if part == "action" else {}


def where(kind: str, path: str, one: Misfit, tree: Tree) -> tuple[str, str]:
    """Where a fault can be put right: the page, and what it is called."""
    if one.part == "elsewhere":
        return "", ""
    label = desk_keys.label(one.part, one.fault.field) if one.fault.field else ""
    called = " › ".join(str(it) for it in (one.name or labels.word("design_part", one.part), label) if it)
    return link(kind, path, one.part, one.name), called


def sentence(one: Misfit) -> str:
    return errors.fault_sentence(one.fault)


def as_refusal(part: str, faults: Mapping[str, str], typed: QueryDict) -> Refusal | None:
    """Ordinary faults beside their inputs: told, and nothing was refused."""
    return Refusal(part, "", 200, "told", dict(faults), typed=typed) if faults else None


SHOWN: Mapping[str, Callable[[str, Tree, str, Values | None], Shown]] = {
    "flow": board,
    "fields": listed,
    **{part: form_of(part) for part in ("settings", "step", "action", "field", "card")},
}
