"""A manager of a parent organisation makes members of its organisations, and names their managers (TO-1)."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, FieldError, Invalid, NotFound, NotPermitted
from tramita.models import Person
from tramita.queries.members import administered, may_administer, visible_members
from tramita.queries.people import person_by_address
from tramita.services import passwords
from tramita.services.people import faults_of
from tramita.services.transactions import one_transaction


@one_transaction
def add(*, name: str, email: str, organisation: str, manager: bool = False, by: Actor, at: datetime) -> Person:
    """Somebody new of one of their organisations, who is invited by mail to choose a password (SS-1, M-19b).

    Raises: NotPermitted; Invalid, naming every field.
    """
    _require(by)
    address, company = email.strip().lower(), administered(by).filter(key=organisation).first()
    role = Role.MANAGER if manager else Role.REQUESTER
    person = Person(
        name=" ".join(name.replace("\x00", "").split()),
        email=address,
        role=role,
        organisation=company,
        password=make_password(None),
        created_at=at,
    )
    faults = faults_of(person, {"name": person.name, "role": role}, new=True)
    if company is None:
        faults.append(FieldError("organisation", "unknown", "Choose one of the organisations."))
    if person_by_address(address) is not None:
        faults.append(_taken())
    if faults:
        raise Invalid(faults)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:  # a first mail of theirs came in at the same time
        raise Invalid([_taken()]) from error
    passwords.invite(person, by=by, at=at)
    return person


@one_transaction
def appoint(number: int, *, manager: bool, by: Actor) -> Person:
    """Name a member a manager, or take that from them; nobody takes it from themselves.

    Raises: NotPermitted; NotFound, for who is no member of theirs; Conflict.
    """
    _require(by)
    person = visible_members(by).select_for_update(of=("self",)).filter(pk=number).first()
    if person is None:
        raise NotFound("There is no such person.")
    if person.pk == by.id:
        raise Conflict("Another manager may take this from you, not you yourself.", code="own_role")
    person.role = Role.MANAGER if manager else Role.REQUESTER
    person.save(update_fields=["role"])
    return person


def _require(by: Actor) -> None:
    if not may_administer(by):
        raise NotPermitted("Only a manager of the parent organisation keeps its members.")


def _taken() -> FieldError:
    return FieldError("email", "taken", "Somebody has this address already.")
