"""Contacts over the API: kept, changed, and two of one person made one (CT-7)."""

import pytest

from tests import factories
from tests.api.callers import Callers, ask, fields, problem
from tests.desk import Desk
from tramita.models import Item, Person

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NEW = {"name": "Lia Few", "address": "Lia@Few.example", "language": "pl"}


def test_a_contact_is_kept_read_and_changed(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: everything that the page does."""
    factories.organisation("acme-iberia")
    made = caller.ana.post("/contacts", NEW)
    number = made.json()["id"]
    assert made.status_code == 201
    assert (made.json()["address"], made.json()["role"], made.json()["organisation"]) == (
        "lia@few.example",
        "requester",
        None,
    )

    changed = caller.ana.patch(f"/contacts/{number}", {"organisation": "acme-iberia"}).json()

    assert changed == made.json() | {"organisation": "acme-iberia"}
    assert caller.ana.get(f"/contacts/{number}").json() == changed


def test_what_cannot_be_kept_is_named_by_its_field(caller: Callers, desk: Desk) -> None:
    """422; who approves is named by those who manage users."""
    taken = caller.ana.post(
        "/contacts", NEW | {"address": desk.rui.email, "language": "tlh", "organisation": "nowhere"}
    )
    assert set(fields(problem(taken, 422, "validation_failed"))) == {"address", "language", "organisation"}
    assert caller.ana.post("/contacts", NEW | {"manager": True}).status_code == 422
    assert caller.rui.post("/contacts", NEW).status_code == 403
    for number in (999_999, 10**26):  # also what no database holds
        assert caller.ana.patch(f"/contacts/{number}", {"name": "Nobody"}).status_code == 404
    assert caller.ana.get(f"/contacts/{desk.leo.id}").status_code == 404  # who works here is among the users


def test_two_contacts_of_one_person_become_one(caller: Callers, desk: Desk) -> None:
    """CT-7: what the double asked for is the other's."""
    vera = ask(factories.person("Vera Stein", role="administrator"))
    double = vera.post("/contacts", NEW).json()
    item = desk.ticket(requester="lia@few.example")

    assert caller.ana.post(f"/contacts/{double['id']}/merge", {"into": desk.rui.email}).status_code == 403
    kept = vera.post(f"/contacts/{double['id']}/merge", {"into": desk.rui.email}).json()

    assert kept["id"] == desk.rui.pk
    assert Item.objects.get(pk=item.pk).requester == desk.rui
    assert not Person.objects.get(pk=double["id"]).is_active
