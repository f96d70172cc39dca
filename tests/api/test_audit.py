"""The audit over HTTP and on its page."""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import Callers, ask, fields, problem
from tests.desk import MONDAY, Desk
from tramita.domain.codes import Role
from tramita.models import ConfigurationChange, Person
from tramita.services.opening import opened
from tramita.services.seals import seal

pytestmark = pytest.mark.django_db(transaction=True)  # a follower hears only of what is committed


@pytest.fixture
def vera(desk: Desk) -> Person:
    return factories.person("Vera Root", role=Role.ADMINISTRATOR)


@pytest.fixture
def reference(desk: Desk) -> str:
    """An item that Ana opened and Leo read by the API, in a desk whose queue was changed."""
    item = desk.ticket()
    opened(item, by=desk.ana, at=MONDAY)
    ask(desk.leo.id or 0).get(f"/items/{item.reference}")
    ConfigurationChange.objects.create(section="queues", key="invoices", at=MONDAY, by_id=desk.leo.id, after={"a": 1})
    while seal(at=MONDAY):
        pass
    return item.reference


def test_who_may_read_it_reads_who_did_what(vera: Person, reference: str, desk: Desk) -> None:
    """SEC-3: changes, openings by page and API, the configuration; newest first."""
    caller = ask(vera)

    def found(**query: Any) -> list[tuple[Any, ...]]:
        results = caller.get("/audit", **query).json()["results"]
        return [(one["what"], one["person"] and one["person"]["name"], one["item"], one["type"]) for one in results]

    openings = [("opening", "Leo Roy", reference, "api"), ("opening", "Ana Lima", reference, "page")]
    assert found(what="opening") == openings
    assert found(what="opening", person=desk.ana.email) == openings[1:]
    assert found(what="configuration") == [("configuration", "Leo Roy", None, "queues")]
    assert {one[0] for one in found(item=reference)} == {"change", "opening"}
    assert found(person="nobody@desk.example") == found(until="2020-01-01T00:00:00+00:00") == []
    assert len(found(since="2026-03-02T00:00:00+00:00", until="2026-03-03T00:00:00+00:00")) > 2


def test_its_pages_join(vera: Person, reference: str) -> None:
    """INTERFACES 5."""
    whole = [one["id"] for one in ask(vera).get("/audit").json()["results"]]
    page, found = {"next": None}, []
    while True:
        page = ask(vera).get("/audit", limit=2, **({"cursor": page["next"]} if page["next"] else {})).json()
        found += [one["id"] for one in page["results"]]
        if not page["next"]:
            break

    assert found == whole == sorted(whole, reverse=True)


def test_nobody_else_reads_it(caller: Callers, reference: str, client: Any, desk: Desk) -> None:
    """SEC-1: `audit` is a permission of administrators."""
    for one in (caller.ana, caller.leo, caller.eve, caller.rui, caller.robot):
        problem(one.get("/audit", q="x"), 403, "not_permitted")
    client.force_login(Person.objects.get(pk=desk.leo.id))
    assert client.get("/reports/trail").status_code == 403


def test_a_wrong_filter_is_named(vera: Person) -> None:
    assert list(fields(problem(ask(vera).get("/audit", what="all"), 422, "validation_failed"))) == ["what"]
    problem(ask(vera).get("/audit", item="99999-T"), 404, "not_found")


def test_the_page_says_it_in_words(vera: Person, reference: str, client: Any) -> None:
    """SEC-3: whatever is typed into its filter, it answers."""
    client.force_login(vera)

    whole = client.get("/reports/trail").content.decode()
    openings = client.get("/reports/trail?what=opening&from=2026-03-02&to=2026-03-02").content.decode()
    nothing = client.get("/reports/trail?person=x&item=99999-T&from=never&to=2026-99-99&before=x&what=all")

    assert all(word in whole for word in ("Ana Lima", "Opened on its page", "Read by the API", "queues invoices"))
    assert "Opened on its page" in openings
    assert "Read by the API" not in openings  # today, not in March
    assert (nothing.status_code, "Nothing is kept of this" in nothing.content.decode()) == (200, True)
