"""What those who ask do in the portal: new requests, messages, members of an organisation (SS-1, SS-2, TO-1)."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.schemas.mails import AttachmentIn
from tramita.api.schemas.portal import (
    CatalogueOut,
    HandedInOut,
    MemberChange,
    MemberIn,
    MemberOut,
    MemberPage,
    MessageIn,
    OfferedFormOut,
    RequestIn,
)
from tramita.api.versions import wanted_version
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import Person
from tramita.queries import catalogue
from tramita.queries import members as read
from tramita.queries.items import get_visible
from tramita.services import members, portal_replies, portal_requests
from tramita.services.ledger import stale
from tramita.services.portal_mail import Enclosed

router = Router(tags=["Portal"])
ASKING = (Role.REQUESTER, Role.MANAGER)
ITEMS = "/api/v1/items"


@router.get("/portal/catalogue", response=CatalogueOut, operation_id="read_catalogue")
def read_catalogue(request: HttpRequest) -> CatalogueOut:
    """What the caller may ask for, service by service."""
    groups = catalogue.catalogue(_asking(request))
    shown = [
        {"title": one.title, "offers": [{"service": offer.value, "title": offer.title} for offer in one.offers]}
        for one in groups
    ]
    return CatalogueOut.model_validate({"groups": shown})


@router.get("/portal/catalogue/{path:service}", response=OfferedFormOut, operation_id="read_offer")
def read_offer(request: HttpRequest, service: str) -> OfferedFormOut:
    """What one of them asks for."""
    chosen = catalogue.offer(_asking(request), service)
    body = catalogue.written(chosen)
    facts = {"service": service, "title": chosen.title or chosen.path}
    return OfferedFormOut.model_validate(facts | {name: body.get(name) or kind() for name, kind in PARTS.items()})


PARTS = {"fields": dict, "cards": list}


@router.post(
    "/portal/requests", response={201: HandedInOut}, operation_id="hand_in_request", url_name="hand_in_request"
)
def hand_in(request: HttpRequest, response: HttpResponse, given: RequestIn) -> Status[HandedInOut]:
    """Ask for something; with an idempotency key, once. 409 `not_placed`: it is kept, and somebody looks at it."""
    by = _asking(request)
    done = portal_requests.hand_in(
        given.service,
        title=given.title.strip(),
        text=given.text,
        fields={name: value for name, value in given.fields.items() if value is not None},
        press=_press(request, by),
        files=_enclosed(given.files),
        by=by,
        person=Person.objects.get(pk=by.id or 0),
        at=timezone.now(),
    )
    return _handed_in(response, done.items[0])


@router.post(
    "/items/{reference}/messages",
    response={201: HandedInOut},
    operation_id="write_about_request",
    url_name="write_about_request",
)
def write(request: HttpRequest, response: HttpResponse, reference: str, given: MessageIn) -> Status[HandedInOut]:
    """Say something about a request that the caller sees: it wakes what waits, reopens or begins anew (M-8 to M-10)."""
    item = get_visible(caller(request), reference)
    by, version = _asking(request), wanted_version(request)
    if version not in (None, item.version):
        raise stale(item.pk, version)
    press, files = _press(request, by), _enclosed(given.files)
    person = Person.objects.get(pk=by.id or 0)
    said = portal_replies.reply(item, text=given.text, press=press, files=files, by=person, at=timezone.now())
    return _handed_in(response, said.items[0])


@router.get("/portal/members", response=MemberPage, operation_id="list_members")
def list_members(request: HttpRequest) -> MemberPage:
    """Everybody of the caller's organisation and its branches: for managers of one that is nobody's branch."""
    by = _administering(request)
    return MemberPage(results=[_member(one) for one in read.members(by)], next=None)


@router.post("/portal/members", response={201: MemberOut}, operation_id="add_member")
def add_member(request: HttpRequest, given: MemberIn) -> Status[MemberOut]:
    """Somebody new; an invitation goes out by mail."""
    words = given.model_dump(exclude={"address"})
    try:
        made = members.add(**words, email=given.address, by=_administering(request), at=timezone.now())
    except Invalid as error:
        raise Invalid(
            [replace(one, field="address") if one.field == "email" else one for one in error.errors]
        ) from error
    return Status(201, _member(made))


@router.patch("/portal/members/{int:number}", response=MemberOut, operation_id="appoint_member")
def appoint(request: HttpRequest, number: int, given: MemberChange) -> MemberOut:
    """A member becomes a manager, or is one no more. 409 `own_role` for one's own."""
    return _member(members.appoint(number, manager=given.manager, by=_administering(request)))


def _asking(request: HttpRequest) -> Actor:
    """Raises: NotPermitted: staff and robots begin work by the calls for it."""
    by = caller(request)
    if by.role not in ASKING:
        raise NotPermitted("The portal is for those who ask; work is begun by its own calls.")
    return by


def _administering(request: HttpRequest) -> Actor:
    by = _asking(request)
    if not read.may_administer(by):
        raise NotPermitted("Only a manager of the parent organisation keeps its members.")
    return by


def _press(request: HttpRequest, by: Actor) -> str:
    """The name of this message: with a key, the same again is the same message (MAIL-79)."""
    key = request.headers.get("Idempotency-Key")
    return hashlib.sha256(f"{by.id} {key}".encode()).hexdigest()[:40] if key else uuid4().hex


def _enclosed(files: Sequence[AttachmentIn]) -> list[Enclosed]:
    return [Enclosed(one.filename, len(one.content), partial(bytes, one.content)) for one in files]


def _handed_in(response: HttpResponse, reference: str) -> Status[HandedInOut]:
    response["Location"] = f"{ITEMS}/{reference}"
    return Status(201, HandedInOut(reference=reference))


def _member(person: Person) -> MemberOut:
    return MemberOut(
        id=person.pk,
        name=person.name,
        address=person.email,
        organisation=person.organisation.key if person.organisation else None,
        manager=person.role is Role.MANAGER,
        active=person.is_active,
    )
