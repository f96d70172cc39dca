"""Webhooks over the API (API-2, INTERFACES section 5)."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.api.callers import ask
from tests.desk import Desk
from tests.factories import administrator, agent
from tramita.domain.codes import Role
from tramita.models import Person, WebhookDelivery
from tramita.services import webhook_calls

pytestmark = pytest.mark.django_db
HOOK = {"url": "https://erp.example/hook", "events": ["item.created"], "description": "ERP"}


@pytest.fixture
def root(desk: Desk) -> Any:
    return ask(Person.objects.get(pk=administrator().id))


def test_one_is_made_read_changed_and_taken_away(root: Any) -> None:
    """Its secret is told once."""
    made = root.post("/webhooks", HOOK)
    number = made.json()["id"]
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")

    read = root.get(f"/webhooks/{number}").json()
    assert "secret" not in read
    assert read == root.get("/webhooks").json()["results"][0]
    assert (read["url"], read["events"], read["active"]) == (HOOK["url"], HOOK["events"], True)

    changed = root.patch(f"/webhooks/{number}", {"events": ["item.updated", "item.created"], "active": False}).json()
    assert (changed["events"], changed["active"], changed["description"]) == (
        ["item.created", "item.updated"],
        False,
        "ERP",
    )
    renewed = root.post(f"/webhooks/{number}/secret").json()
    assert renewed["secret"] not in ("", made.json()["secret"])

    assert root.delete(f"/webhooks/{number}").status_code == 204
    assert root.get(f"/webhooks/{number}").status_code == 404


def test_its_log_says_what_was_answered_and_each_can_be_told_again(root: Any, settings: Any) -> None:
    """The test button; `POST …/replay`."""
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8"})
    number = root.post("/webhooks", HOOK | {"url": "http://127.0.0.1:1/"}).json()["id"]  # nobody listens there
    tried = root.post(f"/webhooks/{number}/test")
    assert (tried.status_code, tried.json()["state"]) == (202, "pending")
    webhook_calls.call_due(at=timezone.now())

    [told] = root.get(f"/webhooks/{number}/deliveries").json()["results"]
    assert (told["state"], told["event"], told["status"], told["item"]) == ("failed", "test", None, None)
    assert told["error"].startswith("127.0.0.1")

    again = root.post(f"/webhooks/{number}/deliveries/{told['id']}/replay")
    assert (again.status_code, again.json()["state"], again.json()["webhook_id"]) == (
        202,
        "pending",
        told["webhook_id"],
    )
    assert root.post(f"/webhooks/{number}/deliveries/0/replay").status_code == 404
    assert WebhookDelivery.objects.get().tries == 0


def test_the_log_is_narrowed_and_a_span_of_it_told_again(root: Any, settings: Any) -> None:
    """API-2: the answer of each try is there; one that is off is told nothing again."""
    settings.TRAMITA_WEBHOOK_ALLOW = frozenset({"127.0.0.0/8"})
    number = root.post("/webhooks", HOOK | {"url": "http://127.0.0.1:1/"}).json()["id"]
    here, at = f"/webhooks/{number}", timezone.now()
    plain = {"webhook_id": number, "event": "item.created", "created_at": at, "due_at": at}
    for name, state in (("msg_1", 0), ("msg_2", 1), ("msg_3", 2)):
        WebhookDelivery.objects.create(**plain, name=name, state=state)
    assert root.get(here).json()["waiting"] == 1
    webhook_calls.call_due(at=timezone.now())

    [tried] = root.get(f"{here}/deliveries?state=pending").json()["results"]
    assert [(one["outcome"], one["status"]) for one in tried["answers"]] == [("unreachable", None)]
    assert root.get(f"{here}/deliveries/{tried['id']}").json() == tried
    assert root.get(f"{here}/deliveries?state=gone").status_code == 422

    span = {"since": at.isoformat()}
    again = root.post(f"{here}/replay", span)
    assert (again.status_code, again.json()) == (202, {"count": 1})
    assert root.post(f"{here}/replay", span | {"state": "all"}).json() == {"count": 1}
    assert root.post(f"{here}/replay", span | {"until": at.isoformat()}).status_code == 422
    root.patch(here, {"active": False})
    for path in ("replay", "test", f"deliveries/{tried['id']}/replay"):
        assert root.post(f"{here}/{path}", span if path == "replay" else None).status_code == 409


def test_what_cannot_be_is_named_by_its_field(root: Any) -> None:
    """422, not found out later."""
    for wrong, field in (
        ({"url": "ftp://erp.example/"}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["item.closed"]}, "events.0"),
    ):
        answer = root.post("/webhooks", HOOK | wrong)
        assert answer.status_code == 422
        assert field in {one["field"] for one in answer.json()["errors"]}


def test_who_does_not_configure_the_desk_has_none(desk: Desk, root: Any) -> None:
    """API-2: the builder role; another's is not there."""
    number = root.post("/webhooks", HOOK).json()["id"]
    for who in (desk.ana, desk.leo, desk.robot):
        asks = ask(Person.objects.get(pk=who.id))
        assert asks.post("/webhooks", HOOK).status_code == 403
        assert asks.get("/webhooks").status_code == 403
        assert asks.get(f"/webhooks/{number}").status_code == 403
    designer = ask(Person.objects.get(pk=agent("Dora", role=Role.DESIGNER).id))
    assert designer.get(f"/webhooks/{number}").status_code == 404
    assert designer.get("/webhooks").json()["results"] == []
    assert Client().get(f"/api/v1/webhooks/{number}").status_code == 401
