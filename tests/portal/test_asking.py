"""New requests of the portal: what is offered to whom, the form of a service, handed in once (SS-2)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.approving import Customer, customer
from tests.desk import Desk, offer
from tests.portal.test_pages import browser
from tests.web.reading import words_of
from tramita.domain.codes import Kind, State
from tramita.models import Approval, Definition, Item, Message, Person, SeenMessage
from tramita.queries import catalogue
from tramita.queries.people import actor_by_id
from tramita.services import starting_by_mail

pytestmark = pytest.mark.django_db
QUERY = "category:acme/main/finance/invoice-query"
ONBOARDING = "case_type:acme/main/finance/onboarding"
FIELDS: dict[str, Any] = {
    "number": {"name": "number", "title": "Invoice", "titles": {"fr": "Facture"}, "mandatory": True},
    "disputed": {"name": "disputed", "title": "Disputed", "type": "boolean"},
    "sum": {
        "name": "sum",
        "title": "Sum",
        "type": "number",
        "mandatory": True,
        "show_when": {"field": "fields.disputed", "op": "==", "value": True},
    },
}
TYPED = {"title": "Invoice 991", "text": "It came twice.", "fields.number": "991", "press": "abc"}


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    offer(desk.definitions["invoice-query"], fields=FIELDS)
    offer(desk.definitions["onboarding"])
    return customer(desk)


@pytest.fixture
def rui(acme: Customer) -> Client:
    return browser(acme.desk.rui)


def ask(client: Client, service: str = QUERY, **more: object) -> Any:
    """Send the form."""
    return client.post(f"/portal/new/{service}", {**TYPED, **more})


def test_the_catalogue_holds_what_is_offered_and_nothing_else(acme: Customer, rui: Client) -> None:
    """SS-2: two of the four processes are; the way there stands on the list."""
    page, home = words_of(rui.get("/portal/new")), words_of(rui.get("/portal"))

    assert "finance/invoice-query" in page
    assert "onboarding" in page
    assert "finance/plain" not in page
    assert "New request" in home
    assert rui.get("/portal/new/category:acme/main/finance/plain").status_code == 404


def test_a_customers_services_are_for_its_organisation_its_parent_and_its_branches(acme: Customer) -> None:
    """SS-2, TO-1, CT-5: in the service as in the query; who works here asks for nothing."""
    olga = factories.manager("Olga", organisation=factories.organisation("globex"))
    Definition.objects.filter(kind="customer", key="acme").update(organisation=acme.group)
    people = {"rui": acme.desk.rui.pk, "marta": acme.marta.id, "olga": olga.pk, "ana": acme.desk.ana.id}

    seen = {name: len(catalogue.catalogue(actor_by_id(pk or 0))) for name, pk in people.items()}
    Definition.objects.filter(kind="customer", key="acme").update(organisation=acme.branch)
    parents = catalogue.catalogue(acme.marta)
    sent = ask(browser(olga))

    assert seen == {"rui": 1, "marta": 1, "olga": 0, "ana": 0}
    assert len(parents) == 1
    assert sent.status_code == 404
    assert not SeenMessage.objects.exists()


def test_a_form_becomes_a_ticket_once_and_is_confirmed(acme: Customer, rui: Client) -> None:
    """SS-2, T-9, T-21, M-19b: kept raw with its fields, To Do in its queue, its writer the primary contact; sent again
    it is the same one."""
    file = SimpleUploadedFile("proof.pdf", b"%PDF-1.4")
    first, again = ask(rui, files=file, **{"fields.disputed": "false"}), ask(rui, **{"fields.disputed": "false"})

    item = Item.objects.get()
    message = Message.objects.get(outgoing=False)
    assert first.headers["Location"] == again.headers["Location"] == f"/portal/requests/{item.reference}"
    assert (item.kind, item.state, item.title) == (Kind.TICKET, State.TO_DO, "Invoice 991")
    assert item.queue == acme.desk.invoices
    assert item.fields == {"number": "991", "disputed": False}
    assert item.primary_contact == item.requester == item.original_requester == acme.desk.rui
    assert item.organisation == acme.branch
    assert (message.text.strip(), message.attachments.get().filename) == ("It came twice.", "proof.pdf")
    assert Message.objects.get(outgoing=True).to == [["", acme.desk.rui.email]]
    assert list(SeenMessage.objects.order_by("pk").values_list("source", "outcome")) == [
        ("portal", "created"),
        ("portal", "duplicate"),
    ]
    assert "It came twice." in words_of(rui.get(first.headers["Location"]))


def test_what_was_changed_before_it_was_sent_again_is_another_request(acme: Customer, rui: Client) -> None:
    """MAIL-79: nothing that somebody wrote is taken for what they wrote before."""
    ask(rui)
    ask(rui, **{"fields.number": "992"})
    ask(rui, text="It came three times.")

    assert Item.objects.count() == 3


def test_a_form_becomes_a_case_of_its_type(acme: Customer, rui: Client) -> None:
    """SS-2, C-41: its title is the short description; words are not asked for."""
    ask(rui, ONBOARDING, title="Bodegas Llorente", text="")

    case = Item.objects.get(kind=Kind.CASE.number)
    assert (case.title, case.state, case.requester) == ("Bodegas Llorente", State.TO_DO, acme.desk.rui)


def test_what_is_missing_or_wrong_is_said_beside_its_field_and_nothing_is_kept(acme: Customer, rui: Client) -> None:
    """T-2, T-3, D-21: all at once; a field that is shown by another is asked for, what was typed stays."""
    empty = ask(rui, title=" ", text="", **{"fields.number": ""})
    hidden = ask(rui, **{"fields.disputed": "true", "fields.sum": "much"})

    page, other = words_of(empty), words_of(hidden)
    assert (empty.status_code, hidden.status_code) == (422, 422)
    assert page.count("This is needed.") == 3
    assert "Something is missing or not right." in page
    assert "Give a number." in other
    assert 'value="Invoice 991"' in hidden.content.decode()
    assert not SeenMessage.objects.exists()


def test_only_declared_fields_are_taken_and_the_form_needs_no_script(acme: Customer, rui: Client) -> None:
    """D-20, D-21: the button shows what belongs to a choice; whatever else is sent is not read."""
    before = words_of(rui.get(f"/portal/new/{QUERY}"))
    looked = ask(rui, then="look", **{"fields.disputed": "true"})
    ask(rui, **{"fields.colour": "red"})

    assert "Sum" not in before
    assert "Sum" in words_of(looked)
    assert re.search(r'<noscript>.*name="then" value="look"', looked.content.decode(), re.DOTALL)
    assert Item.objects.get().fields == {"number": "991"}


def test_a_title_that_names_another_request_begins_a_new_one_all_the_same(acme: Customer, rui: Client) -> None:
    """M-2: a form says itself what it is; it is matched to nothing."""
    other = acme.ticket(category="acme/main/finance/plain")

    ask(rui, title=f"As {other.reference}")

    assert Item.objects.count() == 2
    assert Message.objects.get(outgoing=False).item_id != other.pk


def test_what_cannot_be_begun_is_kept_in_the_tray(acme: Customer, rui: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-7: whatever goes wrong; its writer is told, and staff find it."""

    def broken(*args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(starting_by_mail, "set_process", broken)

    response = ask(rui)

    assert response.status_code == 409
    assert "Your message was kept" in words_of(response)
    assert SeenMessage.objects.get().outcome == "failed"


def test_a_french_person_is_asked_in_french(acme: Customer) -> None:
    """SS-1, UI “Their language”: the fields too, as far as they have a title in it."""
    Person.objects.filter(pk=acme.desk.rui.pk).update(language="fr")
    page = words_of(browser(Person.objects.get(pk=acme.desk.rui.pk)).get(f"/portal/new/{QUERY}"))

    assert "Facture" in page
    assert "Nouvelle demande" in page


def test_where_a_manager_approves_first_both_see_where_it_stands(acme: Customer, rui: Client) -> None:
    """TO-4, AP-21: who asked in plain words, a manager among what waits; refused, it says so and why."""
    offer(acme.desk.definitions["plain"], approve_opening=True)
    path = ask(rui, "category:acme/main/finance/plain").headers["Location"]
    sofia = browser(Person.objects.get(pk=acme.sofia.id))
    waiting = words_of(rui.get(path))
    listed, approval = words_of(sofia.get("/portal/approvals")), Approval.objects.get()
    asked = words_of(sofia.get(f"/portal/approvals/{approval.pk}"))

    sofia.post(f"/portal/approvals/{approval.pk}", {"decision": "reject", "reason": "Too dear."})

    assert "Waits for an approval" in waiting
    assert "A manager of your organisation approves such requests" in waiting
    assert "Approve actions (1)" in listed
    assert "It is begun when a manager approves it." in asked
    assert "It came twice." in asked
    refused = words_of(rui.get(path))
    assert "did not approve this request" in refused
    assert "Too dear." in refused
