"""Feedback over the API (T-45, RP-1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.api.callers import Callers
from tests.desk import Desk
from tramita.domain.codes import State
from tramita.models import Item
from tramita.services import resolving, working


@pytest.fixture
def item(desk: Desk) -> Item:
    """Resolved by Ana a moment ago."""
    found, now = desk.ticket(), timezone.now()
    working.start(found, by=desk.ana, at=now)
    resolving.resolve(found, method="replied", by=desk.ana, at=now)
    return found


def test_who_asked_says_whether_it_is_done(desk: Desk, caller: Callers, item: Item) -> None:
    """T-45, C-57: the last word counts; that it is not takes it up again; outside of the window nothing is said."""
    path = f"/items/{item.reference}/feedback"
    said = caller.rui.post(path, {"done": True, "rating": 4, "comment": "Quick."})
    listed = caller.rui.get(path).json()["results"]
    wrong = [caller.rui.post(path, one) for one in ({"done": True, "rating": 6}, {"done": False}, {"rating": 3})]
    undone = caller.rui.post(path, {"done": False, "comment": "The other one."})

    assert (said.status_code, said.json()["rating"], said.json()["resolved_by"]["name"]) == (201, 4, "Ana Lima")
    assert listed == [said.json()]
    assert [(one.status_code, one.json()["errors"][0]["field"]) for one in wrong] == [
        (422, "rating"),
        (422, "comment"),
        (422, "done"),
    ]
    assert undone.status_code == 201
    assert Item.objects.get(pk=item.pk).state is State.TO_DO
    assert caller.rui.post(path, {"done": True}).json()["code"] == "window_over"
    assert caller.ana.post(path, {"done": True}).status_code == 403
    assert caller.eve.get(path).status_code == 404


def test_results_are_counted_for_who_may_read_reports(desk: Desk, caller: Callers, item: Item) -> None:
    """RP-1, SEC-2: by queue and by who resolved; of the items that one sees; page after page, the newest first."""
    path = f"/items/{item.reference}/feedback"
    caller.rui.post(path, {"done": True, "rating": 4})
    other, now = desk.ticket(), timezone.now()
    working.start(other, by=desk.ana, at=now)
    resolving.resolve(other, method="replied", by=desk.ana, at=now)
    caller.rui.post(f"/items/{other.reference}/feedback", {"done": False, "comment": "No."})

    counted = caller.ana.get("/feedback/results").json()
    first = caller.ana.get("/feedback", limit=1).json()
    second = caller.ana.get("/feedback", limit=1, cursor=first["next"]).json()
    none = caller.ana.get("/feedback", since=(now + timedelta(days=1)).isoformat()).json()

    row = {"answers": 2, "disputed": 1, "rated": 1, "average": 4.0}
    assert counted["queues"] == [{"name": "Invoices", **row}]
    assert counted["resources"] == [{"name": "Ana Lima", **row}]
    assert [one["item"] for one in (*first["results"], *second["results"])] == [other.reference, item.reference]
    assert (second["next"], none) == (None, {"results": [], "next": None})
    assert caller.rui.get("/feedback").status_code == 403
    assert caller.rui.get("/feedback/results").status_code == 403
