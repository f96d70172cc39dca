"""The tree of one process as forms change it: its steps with their Actions, its fields and its cards (C-7, D-20).

A tree is what the YAML of a draft says. What is written in one of the short ways comes back in the long one; what is
written in no way that there is cannot be shown in parts, and stays YAML.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tramita.domain.errors import Conflict, Invalid, NotFound
from tramita.services.definitions.values import KEY, KEY_LENGTH

Tree = dict[str, Any]
ORDER = (
    *(
        "title",
        "queue",
        "team",
        "skills",
        "due",
        "feedback_window",
        "assign",
        "allow_title_change",
        "contacts_required",
        "self_service",
    ),
    *(
        "progression",
        "automatic_mails",
        "mail",
        "records",
        "schedule",
        "starts",
        "fields",
        "cards",
        "steps",
        "action_types",
    ),
)
DIRECTIONS = ("left", "right", "up", "down")


@dataclass(slots=True)
class Step:
    """A step with its Actions, in order."""

    name: str
    body: Tree
    actions: dict[str, Tree] = field(default_factory=dict)


@dataclass(slots=True)
class Flow:
    """All steps, and the Actions of none, which are launched by hand."""

    steps: list[Step]
    loose: dict[str, Tree]

    def step_of(self, action: str) -> Step | None:
        """Where an Action stands; None among the loose. Raises: NotFound."""
        found = next((one for one in self.steps if action in one.actions), None)
        if found is None and action not in self.loose:
            raise NotFound("There is no such Action.")
        return found

    def step(self, name: str) -> Step:
        """Raises: NotFound."""
        for one in self.steps:
            if one.name == name:
                return one
        raise NotFound("There is no such step.")

    def body_of(self, action: str) -> Tree:
        """Raises: NotFound."""
        step = self.step_of(action)
        return (self.loose if step is None else step.actions)[action]


def flow_of(tree: Tree) -> Flow:
    """Raises: Conflict `unclear`, for what has no steps and Actions that could be shown."""
    steps = []
    for entry in _listed(tree.get("steps")):
        name, body = _entry(entry)
        actions = [_entry(one) for one in _listed(body.get("actions"))]
        rest = {key: it for key, it in body.items() if key != "actions"}
        steps.append(Step(name, rest, dict(actions)))
        if len(dict(actions)) != len(actions):
            raise unclear()
    names = [name for one in steps for name in one.actions]
    loose = {name: _mapping(body) for name, body in _mapping(tree.get("action_types")).items()}
    if len({*names, *loose}) != len(names) + len(loose) or len({one.name for one in steps}) != len(steps):
        raise unclear()
    return Flow(steps, loose)


def with_flow(tree: Tree, flow: Flow) -> Tree:
    """The tree with these steps."""
    steps = [
        {one.name: {**one.body, "actions": [{name: body} for name, body in one.actions.items()]}} for one in flow.steps
    ]
    return ordered({**tree, "steps": steps, "action_types": dict(flow.loose)})


def ordered(tree: Mapping[str, Any]) -> Tree:
    """In the order of an export; without what is empty."""
    known = [name for name in ORDER if name in tree]
    names = [*known, *(name for name in tree if name not in ORDER)]
    return {name: tree[name] for name in names if tree[name] not in ({}, [], "") or name == "automatic_mails"}


def move_action(tree: Tree, action: str, step: str, place: int) -> Tree:
    """Into this step, the empty one being none, before the Action that stands at this place now."""
    flow = flow_of(tree)
    before, body = flow.step_of(action), flow.body_of(action)
    target = flow.step(step) if step else None
    if before is None and target is not None:
        body = {"startable": True} | body  # it was launched by hand, and can be further on
    if before is target and before is not None and [*before.actions].index(action) < place:
        place -= 1
    (flow.loose if before is None else before.actions).pop(action)
    if target is None:
        flow.loose[action] = {key: it for key, it in body.items() if (key, it) != ("startable", True)}
    else:
        target.actions = _with(target.actions, action, body, place)
    return with_flow(tree, flow)


def nudge_action(tree: Tree, action: str, direction: str) -> Tree:
    """One place up or down in its step, or to the end of the step before or after it."""
    flow = flow_of(tree)
    step = flow.step_of(action)
    if step is None:
        return move_action(tree, action, flow.steps[-1].name, len(flow.steps[-1].actions)) if flow.steps else tree
    place, number = [*step.actions].index(action), flow.steps.index(step)
    if direction in ("up", "down"):
        return move_action(tree, action, step.name, max(place - 1, 0) if direction == "up" else place + 2)
    other = number + (1 if direction == "right" else -1)
    if not 0 <= other < len(flow.steps):
        return tree
    return move_action(tree, action, flow.steps[other].name, len(flow.steps[other].actions))


def put_action(tree: Tree, action: str, body: Tree, *, step: str) -> Tree:
    """The Action becomes this; in another step than before it comes last."""
    flow = flow_of(tree)
    if step:
        flow.step(step)
    before = flow.step_of(action)
    if (before.name if before else "") != step:
        tree = move_action(tree, action, step, len(flow.step(step).actions) if step else 0)
        flow = flow_of(tree)
        before = flow.step_of(action)
    (flow.loose if before is None else before.actions)[action] = body
    return with_flow(tree, flow)


def add_action(tree: Tree, action: str, title: str, *, step: str) -> Tree:
    """A new one by a person, last in its step. Raises: Invalid, for a name that is none or that is there."""
    flow = flow_of(tree)
    there = [*flow.loose, *(name for one in flow.steps for name in one.actions)]
    body = {"title": title} if title else {}
    target = flow.loose if not step else flow.step(step).actions
    target[_name(action, there)] = body
    return with_flow(tree, flow)


def drop_action(tree: Tree, action: str) -> Tree:
    flow = flow_of(tree)
    step = flow.step_of(action)
    (flow.loose if step is None else step.actions).pop(action)
    return with_flow(tree, flow)


def add_step(tree: Tree, name: str, title: str) -> Tree:
    """A new one, last; without Actions it cannot be published yet."""
    flow = flow_of(tree)
    key = _name(name, [one.name for one in flow.steps])
    flow.steps.append(Step(key, {"title": title} if title else {}))
    return with_flow(tree, flow)


def put_step(tree: Tree, name: str, body: Tree) -> Tree:
    flow = flow_of(tree)
    flow.step(name).body = body
    return with_flow(tree, flow)


def nudge_step(tree: Tree, name: str, direction: str) -> Tree:
    """One place to the left or the right."""
    flow = flow_of(tree)
    step = flow.step(name)
    place = flow.steps.index(step)
    flow.steps.remove(step)
    flow.steps.insert(max(place + (1 if direction == "right" else -1), 0), step)
    return with_flow(tree, flow)


def drop_step(tree: Tree, name: str) -> Tree:
    """Raises: Conflict, while it has Actions."""
    flow = flow_of(tree)
    step = flow.step(name)
    if step.actions:
        raise Conflict("Move its Actions first, or take them away.", code="not_empty")
    flow.steps.remove(step)
    return with_flow(tree, flow)


def parts(tree: Tree, section: str) -> dict[str, Tree]:
    """The `fields` or `cards`, each in the long way. Raises: Conflict `unclear`."""
    short = {"fields": "type", "cards": "fields"}[section]
    return {name: one if isinstance(one, dict) else {short: one} for name, one in _mapping(tree.get(section)).items()}


def part(tree: Tree, section: str, name: str) -> Tree:
    """Raises: NotFound, Conflict `unclear`."""
    found = parts(tree, section).get(name)
    if found is None:
        raise NotFound("There is no such thing here.")
    return found


def put_part(tree: Tree, section: str, name: str, body: Tree) -> Tree:
    """A field or a card becomes this. Raises: NotFound."""
    part(tree, section, name)
    return ordered({**tree, section: {**parts(tree, section), name: body}})


def add_part(tree: Tree, section: str, name: str, body: Tree) -> Tree:
    """Raises: Invalid, for a name that is none or that is there."""
    there = parts(tree, section)
    return ordered({**tree, section: {**there, _name(name, there): body}})


def drop_part(tree: Tree, section: str, name: str) -> Tree:
    """What stood on a card that is gone stands on none; a field that is gone stands nowhere."""
    part(tree, section, name)
    left = {key: one for key, one in parts(tree, section).items() if key != name}
    found = ordered({**tree, section: left})
    if section == "cards" or "cards" not in found:
        return found
    cards = parts(found, "cards")
    kept = {
        key: {**one, "fields": [it for it in _listed(one.get("fields")) if it != name]} for key, one in cards.items()
    }
    return ordered({**found, "cards": kept})


def nudge_part(tree: Tree, section: str, name: str, direction: str) -> Tree:
    """One place up or down among the cards, or among the fields that stand on none."""
    there = parts(tree, section)
    names = [*there]
    place = names.index(name) if name in names else 0
    names.remove(name)
    names.insert(max(place + (1 if direction == "down" else -1), 0), name)
    return ordered({**tree, section: {key: there[key] for key in names}})


def put_settings(tree: Tree, said: Tree, asked: Iterable[str]) -> Tree:
    """What a form asked becomes what it says; the rest stays."""
    rest = {name: it for name, it in tree.items() if name not in frozenset(asked)}
    return ordered(rest | said)


def unclear() -> Conflict:
    return Conflict("This draft is written in a way that only its YAML can show.", code="unclear")


def _with(there: Mapping[str, Tree], name: str, body: Tree, place: int) -> dict[str, Tree]:
    items = [*there.items()]
    items.insert(place, (name, body))
    return dict(items)


def _name(typed: str, there: Iterable[str]) -> str:
    name = typed.strip()
    if not KEY.fullmatch(name) or len(name) > KEY_LENGTH:
        raise Invalid.one(
            "name", "invalid", "Letters, digits, “-”, “_” and “.” only, at most %(most)s.", most=KEY_LENGTH
        )
    if name in there:
        raise Invalid.one("name", "already_there", "There is one of this name already.")
    return name


def _entry(one: Any) -> tuple[str, Tree]:
    """`- name` or `- name: {…}`."""
    if isinstance(one, str):
        return one, {}
    if not isinstance(one, dict) or len(one) != 1:
        raise unclear()
    ((name, body),) = one.items()
    return name, _mapping(body)


def _mapping(one: Any) -> Tree:
    if one is None:
        return {}
    if not isinstance(one, dict):
        raise unclear()
    return one


def _listed(one: Any) -> list[Any]:
    if one is None:
        return []
    if not isinstance(one, list):
        raise unclear()
    return one
