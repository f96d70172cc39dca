"""Defects of an item over the API (D-1, D-2)."""

from tests.api.callers import Callers
from tests.desk import Desk, publish
from tramita.models import Definition

BILLING = "acme/main/finance/billing"


def test_a_defect_is_written_down_resolved_and_taken_away(desk: Desk, caller: Callers) -> None:
    """D-1, D-2: for those who work here."""
    publish("defect_category", BILLING, Definition.objects.get(key="acme/main/finance"))
    path = f"/items/{desk.ticket().reference}/defects"

    made = caller.ana.post(path, {"category": BILLING, "party": "customer", "description": "Twice."})
    assert made.status_code == 201, made.content
    one = f"{path}/{made.json()['id']}"
    resolved = caller.leo.patch(one, {"resolved": True, "party": None}).json()

    assert (resolved["party"], resolved["resolved_by"]["name"]) == (None, "Leo Roy")
    read = caller.ana.get(path).json()
    assert (read["results"], [each["path"] for each in read["categories"]]) == ([resolved], [BILLING])
    assert [each["field"] for each in caller.ana.post(path, {}).json()["errors"]] == ["category", "description"]
    assert caller.rui.get(path).status_code == 403
    assert [caller.rui.patch(one, {}).status_code, caller.rui.delete(one).status_code] == [403, 403]
    assert caller.ana.patch(f"{path}/404", {}).status_code == 404
    assert (caller.ana.delete(one).status_code, caller.ana.get(path).json()["results"]) == (204, [])
