"""A test run as the Builder shows it: where it stands, what may happen next, and what would have left the house."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.models import Item
from tramita.queries import builder
from tramita.queries.builder import Process
from tramita.services import trial_starts, trials
from tramita.services.trials import Played
from tramita.ui import errors, labels
from tramita.ui import timeline as said
from tramita.web.refusals import Refusal
from tramita.web.shown_flow import restarts, step_shown
from tramita.web.shown_process import NAMES

Shown = dict[str, Any]


def trial(actor: Actor, kind: str, path: str, found: Process, refused: Refusal | None) -> Shown:
    """Cost: that of playing it."""
    trial, faults = trials.running(kind, path, by=actor), refused.faults if refused else {}
    played = trials.play(trial) if trial else None
    return {
        "trial": trial,
        "drafted": builder.draft(found.id) is not None,
        "routes": [] if trial else [(one, one) for one in trial_starts.routes(found.id)],
        "pressed": reverse(f"builder-trial-{NAMES[kind]}", args=[path]),
        "played": _played(played) if played else None,
        "moves": len(trial.moves) if trial else 0,
        "of_fields": " ".join(told for name, told in faults.items() if name.partition(".")[0] == "fields"),
    }


def _played(played: Played) -> Shown:
    names = [_name(one, played.items) for one in played.items]
    return {
        "state": "problem" if played.root.problem else played.root.state.value,
        "word": labels.word("problem", played.root.problem)
        if played.root.problem
        else labels.word("state", played.root.state),
        "title": played.root.title,
        "ticket": played.root.kind is Kind.TICKET,
        "due": played.root.due_at,
        "now": played.now,
        "steps": [step_shown(step) for step in played.steps],
        "restarts": restarts(played.steps),
        "items": [_item(place, played, names) for place, offers in played.offers.items() if offers],
        "fields": [(name, value) for name, value in sorted(played.root.fields.items())],
        "mails": [{"to": ", ".join(address for _, address in one.to), "mail": one} for one in played.mails],
        "told": [
            (one.at, names[place], said.sentence(one.type, one.data), said.why(one.data)) for place, one in played.told
        ],
        "fault": errors.sentence(played.fault) if played.fault else "",
    }


def _item(place: int, played: Played, names: Sequence[str]) -> Shown:
    item = played.items[place]
    return {
        "place": place,
        "name": names[place],
        "title": item.title,
        "state": item.state.value,
        "word": labels.word("state", item.state),
        "offers": [
            (does, labels.word("trial_move", does.partition("@")[0]) % {"name": whose})
            for does, whose in played.offers[place]
        ],
    }


def _name(item: Item, items: Sequence[Item]) -> str:
    """An item has no reference that lasts: its kind, or the number of an Action in its Case."""
    if item.kind is Kind.ACTION:
        below = item.parent_id != items[0].pk
        return f"{_('Sub-Case')} A{item.ordinal}" if below else f"A{item.ordinal}"
    if item.pk == items[0].pk:
        return labels.word("kind", item.kind)
    return _("Sub-Case") if item.kind is Kind.CASE else labels.word("kind", item.kind)
