"""Case types with steps, for tests of the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.desk import MONDAY, Desk, publish
from tramita.domain.bodies import body_of
from tramita.domain.cel import parse
from tramita.domain.process_definitions import ActionDefinition, CaseTypeDefinition, StepDefinition
from tramita.models import CaseAction, CaseStep, Definition, Item, Version
from tramita.services import starting

Steps = Mapping[str, Sequence[str]]  # names of Actions by step; "name?text" has a condition, a step's name may too
PLAIN: Steps = {"collect": ["papers", "form"], "check": ["bank"], "finish": ["create"]}


def publish_flow(name: str, steps: Steps, **more: Any) -> str:
    """A Case type with these steps; what `actions` says of an Action is added to it. Its path."""
    path = f"acme/main/finance/{name}"
    service = Definition.objects.filter(kind="service", key="acme/main/finance").first()
    publish("case_type", path, service, **_body(path, steps, **more))
    return path


def republish(path: str, steps: Steps, **more: Any) -> Version:
    """A newer version of it, with these steps instead."""
    process = Definition.objects.get(kind="case_type", key=path)
    number = process.versions.count() + 1
    body = {"path": path, **_body(path, steps, **more)}
    process.current = Version.objects.create(definition=process, number=number, body=body, published_at=MONDAY)
    process.save()
    return process.current


def _body(
    path: str, steps: Steps, *, actions: Mapping[str, Mapping[str, Any]] | None = None, **more: Any
) -> dict[str, Any]:
    given, known, read = actions or {}, {}, []
    for written, names in steps.items():
        step, when = _condition(written)
        for one in names:
            action, only = _condition(one)
            extra = {"title": action.title(), "queue": "invoices", "when": only} | dict(given.get(action, {}))
            known[action] = ActionDefinition(action, **extra)
        read.append(StepDefinition(step, step.title(), tuple(_condition(one)[0] for one in names), when))
    for action, extra in given.items():
        known.setdefault(action, ActionDefinition(action, **{"title": action.title()} | dict(extra)))
    settings = {"queue": "invoices", "due": "two_days", "feedback_window": 3} | more
    name = path.rpartition("/")[2]
    return dict(body_of(CaseTypeDefinition(path, name, steps=tuple(read), actions=known, **settings)))


def begun(
    desk: Desk, steps: Steps = PLAIN, *, path: str = "", draft: bool = False, fields: Any = None, **more: Any
) -> Item:
    """A Case of a type of its own, or of this one, submitted."""
    path = path or publish_flow(f"flow-{Definition.objects.count()}", steps, **more)
    return starting.start_case(
        case_type=path,
        short_description="Bodegas Llorente",
        requester=desk.rui.email,
        fields=fields or {},
        draft=draft,
        by=desk.ana,
        at=MONDAY,
    )


def running(case: Item) -> list[Item]:
    """Its Actions that have not ended."""
    return list(Item.objects.filter(parent=case, kind=3, state__lt=5).order_by("ordinal"))


def names(case: Item) -> list[str | None]:
    """The names of these."""
    return [one.action_name for one in running(case)]


def passed(case: Item) -> list[tuple[str, list[str]]]:
    """The steps it went through, each with the Actions that ran."""
    steps = CaseStep.objects.filter(case=case).order_by("number")
    ran = {step.pk: CaseAction.objects.filter(step=step, item__isnull=False).order_by("pk") for step in steps}
    return [(step.step, [one.name for one in ran[step.pk]]) for step in steps]


def _condition(written: str) -> tuple[str, Any]:
    name, _, text = written.partition("?")
    return name, parse(text) if text else None
