"""What moves an item, and what changes it."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Contact, Input, Line, Moment, Text, Whole
from tramita.domain.codes import Method, WaitType

WAIT_TYPES: list[Any] = [word.value for word in WaitType]
METHODS: list[Any] = [word.value for word in Method]


class AssignIn(Input):
    """Who gets it: a user's address, a robot's name, or the id of either."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "ana@desk.example"}]})

    to: Whole | Line


class WaitIn(Input):
    """Why it waits, and until when."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"type": "more_information", "days": 5, "close_if_no_response": True}]}
    )

    type: str | None = Field(None, max_length=40, json_schema_extra={"examples": WAIT_TYPES})
    until: Moment | None = None
    days: Whole | None = None
    close_if_no_response: bool = False


class ReviewIn(Input):
    """The verdict of whoever looked at the work of an Action (A-41, A-42)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pass": False, "reason": "It is another bank."}]})

    passed: bool | None = Field(None, alias="pass")
    reason: Text | None = None


class ResolveIn(Input):
    """How the work ends; `note` is the resolution note (R-6)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "replied", "note": "Credit note sent."}]})

    method: str | None = Field(None, max_length=40, json_schema_extra={"examples": METHODS})
    reason: Text | None = None
    note: Text | None = None
    confidence: int | None = Field(None, ge=0, le=100)
    """Of a robot, in percent; below what its terms say, a person decides."""


class ContactsIn(Input):
    """Addresses of people the desk knows, or contacts as a read gives them; `cc` replaces the whole list."""

    primary: Contact | None = None
    requester: Contact | None = None
    subject: Contact | None = None
    cc: list[Contact] | None = Field(None, max_length=100)


class DueIn(Input):
    """A due date by hand, where the rule allows it (SLA-9)."""

    at: Moment | None = None


class ChangeIn(Input):
    """The parts of an item that people may change; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"title": "Invoice 991 charged twice", "contacts": {"cc": ["marta@acme.example"]}}]
        }
    )

    title: Line | None = None
    description: Text | None = None
    """Of a Draft only; afterwards it is in the timeline."""
    category: Line | None = None
    contacts: ContactsIn = ContactsIn()
    fields: dict[str, Any] = {}
    due: DueIn = DueIn()
    checklist: dict[str, bool] = {}
    schedule: Line | None = None
    """Of a Case, one of those of its type; due dates that are counted from it follow (BU-6)."""
    estimate: int | None = Field(None, ge=0, le=2_000_000_000)
    """Of an Action, in seconds; locked once its Case is Resolved or Closed (C-13)."""
    tags: list[Line] = []
    """All that there are to be; each is kept in small letters and may have no comma."""
