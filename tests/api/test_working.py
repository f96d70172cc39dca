"""The verbs of an item over HTTP."""

import pytest

from tests.api.callers import Caller, Callers, at_once, cast, fields, problem
from tests.desk import Desk, build, publish

VERBS = ["submit", "start", "release", "to-do", "resume", "reopen", "abort", "discard"]


def test_a_ticket_goes_its_way(caller: Callers, desk: Desk) -> None:
    """T-25, T-28, T-26, T-30, T-34, T-35, T-46."""
    path = f"/items/{desk.ticket().reference}"

    def state(verb: str, body: dict | None = None) -> str:
        answer = caller.ana.post(f"{path}/{verb}", body)
        assert answer.status_code == 200, answer.content
        assert verb in before["allowed"]
        before.update(answer.json())
        return answer.json()["state"]

    before = caller.ana.get(path).json()
    assert state("start") == "in_progress"
    assert before["assignee"] == {"id": desk.ana.id, "name": "Ana Lima", "kind": "human"}
    assert state("to-do") == "to_do"
    assert state("release") == "to_do"
    assert before["assignee"] is None
    assert state("wait", {"type": "more_information", "days": 5, "close_if_no_response": True}) == "waiting"
    assert before["due"] | {"seconds_left": 0} == {
        "at": None,
        "status": "not_set",
        "clock": "paused",
        "seconds_left": 0,
        "text": before["due"]["text"],
    }
    assert before["due"]["text"].startswith("Due: Paused")
    assert state("resume") == "in_progress"
    assert state("resolve", {"method": "replied", "note": "Credit note sent."}) == "resolved"
    assert before["resolution"]["by"]["name"] == before["resolution"]["first_by"]["name"] == "Ana Lima"
    assert state("reopen") == "to_do"
    assert (before["resolution"]["method"], before["resolution"]["first_by"]["name"]) == (None, "Ana Lima")


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "start"])
def test_a_verb_that_the_state_forbids_tells_what_is_allowed(caller: Callers, desk: Desk, verb: str) -> None:
    """INTERFACES 5: 409 with state and allowed."""
    ticket = desk.ticket()
    item = caller.leo.get(f"/items/{ticket.reference}").json()

    answer = caller.leo.post(f"/items/{ticket.reference}/{verb}")

    told = problem(answer, 409, "transition_not_allowed")
    assert (told["state"], told["allowed"]) == ("to_do", sorted(item["allowed"]))


@pytest.mark.parametrize("verb", [*VERBS, "assign", "wait", "resolve", "notes", "links", "actions"])
def test_an_invisible_item_looks_like_a_missing_one(caller: Callers, desk: Desk, verb: str) -> None:
    """DESIGN 2.11."""
    bodies = {"assign": {"to": "x"}, "notes": {"body": "x"}, "links": {"to": "1-T"}, "actions": {"action": "x"}}

    invisible = caller.eve.post(f"/items/{desk.ticket().reference}/{verb}", bodies.get(verb))
    missing = caller.eve.post(f"/items/999999999-T/{verb}", bodies.get(verb))

    assert problem(invisible, 404, "not_found") == problem(missing, 404, "not_found")


@pytest.mark.parametrize(
    "reference", ["0-T", "40308", "x", "1-X", "999999999999999999999-T", "1-C-A0", "-", "'", "٣-T"]
)
def test_a_reference_that_is_none_is_a_missing_item(caller: Callers, reference: str) -> None:
    """G-6."""
    problem(caller.ana.get(f"/items/{reference}"), 404, "not_found")


def test_a_reference_is_read_as_people_write_it(caller: Callers, desk: Desk) -> None:
    """G-6."""
    reference = desk.ticket().reference

    assert caller.ana.get(f"/items/[{reference.lower()}]").json()["reference"] == reference


