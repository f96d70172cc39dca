"""Timeline, due date and events over HTTP."""

import pytest

from tests.api.callers import Callers, fields, problem
from tests.desk import Desk


def follow(caller, limit: int, after: str | None = None) -> tuple[list[dict], str]:
    """Every event after a cursor, page by page, and where to go on."""
    rows: list[dict] = []
    while True:
        page = caller.get("/events", limit=limit, **({"after": after} if after else {})).json()
        rows, after = rows + page["results"], page["next"]
        if not page["results"]:
            return rows, after


def test_the_timeline_tells_every_change_of_state_with_its_reason(caller: Callers, desk: Desk) -> None:
    """API-3, TL-1, INTERFACES 5."""
    path = f"/items/{desk.ticket().reference}"
    caller.ana.post(f"{path}/wait", {"type": "more_information"})
    caller.ana.post(f"{path}/resume")

    page = caller.ana.get(f"{path}/timeline").json()

    entries = page["results"]
    assert page["next"] is None
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
    assert set(entries[0]) == {"seq", "at", "actor", "type", "data", "visibility", "item"}
    moves = [entry["data"] for entry in entries if "to" in entry["data"] and "from" in entry["data"]]
    assert [move["to"] for move in moves] == ["to_do", "in_progress", "waiting", "in_progress"]
    assert all(isinstance(move["reason"], int) for move in moves)


def test_the_timeline_is_paged_and_filtered(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    path = f"/items/{desk.ticket().reference}"
    for number in range(5):
        caller.ana.post(f"{path}/notes", {"body": f"Note {number}"})

    first = caller.ana.get(f"{path}/timeline", type="note_added", limit=3).json()
    second = caller.ana.get(f"{path}/timeline", type="note_added", limit=3, cursor=first["next"]).json()
    both = caller.ana.get(f"{path}/timeline", type=["note_added", "started"]).json()["results"]
    comma = caller.ana.get(f"{path}/timeline", type="note_added,started").json()["results"]

    bodies = [entry["data"]["body"] for page in (first, second) for entry in page["results"]]
    assert bodies == [f"Note {number}" for number in range(5)]
    assert second["next"] is None
    assert both == comma
    assert {entry["type"] for entry in both} == {"note_added", "started"} - ({"started"} - {e["type"] for e in both})


def test_who_asked_reads_no_internal_line(caller: Callers, desk: Desk) -> None:
    """DESIGN 2.11: visibility is checked at every boundary."""
    path = f"/items/{desk.ticket().reference}"
    caller.ana.post(f"{path}/notes", {"body": "Between us"})

    entries = caller.rui.get(f"{path}/timeline").json()["results"]

    assert entries
    assert {entry["visibility"] for entry in entries} == {"participants"}
    assert "Between us" not in str(entries)


@pytest.mark.parametrize("name", ["timeline", "due"])
def test_an_invisible_item_tells_nothing(caller: Callers, desk: Desk, name: str) -> None:
    """DESIGN 2.11."""
    problem(caller.eve.get(f"/items/{desk.ticket().reference}/{name}"), 404, "not_found")


def test_the_due_date_explains_itself(caller: Callers, desk: Desk) -> None:
    """Z-15."""
    path = f"/items/{desk.ticket().reference}"
    caller.ana.post(f"{path}/wait", {"type": "more_information"})

    told = caller.ana.get(f"{path}/due").json()

    assert set(told) == {"rule", "calendar", "at", "intervals"}
    assert set(told["intervals"][0]) == {"from", "to", "running", "reason", "seconds"}
    assert told["at"] is None
    assert [interval["running"] for interval in told["intervals"]][-1] is False


@pytest.mark.django_db(transaction=True)  # a follower hears only of what is committed
def test_a_follower_misses_nothing_and_hears_nothing_twice(caller: Callers, desk: Desk) -> None:
    """DESIGN 2.4, INTERFACES 5: `next` is always given."""
    path = f"/items/{desk.ticket().reference}"
    first, cursor = follow(caller.ana, 2)
    caller.ana.post(f"{path}/start")
    caller.ana.post(f"{path}/notes", {"body": "x"})

    second, cursor = follow(caller.ana, 1, cursor)
    nothing = caller.ana.get("/events", after=cursor).json()

    assert [event["type"] for event in second] == ["started", "note_added"]
    assert len({event["id"] for event in first + second}) == len(first + second)
    assert nothing == {"results": [], "next": cursor}


@pytest.mark.django_db(transaction=True)
def test_events_of_invisible_items_are_not_told(caller: Callers, desk: Desk) -> None:
    """DESIGN 2.11."""
    desk.ticket()

    assert follow(caller.eve, 50)[0] == []
    assert all(event["visibility"] == "participants" for event in follow(caller.rui, 50)[0])


@pytest.mark.parametrize("after", ["x", "1", "-", "1-x", "9" * 40 + "-1", "1-2-3", "\0", "é", "-1-1"])
def test_a_cursor_that_no_page_gave_is_named(caller: Callers, after: str) -> None:
    """INTERFACES 5."""
    told = problem(caller.ana.get("/events", after=after), 422, "validation_failed")

    assert list(fields(told)) == ["after"]
