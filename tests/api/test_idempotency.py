"""Asking twice does once (INTERFACES 5: `Idempotency-Key` on every POST)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.api.callers import Caller, Callers, ask, at_once, cast, fields, problem
from tests.desk import Desk, build
from tramita.api.openapi import IDEMPOTENCY_KEY
from tramita.models import Entry, IdempotencyKey, Item
from tramita.services import answering, starting
from tramita.worker import loop

KEY = {"Idempotency-Key": "k-1"}
TICKET = {"title": "Invoice 991 twice", "description": "It came twice.", "category": "acme/main/finance/invoice-query"}


def ticket(desk: Desk) -> dict[str, Any]:
    return {**TICKET, "requester": desk.rui.email}


def test_the_same_request_again_is_answered_the_same_and_does_nothing(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    first = caller.ana.post("/tickets", ticket(desk), KEY)
    again = caller.ana.post("/tickets", ticket(desk), KEY)

    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    for header in ("Location", "ETag", "Content-Type"):
        assert first.headers[header] == again.headers[header]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Item.objects.count() == 1


def test_a_verb_repeated_under_its_key_is_not_refused(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: without the key the second one is 409."""
    path = f"/items/{desk.ticket().reference}/start"

    answers = [caller.ana.post(path, headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    problem(caller.ana.post(path), 409, "transition_not_allowed")


def test_another_request_under_a_used_key_is_refused(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    caller.ana.post("/tickets", ticket(desk), KEY)

    other_body = caller.ana.post("/tickets", {**ticket(desk), "title": "Another"}, KEY)
    other_path = caller.ana.post("/cases", ticket(desk), KEY)

    problem(other_body, 409, "idempotency_key_reused")
    problem(other_path, 409, "idempotency_key_reused")
    assert Item.objects.count() == 1


def test_a_refusal_is_not_kept_so_the_key_may_be_tried_again(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: nothing happened, so nothing is remembered."""
    problem(caller.ana.post("/tickets", {}, KEY), 422, "validation_failed")

    assert IdempotencyKey.objects.count() == 0
    assert caller.ana.post("/tickets", ticket(desk), KEY).status_code == 201


def test_keys_of_two_people_do_not_meet(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    caller.ana.post("/tickets", ticket(desk), KEY)
    caller.leo.post("/tickets", ticket(desk), KEY)

    assert Item.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "é"])
def test_a_wrong_key_is_named(caller: Callers, desk: Desk, key: str) -> None:
    """INTERFACES 5."""
    told = problem(caller.ana.post("/tickets", ticket(desk), {"Idempotency-Key": key}), 422, "validation_failed")

    assert list(fields(told)) == ["Idempotency-Key"]


@pytest.mark.parametrize("key", ["k", "a key of words", "~" * 200])
def test_a_key_is_any_printable_text(caller: Callers, desk: Desk, key: str) -> None:
    """INTERFACES 5: and the description says the same."""
    assert re.fullmatch(IDEMPOTENCY_KEY["schema"]["pattern"], key)
    assert caller.ana.post("/tickets", ticket(desk), {"Idempotency-Key": key}).status_code == 201


def test_without_a_token_a_key_is_not_even_looked_at(caller: Callers) -> None:
    """DESIGN 2.13."""
    problem(caller.nobody.post("/tickets", {}, KEY), 401, "not_signed_in")


def test_reads_and_changes_take_no_key(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5: every POST."""
    path = f"/items/{desk.ticket().reference}"

    caller.ana.get(path, headers=KEY)
    caller.ana.patch(path, {"title": "Other"}, KEY)

    assert IdempotencyKey.objects.count() == 0


def test_a_crash_between_effect_and_answer_loses_both(
    caller: Callers, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN 2.5: they are one transaction."""

    def crash(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(answering, "_remembered", crash)
        with pytest.raises(KeyboardInterrupt):
            caller.ana.post("/tickets", ticket(desk), KEY)

    assert (Item.objects.count(), Entry.objects.count(), IdempotencyKey.objects.count()) == (0, 0, 0)
    assert caller.ana.post("/tickets", ticket(desk), KEY).status_code == 201


def test_old_answers_are_forgotten(caller: Callers, desk: Desk) -> None:
    """INTERFACES 5."""
    caller.ana.post("/tickets", ticket(desk), KEY)
    kept = IdempotencyKey.objects.get()

    assert answering.forget_answers(before=kept.created_at) == 0
    assert answering.forget_answers(before=kept.created_at + timedelta(seconds=1)) == 1


def test_answers_older_than_a_week_go_with_new_ones(
    caller: Callers, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INTERFACES 5: the table does not grow for ever."""
    monkeypatch.setattr(answering, "TIDIED", 1)
    caller.ana.post("/tickets", ticket(desk), KEY)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=8))

    caller.ana.post("/tickets", ticket(desk), {"Idempotency-Key": "k-2"})

    assert IdempotencyKey.objects.get().key == "k-2"


def test_a_quiet_desk_forgets_them_as_well(caller: Callers, desk: Desk) -> None:
    """SEC-4: they have words of people; the worker looks once an hour."""
    caller.ana.post("/tickets", ticket(desk), KEY)
    at = timezone.now() + timedelta(days=8)

    assert loop.tidy(at=at)["answers_forgotten"] == 1
    assert not IdempotencyKey.objects.exists()


def test_a_secret_is_kept_sealed_and_told_again_to_who_asks_again(desk: Desk, settings: Any) -> None:
    """API-2: wherever the database goes, the secret is not in it; with another key of ours it is not told any more."""
    root = ask(factories.administrator().id or 0)
    wanted = {"url": "https://erp.example/hooks", "events": ["item.created"]}
    made = root.post("/webhooks", wanted, KEY)
    path, other = f"/webhooks/{made.json()['id']}/secret", {"Idempotency-Key": "k-2"}
    renewed = root.post(path, headers=other)

    kept = [one.body for one in IdempotencyKey.objects.all()]
    assert not any(told.json()["secret"] in one for told in (made, renewed) for one in kept)
    assert root.post("/webhooks", wanted, KEY).content == made.content
    assert root.post(path, headers=other).content == renewed.content
    settings.SECRET_KEY = "another"
    problem(root.post(path, headers=other), 409, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_do_it_once_and_hear_the_same() -> None:
    """INTERFACES 5: one acts, the other waits and hears the same; on both databases."""
    desk = build()
    body, token = ticket(desk), cast(desk).ana

    answers = at_once(8, lambda: Caller(None).send("POST", "/tickets", body, {**token.headers, **KEY}))

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert Item.objects.count() == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7


@pytest.mark.django_db(transaction=True)
def test_of_two_different_requests_at_the_same_moment_one_is_refused() -> None:
    """INTERFACES 5."""
    desk = build()
    headers = {**cast(desk).ana.headers, **KEY}
    titles = iter(range(100))

    answers = at_once(
        6, lambda: Caller(None).send("POST", "/tickets", {**ticket(desk), "title": f"Nr. {next(titles)}"}, headers)
    )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert Item.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_whose_twin_is_refused_is_tried_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES 5: the first of two fails, so the second acts."""
    desk = build()
    body, headers = ticket(desk), {**cast(desk).ana.headers, **KEY}
    real, turns = starting.start_ticket, iter(["first"])

    def first_breaks(**given: Any) -> Item:
        item = real(**given)
        if next(turns, None):
            raise ZeroDivisionError
        return item

    monkeypatch.setattr(starting, "start_ticket", first_breaks)
    answers = at_once(2, lambda: Caller(None, raise_request_exception=False).send("POST", "/tickets", body, headers))

    assert sorted(answer.status_code for answer in answers) == [201, 500]
    assert Item.objects.count() == 1


def test_a_robot_has_keys_of_its_own(desk: Desk) -> None:
    """B-1."""
    robot = ask(factories.robot(queues=[desk.invoices]))
    path = f"/items/{desk.ticket().reference}/start"

    assert [robot.post(path, headers=KEY).status_code for _ in range(2)] == [200, 200]
