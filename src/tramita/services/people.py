"""People who sign in, and their keys to the API."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import FieldError, Invalid, NotFound
from tramita.models import Person, Token
from tramita.queries.people import person_by_address, person_by_name
from tramita.services.definitions.values import ADDRESS, ADDRESS_LENGTH, TITLE_LENGTH
from tramita.services.transactions import one_transaction

TOKEN_BYTES = 32
TOKEN_PREFIX = "tramita_"  # noqa: S105 (so that scanners of leaked secrets know one)
TOKEN_NAME_LENGTH = 100
ROLES = [role for role in Role if role not in {Role.ROBOT, Role.SYSTEM}]


@one_transaction
def create_user(
    email: str, *, name: str | None, role: Role | None, password: str | None, by: Actor, at: datetime
) -> Person:
    """A person; for an address that exists, what is given is set and the rest stays (INTERFACES section 2).

    A new person needs a name and a role. Without a password nobody can sign in as them.

    Raises: Invalid, naming every field.
    """
    address = email.strip().lower()
    found = person_by_address(address)
    given = {"name": name and name.strip(), "role": role}
    person = found or Person(email=address, created_at=at)
    for column, value in given.items():
        if value:
            setattr(person, column, value)
    faults = [*faults_of(person, given, new=found is None), *password_faults(person, password)]
    if faults:
        raise Invalid(faults)
    if password is not None or found is None:
        person.password = make_password(password)
    person.save()
    return person


def faults_of(person: Person, given: Mapping[str, object], *, new: bool) -> list[FieldError]:
    """What a person cannot be."""
    faults = []
    if not ADDRESS.fullmatch(person.email or "") or len(person.email or "") > ADDRESS_LENGTH:
        faults.append(FieldError("email", "invalid", "“%(email)s” is no e-mail address.", {"email": person.email}))
    if new:
        faults += [FieldError(field, "required", "This is needed.") for field, value in given.items() if not value]
    if len(person.name) > TITLE_LENGTH:
        faults.append(FieldError("name", "too_long", "At most %(count)s characters.", {"count": TITLE_LENGTH}))
    if given["role"] and given["role"] not in ROLES:
        faults.append(FieldError("role", "invalid", "A robot is made by the configuration."))
    return faults


def password_faults(person: Person, password: str | None) -> list[FieldError]:
    """What the rules for passwords say against this one."""
    try:
        if password is not None:
            validate_password(password, person)
    except ValidationError as refused:
        return [FieldError("password", "weak_password", message) for message in refused.messages]
    return []


@one_transaction
def create_token(who: str, *, name: str = "", by: Actor, at: datetime) -> str:
    """A new key to the API for a person (by address) or a robot (by name, or by its title). It is shown this once.

    Only its SHA-256 is kept: the key is random, so a fast digest is as safe as a slow one.

    Raises: NotFound, if there is nobody active of that name.
    """
    person = person_by_name(who) or _robot_titled(who)
    if person is None or not person.is_active:
        raise NotFound("There is nobody called “%(who)s”.", who=who)
    token = TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    digest = hashlib.sha256(token.encode()).hexdigest()
    Token.objects.create(person=person, name=name[:TOKEN_NAME_LENGTH], digest=digest, created_at=at)
    return token


def _robot_titled(title: str) -> Person | None:
    """The one that the screens call so; None if several are."""
    found = Person.objects.filter(role=Role.ROBOT, name=title, is_active=True)[:2]
    return found[0] if len(found) == 1 else None
