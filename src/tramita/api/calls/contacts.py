"""Contacts: read, kept, and two of one person made one (CT-7)."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.contacts import ContactChange, ContactIn, ContactInto
from tramita.api.schemas.directory import ContactPage, ContactPersonOut
from tramita.domain.errors import Invalid
from tramita.models import Person
from tramita.queries import contacts
from tramita.queries.directory import contact
from tramita.queries.directory import contacts as people
from tramita.services import directory, merging_contacts
from tramita.services.directory import Card

router = Router(tags=["Directory"])


@router.get("/contacts", response=ContactPage, operation_id="list_contacts", summary="Who asks for things.")
def list_contacts(request: HttpRequest, paging: Query[Paging]) -> ContactPage:
    """Who asks for things."""
    page = people(caller(request), after=position_of(paging.cursor), limit=paging.limit)
    return ContactPage.model_validate({"results": page.rows, "next": cursor_for(page.last)})


@router.post("/contacts", response={201: ContactPersonOut}, operation_id="add_contact")
def add_contact(request: HttpRequest, given: ContactIn) -> Status[ContactPersonOut]:
    """Keep somebody who has not written yet; nobody can sign in as them."""
    try:
        made = directory.add_contact(Card(**_named(given.model_dump())), by=caller(request), at=timezone.now())
    except Invalid as error:
        raise _as_asked(error) from error
    return Status(201, _answer(request, made.pk))


@router.get("/contacts/{int:number}", response=ContactPersonOut, operation_id="read_contact")
def read_contact(request: HttpRequest, number: int) -> ContactPersonOut:
    """One of them."""
    return _answer(request, number)


@router.patch("/contacts/{int:number}", response=ContactPersonOut, operation_id="change_contact")
def change_contact(request: HttpRequest, number: int, given: ContactChange) -> ContactPersonOut:
    """Change what is named. 409 `stale` when somebody else changes it at the same moment."""
    by = caller(request)
    contacts.get_visible(by, number)
    kept = directory.card_of(Person.objects.select_related("organisation").get(pk=number))
    try:
        wanted = replace(kept, **_named(given.model_dump(exclude_none=True)))
        directory.change_contact(number, wanted, read=kept.digest, by=by)
    except Invalid as error:
        raise _as_asked(error) from error
    return _answer(request, number)


@router.post("/contacts/{int:number}/merge", response=ContactPersonOut, operation_id="merge_contact")
def merge_contact(request: HttpRequest, number: int, given: ContactInto) -> ContactPersonOut:
    """They go up in another, who is answered: their items, copies, requests and mail. 409 `configured`, `too_many`."""
    kept = merging_contacts.merge(number, into=given.into, by=caller(request), at=timezone.now())
    return _answer(request, kept.pk)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """By the names that the service has: elsewhere in the API an e-mail address is an `address`."""
    return {"email" if name == "address" else name: value for name, value in given.items()}


def _as_asked(error: Invalid) -> Invalid:
    return Invalid([replace(one, field="address") if one.field == "email" else one for one in error.errors])


def _answer(request: HttpRequest, number: int) -> ContactPersonOut:
    return ContactPersonOut.model_validate(contact(caller(request), number))
