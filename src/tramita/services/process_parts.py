"""A process is changed part by part: a form changes the tree of the draft that the YAML is the text of (decision 49).

Each change keeps the draft; what is wrong in it is told and keeps it from being published (BU-4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.errors import FieldError
from tramita.models import ProcessDraft
from tramita.queries import builder
from tramita.services import process_drafts, process_settings
from tramita.services.definitions import WrongConfiguration, values
from tramita.services.definitions.export import as_yaml
from tramita.services.definitions.plain_faults import plainly
from tramita.services.process_trees import unclear

Tree = dict[str, Any]
ROOT = "process"


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands in the draft, or in what is published where there is none."""

    tree: Tree
    text: str
    read: str  # the digest of what was published when it was begun
    draft: ProcessDraft | None

    @property
    def number(self) -> int:
        return self.draft.number if self.draft else 0

    @property
    def annotated(self) -> bool:
        """Whether somebody wrote comments, which no form keeps."""
        return any(line.lstrip().startswith("#") for line in self.text.splitlines())


def opened(kind: str, path: str) -> Opened:
    """Raises: NotFound; Conflict `unclear`, for a draft that is no tree."""
    (text, read), draft = process_settings.written(kind, path), builder.draft(builder.process(kind, path).id)
    if draft:
        text, read = draft.text, draft.base
    tree = values.plain(process_settings.readable(text))
    if not isinstance(tree, dict):
        raise unclear()
    return Opened(tree, text, read, draft)


def change(
    kind: str, path: str, do: Callable[[Tree], Tree], *, read: str, draft: int, by: Actor, at: datetime
) -> ProcessDraft:
    """The draft becomes what `do` makes of it. `read` and `draft`: as `process_drafts.save`.

    Raises: as that; whatever `do` raises.
    """
    text = as_yaml(do(opened(kind, path).tree))
    return process_drafts.save(kind, path, text, read=read, draft=draft, by=by, at=at)


def publish(kind: str, path: str, *, read: str, draft: int, by: Actor, at: datetime) -> bool:
    """What stands in the draft. Raises: as `process_drafts.publish`."""
    return process_drafts.publish(kind, path, opened(kind, path).text, read=read, draft=draft, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Misfit:
    """An ordinary fault: of which part it is, `action` and its name, and under which of its keys."""

    part: str
    name: str
    fault: FieldError


def misfits(kind: str, path: str, tree: Tree, *, by: Actor, at: datetime) -> list[Misfit]:
    """What keeps this tree from being published. Cost: the validation of all that is configured."""
    try:
        process_settings.try_tree(kind, path, tree, by=by, at=at)
    except WrongConfiguration as wrong:
        return [misfit(one) for one in wrong.errors]
    return []


def misfit(error: FieldError) -> Misfit:
    """The part that a fault's place leads to: `process/steps/0/check/actions/1/budget/when`."""
    root, *steps = error.field.split("/")
    if root != ROOT:
        return Misfit("elsewhere", "", plainly(error, ""))
    match steps:
        case ["steps", _, _, "actions", _, action, *rest]:
            part, name = "action", action
        case ["steps", _, step, *rest]:
            part, name = "step", step
        case ["action_types", action, *rest]:
            part, name = "action", action
        case ["fields" | "cards" as section, one, *rest]:
            part, name = section[:-1], one
        case rest:
            part, name = "settings", ""
    return Misfit(part, name, plainly(error, ".".join(rest)))
