"""Drafts over HTTP: one's own, with versions of their own."""

from tests.api.callers import Callers
from tests.desk import Desk
from tramita.domain.drafting import BETWEEN
from tramita.models import Draft, Grant


def test_a_draft_is_kept_read_and_thrown_away(caller: Callers, desk: Desk) -> None:
    """M-17: addresses may be unfinished; a read gives what a write took, and no files."""
    path = f"/items/{desk.ticket().reference}/drafts/reply"

    put = caller.ana.send("PUT", path, {"to": ["rui@"], "text": "Dear", "based_on": 1})

    assert put.status_code == 200
    got = caller.ana.get(path)
    draft = got.json()
    assert (got["ETag"], draft["version"], draft["kind"]) == ('"1"', 1, "reply")
    assert (draft["to"], draft["text"], draft["based_on"], draft["files"]) == (["rui@"], "Dear", 1, [])
    assert caller.ana.delete(path).status_code == 204
    assert caller.ana.get(path).status_code == 404


def test_a_stale_draft_gets_both_texts(caller: Callers, desk: Desk) -> None:
    """UI: nobody eats another window's words; without a version the newest write stands."""
    path = f"/items/{desk.ticket().reference}/drafts/reply"
    caller.ana.send("PUT", path, {"text": "One"})
    caller.ana.send("PUT", path, {"text": "One, two"}, {"If-Match": '"1"'})

    stale = caller.ana.send("PUT", path, {"text": "Three"}, {"If-Match": '"1"'}).json()

    assert (stale["newer"], stale["text"]) == (True, f"One, two{BETWEEN}Three")
    assert caller.ana.send("PUT", path, {"text": "Four"}).json()["text"] == "Four"


def test_an_empty_draft_is_none(caller: Callers, desk: Desk) -> None:
    """204, and nothing is kept."""
    path = f"/items/{desk.ticket().reference}/drafts/note"
    caller.ana.send("PUT", path, {"text": "x"})

    assert caller.ana.send("PUT", path, {"text": ""}).status_code == 204
    assert not Draft.objects.exists()


def test_drafts_of_others_and_of_hidden_items_do_not_exist(caller: Callers, desk: Desk) -> None:
    """DESIGN decision 11: also for their writer, once the right to see the item is gone."""
    path = f"/items/{desk.ticket().reference}/drafts/reply"
    caller.ana.send("PUT", path, {"text": "x"})

    assert caller.leo.get(path).status_code == 404
    assert caller.eve.get(path).status_code == 404
    assert caller.eve.send("PUT", path, {"text": "x"}).status_code == 404
    Grant.objects.create(person_id=desk.ana.id, path="elsewhere", permissions=["view", "mail"])
    assert caller.ana.get(path).status_code == 404


def test_a_kind_that_is_none_is_refused(caller: Callers, desk: Desk) -> None:
    """422 or 404, never kept."""
    path = f"/items/{desk.ticket().reference}/drafts/poem"

    assert caller.ana.send("PUT", path, {"text": "x"}).status_code in (404, 422)
    assert not Draft.objects.exists()
