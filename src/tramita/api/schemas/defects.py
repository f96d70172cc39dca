"""Defects of an item."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output
from tramita.api.schemas.files import Author
from tramita.domain.defects import Party

PARTIES: Any = [party.value for party in Party]
SAID: Any = {"examples": ["The credit note names the wrong company."]}


class DefectOut(Output):
    """An operational problem of the item, or of one of its related group: `item` says on which it was written down."""

    id: int
    item: str
    category: str
    category_title: str
    party: str | None = Field(json_schema_extra={"examples": PARTIES})
    """Who is at fault; null: nobody knows."""
    description: str
    created_by: Author
    created_at: datetime
    resolved_by: Author | None
    resolved_at: datetime | None
    """Null while it is not resolved."""


class CategoryRefOut(Output):
    """A category to choose."""

    path: str
    title: str


class DefectsOut(Output):
    """The newest defects, newest first, and the categories that a new one may have."""

    results: list[DefectOut]
    categories: list[CategoryRefOut]


class DefectIn(Input):
    """A defect to write down."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "category": "acme/main/finance/billing/amount",
                    "party": "supplier",
                    "description": "The credit note names the wrong company.",
                }
            ]
        }
    )

    category: Line = ""
    party: str | None = Field(None, max_length=10, json_schema_extra={"examples": PARTIES})
    description: str = Field("", max_length=10_000, json_schema_extra=SAID)


class DefectChange(Input):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"resolved": True}]})

    category: Line = ""
    party: str | None = Field(None, max_length=10, json_schema_extra={"examples": PARTIES})
    description: str = Field("", max_length=10_000, json_schema_extra=SAID)
    resolved: bool | None = None
