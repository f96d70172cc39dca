"""Merges, splits and conversions (INTERFACES section 5)."""

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line


class MergeIn(Input):
    """Where this Ticket goes on; or which Tickets are merged into this item. One of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "40311-T"}, {"tickets": ["40308-T"]}]})

    into: Line | None = None
    tickets: list[Line] = Field([], max_length=50)
