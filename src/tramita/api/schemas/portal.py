"""What those who ask do over the API as in the portal: ask, write, and name members and managers (SS-1, SS-2, TO-1)."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Address, Input, Line, Output, Text
from tramita.api.schemas.mails import AttachmentIn

OFFER: dict[str, Any] = {"service": "category:acme/main/finance/invoice-query", "title": "Invoice query"}
MEMBER: dict[str, Any] = {
    "id": 12,
    "name": "Sofia Prado",
    "address": "sofia@acme.es",
    "organisation": "acme-iberia",
    "manager": False,
    "active": True,
}


class OfferOut(Output):
    """What may be asked for; `service` is the value that a new request names."""

    service: str
    title: str


class OfferGroupOut(Output):
    """What one service of the house offers."""

    title: str
    offers: list[OfferOut]


class CatalogueOut(Output):
    """Everything that the caller may ask for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"groups": [{"title": "Finance", "offers": [OFFER]}]}]})

    groups: list[OfferGroupOut]


class OfferedFormOut(OfferOut):
    """What a service asks for: its declared fields, and in which cards they stand."""

    fields: dict[str, Any]
    cards: list[dict[str, Any]]


class RequestIn(Input):
    """A new request. `text` is needed where a Ticket comes of it; `fields` are those that the service asks for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"service": OFFER["service"], "title": "Invoice 991 twice", "text": "You charged it twice."}]
        }
    )

    service: str = Field(max_length=420)
    title: Line
    text: Text = ""
    fields: dict[str, Any] = {}
    files: list[AttachmentIn] = Field([], max_length=10)


class MessageIn(Input):
    """What is said about a request."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "It is invoice 991."}]})

    text: Text = ""
    files: list[AttachmentIn] = Field([], max_length=10)


class HandedInOut(Output):
    """Where it is: of a message to a closed request, the new one that it began."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reference": "40308-T"}]})

    reference: str


class MemberOut(Output):
    """Somebody of the caller's organisation or of its branches."""

    model_config = ConfigDict(json_schema_extra={"examples": [MEMBER]})

    id: int
    name: str
    address: str | None
    organisation: str | None
    manager: bool
    active: bool


class MemberPage(Output):
    """All members, by organisation and name; `next` is always null."""

    results: list[MemberOut]
    next: str | None


class MemberIn(Input):
    """Somebody new, who is invited by mail to choose a password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Sofia Prado", "address": "sofia@acme.es", "organisation": "acme-iberia"}]
        }
    )

    name: str = Field(max_length=200)
    address: Address
    organisation: str = Field(max_length=100)
    manager: bool = False


class MemberChange(Input):
    """Whether they manage their organisation."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"manager": True}]})

    manager: bool
