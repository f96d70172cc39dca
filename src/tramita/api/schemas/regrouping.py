"""Merges, splits and conversions (INTERFACES section 5)."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Text
from tramita.api.schemas.working import DueIn


class MergeIn(Input):
    """Where this Ticket goes on; or which Tickets are merged into this item. One of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "40311-T"}, {"tickets": ["40308-T"]}]})

    into: Line | None = None
    tickets: list[Line] = Field([], max_length=50)


class ChildIn(Input):
    """One Ticket of a split. Contacts, fields, files and, unless given, the category are those of the Ticket."""

    title: Line | None = None
    description: Text | None = None
    category: Line | None = None
    due: DueIn = DueIn()
    keep: bool = False
    """It stays with the caller (X-16)."""


class SplitIn(Input):
    """The Tickets that it becomes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "children": [
                        {"title": "Invoice 991", "description": "It came twice."},
                        {"title": "Invoice 992", "description": "It is missing.", "keep": True},
                    ]
                }
            ]
        }
    )

    children: list[ChildIn] = Field([], max_length=1000)
    mail: bool = True
    """The primary contact is told, where automatic mails are on (X-13)."""


class ConvertIn(Input):
    """The Case that it becomes."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"case_type": "acme/main/finance/onboarding", "fields": {"amount": 12000}}]}
    )

    case_type: Line | None = None
    short_description: Line | None = None
    """Else the title of the Ticket."""
    fields: dict[str, Any] = {}
    schedule: Line | None = None
    """One of the schedules of its type (X-20)."""
    due: DueIn = DueIn()
    keep: bool = False
    """It stays with the caller (X-20)."""
    mail: bool = True
    """The primary contact is told, where automatic mails are on (X-24)."""
