"""Approvals over the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.api.callers import Caller, Callers, ask, fields, problem
from tests.approving import Customer, approval_type, customer
from tests.desk import Desk
from tramita.models import ApprovalToken, Definition, Delivery, Organisation, Person
from tramita.services import resolving, working

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def marta(acme: Customer) -> Caller:
    return ask(acme.marta.id or 0)


def asked(caller: Callers, acme: Customer, **given: Any) -> dict[str, Any]:
    item = acme.ticket()
    answer = caller.ana.post(f"/items/{item.reference}/approvals", {"type": "refund"} | given)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_asking_answers_with_the_request(caller: Callers, acme: Customer) -> None:
    """AP-7, AP-10, INTERFACES 5."""
    told = asked(caller, acme, comment="He paid twice.")

    expected = {"type": "refund", "state": "awaiting", "comment": "He paid twice.", "reason": None}
    assert expected.items() <= told.items()
    assert told["requested_by"]["name"] == "Ana Lima"
    assert (told["decided_by"], told["decided_at"]) == (None, None)


def test_each_reason_against_asking_has_its_code(caller: Callers, acme: Customer) -> None:
    """AP-3, AP-5, AP-6, AP-7, AP-16, INTERFACES 5."""
    item, ended = acme.ticket(), acme.ticket()
    address = f"/items/{item.reference}/approvals"
    resolving.resolve(ended, method="replied", note="Done.", by=acme.desk.ana, at=factories.NOW)

    def code(path: str = address) -> str:
        answer = caller.ana.post(path, {"type": "refund"})
        assert answer.status_code == 409
        return str(answer.json()["code"])

    for path in (ended.reference, acme.desk.case().reference, acme.ticket(draft=True).reference):
        assert code(f"/items/{path}/approvals") == "approval_not_possible"
    assert fields(problem(caller.ana.post(address, {"type": "old"}), 422, "validation_failed")) == {"type": "inactive"}
    Person.objects.filter(role="manager").update(is_active=False)
    assert code() == "no_active_manager"
    Person.objects.filter(role="manager").update(is_active=True)
    caller.ana.post(address, {"type": "refund"})
    assert code() == "approval_pending"
    Definition.objects.filter(kind="settings").update(active=False)
    assert code() == "approvals_off"


def test_who_may_not_ask_is_refused_or_sees_nothing(caller: Callers, acme: Customer) -> None:
    """AP-8, SEC-2."""
    address = f"/items/{acme.ticket().reference}/approvals"

    problem(caller.robot.post(address, {"type": "refund"}), 403, "not_permitted")
    problem(caller.eve.post(address, {"type": "refund"}), 404, "not_found")
    problem(caller.rui.post(address, {"type": "refund"}), 403, "not_permitted")


def test_a_manager_decides_once(caller: Callers, acme: Customer, marta: Caller) -> None:
    """AP-11, AP-12, AP-24, INTERFACES 5."""
    told = asked(caller, acme)

    decided = marta.post(f"/approvals/{told['id']}/reject", {"reason": "Too dear."}).json()
    late = problem(ask(acme.sofia.id or 0).post(f"/approvals/{told['id']}/approve"), 409, "already_decided")

    assert (decided["state"], decided["reason"]) == ("rejected", "Too dear.")
    assert decided["decided_by"]["name"] == "Marta Vidal"
    assert "Marta Vidal" in late["detail"]


def test_who_may_not_decide_gets_403_or_404(caller: Callers, acme: Customer) -> None:
    """AP-11, CG-55, INTERFACES 5."""
    address = f"/approvals/{asked(caller, acme)['id']}/approve"
    elsewhere = factories.manager("Olga Nowak", organisation=factories.organisation("dolina"))

    problem(caller.leo.post(address), 403, "not_permitted")
    for other in (caller.eve, caller.rui, ask(elsewhere)):
        problem(other.post(address), 404, "not_found")
    assert caller.nobody.post(address).status_code == 401
    problem(caller.ana.post("/approvals/999999/approve"), 404, "not_found")


def test_the_managers_are_asked_again_by_who_may_ask(caller: Callers, acme: Customer, marta: Caller) -> None:
    """AP-17, MAIL-52: a conflict says why not; a manager asks nobody."""
    address = f"/approvals/{asked(caller, acme)['id']}/ask-again"

    problem(caller.ana.post(address), 409, "approval_mail_waits")
    assert marta.post(address).status_code == 403
    Delivery.objects.update(state=Delivery.State.DONE)
    told = caller.ana.post(address)

    assert (told.status_code, told.json()["state"]) == (200, "awaiting")
    assert ApprovalToken.objects.count() == 4


def test_who_asked_cancels_and_a_colleague_does_not(caller: Callers, acme: Customer) -> None:
    """AP-14."""
    address = f"/approvals/{asked(caller, acme)['id']}/cancel"

    problem(ask(factories.person("Ines Dias")).post(address), 403, "not_permitted")

    assert caller.ana.post(address).json()["state"] == "cancelled"


def test_the_account_manager_sees_and_cancels_what_their_grants_hide(caller: Callers, acme: Customer) -> None:
    """AP-2, AP-14."""
    account = factories.person("Paul Key", grants={"elsewhere": ["view"]})
    Organisation.objects.filter(pk=acme.branch.pk).update(account_manager=account)
    told = asked(caller, acme)

    assert [one["id"] for one in ask(account).get("/approvals").json()["results"]] == [told["id"]]
    assert ask(account).post(f"/approvals/{told['id']}/cancel").status_code == 200


def test_lists_show_each_what_is_theirs(caller: Callers, acme: Customer, marta: Caller) -> None:
    """AP-22, INTERFACES 5: for a manager what awaits a decision; for staff all of what they see."""
    first, second = asked(caller, acme), asked(caller, acme)
    marta.post(f"/approvals/{first['id']}/approve")

    def ids(who: Caller, **query: str) -> list[int]:
        return [one["id"] for one in who.get("/approvals", **query).json()["results"]]

    assert ids(marta) == [second["id"]]
    assert ids(marta, state="approved") == [first["id"]]
    assert ids(caller.ana) == [first["id"], second["id"]]
    assert ids(caller.ana, item=first["item"]) == [first["id"]]
    assert ids(caller.ana, state="awaiting") == [second["id"]]
    assert ids(caller.eve) == ids(caller.rui) == []


def test_lists_are_paged_and_a_wrong_state_is_refused(caller: Callers, acme: Customer) -> None:
    """INTERFACES 5."""
    made = [asked(caller, acme)["id"] for _ in range(3)]

    page = caller.ana.get("/approvals", limit=2).json()
    rest = caller.ana.get("/approvals", limit=2, cursor=page["next"]).json()

    assert [one["id"] for one in (*page["results"], *rest["results"])] == made
    assert rest["next"] is None
    assert "state" in fields(problem(caller.ana.get("/approvals", state="perhaps"), 422, "validation_failed"))


def test_asking_again_with_the_same_key_asks_once(caller: Callers, acme: Customer) -> None:
    """AP-16, INTERFACES 5."""
    address = f"/items/{acme.ticket().reference}/approvals"
    key = {"Idempotency-Key": "once"}

    first, second = (caller.ana.post(address, {"type": "refund"}, headers=key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


def test_a_request_may_be_based_on_a_version(caller: Callers, acme: Customer) -> None:
    """Z-2."""
    item = acme.ticket()
    working.start(item, by=acme.desk.leo, at=factories.NOW)

    answer = caller.ana.post(
        f"/items/{item.reference}/approvals", {"type": "refund"}, headers={"If-Match": f'"{item.version - 1}"'}
    )

    problem(answer, 412, "stale_version")


def test_a_type_with_levels_tells_whom_it_asks_and_what_they_said(
    caller: Callers, acme: Customer, marta: Caller
) -> None:
    """Z-16: level by level, how many must agree; of a level that cannot decide, which."""
    levels = [{"approvers": ["managers"]}, {"approvers": ["parent_managers"], "every": True}]
    approval_type("refund", name="Refund", description="Money.", levels=levels)
    told = asked(caller, acme)

    problem(marta.post(f"/approvals/{told['id']}/approve"), 403, "not_permitted")
    said = ask(acme.sofia.id or 0).post(f"/approvals/{told['id']}/approve").json()
    listed = caller.ana.get("/approvals").json()["results"][0]
    approval_type("refund", name="Refund", description="Money.", levels=[{"approvers": ["managers"], "least": 4}])
    refused = problem(
        caller.ana.post(f"/items/{acme.ticket().reference}/approvals", {"type": "refund"}), 409, "too_few_approvers"
    )

    assert [(one["level"], one["needed"], one["person"]["name"], one["state"]) for one in said["approvers"]] == [
        (1, 1, "Sofia Prado", "approved"),
        (2, 1, "Marta Vidal", "awaiting"),
    ]
    assert (said["state"], listed["approvers"]) == ("awaiting", said["approvers"])
    assert "Level 1" in refused["detail"]


def test_a_manager_names_and_takes_back_a_substitute(caller: Callers, acme: Customer) -> None:
    """Z-16: both are told of a decision."""
    lia, sofia = factories.requester("Lia Few", organisation=acme.branch), ask(acme.sofia.id or 0)
    today = timezone.localdate()
    days = {"from": today.isoformat(), "to": (today + timedelta(days=2)).isoformat()}

    named = sofia.send("PUT", "/substitute", {"substitute": lia.email, **days}).json()
    told = asked(caller, acme)
    done = ask(lia).post(f"/approvals/{told['id']}/approve").json()
    wrong = problem(
        sofia.send("PUT", "/substitute", {"substitute": "x", "from": "?", "to": ""}), 422, "validation_failed"
    )

    assert (named["substitute"]["name"], done["decided_by"]["name"]) == ("Lia Few", "Lia Few")
    assert done["decided_for"]["name"] == "Sofia Prado"
    assert fields(wrong) == {"substitute": "unknown", "from": "required", "to": "required"}
    problem(ask(lia).send("PUT", "/substitute", {"substitute": lia.email, **days}), 403, "not_permitted")
    assert sofia.delete("/substitute").status_code == 204
    assert sofia.get("/substitute").json()["substitute"] is None
