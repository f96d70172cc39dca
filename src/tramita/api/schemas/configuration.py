"""The configuration as the YAML of files (INTERFACES section 4; decision 85)."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tramita.api.schemas.base import Input, Output, Text
from tramita.services.definitions.reading import Section

FILE: dict[str, Any] = {"name": "desk.yaml", "text": "queues:\n  invoices: {title: Invoices}\n"}
VERSION = "9f3c1d2e4b5a6978"
APPLIED: dict[str, Any] = {
    "created": ["queues/invoices"],
    "changed": ["queues/old"],
    "left": [],
    "retired": ["queues/old"],
}
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Sections(BaseModel):
    """Which part of it."""

    section: list[Section] | None = Field(None, max_length=50, description="Only these; may be repeated.")


class ConfigurationFileOut(Output):
    """One file."""

    name: str
    text: str


class ConfigurationOut(Output):
    """What `tramita export` writes, as it can be handed back."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"files": [FILE], "version": VERSION}]})

    files: list[ConfigurationFileOut]
    version: str
    """Of the whole configuration, whichever sections were read."""


class FileIn(Input):
    """One file; its name is what faults are told by."""

    name: Name
    text: Text


class ConfigurationIn(Input):
    """Files that form one configuration, as `tramita apply` takes them."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"files": [FILE]}, {"files": [FILE], "version": VERSION}]}
    )

    files: list[FileIn] = Field(min_length=1, max_length=100)
    """A section that no file has is left alone; one that a file has is the whole of it."""
    version: Annotated[str, Field(max_length=16)] = ""
    """The one that was read: 409 `stale`, if anybody changed the configuration since."""


class AppliedOut(Output):
    """Things by section and name."""

    model_config = ConfigDict(json_schema_extra={"examples": [APPLIED]})

    created: list[str]
    changed: list[str]
    left: list[str]
    """Of the sections that the files have."""
    retired: list[str]
    """Of `changed`, what is used no more."""
