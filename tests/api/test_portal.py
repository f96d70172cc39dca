"""What those who ask do over HTTP: requests, messages, members (SS-1, SS-2, TO-1)."""

import base64
from pathlib import Path

import pytest

from tests.api.callers import Callers, ask, fields, problem
from tests.api.in_process import desk_of
from tests.approving import Customer, customer
from tests.desk import MONDAY, Desk, offer, publish
from tramita.domain.codes import Role, State
from tramita.models import Attachment, Delivery, Item, Message, Person
from tramita.services import waiting, working

pytestmark = pytest.mark.django_db
QUERY = "category:acme/main/finance/invoice-query"
ASKED = {"service": QUERY, "title": "Invoice 991 twice", "text": "You charged it twice."}
LETTER = {"filename": "991.txt", "content": base64.b64encode(b"Paid once.").decode()}


@pytest.fixture(autouse=True)
def _storage(data_dir: Path) -> None:
    """Files are kept in a folder of the test."""


@pytest.fixture
def acme(desk: Desk) -> Customer:
    offer(desk.definitions["invoice-query"], fields={"amount": {"name": "amount", "type": "number", "title": "Amount"}})
    return customer(desk)


def test_who_asks_hands_in_what_the_catalogue_offers(caller: Callers, acme: Customer) -> None:
    """SS-2, decision 50: by the door of mail, with its fields and files."""
    [group] = caller.rui.get("/portal/catalogue").json()["groups"]
    form = caller.rui.get(f"/portal/catalogue/{group['offers'][0]['service']}").json()

    made = caller.rui.post("/portal/requests", {**ASKED, "fields": {"amount": 991}, "files": [LETTER]})

    item = Item.objects.get()
    assert (group["offers"][0]["service"], list(form["fields"])) == (QUERY, ["amount"])
    assert (made.status_code, made.json()) == (201, {"reference": item.reference})
    assert made.headers["Location"] == f"/api/v1/items/{item.reference}"
    assert (item.title, item.fields, item.requester_id) == ("Invoice 991 twice", {"amount": 991}, acme.desk.rui.pk)
    assert Attachment.objects.get().filename == "991.txt"
    assert caller.rui.get(f"/items/{item.reference}").status_code == 200


def test_a_request_that_is_handed_in_again_with_its_key_is_one(caller: Callers, acme: Customer) -> None:
    """INTERFACES 5, MAIL-79."""
    key = {"Idempotency-Key": "k1"}

    first, again = (caller.rui.post("/portal/requests", ASKED, headers=key) for _ in range(2))
    other = caller.rui.post("/portal/requests", ASKED)

    assert first.json() == again.json() != other.json()
    assert Item.objects.count() == 2


def test_what_is_missing_is_named_and_what_is_not_offered_is_not_there(caller: Callers, acme: Customer) -> None:
    """SS-2, T-2: and staff and robots begin work by their own calls."""
    told = problem(caller.rui.post("/portal/requests", {**ASKED, "title": " ", "text": ""}), 422, "validation_failed")
    strange = problem(caller.rui.post("/portal/requests", {**ASKED, "fields": {"x": 1}}), 422, "validation_failed")

    assert set(fields(told)) == {"title", "text"}
    assert set(fields(strange)) == {"fields.x"}
    hidden = {**ASKED, "service": "category:acme/main/finance/plain"}
    problem(caller.rui.post("/portal/requests", hidden), 404, "not_found")
    for one in (caller.ana, caller.robot):
        problem(one.post("/portal/requests", ASKED), 403, "not_permitted")
        problem(one.get("/portal/catalogue"), 403, "not_permitted")
    assert not Item.objects.exists()


def test_a_message_wakes_what_waits_for_it(caller: Callers, acme: Customer) -> None:
    """M-8, T-38: as an answer by mail does; who sees nothing of it finds nothing."""
    item = acme.ticket()
    working.start(item, by=acme.desk.ana, at=MONDAY)
    item.refresh_from_db()
    waiting.wait(item, type="more_information", by=acme.desk.ana, at=MONDAY)
    path = f"/items/{item.reference}/messages"

    said = caller.rui.post(path, {"text": "It is invoice 991.", "files": [LETTER]})

    item.refresh_from_db()
    assert (said.status_code, said.json()["reference"]) == (201, item.reference)
    assert (item.state, Message.objects.get().text.strip()) == (State.TO_DO, "It is invoice 991.")
    problem(caller.rui.post(path, {"text": "Late."}, headers={"If-Match": '"1"'}), 412, "stale_version")
    problem(caller.rui.post(path, {"text": " "}), 422, "validation_failed")
    problem(caller.ana.post(path, {"text": "Me too."}), 403, "not_permitted")
    problem(caller.eve.post(path, {"text": "Me too."}), 404, "not_found")


def test_a_manager_of_the_parent_keeps_its_members(caller: Callers, acme: Customer) -> None:
    """TO-1: adds, appoints, and takes nothing from themselves."""
    marta, sofia = ask(acme.marta.id or 0), ask(acme.sofia.id or 0)
    new = {"name": "Nina Paz", "address": "Nina@iberia.acme.example", "organisation": "acme-iberia"}

    made = marta.post("/portal/members", new)
    named = marta.patch(f"/portal/members/{made.json()['id']}", {"manager": True})

    told = made.json()
    assert (made.status_code, told["address"], told["manager"]) == (201, "nina@iberia.acme.example", False)
    assert Delivery.objects.get(kind="account").payload["kind"] == "new_user"
    assert named.json()["manager"]
    assert Person.objects.get(pk=made.json()["id"]).role is Role.MANAGER
    names = {one["name"] for one in marta.get("/portal/members").json()["results"]}
    assert {"Nina Paz", "Rui Sousa", "Sofia Prado"} <= names
    taken = problem(marta.post("/portal/members", new), 422, "validation_failed")
    assert fields(taken) == {"address": "taken"}
    problem(marta.patch(f"/portal/members/{acme.marta.id}", {"manager": False}), 409, "own_role")
    problem(marta.patch(f"/portal/members/{acme.desk.ana.id}", {"manager": True}), 404, "not_found")
    for one in (sofia, caller.rui, caller.ana, caller.robot):
        problem(one.get("/portal/members"), 403, "not_permitted")
        problem(one.post("/portal/members", new), 403, "not_permitted")


def test_a_program_of_who_asks_does_the_same(acme: Customer) -> None:
    """INTERFACES 5: by the client."""
    publish("settings", "again", approve_actions_in_tickets=True)
    rui, marta = desk_of(acme.desk.rui), desk_of(acme.marta.id or 0)

    service = rui.catalogue()[0]["offers"][0]["service"]
    reference = rui.ask(service, title="Invoice 991 twice", text="You charged it twice.")
    there = rui.write(reference, "It is invoice 991.")
    added = marta.add_member(name="Nina Paz", address="nina@iberia.acme.example", organisation="acme-iberia")
    named = marta.appoint(added["id"], manager=True)

    assert there == reference
    assert named["manager"]
    assert "Nina Paz" in {one["name"] for one in marta.members()}
