"""Finding by words over HTTP, and what one had open last (H-6, G-12)."""

import pytest
from django.utils import timezone

from tests.api.callers import Callers, problem
from tests.api.in_process import desk_of
from tests.desk import Desk
from tramita.services import indexing, notes
from tramita.services.opening import opened

pytestmark = pytest.mark.django_db(transaction=True)  # the index follows what is committed


def indexed() -> None:
    """As a worker does."""
    while indexing.index(at=timezone.now()):
        pass


def test_words_are_found_where_they_stand_by_who_sees_them(caller: Callers, desk: Desk) -> None:
    """H-6, SEC-2: the newest first, page by page."""
    first, second = desk.ticket(title="Zebra crossing"), desk.ticket(title="Paper clips")
    notes.add_note(second, body="A zebra was seen.", by=desk.ana, at=timezone.now())
    indexed()

    page = caller.ana.get("/search", q="zebra", limit=1).json()
    rest = caller.ana.get("/search", q="zebra", limit=1, cursor=page["next"]).json()

    hits = [(one["where"], one["item"]["reference"]) for one in (*page["results"], *rest["results"])]
    assert sorted(hits) == sorted([("note", second.reference), ("item", first.reference)])
    assert caller.eve.get("/search", q="zebra").json() == {"results": [], "next": None}
    assert [one["item"]["title"] for one in desk_of(desk.ana.id or 0).search("clips")] == ["Paper clips"]


def test_a_reference_in_any_form_finds_its_item(caller: Callers, desk: Desk) -> None:
    """INTERFACES 7: one that is not theirs is nothing."""
    item = desk.ticket()

    [hit] = caller.ana.get("/search", q=f"[{item.reference.lower()}]").json()["results"]

    assert (hit["where"], hit["item"]["reference"]) == ("reference", item.reference)
    assert caller.eve.get("/search", q=item.reference).json()["results"] == []
    problem(caller.ana.get("/search"), 422, "validation_failed")
    problem(caller.ana.get("/search", q="x", cursor="?"), 422, "validation_failed")


def test_what_was_open_last_comes_first(caller: Callers, desk: Desk) -> None:
    """G-12: of each person's own."""
    first, second = desk.ticket(), desk.ticket()
    for item in (first, second, first):
        opened(item, by=desk.ana, at=timezone.now())

    recent = [one["reference"] for one in caller.ana.get("/recent").json()["results"]]

    assert recent == [first.reference, second.reference]
    assert caller.leo.get("/recent").json() == {"results": [], "next": None}


def test_they_are_for_those_who_work_on_requests(caller: Callers, desk: Desk) -> None:
    """B-8, SS-1: robots read what they hold, who asks their own."""
    for one in (caller.robot, caller.rui):
        problem(one.get("/search", q="zebra"), 403, "not_permitted")
        problem(one.get("/recent"), 403, "not_permitted")
