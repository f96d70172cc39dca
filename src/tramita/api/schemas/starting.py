"""What starts work: Tickets, Cases, Actions."""

from typing import Any

from pydantic import ConfigDict, Field

from tramita.api.schemas.base import Address, Contact, Input, Line, Moment, Text, Whole

TICKET: dict[str, Any] = {
    "title": "Invoice 991 twice",
    "description": "You charged invoice 991 two times.",
    "category": "acme/main/finance/invoice-query",
    "requester": "rui@acme.example",
}
CASE: dict[str, Any] = {
    "case_type": "acme/main/finance/supplier",
    "short_description": "New supplier: Papel & Co",
    "requester": "rui@acme.example",
    "fields": {"country": "PT"},
}


class FirstContactsIn(Input):
    """Whom it is about, in the shape that a change takes."""

    primary: Contact | None = None
    requester: Contact | None = None
    cc: list[Contact] = Field(default_factory=list, max_length=100)


class _Contacts(Input):
    contacts: FirstContactsIn = FirstContactsIn()
    """As the next three, for who prefers the shape of a change."""
    requester: Address | None = None
    """An address. One of `requester` and `primary_contact` fills the other (CT-3)."""
    primary_contact: Address | None = None
    cc: list[Address] = Field(default_factory=list, max_length=100)
    fields: dict[str, Any] = Field(default_factory=dict)
    draft: bool = False
    """Keep it a Draft; else it is submitted and validated at once (T-2)."""

    def people(self) -> dict[str, Any]:
        """The contacts as a service wants them, whichever way they were given."""
        return {
            "requester": self.requester or self.contacts.requester,
            "primary_contact": self.primary_contact or self.contacts.primary,
            "cc": [*self.cc, *self.contacts.cc],
        }


class TicketIn(_Contacts):
    """A new Ticket. What a Draft may lack, a submitted Ticket must have."""

    model_config = ConfigDict(json_schema_extra={"examples": [TICKET]})

    title: Line | None = None
    description: Text | None = None
    category: Line | None = None


class CaseIn(_Contacts):
    """A new Case."""

    model_config = ConfigDict(json_schema_extra={"examples": [CASE]})

    case_type: Line | None = None
    short_description: Line | None = None
    schedule: Line | None = None
    """One of the schedules of its type, such as `2026-12`: due dates may be counted from its dates (BU-6)."""
    parent: Line | None = None
    """The reference of a running Case of the same customer, whose Sub-Case this is (C-12)."""
    independent: bool = False
    """The parent does not wait for it (G-5)."""


class ActionIn(Input):
    """An Action of the Case type, launched or relaunched by hand (C-11)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "check-tax-number", "copies": 1}]})

    action: Line
    copies: Whole = 1
    due: Moment | None = None
    instructions: Text | None = None
