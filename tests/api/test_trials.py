"""Test runs over HTTP: a process or its draft is played in one call, and nothing of it is left."""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import Caller, Callers, ask, fields, problem
from tests.desk import MONDAY, Desk
from tests.services.test_trials import LEFT, PATH
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import Person, ProcessDraft, Trial, Version
from tramita.queries import people
from tramita.services import trials
from tramita.services.definitions import apply
from tramita.services.demo import EXAMPLES

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HERE = "/configuration/trial"
START: dict[str, Any] = {
    "case_type": PATH,
    "title": "Bodegas Llorente",
    "requester": "rui@acme.example",
    "fields": {"volume": 42000, "iban": "ES91 2100"},
}


@pytest.fixture
def ines(data_dir: object, db: None) -> Caller:
    """Inês writes processes, which others set live."""
    apply([EXAMPLES["onboarding"]], by=SYSTEM, at=MONDAY)
    return ask(factories.person("Inês Pinto", role=Role.DESIGNER))


def place(played: dict[str, Any], action: str) -> int:
    return next(one["item"] for one in played["items"] if one["action"] == action)


def test_a_process_is_played_move_by_move_and_nothing_is_left(ines: Caller) -> None:
    """BU-5: each answer says what may be done next, and in whose name mails would have gone out."""
    models = (*LEFT, Version, Trial, Person)
    before = [model._default_manager.count() for model in models]

    begun = ines.post(HERE, START).json()
    papers = place(begun, "ask-papers")
    moves = [{"do": "mail_answers", "item": papers}, {"do": "complete", "item": papers}]
    went_on = ines.post(HERE, START | {"moves": moves}).json()

    assert (begun["state"], begun["title"], begun["fields"]["volume"]) == ("to_do", "Bodegas Llorente", 42000)
    assert {"do": "complete", "of": ""} in begun["items"][papers]["moves"]
    assert begun["mails"][0]["to"] == ["rui@acme.example"]
    assert (went_on["done"], went_on["fault"]) == (2, None)
    assert {"bank-check", "credit-rating"} <= {one["action"] for one in went_on["items"]}
    assert [model._default_manager.count() for model in models] == before


def test_a_move_that_is_refused_is_told_with_how_far_it_went(ines: Caller) -> None:
    """BU-5."""
    played = ines.post(HERE, START | {"moves": [{"do": "complete", "item": 99}, {"do": "later", "value": 3}]}).json()

    assert (played["done"], played["fault"]["code"]) == (0, "no_item")
    assert played["fault"]["detail"] == "There is no such item in this test run."


def test_the_run_of_the_page_stays_as_it_was(ines: Caller) -> None:
    """BU-5: a person has one there; a call is none of theirs."""
    person = Person.objects.get(name="Inês Pinto")
    begin = {"short_description": "Mine", "requester": "", "fields": ""}
    mine = trials.begin("case_type", PATH, draft=False, start=begin, by=people.actor_for(person), at=MONDAY)

    assert ines.post(HERE, START, {"Idempotency-Key": "one"}).status_code == 200

    assert list(Trial.objects.values_list("pk", flat=True)) == [mine.pk]


def test_a_draft_is_played_with_what_stands_in_it(ines: Caller) -> None:
    """BU-5: with its faults, if it has any; without one there is nothing to play."""
    problem(ines.post(HERE, START | {"draft": True}), 409, "no_draft")
    read = ines.get("/configuration/process", case_type=PATH).json()
    wanted = {"case_type": PATH, "read": read["read"], "draft": 0}
    text = read["text"].replace("title: Ask for the papers", "title: Ask nicely")
    ines.put("/configuration/process/draft", wanted | {"text": text})

    played = ines.post(HERE, START | {"draft": True}).json()

    assert "Ask nicely: Bodegas Llorente" in {one["title"] for one in played["items"]}
    assert "Ask nicely" not in ines.post(HERE, START).content.decode()
    ProcessDraft.objects.update(text="titel: Wrong\n")
    problem(ines.post(HERE, START | {"draft": True}), 422, "wrong_configuration")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"requester": "nobody@else.example"}, "requester"),
        ({"case_type": None}, "category"),
        ({"moves": [{"do": "fields", "value": "volume: 2026-02-30"}]}, "fields"),
        ({"moves": [{"do": "fields", "value": 'iban: "\\0"'}]}, "fields"),
        ({"moves": [{"do": "fields", "value": "volume: .nan"}]}, "fields"),
        ({"moves": [{"do": "fields", "value": "[" * 900}]}, "fields"),
    ],
)
def test_what_is_wrong_with_it_is_named(ines: Caller, more: dict[str, Any], field: str) -> None:
    """INTERFACES 5: never a 500."""
    assert list(fields(problem(ines.post(HERE, START | more), 422, "validation_failed"))) == [field]


def test_only_who_writes_processes_tries_them(desk: Desk, caller: Callers) -> None:
    """SEC-1, B-3: a robot never."""
    wanted = {"category": "acme/main/finance/plain", "title": "X"}

    for one in (caller.leo, caller.ana, caller.rui, caller.robot):
        problem(one.post(HERE, wanted), 403, "not_permitted")
