"""Contacts as they are kept: somebody new, and what is to change of somebody."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Address, Input, Line

CONTACT: dict[str, Any] = {
    "name": "Rui Sousa",
    "address": "rui@acme.example",
    "organisation": "acme-iberia",
    "language": "pt-BR",
    "properties": {"cost_centre": "4711"},
}


class ContactIn(Input):
    """Somebody who has not written yet. `organisation` is its name in the configuration."""

    model_config = ConfigDict(json_schema_extra={"examples": [CONTACT]})

    name: Line
    address: Address
    organisation: Line = ""
    language: Line = ""
    time_zone: Line = ""
    active: bool = True
    manager: bool = False
    sees_organisation: bool = False
    properties: dict[str, Any] = Field(default_factory=dict)


class ContactChange(Input):
    """What is to change; what is left out stays. `properties` take the place of all that there are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organisation": "acme-iberia"}]})

    name: Line | None = None
    address: Address | None = None
    organisation: Line | None = None
    language: Line | None = None
    time_zone: Line | None = None
    active: bool | None = None
    manager: bool | None = None
    sees_organisation: bool | None = None
    properties: dict[str, Any] | None = None


class ContactInto(Input):
    """Whom they go up in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"into": "rui@acme.example"}]})

    into: Address
