"""A Draft of somebody who left goes to whoever they reported to, else to an administrator (decision 87)."""

from pathlib import Path

import pytest
from django.test import Client

from tests.api.callers import ask, problem
from tests.desk import MONDAY
from tests.mcp.talking import Talker, said
from tests.services.test_edges import fresh
from tests.services.test_refitting import LATER, Configuration, configuration, named, put, worker
from tramita.domain.codes import Listed, State
from tramita.models import Entry, Item, Person
from tramita.queries import worklists
from tramita.services import ledger, refitting, starting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def tree(tmp_path: Path) -> Configuration:
    """Ana reports to Bea, who reports to Leo; Vera is an administrator."""
    whole = configuration()
    whole["users"]["ana@desk.example"]["reports_to"] = "bea@desk.example"
    whole["users"]["bea@desk.example"]["reports_to"] = "leo@desk.example"
    whole["users"]["vera@desk.example"] = {"name": "Vera", "role": "administrator"}
    put(whole, tmp_path)
    return whole


def draft(by: str = "ana") -> Item:
    return starting.start_ticket(draft=True, title="Half written", by=named(by), at=MONDAY)


def leave(tree: Configuration, folder: Path, *names: str) -> None:
    for name in names:
        tree["users"][f"{name}@desk.example"]["active"] = False
    put(tree, folder, at=LATER)
    worker()


def in_inbox(name: str) -> list[str]:
    actor = named(name)
    page = worklists.page(worklists.inbox(actor), actor, now=LATER, tonight=LATER)
    return [row.reference for row in page.rows]


def person(name: str) -> Person:
    return Person.objects.get(email=f"{name}@desk.example")


def test_a_draft_goes_to_whoever_its_writer_reported_to(tree: Configuration, tmp_path: Path) -> None:
    """L-9, G-10, Q-6: it stays a Draft, in their Inbox; the timeline says why, and nobody did it."""
    item = draft()

    leave(tree, tmp_path, "ana")

    held, bea = fresh(item), named("bea")
    assert (held.state, held.listed, held.assignee_id, held.owner_id) == (State.DRAFT, Listed.INBOX, bea.id, bea.id)
    assert held.creator_id == person("ana").pk
    assert in_inbox("bea") == [item.reference]
    told = Entry.objects.get(item=item, type="reallocated")
    assert (told.actor_id, told.data["assignee"], told.data["heir"]) == (None, "Ana Lima", "Bea")
    assert ledger.differences(held) == {}


def test_it_goes_up_the_line_and_on_when_the_next_leaves_too(tree: Configuration, tmp_path: Path) -> None:
    """L-9: who is not here any more, or may start nothing there, is passed over; a line may end where it began."""
    item = draft()
    leave(tree, tmp_path, "ana", "bea")
    assert in_inbox("leo") == [item.reference]
    Person.objects.filter(pk=person("leo").pk).update(reports_to=person("ana").pk)

    leave(tree, tmp_path, "leo")

    assert in_inbox("vera") == [item.reference]


def test_it_is_not_given_to_who_may_start_nothing_there(tree: Configuration, tmp_path: Path) -> None:
    """SEC-2: Bea may work elsewhere only."""
    tree["users"]["bea@desk.example"]["grants"] = {"acme/main/other": ["view", "create", "work"]}
    item = draft()

    leave(tree, tmp_path, "ana")

    assert in_inbox("bea") == []
    assert in_inbox("leo") == [item.reference]


def test_without_anybody_above_an_administrator_has_it(tree: Configuration, tmp_path: Path) -> None:
    """L-9."""
    item = draft(by="leo")

    leave(tree, tmp_path, "leo")

    assert in_inbox("vera") == [item.reference]


def test_whose_writer_is_here_it_stays_with_them(tree: Configuration, tmp_path: Path) -> None:
    """L-9: a right that was lost, or another name, moves no Draft."""
    item = draft()
    tree["users"]["ana@desk.example"] |= {"name": "Ana Lima Costa", "grants": {"acme/main/other": ["view"]}}
    put(tree, tmp_path, at=LATER)
    worker()

    refitting.look(fresh(item), at=LATER)

    assert fresh(item).assignee_id == person("ana").pk
    assert not Entry.objects.filter(item=item, type="reallocated").exists()


def test_whoever_has_it_now_submits_it_or_throws_it_away(tree: Configuration, tmp_path: Path) -> None:
    """T-23, T-53, CG-51: as if they had written it; by API, and nobody else finds it."""
    kept, thrown = draft(), draft()
    leave(tree, tmp_path, "ana")
    bea, leo, path = ask(person("bea")), ask(person("leo")), f"/items/{thrown.reference}"

    assert {"submit", "discard"} <= set(bea.get(path).json()["allowed"])
    assert "discard" not in leo.get(path).json()["allowed"]
    problem(leo.post(f"{path}/discard"), 403, "not_permitted")
    assert bea.post(f"{path}/discard").status_code in (200, 204)

    found = bea.get("/items", state="draft").json()["results"]
    assert [one["reference"] for one in found] == [kept.reference]
    eve = Person.objects.create(email="eve@desk.example", role="agent", name="Eve", created_at=MONDAY)
    assert ask(eve).get("/items", state="draft").json()["results"] == []
    problem(ask(eve).get(f"/items/{kept.reference}"), 404, "not_found")


def test_the_page_and_the_list_of_a_tool_show_it_to_them(tree: Configuration, tmp_path: Path) -> None:
    """L-9, UI: with the button, and with the words of the timeline."""
    item = draft()
    leave(tree, tmp_path, "ana")
    browser = Client()
    browser.force_login(person("bea"))

    page, told = (browser.get(f"/items/{item.reference}{tab}").content.decode() for tab in ("", "?tab=timeline"))
    found = said(Talker(person("bea")).call("find_items", state=["draft"]))

    assert f"/items/{item.reference}/discard" in page
    assert "Ana Lima cannot work on it any more · Bea has the draft now" in told
    assert "from somebody who left, as their draft" in page
    assert [one["reference"] for one in found["items"]] == [item.reference]
    assert browser.post(f"/items/{item.reference}/discard", {"version": fresh(item).version}).status_code == 302
    assert Item.objects.get(pk=item.pk).discarded_at is not None
