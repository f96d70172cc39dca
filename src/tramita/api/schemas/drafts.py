"""What somebody is writing on an item and has not sent."""

from datetime import datetime

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Input, Line, Output, Text, Whole


class DraftIn(Input):
    """All of a draft but its files. Addresses may be unfinished: nothing is sent yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": ["rui@acme.example"], "text": "Dear Rui, we"}]})

    to: list[Line] = Field(default_factory=list, max_length=200)
    cc: list[Line] = Field(default_factory=list, max_length=200)
    bcc: list[Line] = Field(default_factory=list, max_length=200)
    subject: str = Field("", max_length=1000, pattern=r"^[^\r\n]*$")
    text: Text = ""
    html: Text = ""
    based_on: Whole | None = Field(None, ge=0)
    """The newest timeline `seq` its writer has seen."""


class DraftFileOut(Output):
    """A file that goes along."""

    filename: str
    content_type: str
    size: int
    sha256: str


class DraftOut(Output):
    """A draft of the caller's. `newer`: another window had written meanwhile; both texts are in it."""

    kind: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    html: str
    files: list[DraftFileOut]
    based_on: int | None
    version: int
    updated_at: datetime
    newer: bool = False
