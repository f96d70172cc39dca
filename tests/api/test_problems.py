"""Whatever goes wrong is told as a problem document, and never a 500."""

import pytest
from django.db import OperationalError

from tests import factories
from tests.api.callers import Callers, ask, fields, problem, stranger
from tests.desk import Desk
from tramita.gateways.storage import Folder
from tramita.queries import directory, people
from tramita.services import starting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/nothing", "/users/", "/invoices", "//", "/../x", "/robots/next"])
def test_an_unknown_path_is_a_problem_not_a_page(path: str) -> None:
    """INTERFACES 5."""
    problem(stranger().get(path), 404, "not_found")


def test_a_wrong_method_names_the_right_ones() -> None:
    """INTERFACES 5, RFC 9110."""
    answer = ask(factories.person()).delete("/users")

    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1e3", "", "9" * 400])
def test_a_wrong_limit_is_named(limit: str) -> None:
    """INTERFACES 5: limit is at most 200."""
    told = problem(ask(factories.person()).get("/users", limit=limit), 422, "validation_failed")

    assert list(fields(told)) == ["limit"]


@pytest.mark.parametrize("cursor", ["x", "-", "\0", "é", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "9" * 2000, "MS41"])
def test_a_wrong_cursor_is_named(cursor: str) -> None:
    """INTERFACES 5."""
    told = problem(ask(factories.person()).get("/users", cursor=cursor), 422, "validation_failed")

    assert list(fields(told)) == ["cursor"]


def test_who_only_asks_may_not_read_the_directory() -> None:
    """SEC-1."""
    problem(ask(factories.requester()).get("/users"), 403, "not_permitted")


def test_a_database_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad input: each gets its clear message on each face."""

    def away(*given: object, **named: object) -> None:
        raise OperationalError("connection refused")

    caller = ask(factories.person())
    monkeypatch.setattr(directory, "_page", away)

    answer = caller.get("/users")

    problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"connection refused" not in answer.content


def test_a_database_that_is_away_is_said_so_before_anybody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad input: the token cannot even be looked up; with a key and without."""

    def away(digest: str) -> None:
        raise OperationalError("connection refused")

    caller = ask(factories.person())
    monkeypatch.setattr(people, "by_token_digest", away)

    problem(caller.get("/users"), 503, "unavailable")
    problem(caller.post("/tickets", {}, {"Idempotency-Key": "k"}), 503, "unavailable")
    problem(caller.post("/mail"), 503, "unavailable")


def test_a_disk_that_is_away_is_told_to_who_reads(caller: Callers, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad input: nothing was sent, so nothing is said of it."""

    def away(*_: object) -> None:
        raise OSError("Stale file handle")

    file = factories.attachment(desk.ticket())
    monkeypatch.setattr(Folder, "open", away)

    told = problem(caller.ana.get(f"/files/{file.pk}"), 503, "unavailable")

    assert told["detail"] == "What is kept cannot be read at the moment. Try again later."


def test_a_disk_that_is_full_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bad input: SQLite says "disk is full" as an operational error; nothing is kept, and the answer says so."""

    def full(**given: object) -> None:
        raise OperationalError("database or disk is full")

    caller = ask(factories.person())
    monkeypatch.setattr(starting, "start_ticket", full)

    problem(caller.post("/tickets", {}), 503, "unavailable")
    problem(caller.post("/tickets", {}, {"Idempotency-Key": "k"}), 503, "unavailable")


def test_a_bug_of_ours_tells_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """STYLE 5: a bug crashes and is logged; the caller gets a document all the same."""

    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("secret inside")

    caller = ask(factories.person(), raise_request_exception=False)
    monkeypatch.setattr(directory, "_page", broken)

    answer = caller.get("/users")

    problem(answer, 500, "internal_error")
    assert b"secret" not in answer.content


def test_a_problem_is_told_in_the_callers_language() -> None:
    """Z-13: the code stays, the words are the reader's."""
    answer = stranger().get("/users", headers={"Accept-Language": "fr"})

    told = problem(answer, 401, "not_signed_in")
    assert answer.headers["Content-Language"] == "fr"
    assert "jeton" in told["detail"]
