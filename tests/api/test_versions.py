"""`If-Match` and `ETag`: two people on one item (Z-2)."""

import pytest

from tests.api.callers import Caller, Callers, at_once, cast, fields, problem
from tests.api.test_nothing_foreign import body_of, calls, filled, foreign
from tests.desk import Desk, build
from tramita.models import Item

TAKES_A_VERSION = "#/components/parameters/IfMatch"
OF_WHO_ASKS = {"give_feedback", "write_about_request"}


def test_a_read_gives_its_version_as_etag(caller: Callers, desk: Desk) -> None:
    """Z-2."""
    answer = caller.ana.get(f"/items/{desk.ticket().reference}")

    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'


def test_a_stale_write_is_refused_with_what_changed(caller: Callers, desk: Desk) -> None:
    """Z-2, INTERFACES 5."""
    path = f"/items/{desk.ticket().reference}"
    read = caller.ana.get(path).headers["ETag"]
    caller.leo.post(f"{path}/notes", {"body": "Mine"})

    told = problem(caller.ana.patch(path, {"title": "Other"}, {"If-Match": read}), 412, "stale_version")

    now = caller.ana.get(path).json()
    assert told["current"] == now["version"]
    assert "note_added" in told["changed"]
    assert now["title"] == "Invoice 991 twice"


def test_a_write_on_the_newest_version_goes_through(caller: Callers, desk: Desk) -> None:
    """Z-2."""
    path = f"/items/{desk.ticket().reference}"
    read = caller.ana.get(path).headers["ETag"]

    answer = caller.ana.post(f"{path}/start", headers={"If-Match": read})

    assert answer.status_code == 200
    assert answer.headers["ETag"] != read
    assert caller.ana.post(f"{path}/release", headers={"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("verb", ["start", "wait", "resolve", "assign", "notes"])
def test_every_write_of_an_item_takes_a_version(caller: Callers, desk: Desk, verb: str) -> None:
    """INTERFACES 5."""
    bodies = {"assign": {"to": desk.ana.email}, "notes": {"body": "x"}, "wait": {"type": "more_information"}}
    path = f"/items/{desk.ticket().reference}/{verb}"

    told = problem(caller.leo.post(path, bodies.get(verb), {"If-Match": '"99"'}), 412, "stale_version")

    assert told["changed"] == []


@pytest.mark.parametrize("version", ["x", '"x"', "", '"-1"', '"1", "2"', '"' + "9" * 30 + '"'])
def test_a_version_that_is_none_is_named(caller: Callers, desk: Desk, version: str) -> None:
    """INTERFACES 5."""
    answer = caller.ana.post(f"/items/{desk.ticket().reference}/start", headers={"If-Match": version})

    assert list(fields(problem(answer, 422, "validation_failed"))) == ["If-Match"]


@pytest.mark.django_db(transaction=True)
def test_writers_without_a_version_all_get_through() -> None:
    """Z-2: a write without a version applies to the current one; on both databases."""
    desk = build()
    headers, path = cast(desk).ana.headers, f"/items/{desk.ticket().reference}"

    answers = at_once(6, lambda: Caller(None).send("POST", f"{path}/notes", {"body": "x"}, headers))

    assert [answer.status_code for answer in answers] == [201] * 6
    assert Item.objects.get().entries.filter(type="note_added").count() == 6


@pytest.mark.django_db(transaction=True)
def test_of_writers_with_the_same_version_one_gets_through() -> None:
    """Z-2, DESIGN 2.9; on both databases."""
    desk = build()
    item = desk.ticket()
    headers = {**cast(desk).ana.headers, "If-Match": f'"{item.version}"'}

    answers = at_once(6, lambda: Caller(None).send("POST", f"/items/{item.reference}/notes", {"body": "x"}, headers))

    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 5


@pytest.mark.usefixtures("data_dir")
def test_every_call_that_takes_a_version_refuses_what_is_none(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5, Z-2: no call says that it takes one and then does not look at it."""
    names, wrong = foreign(desk)[0], {"If-Match": "x"}
    described = [(method, path, each) for method, path, each in calls() if TAKES_A_VERSION in str(each["parameters"])]

    for method, path, operation in described:
        body, kind = body_of(operation)
        asks = caller.rui if operation["operationId"] in OF_WHO_ASKS else caller.leo
        answer = asks.send(method, filled(path, names), body, headers=wrong, content_type=kind)
        assert list(fields(problem(answer, 422, "validation_failed"))) == ["If-Match"], operation["operationId"]
    assert len(described) > 50


def test_a_draft_that_was_written_on_is_not_thrown_away_by_who_saw_less(caller: Callers, desk: Desk) -> None:
    """Z-2, CN-7: its version is that of the draft; without one it is thrown away as it is."""
    path = f"/items/{desk.ticket().reference}/drafts/note"
    seen = caller.ana.put(path, {"text": "First"}).headers["ETag"]
    newest = caller.ana.put(path, {"text": "First and second"}).headers["ETag"]

    told = problem(caller.ana.send("DELETE", path, headers={"If-Match": seen}), 412, "stale_version")

    assert f'"{told["current"]}"' == newest
    assert caller.ana.get(path).json()["text"] == "First and second"
    assert caller.ana.send("DELETE", path, headers={"If-Match": newest}).status_code == 204
    problem(caller.ana.get(path), 404, "not_found")