def test_who_only_asks_may_not_work(caller: Callers, desk: Desk) -> None:
    """SEC-1."""
    answer = caller.rui.post(f"/items/{desk.ticket().reference}/start")

    problem(answer, 403, "not_permitted")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "for_ever"}, "type"),
        ({"type": "split"}, "type"),
        ({"type": 3}, "type"),
        ({"type": "until"}, "until"),
        ({"type": "until", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"type": "until", "until": "2099-13-01T00:00:00Z"}, "until"),
        ({"type": "until", "until": "2099-01-01T00:00:00"}, "until"),
        ({"type": "until", "until": 4070908800}, "until"),
        ({"type": "more_information", "days": 0}, "days"),
        ({"type": "more_information", "days": 10**30}, "days"),
        ({"type": "more_information", "days": 1.5}, "days"),
        ({"type": "more_information", "days": "5"}, "days"),
        ({"type": "pause", "days": 5}, "type"),
    ],
)
def test_a_wrong_wait_is_named_and_starts_nothing(caller: Callers, desk: Desk, body: dict, field: str) -> None:
    """W-1 to W-14, T-30."""
    path = f"/items/{desk.ticket().reference}"

    told = problem(caller.ana.post(f"{path}/wait", body), 422, "validation_failed")

    assert field in fields(told)
    assert caller.ana.get(path).json()["state"] == "to_do"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "method"),
        ({"method": "magic"}, "method"),
        ({"method": "merged"}, "method"),
        ({"method": "unconfigured_address"}, "method"),
        ({"method": "complete"}, "method"),
        ({"method": "replied", "note": 5}, "note"),
    ],
)
def test_a_wrong_resolution_is_named(caller: Callers, desk: Desk, body: dict, field: str) -> None:
    """R-1 to R-6."""
    told = problem(caller.ana.post(f"/items/{desk.ticket().reference}/resolve", body), 422, "validation_failed")

    assert field in fields(told)


def test_a_resolution_without_a_word_is_refused_where_one_is_required(caller: Callers, desk: Desk) -> None:
    """R-6, INTERFACES 5: 422 resolution_note_required."""
    publish("settings", "settings", resolution_note_required=True)
    path = f"/items/{desk.ticket().reference}/resolve"

    told = problem(caller.ana.post(path, {"method": "replied"}), 422, "validation_failed")

    assert fields(told) == {"resolution_note_required": "resolution_note_required"}
    assert caller.ana.post(path, {"method": "replied", "note": "Credited."}).json()["state"] == "resolved"


def test_an_action_that_cannot_be_completed_needs_a_reason(caller: Callers, desk: Desk) -> None:
    """A-22, R-5a."""
    case = desk.case()
    action = caller.ana.post(f"/items/{case.reference}/actions", {"action": "bank-check"}).json()["reference"]

    told = problem(
        caller.ana.post(f"/items/{action}/resolve", {"method": "unable_to_complete"}), 422, "validation_failed"
    )
    done = caller.ana.post(f"/items/{action}/resolve", {"method": "unable_to_complete", "reason": "No IBAN"})

    assert list(fields(told)) == ["reason"]
    assert done.json()["state"] == "closed"
    assert caller.ana.get(f"/items/{case.reference}").json()["problem"] == {
        "code": "action_unable",
        "source": action,
        "reason": "No IBAN",
    }


def test_an_item_is_assigned_by_address_name_or_id(caller: Callers, desk: Desk) -> None:
    """T-27, Q-12."""
    path = f"/items/{desk.ticket().reference}/assign"

    by_address = caller.leo.post(path, {"to": desk.ana.email}).json()
    by_id = caller.leo.post(path, {"to": desk.leo.id}).json()

    assert (by_address["assignee"]["name"], by_address["list"]) == ("Ana Lima", "inbox")
    assert by_id["assignee"]["name"] == "Leo Roy"


@pytest.mark.parametrize("target", ["nobody@desk.example", "", 10**9, "rui"])
def test_nobody_else_can_be_given_an_item(caller: Callers, desk: Desk, target: object) -> None:
    """Q-12."""
    told = problem(
        caller.leo.post(f"/items/{desk.ticket().reference}/assign", {"to": target}), 422, "validation_failed"
    )

    assert list(fields(told)) == ["to"]


