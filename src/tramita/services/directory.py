"""The contacts that people keep on pages: somebody new, and what is known of somebody (CT-7).

A configuration that names a contact goes on naming them: `export` writes what a page changed.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth.hashers import is_password_usable, make_password
from django.db import IntegrityError, transaction

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.definitions import LANGUAGES
from tramita.domain.errors import Conflict, FieldError, Invalid, NotPermitted
from tramita.domain.permissions import Sight
from tramita.models import Organisation, Person
from tramita.queries import definitions
from tramita.queries.contacts import get_visible, may_change, organisations
from tramita.queries.people import person_by_address
from tramita.queries.visibility import may
from tramita.services.definitions.values import ADDRESS, ADDRESS_LENGTH, TITLE_LENGTH
from tramita.services.desk_settings import declared_for
from tramita.services.transactions import one_transaction

# of who approves or signs in: more than a name hangs on these
GUARDED = ("email", "organisation", "active", "manager", "sees_organisation")


@dataclass(frozen=True, slots=True)
class Card:
    """What a page knows of a contact. `organisation` is a key; empty texts are the installation's."""

    name: str
    email: str
    organisation: str = ""
    language: str = ""
    time_zone: str = ""
    calendar: str = ""  # when they work (SS-1)
    due: str = ""  # the due rule of what they ask for (TO-2)
    active: bool = True
    manager: bool = False  # approves for their organisation (AP-6)
    sees_organisation: bool = False  # all that their organisation asks for (SS-1)
    properties: Mapping[str, Any] = field(default_factory=dict)  # D-22

    @property
    def digest(self) -> str:
        """Which state of the contact a page showed."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def card_of(person: Person) -> Card:
    """The contact as it is kept."""
    return Card(
        name=person.name,
        email=person.email or "",
        organisation=person.organisation.key if person.organisation else "",
        language=person.language,
        time_zone=person.time_zone,
        calendar=person.calendar or "",
        due=person.due or "",
        active=person.is_active,
        manager=person.role is Role.MANAGER,
        sees_organisation=person.sees == Sight.ORGANISATION,
        properties=dict(person.properties or {}),
    )


def may_appoint(actor: Actor) -> bool:
    """Whether this actor says who approves, and changes whoever does."""
    return actor.grants is None and may(actor, "manage_users")


def may_add(actor: Actor) -> bool:
    """Whether this actor keeps contacts of any customer."""
    return actor.is_staff and may(actor, "contacts")


@one_transaction
def add_contact(card: Card, *, by: Actor, at: datetime) -> Person:
    """Somebody who asks; nobody can sign in as them yet. Raises: NotPermitted, Invalid, naming every field."""
    if not may_add(by):
        raise NotPermitted("You may not keep contacts.")
    person = Person(role=Role.REQUESTER, created_at=at, password=make_password(None))
    _write(person, _tidied(card), by)
    return person


@one_transaction
def change_contact(number: int, card: Card, *, read: str, by: Actor) -> Person:
    """The contact becomes what the page says. `read` is the digest of what it had shown.

    Raises: NotFound, NotPermitted, Invalid; Conflict `stale`, when somebody changed it meanwhile.
    """
    if not may_change(by, get_visible(by, number)):
        raise NotPermitted("You may not change this contact.")
    person = Person.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=number)
    before = card_of(person)
    if before.digest != read:
        raise Conflict("Somebody changed this contact meanwhile. Look at it again, then decide.", code="stale")
    _write(person, _tidied(card), by, before=before)
    return person


def _tidied(card: Card) -> Card:
    return replace(
        card,
        name=" ".join(card.name.replace("\x00", "").split()),
        email=card.email.strip().lower(),
        organisation=card.organisation.strip(),
        language=card.language.strip(),
        time_zone=card.time_zone.strip(),
        calendar=card.calendar.strip(),
        due=card.due.strip(),
    )


def _write(person: Person, card: Card, by: Actor, *, before: Card | None = None) -> None:
    organisation = Organisation.objects.filter(key=card.organisation).first() if card.organisation else None
    faults = [
        *_faults(card),
        *_of_properties(card),
        *_of_time(card, by, before),
        *_of_organisation(person, card, organisation, by, before),
        *_guarded(person, card, by, before),
    ]
    rival = person_by_address(card.email)
    if rival is not None and rival.pk != person.pk:
        faults.append(_taken())
    if faults:
        raise Invalid(faults)
    person.name, person.email, person.organisation = card.name, card.email, organisation
    person.language, person.time_zone, person.is_active = card.language, card.time_zone, card.active
    person.calendar, person.due = card.calendar or None, card.due or None
    person.sees = Sight.ORGANISATION if card.sees_organisation else None
    person.role, person.properties = Role.MANAGER if card.manager else Role.REQUESTER, dict(card.properties) or None
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # a first mail of theirs came in at the same time
        raise Invalid([_taken()]) from error


def _faults(card: Card) -> list[FieldError]:
    faults = []
    if not card.name:
        faults.append(FieldError("name", "required", "This is needed."))
    elif len(card.name) > TITLE_LENGTH:
        faults.append(FieldError("name", "too_long", "At most %(count)s characters.", {"count": TITLE_LENGTH}))
    if not ADDRESS.fullmatch(card.email) or len(card.email) > ADDRESS_LENGTH:
        faults.append(FieldError("email", "invalid", "“%(email)s” is no e-mail address.", {"email": card.email}))
    if card.language and card.language not in LANGUAGES:
        faults.append(FieldError("language", "invalid", "Choose one of the languages."))
    if card.time_zone and card.time_zone not in available_timezones():
        faults.append(FieldError("time_zone", "invalid", "There is no such time zone."))
    return faults


def _of_time(card: Card, by: Actor, before: Card | None) -> list[FieldError]:
    """A calendar, and a promise that counts by its own: of whatever contract they ask (SS-1, TO-2, SLA-3). Promises are
    made by who keeps users too."""
    faults = []
    if card.calendar and card.calendar != (before and before.calendar) and definitions.calendar(card.calendar) is None:
        faults.append(FieldError("calendar", "unknown", "There is no such calendar."))
    if card.due == (before.due if before else ""):
        return faults
    if not may_appoint(by):
        faults.append(FieldError("due", "not_permitted", "Only who manages users may promise something to a contact."))
    elif card.due and card.due not in dict(definitions.promises()):
        faults.append(FieldError("due", "unknown", "Choose a due rule that counts by a calendar of its own."))
    return faults


def _of_properties(card: Card) -> list[FieldError]:
    """Only what is declared, as it is declared (D-22)."""
    known = declared_for("contacts") if card.properties else {}
    return [
        fault
        for name, value in card.properties.items()
        for fault in (known[name].faults_of(value, f"properties.{name}") if name in known else ())
    ]


def _of_organisation(
    person: Person, card: Card, found: Organisation | None, by: Actor, before: Card | None
) -> list[FieldError]:
    """One that there is, whose contacts this actor keeps; a manager has one (AP-6)."""
    if before is not None and (before.organisation, before.manager) == (card.organisation, card.manager):
        return []
    if card.organisation and (found is None or card.organisation not in dict(organisations(by, "work"))):
        return [FieldError("organisation", "unknown", "Choose one of the organisations.")]
    if not card.organisation and (by.grants is not None or card.manager):
        return [FieldError("organisation", "required", "Choose an organisation.")]
    return []


def _guarded(person: Person, card: Card, by: Actor, before: Card | None) -> list[FieldError]:
    """Links that decide go to a manager's address, and links that sign in to any account's: these are for few."""
    told: Mapping[str, object] = asdict(before or replace(card, manager=False, sees_organisation=False))
    signs_in = bool(person.password) and is_password_usable(person.password)
    weighty = card.manager or card.sees_organisation or person.role is Role.MANAGER or signs_in
    if not weighty or may_appoint(by):
        return []
    return [
        FieldError(
            name, "not_permitted", "Only who manages users may change this for somebody who approves or signs in."
        )
        for name in GUARDED
        if getattr(card, name) != told[name]
    ]


def _taken() -> FieldError:
    return FieldError("email", "taken", "Somebody has this address already.")
