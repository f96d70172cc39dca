"""A process as the Builder has it: what is published, and the draft of it (BU-4)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output

TEXT = "title: Invoice query\nqueue: invoices\ndue: two_days\n"
WHICH: dict[str, Any] = {"category": "acme/main/finance/invoice-query"}
READ: dict[str, Any] = {"read": "9f3c1d2e4b5a6978", "draft": 1}
Yaml = Annotated[str, Field(max_length=200_000)]
Digest = Annotated[str, Field(max_length=16)]
Number = Annotated[int, Field(ge=0, lt=2**31)]


class Which(BaseModel):
    """One of the two."""

    category: str | None = Field(None, max_length=400, description="The path of a category.")
    case_type: str | None = Field(None, max_length=400, description="The path of a Case type.")


class WhichIn(Input):
    """One of the two, by its path."""

    category: Line | None = None
    case_type: Line | None = None


class DroppedIn(WhichIn):
    """The draft that was seen."""

    model_config = ConfigDict(json_schema_extra={"examples": [WHICH | {"draft": 1}]})

    draft: Number
    """Its number: 409 `draft_stale`, if it was saved since."""


class CheckedIn(WhichIn):
    """What is to be checked, as it would be published."""

    model_config = ConfigDict(json_schema_extra={"examples": [WHICH | {"text": TEXT, "read": READ["read"]}]})

    text: Yaml
    read: Digest
    """Of what was published when it was read: 409 `stale`, if another version was published since."""


class WrittenIn(CheckedIn):
    """What is kept or published."""

    model_config = ConfigDict(json_schema_extra={"examples": [WHICH | {"text": TEXT} | READ]})

    draft: Number = 0
    """The number of the draft that was seen, 0 for none: 409 `draft_stale`, if it was saved since."""


class NewProcessIn(Input):
    """A process of a service; a Case type is not live without a queue and a due rule."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "category", "service": "acme/main/finance", "key": "payments", "title": "Payments"}]
        }
    )

    kind: Literal["category", "case_type"]
    service: Line
    key: Line
    title: Line
    queue: Line = ""
    due: Line = ""


class DraftOfProcessOut(Output):
    """What somebody wrote; nothing runs by it."""

    text: str
    read: str
    """Of what was published when it was begun."""
    number: int
    saved_by: str | None
    saved_at: datetime


class ProcessOut(Output):
    """A process as the files write it, and its draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": WHICH["category"],
                    "case_type": None,
                    "title": "Invoice query",
                    "version": 3,
                    "published_at": "2026-03-02T09:00:00+00:00",
                    "text": TEXT,
                    "read": READ["read"],
                    "draft": None,
                }
            ]
        }
    )

    category: str | None
    case_type: str | None
    title: str
    version: int
    """0 as long as it was never published."""
    published_at: datetime | None
    text: str
    read: str
    draft: DraftOfProcessOut | None


class NewsOut(Output):
    """Whether publishing it says anything new."""

    new: bool
