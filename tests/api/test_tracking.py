"""Time spent on an item over the API (TL-5)."""

from tests.api.callers import Callers
from tests.desk import Desk


def test_time_is_written_down_read_and_corrected(desk: Desk, caller: Callers) -> None:
    """TL-5: for those who work here; who asked is not told."""
    path = f"/items/{desk.ticket().reference}/time"
    given = {"begun_at": "2026-03-02T09:00:00Z", "minutes": 20}

    made = caller.ana.post(path, given)
    assert (made.status_code, made.json()["seconds"], made.json()["editable"]) == (201, 1200, True)
    corrected = caller.ana.patch(f"{path}/{made.json()['id']}", {**given, "minutes": 30}).json()

    assert (corrected["seconds"], corrected["edited_by"]["name"]) == (1800, "Ana Lima")
    read = caller.ana.get(path).json()
    assert (read["own_seconds"], read["all_seconds"], read["sessions"]) == (1800, 1800, [corrected])
    assert caller.ana.post(path, {"minutes": -1}).json()["errors"][0]["field"] == "begun_at"
    assert caller.eve.patch(f"{path}/{made.json()['id']}", given).status_code == 404
    assert caller.rui.get(path).status_code == 403
