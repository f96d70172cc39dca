"""The trash over the API: deleted with a reason, listed, restored as it was."""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import Caller, Callers, ask, fields, problem
from tests.approving import Customer, customer
from tests.desk import Desk
from tramita.models import Approval, Person, Trashed

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WHY = {"reason": "Entered twice."}


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def vera() -> Caller:
    return ask(factories.person("Vera Stein", role="administrator"))


def requests(of: Caller) -> list[Any]:
    return list(of.get("/approvals").json()["results"])


def test_an_item_and_its_requests_go_and_come_back_as_they_were(caller: Callers, acme: Customer, vera: Caller) -> None:
    """AP-23, INTERFACES 5: nobody finds them meanwhile."""
    asked = acme.asked(comment="He paid twice.")
    reference, marta = asked.item.reference, ask(acme.marta.id or 0)
    before = requests(caller.ana), requests(marta), list(Approval.objects.values())

    gone = vera.post(f"/items/{reference}/delete", WHY).json()

    assert (gone["item"], gone["contact"], gone["reason"]) == (reference, None, "Entered twice.")
    assert (requests(caller.ana), requests(marta)) == ([], [])
    problem(caller.ana.get(f"/items/{reference}"), 404, "not_found")
    problem(marta.post(f"/approvals/{asked.pk}/approve"), 404, "not_found")
    assert [one["id"] for one in vera.get("/trash").json()["results"]] == [gone["id"]]
    assert vera.post(f"/trash/{gone['id']}/restore").status_code == 204
    assert (requests(caller.ana), requests(marta), list(Approval.objects.values())) == before
    problem(vera.post(f"/trash/{gone['id']}/restore"), 404, "not_found")
    assert marta.post(f"/approvals/{asked.pk}/approve").json()["state"] == "approved"


def test_a_contact_goes_with_what_they_asked_for(caller: Callers, acme: Customer, vera: Caller) -> None:
    """AP-23: restored with every request that awaits a decision."""
    asked, rui = acme.asked(), acme.desk.rui.pk
    before = list(Approval.objects.values())

    gone = vera.post(f"/contacts/{rui}/delete", WHY).json()
    rows = vera.get("/trash").json()["results"]
    missing = caller.ana.get(f"/items/{asked.item.reference}").status_code
    vera.post(f"/trash/{gone['id']}/restore")

    assert (gone["contact"], gone["along"], gone["name"]) == (rui, 1, "Rui Sousa")
    assert [(one["item"], one["whose"]) for one in rows] == [(asked.item.reference, "Rui Sousa"), (None, "")]
    assert (missing, Person.objects.get(pk=rui).is_active) == (404, True)
    assert caller.ana.get(f"/items/{asked.item.reference}").status_code == 200
    assert list(Approval.objects.values()) == before


def test_only_who_manages_users_everywhere_deletes_and_restores(caller: Callers, acme: Customer, vera: Caller) -> None:
    """SEC-2, AP-23: every other role is refused, and what they cannot see is not there."""
    item, rui = acme.ticket(), acme.desk.rui.pk
    row = vera.post(f"/items/{acme.ticket().reference}/delete", WHY).json()["id"]
    bound = ask(factories.administrator("Bound", grants={"acme": ["view", "manage_users"]}).id or 0)

    for who in (caller.ana, caller.leo, caller.robot, bound, ask(acme.marta.id or 0), caller.rui):
        problem(who.post(f"/items/{item.reference}/delete", WHY), 403, "not_permitted")
        problem(who.post(f"/contacts/{rui}/delete", WHY), 403, "not_permitted")
        problem(who.get("/trash"), 403, "not_permitted")
        problem(who.post(f"/trash/{row}/restore"), 403, "not_permitted")
    problem(caller.eve.post(f"/items/{item.reference}/delete", WHY), 404, "not_found")
    assert caller.nobody.get("/trash").status_code == 401
    assert Trashed.objects.count() == 1


def test_what_cannot_go_says_why_and_a_version_is_minded(acme: Customer, vera: Caller) -> None:
    """AP-23, Z-2."""
    item, draft = acme.ticket(), acme.ticket(draft=True, by=acme.desk.leo)

    missing = problem(vera.post(f"/items/{item.reference}/delete", {"reason": " "}), 422, "validation_failed")
    stale = vera.send("POST", f"/items/{item.reference}/delete", WHY, {"If-Match": '"99"'})

    assert fields(missing) == {"reason": "required"}
    problem(stale, 412, "stale_version")
    problem(vera.post("/contacts/999999/delete", WHY), 404, "not_found")
    assert vera.post(f"/items/{draft.reference}/delete", WHY).status_code in (404, 409)
    assert not Trashed.objects.exists()
