"""People who sign in, and their keys to the API."""

import hashlib

import pytest

from tests import factories
from tests.factories import NOW
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotFound
from tramita.models import Person, Token
from tramita.queries.people import by_token_digest
from tramita.services.people import create_token, create_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def created(email: str = "Ana@Desk.Example", **given: object) -> Person:
    values = {"name": "Ana Lima", "role": Role.AGENT, "password": PASSWORD} | given
    return create_user(email, by=SYSTEM, at=NOW, **values)  # type: ignore[arg-type]


def test_a_new_person_signs_in_with_a_password_that_is_kept_as_argon2(settings: pytest.FixtureRequest) -> None:
    """SEC-1; addresses are kept in lower case."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # type: ignore[attr-defined]

    ana = created()

    assert ana.email == "ana@desk.example"
    assert ana.password.startswith("argon2")
    assert ana.check_password(PASSWORD)


def test_for_an_address_that_exists_what_is_given_is_set_and_the_rest_stays() -> None:
    """SEC-1."""
    created()

    again = created(name=None, role=Role.TEAM_LEADER, password=None)

    assert Person.objects.get() == again
    assert (again.name, again.role) == ("Ana Lima", Role.TEAM_LEADER)
    assert again.check_password(PASSWORD)


def test_without_a_password_nobody_can_sign_in() -> None:
    """SEC-1."""
    assert not created(password=None).has_usable_password()


def test_everything_wrong_with_a_new_person_is_named_at_once() -> None:
    """SEC-1."""
    with pytest.raises(Invalid) as caught:
        created("ana at desk", name="", role=None, password="1234")

    assert {error.field for error in caught.value.errors} == {"email", "name", "role", "password"}
    assert not Person.objects.exists()


def test_a_robot_is_made_by_the_configuration_only() -> None:
    """B-1."""
    with pytest.raises(Invalid, match="made by the configuration"):
        created(role=Role.ROBOT)


def test_a_token_opens_the_door_and_only_its_digest_is_kept() -> None:
    """SEC-1: tokens are hashed at rest."""
    ana, robot = factories.person(), factories.robot(key="robo-1")

    ours, theirs = (create_token(str(who), by=SYSTEM, at=NOW) for who in (ana.email, "robo-1"))

    for token, person in ((ours, ana), (theirs, robot)):
        actor = by_token_digest(hashlib.sha256(token.encode()).hexdigest())
        assert actor is not None
        assert actor.id == person.pk
        assert not Token.objects.filter(digest__contains=token).exists()


@pytest.mark.parametrize("who", ["nobody@desk.example", "robo-9", "gone@desk.example"])
def test_nobody_unknown_or_inactive_gets_a_token(who: str) -> None:
    """SEC-1."""
    factories.person(email="gone@desk.example", is_active=False)

    with pytest.raises(NotFound):
        create_token(who, by=SYSTEM, at=NOW)


def test_a_robot_is_known_by_its_title_as_long_as_only_one_has_it() -> None:
    """INTERFACES 2: as the screens call it."""
    factories.robot("Invoice reader")

    assert create_token("Invoice reader", by=SYSTEM, at=NOW).startswith("tramita_")
    factories.robot("Invoice reader")
    with pytest.raises(NotFound):
        create_token("Invoice reader", by=SYSTEM, at=NOW)
