"""The steps of a Case, as its page shows them (C-7)."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from tramita.domain.codes import State
from tramita.queries.flow_view import FlowStep, Passage, flow_of
from tramita.ui import labels
from tramita.web.shown_reading import Reading

STEP_SHAPES = {
    Passage.DONE: "resolved",
    Passage.RUNNING: "in_progress",
    Passage.ASKED: "to_do",
    Passage.TO_COME: "draft",
    Passage.LEFT_OUT: "closed",
}


def restarts(steps: Sequence[FlowStep]) -> list[tuple[str, str]]:
    """Where a rework may start: steps that are done, and ended Actions of these and of the present one (C-32)."""
    found: list[tuple[str, str]] = []
    for step in steps:
        if step.state is Passage.TO_COME:
            break
        if step.state is not Passage.RUNNING and step.state is not Passage.ASKED:
            found.append((f"step:{step.name}", step.title))
        ended = [one for one in step.actions if one.state is State.CLOSED]
        found += [(f"action:{one.name}", f"{step.title} › {one.title}") for one in ended]
    return list(dict(found).items())


def flow(reading: Reading) -> dict[str, Any]:
    """Each step in order, and where a rework may start. Cost: one statement."""
    steps = flow_of(reading.item, reading.actor)
    return {"flow": [step_shown(step) for step in steps], "restarts": restarts(steps)}


def step_shown(step: FlowStep) -> dict[str, Any]:
    """A step with how many of its Actions are done, and the shape that stands for it."""
    begun = [one for one in step.actions if one.state is not None]
    done = sum(one.state is State.CLOSED for one in begun)
    running = step.state is Passage.RUNNING
    return {
        "title": step.title,
        "state": step.state.value,
        "shape": STEP_SHAPES[step.state],
        "word": _("%(done)s of %(all)s ended") % {"done": done, "all": len(begun)}
        if running
        else labels.word("step", step.state),
        "awaited": [", ".join(who.name for who in one.approvers) for one in step.actions if one.approvers],
        "to_come": [one.title for one in step.actions] if step.state is Passage.TO_COME else [],
    }
