"""A parent's managers keep the members of all its organisations (TO-1), and everybody their own settings (SS-1)."""

from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.approving import Customer, customer
from tests.desk import Desk
from tests.portal.test_pages import browser
from tests.web.reading import words_of
from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.models import Delivery, Person
from tramita.queries.members import members as seen_by
from tramita.queries.people import actor_by_id
from tramita.services import members

pytestmark = pytest.mark.django_db
NEW = {"name": "Nina Paz", "email": "Nina@iberia.acme.example", "organisation": "acme-iberia"}


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    return customer(desk)


@pytest.fixture
def marta(acme: Customer) -> Client:
    return browser(Person.objects.get(pk=acme.marta.id))


def test_a_manager_of_the_parent_makes_members_of_its_branches(acme: Customer, marta: Client) -> None:
    """TO-1, SS-1, M-19b: they belong to a company, and are invited to choose a password."""
    page = words_of(marta.get("/portal/members"))
    after = words_of(marta.post("/portal/members", NEW, follow=True))

    nina = Person.objects.get(email="nina@iberia.acme.example")
    assert all(said in page for said in ("Acme Group", "Acme Iberia", "Rui Sousa", "Sofia Prado"))
    assert "Ana Lima" not in page
    assert "Nina Paz is a member now" in after
    assert (nina.role, nina.organisation, nina.has_usable_password()) == (Role.REQUESTER, acme.branch, False)
    assert Delivery.objects.get(kind="account").payload["kind"] == "new_user"


def test_they_name_managers_and_take_that_from_them_but_not_from_themselves(acme: Customer, marta: Client) -> None:
    """TO-1: at least the one who does it is left."""
    marta.post(f"/portal/members/{acme.desk.rui.pk}", {"manager": "yes"})
    named = Person.objects.get(pk=acme.desk.rui.pk).role
    members.appoint(acme.desk.rui.pk, manager=False, by=acme.marta)

    assert named is Role.MANAGER
    assert Person.objects.get(pk=acme.desk.rui.pk).role is Role.REQUESTER
    with pytest.raises(Conflict):
        members.appoint(acme.marta.id or 0, manager=False, by=acme.marta)


def test_nobody_else_does(acme: Customer) -> None:
    """TO-1, SEC-2: a branch's manager, who only asks, another organisation's, staff; and nobody touches staff."""
    olga = factories.manager("Olga", organisation=factories.organisation("globex"))
    Person.objects.filter(pk=acme.desk.ana.id).update(organisation=acme.group)
    others = [acme.sofia, actor_by_id(acme.desk.rui.pk), acme.desk.ana]

    for by in others:
        with pytest.raises(NotPermitted):
            members.appoint(acme.desk.rui.pk, manager=True, by=by)
    for number, by in ((acme.desk.rui.pk, actor_by_id(olga.pk)), (acme.desk.ana.id or 0, acme.marta)):
        with pytest.raises(NotFound):
            members.appoint(number, manager=True, by=by)
    refused = browser(Person.objects.get(pk=acme.sofia.id))
    assert refused.get("/portal/members").status_code == 404
    assert refused.post("/portal/members", NEW).status_code == 404
    assert seen_by(acme.sofia) == []
    assert not Person.objects.filter(name="Nina Paz").exists()


def test_what_is_wrong_is_said_beside_its_field(acme: Customer, marta: Client) -> None:
    """TO-1: an address that somebody has, and an organisation that is not theirs."""
    factories.organisation("globex")
    taken = marta.post("/portal/members", {**NEW, "email": acme.desk.rui.email or "", "name": ""})
    foreign = marta.post("/portal/members", {**NEW, "organisation": "globex"})

    assert (taken.status_code, foreign.status_code) == (422, 422)
    assert "Somebody has this address already." in words_of(taken)
    assert "This is needed." in words_of(taken)
    assert "Choose one of the organisations." in words_of(foreign)


def test_language_time_zone_and_look_are_ones_own(acme: Customer) -> None:
    """SS-1, Z-13: the next page speaks it; a wrong value is refused and the rest stays."""
    rui = browser(acme.desk.rui)
    wrong = rui.post("/portal/settings", {"language": "xx", "time_zone": "Mars/Base", "theme": "pink"})
    after = words_of(
        rui.post("/portal/settings", {"language": "fr", "time_zone": "Europe/Paris", "theme": "dark"}, follow=True)
    )

    kept = Person.objects.get(pk=acme.desk.rui.pk)
    assert wrong.status_code == 422
    assert "There is no such time zone." in words_of(wrong)
    assert (kept.language, kept.time_zone, kept.theme) == ("fr", "Europe/Paris", "dark")
    assert "Langue" in after
    assert 'data-theme="dark"' in rui.get("/portal").content.decode()
