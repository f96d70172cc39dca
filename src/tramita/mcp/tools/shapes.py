"""What a tool is, and how it answers: facts of the desk apart from the words of people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tramita.domain.actors import Actor
from tramita.domain.proposals import Proposed
from tramita.models import Item
from tramita.queries.item_view import ItemView
from tramita.ui.due_text import due_text

Sure = Annotated[int | None, Field(ge=0, le=100, description="Of a robot: percent of confidence.")]
LONGEST = 4000  # characters of one text in an answer

Reference = Annotated[str, Field(max_length=100, description="Such as 40308-T, 10040-C or 10040-C-A2.")]
Line = Annotated[str, Field(max_length=1000)]
Text = Annotated[str, Field(max_length=100_000)]


class Arguments(BaseModel):
    """What a tool takes; nothing else."""

    model_config = ConfigDict(extra="forbid")


class OnItem(Arguments):
    """About one item."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Answer:
    """`facts` are the desk's own: codes, numbers, moments. `untrusted` is what people wrote."""

    facts: Mapping[str, Any]
    untrusted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What would happen, exactly, in the words of whoever is to agree; and the item as it was then."""

    text: str
    item: Item


Run = Callable[[Actor, Any, datetime], Answer]
Ask = Callable[[Actor, Any], Question]
Propose = Callable[[Any], tuple[Proposed, dict[str, Any]] | None]  # None: not this one


@dataclass(frozen=True, slots=True)
class Tool:
    """`asks` has one that nobody undoes asked about first. `proposes` says what a person does instead, on the page of
    the item, where the tool may not.
    """

    name: str
    title: str
    description: str
    arguments: type[Arguments]
    run: Run
    reads: bool = False
    asks: Ask | None = None
    proposes: Propose | None = None

    def as_json(self) -> dict[str, Any]:
        """As `tools/list` tells it."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": _compact(self.arguments.model_json_schema()),
            "annotations": {
                "readOnlyHint": self.reads,
                "destructiveHint": self.asks is not None,
                "openWorldHint": self.asks is not None,
            },
        }


def item_answer(view: ItemView, at: datetime, **more: Any) -> Answer:
    """One item."""
    people = view.contacts
    contacts = {"primary": people.primary, "requester": people.requester, "subject": people.subject}
    words = {
        "title": view.title,
        "description": cut(view.description),
        "instructions": cut(view.instructions),
        "fields": dict(view.fields),
        "tags": list(view.tags),
        "contacts": {name: _contact(who) for name, who in contacts.items() if who},
        "resolution_reason": cut(view.resolution.reason) if view.resolution else None,
        "problem_reason": cut(view.problem.reason) if view.problem else None,
    }
    return Answer({**facts(view, at), **more}, {name: value for name, value in words.items() if value})


def facts(view: ItemView, at: datetime) -> dict[str, Any]:
    """What of an item nobody outside could have written; what is absent is left out."""
    due = view.due
    told: dict[str, Any] = {
        "reference": view.reference,
        "kind": view.kind.value,
        "state": view.state.value,
        "version": view.version,
        "allowed": list(view.allowed),
        "wait": view.wait.type.value if view.wait else None,
        "method": view.resolution.method.value if view.resolution and view.resolution.method else None,
        "problem": view.problem.code if view.problem else None,
        "assignee": view.assignee.name if view.assignee else None,
        "queue": view.queue.key if view.queue else None,
        "category": view.category or view.case_type,
        "organisation": view.organisation,
        "due": due_text(due_at=due.at, paused=due.paused, seconds_left=due.seconds_left, now=at),
        "new_information": view.new_information or None,
        "parent": view.parent,
        "checklist": {name: bool(done) for name, done in view.checklist} or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def cut(text: str | None) -> str:
    """Not more than a model should read at once; it says so where it ends."""
    if text is None or len(text) <= LONGEST:
        return text or ""
    return f"{text[:LONGEST]} […{len(text) - LONGEST} more characters]"


def _contact(who: Any) -> str:
    return f"{who.name} <{who.address}>" if who.address else str(who.name)


def _compact(schema: Any) -> Any:
    """Without the titles that pydantic makes of names: a model pays for each word."""
    if isinstance(schema, dict):
        named = (isinstance(schema.get("title"), str) and "type" in schema) or "anyOf" in schema or "$ref" in schema
        return {key: _compact(value) for key, value in schema.items() if not (key == "title" and named)}
    return [_compact(one) for one in schema] if isinstance(schema, list) else schema
