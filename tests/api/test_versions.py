"""`If-Match` and `ETag`: two people on one item (Z-2)."""

import pytest

from tests.api.callers import Caller, Callers, at_once, cast, fields, problem
from tests.desk import Desk, build
from tramita.models import Item


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
