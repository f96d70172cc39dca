"""The list of items over HTTP."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.api.callers import Caller, Callers, fields, problem
from tests.desk import Desk


def references(caller: Caller, **query: object) -> list[str]:
    """Every item of the list, page by page."""
    found: list[str] = []
    while True:
        page = caller.get("/items", **query).json()
        found += [item["reference"] for item in page["results"]]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def test_every_visible_item_is_listed_in_the_shape_of_a_read(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    ticket = desk.ticket()
    draft = caller.leo.post("/tickets", {"draft": True}).json()["reference"]

    (item,) = [one for one in caller.leo.get("/items").json()["results"] if one["reference"] == ticket.reference]
    read = caller.leo.get(f"/items/{ticket.reference}").json()

    assert {**item, "due": None} == {**read, "due": None}
    assert draft in references(caller.leo)
    assert references(caller.ana) == [ticket.reference]
    assert references(caller.eve) == []
    assert references(caller.rui) == [ticket.reference]


@pytest.mark.parametrize(
    "sort", ["updated", "-updated", "created", "-created", "due", "-due", "number", "-number", "-updated_at"]
)
def test_pages_show_every_item_once_in_any_order(caller: Callers, desk: Desk, sort: str) -> None:
    """INTERFACES 5."""
    made = [desk.ticket().reference for _ in range(5)]

    found = references(caller.ana, sort=sort, limit=2)

    assert sorted(found) == sorted(made)
    if sort in ("created", "number"):
        assert found == made


def test_the_list_is_narrowed(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: the filters of GET /items."""
    todo = desk.ticket(title="Alpha").reference
    mine = desk.ticket(title="Beta", category="acme/main/finance/plain").reference
    caller.ana.post(f"/items/{mine}/start")
    case = desk.case().reference
    waits = desk.ticket().reference
    caller.leo.post(f"/items/{waits}/wait", {"type": "more_information"})

    def found(**query: object) -> set[str]:
        return set(references(caller.ana, **query))

    assert found(kind="case") == {case}
    assert found(state="in_progress") == {mine}
    assert found(state=["in_progress", "waiting"]) == found(state="in_progress,waiting") == {mine, waits}
    assert found(list="queue") == {todo, case}
    assert found(assignee="me") == {mine}
    assert found(assignee="none") == {todo, case}
    assert found(assignee=desk.leo.email) == found(assignee=str(desk.leo.id)) == {waits}
    assert found(category="acme/main/finance/plain") == {mine}
    assert found(queue="invoices", kind="case") == {case}
    assert found(queue="nothing") == found(organisation="nothing") == set()
    assert found(q="alph") == {todo}
    assert found(q=mine) == {mine}
    assert found(overdue="true") == found(due="overdue") == {todo, mine, case}
    assert found(due="not_set") == {waits}
    later = (timezone.now() + timedelta(days=1)).isoformat()
    assert found(updated_since=later) == set()
    assert found(updated_since="2026-01-01T00:00:00+00:00") == {todo, mine, case, waits}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"kind": "letter"}, "kind"),
        ({"state": "lost"}, "state"),
        ({"list": "mine"}, "list"),
        ({"due": "soon"}, "due"),
        ({"mark": "first"}, "mark"),
        ({"overdue": "perhaps"}, "overdue"),
        ({"updated_since": "yesterday"}, "updated_since"),
        ({"updated_since": "0001-01-01T00:00:00+14:00"}, "updated_since"),
        ({"updated_since": "20260101"}, "updated_since"),
        ({"sort": "luck"}, "sort"),
        ({"limit": "201"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "YWJj"}, "cursor"),
        ({"q": "a\0b"}, "q"),
    ],
)
def test_a_wrong_filter_is_named(caller: Callers, query: dict[str, str], field: str) -> None:
    """INTERFACES 5."""
    assert list(fields(problem(caller.ana.get("/items", **query), 422, "validation_failed"))) == [field]


def test_a_page_costs_the_same_however_long_it_is(caller: Callers, desk: Desk, django_assert_max_num_queries) -> None:
    """DESIGN 4."""
    for _ in range(12):
        factories.ticket(queue=desk.invoices)
    caller.ana.get("/queues")  # which takes a portion of what the token may ask

    with django_assert_max_num_queries(5):  # the caller, the ids, the items, the names, the rules
        assert len(caller.ana.get("/items").json()["results"]) == 12


def test_an_assignee_whom_no_number_can_name_matches_nothing(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: what does not exist matches nothing."""
    desk.ticket()

    assert caller.ana.get("/items", assignee="9" * 100).json()["results"] == []
