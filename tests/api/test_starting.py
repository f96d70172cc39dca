"""Work begins over HTTP."""

import pytest

from tests import factories
from tests.api.callers import Callers, fields, problem
from tests.desk import Desk
from tramita.models import Item, Person

TICKET = {"title": "Invoice 991 twice", "description": "It came twice.", "category": "acme/main/finance/invoice-query"}
CASE = {"case_type": "acme/main/finance/onboarding", "short_description": "Bodegas Llorente"}


def test_a_ticket_is_submitted_and_answered_whole(caller: Callers, desk: Desk) -> None:
    """T-9, T-21, CT-3, INTERFACES 5."""
    answer = caller.ana.post("/tickets", {**TICKET, "requester": desk.rui.email, "fields": {"invoice": 991}})

    item = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/items/{item['reference']}"
    assert answer.headers["ETag"] == f'"{item["version"]}"'
    assert (item["kind"], item["state"], item["list"]) == ("ticket", "to_do", "queue")
    assert item["queue"] == {"id": desk.invoices.pk, "name": "invoices"}
    assert item["category"] == "acme/main/finance/invoice-query"
    assert (item["case_type"], item["customer"], item["description"], item["wait"]) == (None, "acme", None, None)
    assert item["contacts"]["primary"] == item["contacts"]["requester"] == item["contacts"]["original_requester"]
    assert item["contacts"]["requester"]["address"] == desk.rui.email
    assert item["due"]["clock"] == "running"
    assert item["due"]["text"].startswith("Due: ")
    assert item["fields"] == {"invoice": 991}
    assert "start" in item["allowed"]
    assert caller.ana.get(f"/items/{item['reference']}").json() == item | {"due": item["due"]}


def test_an_agent_of_another_company_is_refused_by_field(caller: Callers, desk: Desk) -> None:
    """CT-6."""
    sam = factories.person("Sam Supplier", organisation=factories.organisation("supplier"))
    Person.objects.filter(pk=desk.rui.pk).update(organisation=factories.organisation("acme"))
    given = {**TICKET, "requester": desk.rui.email, "primary_contact": sam.email}

    made = problem(caller.ana.post("/tickets", given), 422, "validation_failed")
    item = desk.ticket()
    contacts = {"contacts": {"cc": [sam.email]}}
    changed = problem(caller.ana.patch(f"/items/{item.reference}", contacts), 422, "validation_failed")

    assert (fields(made), fields(changed)) == ({"primary_contact": "other_company"}, {"cc": "other_company"})


