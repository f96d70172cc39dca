"""What works on items and stays in the house: each is one verb of the pages, by its service."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from tramita.domain.actors import Actor
from tramita.domain.codes import Method
from tramita.domain.proposals import MOVES, Proposed, meant
from tramita.mcp.tools.shapes import Answer, Arguments, Line, OnItem, Reference, Text, Tool, item_answer
from tramita.models import Item
from tramita.queries import item_view
from tramita.queries.items import get_visible
from tramita.queries.regroupings import living
from tramita.services import editing, notes, proposing, pulling, starting, waiting, working
from tramita.services.transactions import writing


class Contacts(Arguments):
    """Whom new work is about."""

    requester: str = Field(max_length=254, description="The address of a contact that the desk knows.")
    cc: list[str] = Field([], max_length=50)
    fields: dict[str, Any] = {}


class NewTicket(Contacts):
    """A Ticket."""

    title: Line
    description: Text
    category: str = Field(max_length=400, description="A path of list_directory.")


class NewCase(Contacts):
    """A Case."""

    case_type: str = Field(max_length=400, description="A path of list_directory.")
    short_description: Line
    parent: Reference | None = None


class Nothing(Arguments):
    """Nothing."""


class Move(OnItem):
    """One of the verbs that need nothing else."""

    verb: Literal["submit", "start", "release", "to-do", "resume", "reopen", "next-step"]


class Wait(OnItem):
    """Why, and until when."""

    type: Literal["more_information", "until", "pause"]
    until: AwareDatetime | None = None
    days: int | None = Field(None, ge=1, le=10_000)
    close_if_no_response: bool = False


class Note(OnItem):
    """What colleagues read."""

    body: Text


class Changes(OnItem):
    """What is not named stays."""

    title: Line | None = None
    category: Line | None = None
    fields: dict[str, Any] = {}
    checklist: dict[str, bool] = {}
    tags: list[Line] | None = Field(None, max_length=50)


class Assign(OnItem):
    """Who gets it."""

    to: str = Field(max_length=254, description="A user's address, or a robot's name.")


def held(by: Actor, reference: str, *, follow: bool = False) -> Item:
    """The item as this person sees it, held until the transaction ends. `follow`: of one that was merged (Z-4)."""
    item = get_visible(by, reference, for_update=True)
    if follow and item.method is Method.MERGED:
        return get_visible(by, living(item).reference, for_update=True)
    return item


def told(item: Item, by: Actor, at: datetime, **more: Any) -> Answer:
    """How it stands now."""
    return item_answer(item_view.view(item, by, at), at, **more)


def _on(change: Callable[[Item, Actor, Any, datetime], object], *, follow: bool = False) -> Callable[..., Answer]:
    def run(by: Actor, given: Any, at: datetime) -> Answer:
        with writing():
            item = held(by, given.reference, follow=follow)
            change(item, by, given, at)
            return told(item, by, at)

    return run


def _ticket(by: Actor, given: NewTicket, at: datetime) -> Answer:
    return told(starting.start_ticket(**given.model_dump(), by=by, at=at), by, at)


def _case(by: Actor, given: NewCase, at: datetime) -> Answer:
    parent = get_visible(by, given.parent) if given.parent else None
    return told(starting.start_case(**given.model_dump() | {"parent": parent}, by=by, at=at), by, at)


def _pull(by: Actor, given: Nothing, at: datetime) -> Answer:
    item = pulling.pull(by=by, at=at)
    return Answer({"item": None}) if item is None else told(item, by, at)


def _edit(item: Item, by: Actor, given: Changes, at: datetime) -> None:
    editing.edit(item, changes=_changes(given), by=by, at=at)


def _changes(given: Changes) -> dict[str, Any]:
    """What is null is not said, but for the value of a field, which null takes away."""
    return meant(given.model_dump(exclude_unset=True, exclude={"reference"}))


def _wait(item: Item, by: Actor, given: Wait, at: datetime) -> None:
    waiting.wait(item, **given.model_dump(exclude={"reference"}), by=by, at=at)


def _waits(given: Wait) -> dict[str, Any]:
    """As JSON keeps it."""
    return given.model_dump(mode="json", exclude={"reference"}, exclude_defaults=True)


TOOLS = (
    Tool(
        "start_ticket",
        "Start a Ticket",
        "Hand in a new Ticket for a contact; it goes to the queue of its category.",
        NewTicket,
        _ticket,
        proposes=lambda given: (Proposed.CREATE, {name: value for name, value in given.model_dump().items() if value}),
    ),
    Tool(
        "start_case", "Start a Case", "Begin a Case of a type; its first Actions follow by themselves.", NewCase, _case
    ),
    Tool(
        "pull_next",
        "Take the next item",
        "The next item of the user's queues, now theirs and In Progress; null when there is none.",
        Nothing,
        _pull,
    ),
    Tool(
        "move_item",
        "Move an item",
        "One of the verbs that read_item names in `allowed` and that need nothing else.",
        Move,
        _on(lambda item, by, given, at: proposing.MOVES[given.verb](item, by=by, at=at)),
        proposes=lambda given: (Proposed.MOVE, {"verb": given.verb}) if given.verb in MOVES else None,
    ),
    Tool(
        "wait_item",
        "Let an item wait",
        "Interrupt the work: for more information from the requester, until a moment, or as a pause.",
        Wait,
        _on(_wait),
        proposes=lambda given: (Proposed.WAIT, _waits(given)),
    ),
    Tool(
        "add_note",
        "Write a note",
        "Write what colleagues read and the requester does not.",
        Note,
        _on(lambda item, by, given, at: notes.add_note(item, body=given.body, by=by, at=at), follow=True),
        proposes=lambda given: (Proposed.CHANGE, {"note": given.body}),
    ),
    Tool(
        "change_item",
        "Change an item",
        "Title, category, fields, checklist or tags; `tags` are all that there are to be.",
        Changes,
        _on(_edit),
        proposes=lambda given: (Proposed.CHANGE, _changes(given)),
    ),
    Tool(
        "assign_item",
        "Assign an item",
        "Give it to a user or robot; it is To Do there.",
        Assign,
        _on(lambda item, by, given, at: working.assign(item, to=given.to, by=by, at=at)),
        proposes=lambda given: (Proposed.ASSIGN, {"to": given.to}),
    ),
)