def test_an_update_of_a_free_item_starts_it(caller: Callers, desk: Desk) -> None:
    """S-4, Z-1."""
    path = f"/items/{desk.ticket().reference}"

    item = caller.ana.patch(path, {"title": "Invoice 991 charged twice"}).json()

    assert (item["title"], item["state"], item["assignee"]["name"]) == (
        "Invoice 991 charged twice",
        "in_progress",
        "Ana Lima",
    )


def test_a_change_takes_the_shapes_that_a_read_gives(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: PATCH."""
    path = f"/items/{desk.ticket().reference}"
    changes = {
        "category": "acme/main/finance/plain",
        "contacts": {"requester": desk.marta.email, "cc": [desk.rui.email]},
        "fields": {"invoice": "991", "amount": 12.5},
    }

    item = caller.ana.patch(path, changes).json()

    assert item["category"] == "acme/main/finance/plain"
    assert item["contacts"]["requester"]["address"] == desk.marta.email
    assert item["contacts"]["original_requester"]["address"] == desk.rui.email
    assert [one["address"] for one in item["contacts"]["cc"]] == [desk.rui.email]
    assert item["fields"] == {"invoice": "991", "amount": 12.5}


def test_a_contact_may_be_sent_back_as_it_was_read(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: PATCH takes the shapes that a read gives."""
    path = f"/items/{desk.ticket().reference}"
    read = caller.ana.get(path).json()["contacts"]["requester"]

    item = caller.ana.patch(path, {"contacts": {"subject": read, "cc": [read]}}).json()

    assert item["contacts"]["subject"] == read
    assert item["contacts"]["cc"] == [read]


def test_a_due_date_by_hand_needs_a_rule_that_allows_it(caller: Callers, desk: Desk) -> None:
    """SLA-15."""
    allowed, forbidden = desk.ticket(), desk.ticket(category="acme/main/finance/plain")
    due = {"due": {"at": "2099-05-04T10:00:00+02:00"}}

    changed = caller.ana.patch(f"/items/{allowed.reference}", due).json()
    refused = caller.ana.patch(f"/items/{forbidden.reference}", due)

    assert changed["due"]["at"] == "2099-05-04T08:00:00+00:00"
    assert list(fields(problem(refused, 422, "validation_failed"))) == ["due"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "closed"}, "state"),
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"description": "new"}, "description"),
        ({"category": "nothing"}, "category"),
        ({"contacts": {"primary": "nobody@x.example"}}, "primary_contact"),
        ({"contacts": {"original_requester": "rui@acme.example"}}, "contacts.original_requester"),
        ({"contacts": []}, "contacts"),
        ({"contacts": None}, "contacts"),
        ({"fields": None}, "fields"),
        ({"due": None}, "due"),
        ({"due": {"at": None}}, "due"),
        ({"checklist": None}, "checklist"),
        ({"due": {}}, "due"),
        ({"due": {"at": "tomorrow"}}, "due.at"),
        ({"fields": {"a": {"b": 1}}}, "fields.a"),
        ({"checklist": {"nothing": True}}, "checklist"),
        ({"checklist": {"IBAN checked": "yes"}}, "checklist.IBAN checked"),
        ({"fields": {"x": "a\x00b"}}, "fields.x"),
        ({"title": "\ud800"}, "title"),
    ],
)
def test_a_wrong_change_is_named_and_changes_nothing(caller: Callers, desk: Desk, body: dict, field: str) -> None:
    """INTERFACES 5: 422 names the field."""
    path = f"/items/{desk.ticket().reference}"
    before = caller.ana.get(path).json()["version"]

    told = problem(caller.ana.patch(path, body), 422, "validation_failed")

    assert field in fields(told)
    assert caller.ana.get(path).json()["version"] == before