def test_contacts_may_be_given_in_the_shape_of_a_change(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5, CT-3."""
    contacts = {"requester": desk.rui.email, "cc": [desk.marta.email]}

    item = caller.ana.post("/cases", {**CASE, "contacts": contacts}).json()

    assert item["contacts"]["primary"]["address"] == desk.rui.email
    assert [one["address"] for one in item["contacts"]["cc"]] == [desk.marta.email]


def test_everything_missing_is_named_at_once_and_nothing_is_kept(caller: Callers) -> None:
    """T-2."""
    told = problem(caller.ana.post("/tickets", {}), 422, "validation_failed")

    assert set(fields(told)) == {"title", "description", "category", "primary_contact", "requester"}
    assert Item.objects.count() == 0


def test_a_draft_may_lack_all_and_is_submitted_later(caller: Callers, desk: Desk) -> None:
    """T-1, T-3, T-23, S-15."""
    draft = caller.ana.post("/tickets", {"draft": True}).json()
    path = f"/items/{draft['reference']}"

    refused = caller.ana.post(f"{path}/submit")
    changed = caller.ana.patch(path, {**TICKET, "contacts": {"requester": desk.rui.email}})
    submitted = caller.ana.post(f"{path}/submit")

    assert (draft["state"], draft["list"], draft["title"], draft["description"]) == ("draft", "inbox", "", "")
    assert "title" in fields(problem(refused, 422, "validation_failed"))
    assert (changed.json()["state"], changed.json()["description"]) == ("draft", "It came twice.")
    assert (submitted.json()["state"], submitted.json()["description"]) == ("to_do", None)


def test_a_draft_is_thrown_away_by_who_wrote_it(caller: Callers) -> None:
    """T-53."""
    path = f"/items/{caller.ana.post('/tickets', {'draft': True}).json()['reference']}"

    answer = caller.ana.post(f"{path}/discard")

    assert answer.status_code == 200
    problem(caller.ana.get(path), 404, "not_found")


def test_a_case_starts(caller: Callers, desk: Desk) -> None:
    """C-1, C-41."""
    answer = caller.ana.post("/cases", {**CASE, "requester": desk.rui.email})

    item = answer.json()
    assert (answer.status_code, item["kind"], item["state"]) == (201, "case", "to_do")
    assert (item["title"], item["case_type"], item["category"]) == ("Bodegas Llorente", CASE["case_type"], None)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/tickets", {"category": "acme/main/finance/nothing"}, "category"),
        ("/tickets", {"requester": "nobody@nowhere.example"}, "requester"),
        ("/tickets", {"primary_contact": "nobody@nowhere.example"}, "primary_contact"),
        ("/tickets", {"cc": ["nobody@nowhere.example"]}, "cc"),
        ("/tickets", {"cc": "rui@acme.example"}, "cc"),
        ("/tickets", {"title": 5}, "title"),
        ("/tickets", {"title": "x" * 1001}, "title"),
        ("/tickets", {"draft": "yes"}, "draft"),
        ("/tickets", {"draft": 1}, "draft"),
        ("/tickets", {"fields": []}, "fields"),
        ("/tickets", {"state": "closed"}, "state"),
        ("/cases", {}, "case_type"),
        ("/cases", {"case_type": "acme/main/finance/invoice-query"}, "case_type"),
        ("/cases", {"case_type": CASE["case_type"]}, "short_description"),
    ],
)
def test_what_is_wrong_is_named(caller: Callers, path: str, body: dict, field: str) -> None:
    """INTERFACES 5: 422 names the field."""
    told = problem(caller.ana.post(path, body), 422, "validation_failed")

    assert field in fields(told)


@pytest.mark.parametrize("path", ["/tickets", "/cases"])
def test_who_may_not_work_there_starts_nothing(caller: Callers, desk: Desk, path: str) -> None:
    """T-20, SEC-2."""
    answer = caller.eve.post(path, {**(TICKET if path == "/tickets" else CASE), "requester": desk.rui.email})

    problem(answer, 403, "not_permitted")
    assert Item.objects.count() == 0


def test_a_case_starts_below_another(caller: Callers, desk: Desk) -> None:
    """C-12, G-5: of the one that is named and may be seen."""
    above = desk.case()
    body = {"case_type": above.process.key, "short_description": "Bank", "requester": desk.rui.email}

    done = caller.ana.post("/cases", {**body, "parent": above.reference})
    unseen = caller.ana.post("/cases", {**body, "parent": "999999-C"})

    assert (done.status_code, unseen.status_code) == (201, 404)
    assert done.json()["parent"] == above.reference


def test_an_action_is_launched_in_copies(caller: Callers, desk: Desk) -> None:
    """C-11, A-1, G-6."""
    case = desk.case()

    answer = caller.ana.post(f"/items/{case.reference}/actions", {"action": "bank-check", "copies": 2})

    item = answer.json()
    assert (answer.status_code, item["kind"], item["parent"]) == (201, "action", case.reference)
    assert item["launched"] == [f"{case.reference}-A1", f"{case.reference}-A2"]
    assert item["checklist"] == {"IBAN checked": False}
    assert answer.headers["Location"] == f"/api/v1/items/{case.reference}-A1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "action"),
        ({"action": "nothing"}, "action"),
        ({"action": "create-supplier"}, "action"),
        ({"action": "bank-check", "copies": 51}, "copies"),
        ({"action": "bank-check", "copies": 0}, "copies"),
        ({"action": "bank-check", "copies": 10**30}, "copies"),
        ({"action": "bank-check", "due": "2020-01-01T00:00:00Z"}, "due"),
        ({"action": "bank-check", "due": "2026-02-30T00:00:00Z"}, "due"),
        ({"action": "bank-check", "due": "0001-01-01T00:00:00+14:00"}, "due"),
    ],
)
def test_what_cannot_be_launched_is_named(caller: Callers, desk: Desk, body: dict, field: str) -> None:
    """C-11, Z-14: at most 50 copies."""
    told = problem(caller.ana.post(f"/items/{desk.case().reference}/actions", body), 422, "validation_failed")

    assert list(fields(told)) == [field]
    assert Item.objects.filter(parent__isnull=False).count() == 0


def test_only_a_case_has_actions(caller: Callers, desk: Desk) -> None:
    """C-11."""
    problem(caller.ana.post(f"/items/{desk.ticket().reference}/actions", {"action": "x"}), 409, "not_a_case")


@pytest.mark.parametrize("path", ["/tickets", "/cases"])
def test_who_may_start_nothing_learns_nothing_by_trying(caller: Callers, desk: Desk, path: str) -> None:
    """INTERFACES 5, SEC-2: whom the desk knows, and what it does for whom, is told to nobody by another refusal."""
    process = {"/tickets": TICKET, "/cases": CASE}[path]
    made = [
        {**process, "requester": desk.marta.email},
        {**process, "requester": "nobody@stranger.example"},
        {**process, "category" if path == "/tickets" else "case_type": "globex/main/secret/plan"},
    ]

    told = [caller.rui.post(path, one) for one in made]

    assert {(one.status_code, one.content) for one in told} == {(403, told[0].content)}
