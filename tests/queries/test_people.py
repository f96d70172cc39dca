"""Somebody with rights, read in one statement."""

import hashlib

import pytest
from django.utils.functional import SimpleLazyObject

from tests import factories as make
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound
from tramita.models import Token
from tramita.queries import people

pytestmark = pytest.mark.django_db


def test_an_actor_with_queues_and_grants_is_one_statement(django_assert_num_queries):
    """SEC-2, DESIGN section 4."""
    queues = make.queue(), make.queue()
    ana = make.person(queues=queues, grants={"acme": ["view", "work"], "blue/main": ["view"]}, language="pt-br")

    with django_assert_num_queries(1):
        actor = people.actor_for(ana)

    assert actor.id == ana.pk
    assert actor.role is Role.AGENT
    assert actor.language == "pt-br"
    assert actor.queue_ids == {queue.pk for queue in queues}
    assert dict(actor.grants) == {"acme": {"view", "work"}, "blue/main": {"view"}}


def test_somebody_without_grants_has_their_role_everywhere():
    """SEC-2."""
    assert make.agent().grants is None


def test_somebody_without_a_name_is_known_by_their_address():
    """CT-1."""
    actor = people.actor_for(make.requester("", email="rui@acme.example"))

    assert actor.name == "rui@acme.example"


def test_a_robot_acts_by_the_name_it_has_in_the_configuration():
    """B-1."""
    robot = make.robot(key="robo-1")

    assert people.person_by_name("robo-1") == robot
    assert people.actor_for(robot).role is Role.ROBOT


def test_an_address_is_found_whatever_its_case():
    """MAIL-56."""
    rui = make.requester(email="rui@acme.example")

    assert people.person_by_address(" Rui@ACME.example ") == rui
    assert people.person_by_name("RUI@acme.example") == rui
    assert people.person_by_address("eve@acme.example") is None


def test_whoever_is_not_active_any_more_does_not_act():
    """SEC-1."""
    eve = make.person("Eve", is_active=False)

    with pytest.raises(NotFound):
        people.actor_for(eve)


def test_a_token_acts_for_its_owner_while_they_are_active(django_assert_num_queries):
    """INTERFACES section 5."""
    ana, eve = make.person(), make.person("Eve", is_active=False)
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in ("ana", "eve", "nobody")]
    for person, digest in zip((ana, eve), digests, strict=False):
        Token.objects.create(person=person, digest=digest, created_at=make.NOW)

    with django_assert_num_queries(3):
        owners = [people.by_token_digest(digest) for digest in digests]

    assert [owner and owner.id for owner in owners] == [ana.pk, None, None]


def test_a_session_brings_the_person_and_their_rights_in_one_statement(django_assert_num_queries) -> None:
    """MEASURED section 2."""
    queue = make.queue()
    ana = make.person("Ana Lima", queues=[queue], theme="dark", language="fr", grants={"acme": ["view"]})

    with django_assert_num_queries(1):
        found = people.signed_in(ana.pk)
        actor = people.actor_for(SimpleLazyObject(lambda: found))  # as a request has it
        shown = (found.theme, found.language, found.role, found.is_authenticated, found.get_session_auth_hash())

    assert shown == ("dark", "fr", ana.role, True, ana.get_session_auth_hash())
    assert actor == people.actor_by_id(ana.pk)
    assert actor.queue_ids == {queue.pk}
    assert found == ana


def test_nobody_is_signed_in_who_is_not_active_any_more() -> None:
    """SEC-1."""
    assert people.signed_in(make.person(is_active=False).pk) is None