def test_a_checklist_is_ticked(caller: Callers, desk: Desk) -> None:
    """A-24, D-12."""
    case = desk.case()
    action = caller.ana.post(f"/items/{case.reference}/actions", {"action": "bank-check"}).json()["reference"]

    item = caller.ana.patch(f"/items/{action}", {"checklist": {"IBAN checked": True}}).json()

    assert item["checklist"] == {"IBAN checked": True}


def test_a_note_starts_a_free_item(caller: Callers, desk: Desk) -> None:
    """Z-1, TL-1."""
    path = f"/items/{desk.ticket().reference}"

    answer = caller.ana.post(f"{path}/notes", {"body": "Looking into it"})

    assert (answer.status_code, answer.json()["state"]) == (201, "in_progress")


def test_an_empty_note_is_refused(caller: Callers, desk: Desk) -> None:
    """TL-1."""
    told = problem(caller.ana.post(f"/items/{desk.ticket().reference}/notes", {}), 422, "validation_failed")

    assert list(fields(told)) == ["body"]


def test_two_items_are_tied_and_untied(caller: Callers, desk: Desk) -> None:
    """X-30, X-31."""
    one, other = desk.ticket(), desk.ticket()
    path = f"/items/{one.reference}/links"

    first = caller.ana.post(path, {"to": other.reference})
    again = caller.ana.post(path, {"to": other.reference})
    untied = caller.ana.delete(path, {"to": other.reference})
    twice = caller.ana.delete(f"{path}?to={other.reference}")

    assert first.status_code == again.status_code == untied.status_code == 200
    assert first.json()["version"] == again.json()["version"]
    problem(twice, 404, "not_found")


@pytest.mark.parametrize("to", ["", "999999999-T", "x", None])
def test_a_link_to_nothing_names_its_field(caller: Callers, desk: Desk, to: object) -> None:
    """INTERFACES 5."""
    answer = caller.ana.post(f"/items/{desk.ticket().reference}/links", {"to": to})

    assert list(fields(problem(answer, 422, "validation_failed"))) == ["to"]


def test_the_next_item_of_the_queue_is_pulled_until_there_is_none(caller: Callers, desk: Desk) -> None:
    """Q-2, S-4."""
    references = {desk.ticket().reference, desk.ticket().reference}

    answers = [caller.ana.post("/next") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 204]
    assert {answer.json()["reference"] for answer in answers[:2]} == references
    assert {answer.json()["state"] for answer in answers[:2]} == {"in_progress"}
    assert answers[2].content == b""


def test_who_works_no_queue_pulls_nothing(caller: Callers, desk: Desk) -> None:
    """Q-1."""
    desk.ticket()

    assert caller.eve.post("/next").status_code == caller.rui.post("/next").status_code == 204


def test_pulling_again_under_a_key_gives_the_same_item(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    desk.ticket(), desk.ticket()

    answers = [caller.ana.post("/next", headers={"Idempotency-Key": "n"}) for _ in range(2)]

    assert answers[0].content == answers[1].content


@pytest.mark.django_db(transaction=True)
def test_two_who_pull_at_the_same_moment_get_different_items() -> None:
    """Q-2; on both databases."""
    desk = build()
    made = {desk.ticket().reference for _ in range(6)}
    headers = cast(desk).ana.headers

    answers = at_once(8, lambda: Caller(None).send("POST", "/next", None, headers))

    got = [answer.json()["reference"] for answer in answers if answer.status_code == 200]
    assert sorted(got) == sorted(made)
    assert sorted(answer.status_code for answer in answers) == [200] * 6 + [204] * 2


def test_a_number_too_large_for_a_person_names_its_field(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: one field, as the caller wrote it, whatever alternatives it has."""
    answer = caller.leo.post(f"/items/{desk.ticket().reference}/assign", {"to": 10**30})

    assert set(fields(problem(answer, 422, "validation_failed"))) == {"to"}
