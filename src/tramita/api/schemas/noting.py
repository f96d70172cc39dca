"""Notes and links."""

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input


class NoteIn(Input):
    """An internal note; with `resolution` it stands for how the work ended (R-9)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "Called Rui, he sends the order number."}]})

    body: str = Field("", max_length=2_000_000)
    resolution: bool = False


class LinkIn(Input):
    """The other item."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": "40309-T"}]})

    to: str | None = Field(None, max_length=100)
