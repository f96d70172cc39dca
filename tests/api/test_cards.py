"""Fields over HTTP: checked as on the pages, faults named by their place."""

from tests.api.callers import Callers, fields, problem
from tests.desk import Desk, publish
from tests.web.test_cards import CARDS, CLAIM, FIELDS
from tramita.models import Definition


def test_fields_are_checked_where_they_come_in_and_a_problem_names_their_place(caller: Callers, desk: Desk) -> None:
    """D-20, D-21, T-2."""
    service = Definition.objects.get(key="acme/main/finance")
    publish("category", CLAIM, service, queue="invoices", fields=FIELDS, cards=CARDS)
    ticket = {"title": "Paper", "description": "Wet.", "category": CLAIM, "requester": desk.rui.email}

    wrong = {"kind": "gift", "goods": [{"article": "Paper"}, {"article": 3, "size": "A4"}], "channel": "mail"}
    places = fields(problem(caller.ana.post("/tickets", {**ticket, "fields": wrong}), 422, "validation_failed"))
    missing = {"kind": "refund", "goods": [{"price": 3}]}
    needed = fields(problem(caller.ana.post("/tickets", {**ticket, "fields": missing}), 422, "validation_failed"))

    wrong_type = dict.fromkeys(("fields.kind", "fields.goods.1.article"), "wrong_type")
    assert places == wrong_type | {"fields.goods.1.size": "unknown", "fields.channel": "read_only"}
    assert needed == dict.fromkeys(("fields.iban", "fields.goods.0.article"), "required")

    rows = [{"article": "Paper", "price": 3.5}]
    item = caller.ana.post("/tickets", {**ticket, "fields": {"kind": "query", "goods": rows}}).json()
    path = f"/items/{item['reference']}"
    refused = problem(caller.ana.patch(path, {"fields": {"kind": "refund"}}), 422, "validation_failed")

    assert item["fields"] == {"kind": "query", "goods": rows, "channel": "desk"}
    assert fields(refused) == {"fields.iban": "required"}
    assert caller.ana.patch(path, {"fields": {"goods": None}}).json()["fields"] == {"kind": "query", "channel": "desk"}
