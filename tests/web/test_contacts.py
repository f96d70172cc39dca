"""Contacts as pages: found, looked at, kept (CT-7)."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.approving import customer
from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tramita.models import Definition, Person, Version
from tramita.services import working
from tramita.services.directory import card_of


def form(**given: str) -> dict[str, str]:
    return {"name": "Rui Sousa", "email": "rui@acme.example", "active": "on"} | given


def changed(person: Person, **given: str) -> dict[str, str]:
    """The form of somebody, filled as it is shown."""
    card = card_of(Person.objects.select_related("organisation").get(pk=person.pk))
    plain = {"name": card.name, "email": card.email, "organisation": card.organisation, "active": "on"}
    plain |= {"manager": "on"} if card.manager else {}
    return plain | {"language": card.language, "time_zone": card.time_zone, "read": card.digest} | given


def test_a_new_contact_is_made_found_and_put_on_a_ticket(desk: Desk, ana: Client) -> None:
    """CT-7: the address in lower case, the name without stray blanks."""
    acme = make.organisation("acme")

    made = ana.post(
        "/contacts/new",
        form(
            name=" Zoé  Lima ", email="Zoe@Acme.example", organisation="acme", language="pl", time_zone="Europe/Warsaw"
        ),
        follow=True,
    )

    zoe = Person.objects.get(name="Zoé Lima")
    assert (zoe.email, zoe.role, zoe.organisation, zoe.language) == ("zoe@acme.example", "requester", acme, "pl")
    assert "The contact is saved." in words_of(made)
    assert "Zoé Lima" in words_of(ana.get("/contacts?q=zoe&organisation=acme"))
    assert desk.ticket(requester=zoe.email).organisation_id == acme.pk


def test_each_fault_stands_beside_its_field_and_what_was_typed_stays(desk: Desk, ana: Client) -> None:
    """CT-7, UI: refusals explain."""
    wrong = {"name": "", "email": "nobody", "organisation": "none", "language": "xx", "time_zone": "Mars/Base"}

    refused = ana.post("/contacts/new", form(**wrong))

    assert refused.status_code == 422
    assert set(errors_of(refused)) == {f"f-{name}" for name in wrong}
    assert 'value="Mars/Base"' in text_of(refused)
    taken = ana.post("/contacts/new", form(email=desk.ana.email))
    assert errors_of(taken) == {"f-email": "Somebody has this address already."}
    assert not Person.objects.filter(email="nobody").exists()


def test_a_contact_is_changed_once_whoever_looks_at_it_meanwhile(desk: Desk, ana: Client) -> None:
    """CT-7, Z-2: a stale page changes nothing, and says why."""
    before = changed(desk.rui, name="Rita Sousa", active="")

    first = ana.post(f"/contacts/{desk.rui.pk}/edit", before)
    second = ana.post(f"/contacts/{desk.rui.pk}/edit", before | {"name": "Late"})

    rui = Person.objects.get(pk=desk.rui.pk)
    assert (first.status_code, rui.name, rui.is_active) == (302, "Rita Sousa", False)
    assert second.status_code == 409
    assert "Somebody changed this contact meanwhile" in words_of(second)


def test_the_address_of_who_decides_or_signs_in_is_for_who_manages_users(desk: Desk, ana: Client, as_: Browser) -> None:
    """CT-7, MAIL-52: the links that decide go there."""
    acme = make.organisation("acme")
    marta = make.manager("Marta Boss", organisation=acme)
    mine = changed(marta, email="ana.secretly@desk.example")

    refused = ana.post(f"/contacts/{marta.pk}/edit", mine)
    renamed = ana.post(f"/contacts/{marta.pk}/edit", changed(marta, name="Marta Vidal"))
    by_root = as_(make.administrator()).post(f"/contacts/{marta.pk}/edit", changed(marta, email="marta@acme.example"))

    assert set(errors_of(refused)) == {"f-email"}
    assert (renamed.status_code, by_root.status_code) == (302, 302)
    marta.refresh_from_db()
    assert (marta.name, marta.email, marta.role) == ("Marta Vidal", "marta@acme.example", "manager")


def test_staff_with_grants_keep_the_contacts_of_their_customers_alone(desk: Desk, as_: Browser) -> None:
    """CT-7, SEC-2: what they may not see does not exist, and a new contact needs one of their organisations."""
    acme, other = make.organisation("acme"), make.organisation("other")
    Definition.objects.filter(key="acme").update(organisation=acme)
    eve = as_(make.agent("Eve", grants={"acme": ["view", "work"]}))
    theirs, hidden = make.requester("Lia", organisation=acme), make.requester("Zed", organisation=other)

    assert "Zed" not in words_of(eve.get("/contacts"))
    assert eve.get(f"/contacts/{hidden.pk}").status_code == 404
    assert eve.post(f"/contacts/{hidden.pk}/edit", changed(hidden)).status_code == 404
    moved = eve.post(f"/contacts/{theirs.pk}/edit", changed(theirs, organisation="other"))
    assert set(errors_of(moved)) == {"f-organisation"}
    assert set(errors_of(eve.post("/contacts/new", form()))) == {"f-organisation"}
    assert eve.post("/contacts/new", form(organisation="acme")).status_code == 302
    looks = as_(make.agent("Looks", grants={"acme": ["view"]}))
    assert looks.get("/contacts/new").status_code == 403
    assert looks.post(f"/contacts/{theirs.pk}/edit", changed(theirs)).status_code == 403


def test_the_contacts_card_of_an_item_leads_to_what_the_contact_has_to_do_with(desk: Desk, ana: Client) -> None:
    """CT-7: items by any role, mails, and approvals of a manager."""
    item = desk.ticket()
    copied = desk.ticket(requester=desk.marta.email, cc=[desk.rui.email], title="A copy for Rui")

    card = text_of(ana.get(f"/items/{item.reference}"))
    page = words_of(ana.get(f"/contacts/{desk.rui.pk}"))

    assert f'href="/contacts/{desk.rui.pk}"' in card
    assert item.reference in page
    assert f"{copied.reference} A copy for Rui Copy" in page
    assert "Mails from them 0 Mails to them 0" in page


def test_the_page_of_a_manager_tells_what_was_asked_of_them(desk: Desk, ana: Client) -> None:
    """CT-7, AP-22: with how it ended."""
    approval = customer(desk).asked()

    page = words_of(ana.get(f"/contacts/{desk.marta.pk}"))

    assert f"Approvals asked of them {approval.item.reference} Refund above limit Awaiting approval" in page


@pytest.mark.parametrize("many", [1, 55])
def test_the_pages_of_contacts_cost_the_same_whatever_there_is(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """CT-7, DESIGN section 4: session and person included."""
    for number in range(many):
        make.requester(f"Contact {number}", organisation=make.organisation())
        working.start(desk.ticket(), by=desk.ana, at=desk.ticket().created_at)

    for address, most in (("/contacts", 6), ("/contacts?q=contact", 6), (f"/contacts/{desk.rui.pk}", 7)):
        with django_assert_max_num_queries(most):
            ana.get(address)


def test_who_manages_users_says_who_approves_and_what_is_declared_is_kept(desk: Desk, ana: Client) -> None:
    """AP-6, D-22, BU-1: the box is for few; a property that does not fit is refused beside its input."""
    make.organisation("acme")
    declared = make.definition("properties", "contacts")
    body = {"key": "contacts", "fields": [{"name": "size", "type": "number", "title": "Size"}]}
    Version.objects.filter(definition=declared).update(body=body)
    plain = form(organisation="acme", manager="on")
    ana.post("/contacts/new", plain)
    assert Person.objects.get(email="rui@acme.example").role == "requester"

    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    rui = Person.objects.get(email="rui@acme.example")
    wrong = ana.post(f"/contacts/{rui.pk}/edit", changed(rui, **{"properties.size": "large"}))
    ana.post(f"/contacts/{rui.pk}/edit", changed(rui, manager="on", **{"properties.size": "7"}))
    lonely = ana.post("/contacts/new", form(email="zoe@acme.example", manager="on"))

    rui.refresh_from_db()
    assert "f-properties.size" in errors_of(wrong)
    assert (rui.role, rui.properties) == ("manager", {"size": 7})
    assert errors_of(lonely) == {"f-organisation": "Choose an organisation."}
