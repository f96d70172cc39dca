"""Files and links of an item."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output

TAGS: Any = Field(default_factory=list, max_length=20)


class Author(Output):
    """Who put it there."""

    id: int
    name: str
    kind: str


class FileOut(Output):
    """A file or link. `url` is where its bytes are, for the same token, or where the link leads."""

    id: int
    kind: str
    """`file` or `link`."""
    filename: str
    content_type: str
    size: int
    url: str
    item: str
    """The item that it is on: this one, or one of its related group."""
    at: datetime
    by: Author | None
    sender: str | None
    """Who wrote the mail that it came in."""
    tags: list[str]
    note: str | None
    internal: bool
    """Only for colleagues: no mail takes it along."""


class FilePage(Output):
    """Files and links: of the item itself first, newest first."""

    results: list[FileOut]
    next: str | None


class WebLinkIn(Input):
    """A link to put on the item."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"url": "https://acme.example/terms", "title": "Terms"}]})

    url: str = Field(max_length=2000)
    title: str = Field("", max_length=255)
    tags: list[Line] = TAGS
    note: Line = ""
    internal: bool = True


class FileChange(Input):
    """What is told of it; what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tags": ["terms"], "internal": False}]})

    tags: list[Line] | None = Field(None, max_length=20)
    note: Line | None = None
    internal: bool | None = None
