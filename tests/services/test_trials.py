"""Test runs: a process is run before it is live, and nothing of it is left (BU-5)."""

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
import yaml

from tests import factories
from tests.desk import MONDAY
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Role, State
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.models import Definition, Delivery, Entry, Item, Message, Person, Timer, Trial, Version
from tramita.queries import people
from tramita.services import process_drafts, process_settings, trials
from tramita.services.definitions import apply, export
from tramita.services.demo import EXAMPLES
from tramita.services.trials import Played

pytestmark = pytest.mark.django_db
KIND, PATH = "case_type", "acme/main/purchasing/supplier-onboarding"
START = {
    "short_description": "Bodegas Llorente",
    "requester": "rui@acme.example",
    "fields": "volume: 42000\niban: ES91 2100",
}
LEFT = (Item, Entry, Message, Delivery, Timer)


@pytest.fixture
def vera(data_dir: Path) -> Actor:
    apply([EXAMPLES["onboarding"]], by=SYSTEM, at=MONDAY)
    return people.actor_for(Person.objects.get(email="vera@desk.example"))


def begun(by: Actor, **keys: Any) -> Trial:
    return trials.begin(KIND, PATH, draft=False, start=START | keys, by=by, at=MONDAY)


def seen(by: Actor) -> Played:
    found = trials.running(KIND, PATH, by=by)
    assert found is not None
    played = trials.play(found)
    assert played is not None
    return played


def press(by: Actor, does: str, name: str | None = None, value: Any = None) -> Played:
    """A move of the Action of this name that runs, be it of the Case or of a Sub-Case."""
    played = seen(by)
    place = next((n for n, one in enumerate(played.items) if one.action_name == name and one.state != State.CLOSED), 0)
    assert name is None or does in [offer for offer, _ in played.offers[place]]
    trials.press(KIND, PATH, seen=played.done, move={"do": does, "item": place, "value": value}, by=by)
    return seen(by)


def running(played: Played) -> list[str | None]:
    return sorted(str(one.action_name) for one in played.items if one.kind.number == 3 and one.state != State.CLOSED)


def test_a_process_is_run_to_its_end_and_nothing_of_it_is_left(vera: Actor) -> None:
    """BU-5: by the services of live work: mail and wait, four eyes, Sub-Case, approval, a call that fails, rework."""
    before = [model._default_manager.count() for model in (Version, Definition, Person)]
    begun(vera)

    press(vera, "mail_answers", "ask-papers")
    assert running(press(vera, "complete", "ask-papers")) == ["agreement-signed", "bank-check", "credit-rating", "sign"]
    press(vera, "complete", "bank-check")
    assert "bank-check" in running(press(vera, "fail", "bank-check"))
    press(vera, "complete", "bank-check")
    press(vera, "pass", "bank-check")
    press(vera, "complete", "credit-rating")
    played = press(vera, "complete", "sign")
    assert list(played.offers[len(played.items) - 1])[:2] == [("approve", "Helen Marsh"), ("reject", "Helen Marsh")]
    press(vera, "approve", "approve")
    press(vera, "refuses", "create-supplier")
    assert press(vera, "unable", "create-supplier").root.problem == "action_unable"
    press(vera, "rework", value="action:create-supplier")
    played = press(vera, "answers", "create-supplier")

    assert (played.root.state, played.root.fields["supplier_number"]) == (State.RESOLVED, "1")
    assert [one.to[0][1] for one in played.mails[::2]] == ["rui@acme.example"] * 2
    assert press(vera, "later", value=8).root.state == State.CLOSED
    assert [model._default_manager.exists() for model in LEFT] == [False] * len(LEFT)
    assert [model._default_manager.count() for model in (Version, Definition, Person)] == before


def test_a_draft_is_run_and_a_move_taken_back(vera: Actor) -> None:
    """BU-5, BU-4: what is published stays as it is; a designer may try what they cannot set live."""
    iris = people.actor_for(factories.person("Iris Cole", role=Role.DESIGNER))
    text, read = process_settings.written("case_type", PATH)
    process_drafts.save(
        "case_type", PATH, text.replace("volume > 10000", "volume > 90000"), read=read, draft=0, by=iris, at=MONDAY
    )

    trials.begin(KIND, PATH, draft=True, start=START, by=iris, at=MONDAY)
    press(iris, "mail_answers", "ask-papers")
    draft = running(press(iris, "complete", "ask-papers"))
    trials.take_back(KIND, PATH, seen=2, by=iris)
    back = running(seen(iris))
    begun(iris)
    press(iris, "mail_answers", "ask-papers")

    assert ("credit-rating" in draft, back) == (False, ["ask-papers"])
    assert "credit-rating" in running(press(iris, "complete", "ask-papers"))
    assert Trial.objects.count() == 1
    trials.wipe(KIND, PATH, by=iris)
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("start", "field"),
    [
        ({"fields": "- volume"}, "fields"),
        ({"fields": "volume: many"}, "fields.volume"),
        ({"short_description": ""}, "short_description"),
    ],
)
def test_what_cannot_begin_is_refused_with_its_field(vera: Actor, start: dict[str, str], field: str) -> None:
    """BU-5."""
    with pytest.raises(Invalid) as refused:
        begun(vera, **start)

    assert [one.field for one in refused.value.errors] == [field]
    assert not Trial.objects.exists()


def test_a_move_that_is_refused_is_not_kept(vera: Actor) -> None:
    """BU-5: with the sentence of the service that refused it; and who looks at an old page is told."""
    begun(vera)
    wrong: list[dict[str, Any]] = [
        {"do": "pass", "item": 1},
        {"do": "complete", "item": 99},
        {"do": "later", "value": 0},
        {"do": "rework", "value": "step:tell"},
        {"do": "fields", "value": "volume: many"},
        {"do": "nothing"},
    ]

    for move in wrong:
        with pytest.raises(TramitaError):
            trials.press(KIND, PATH, seen=0, move=move, by=vera)
    with pytest.raises(Conflict) as stale:
        trials.press(KIND, PATH, seen=3, move={"do": "mail_answers", "item": 1}, by=vera)

    assert (stale.value.code, Trial.objects.get().moves) == ("stale", [])


def test_only_who_writes_processes_tries_them(vera: Actor) -> None:
    """SEC-1."""
    ana = people.actor_for(Person.objects.get(email="ana@desk.example"))

    with pytest.raises(NotPermitted):
        begun(ana)


@pytest.fixture
def sam(data_dir: Path, tmp_path: Path) -> Actor:
    """The desk with robots of each mode in the queue of a category, and routes of which one is for test runs."""
    (tmp_path / "desk.yaml").write_text(HELP_DESK)
    apply([tmp_path / "desk.yaml"], by=SYSTEM, at=MONDAY)
    return factories.administrator("Sam Ash")


HELP_DESK = """
queues:
  helpdesk: {title: Help desk, members: [live-1, test-1, both-1, off-1]}
robots:
  live-1: {name: Live, kinds: [ticket]}
  test-1: {name: Tester, kinds: [ticket], mode: test}
  both-1: {name: Both, kinds: [ticket], mode: both}
  off-1: {name: Idle, kinds: [ticket], mode: test, active: false}
customers:
  acme:
    contracts:
      main:
        services: {it: {ticket_categories: {help: {title: Help, queue: helpdesk, feedback_window: 3 days}}}}
contacts:
  rui@acme.example: {name: Rui Sousa}
mailboxes:
  it@desk.example:
    routes:
      - {to: it@desk.example, start: ticket, category: acme/main/it/help, acknowledge: true}
      - {to: test-it@desk.example, start: ticket, category: acme/main/it/help, acknowledge: true, test: true}
"""
HELP = "acme/main/it/help"
ASKED = {"title": "Printer", "description": "It is on fire.", "requester": "rui@acme.example", "fields": ""}


def tried(by: Actor, *moves: str, **start: str) -> Played:
    """The Ticket after these moves."""
    trials.begin("category", HELP, draft=False, start=ASKED | start, by=by, at=MONDAY)
    for number, move in enumerate(moves):
        made = {"do": "later", "value": int(move)} if move.isdecimal() else {"do": move, "item": 0}
        trials.press("category", HELP, seen=number, move=made, by=by)
    found = trials.running("category", HELP, by=by)
    played = trials.play(found) if found else None
    assert played is not None
    return played


def test_a_category_is_tried_as_a_case_type_is(sam: Actor) -> None:
    """BU-5, T-30, T-38, T-44, T-47: asked and answered, resolved, disputed in its window, and closed at its end."""
    asked = tried(sam, "ask")
    answered = tried(sam, "ask", "mail_answers")
    again = tried(sam, "resolve", "mail_answers")
    closed = tried(sam, "resolve", "4")
    timed_out = tried(sam, "ask", "6")

    assert [move for move, _ in asked.offers[0]] == ["mail_answers", "resolve", "ask"]
    assert [one.root.state for one in (answered, again, closed, timed_out)] == [
        State.TO_DO,
        State.TO_DO,
        State.CLOSED,
        State.TO_DO,
    ]
    assert [model._default_manager.exists() for model in LEFT] == [False] * len(LEFT)


def test_a_test_run_begins_by_a_mail_where_a_route_says_so(sam: Actor) -> None:
    """M-24, BU-5: by the code that sorts mail, with its acknowledgement; other routes are for live work."""
    played = tried(sam, route="test-it@desk.example")

    assert (played.root.title, played.root.requester.email) == ("Printer", "rui@acme.example")
    assert [one.to[0][1] for one in played.mails] == ["rui@acme.example"]
    assert "mail_received" in [entry.type for _, entry in played.told]
    unusable = {"route": "it@desk.example"}
    nobody = {"route": "test-it@desk.example", "requester": ""}
    for field, wrong in {"route": unusable, "requester": nobody}.items():
        with pytest.raises(Invalid) as refused:
            tried(sam, **wrong)
        assert refused.value.errors[0].field == field
    assert [model._default_manager.exists() for model in LEFT] == [False] * len(LEFT)


def test_robots_take_part_in_test_runs_only_when_they_are_made_for_them(sam: Actor) -> None:
    """B-1, B-5: by their queues and kinds; and one for test runs is not there for live work."""
    played = tried(sam)
    done, rejected = tried(sam, "robot_completes@test-1"), tried(sam, "robot_rejects@both-1")
    with pytest.raises(TramitaError):
        tried(sam, "robot_completes@live-1")
    robots = {one.key: one.is_active for one in Person.objects.filter(role=Role.ROBOT, key__endswith="-1")}

    assert {whose for move, whose in played.offers[0] if "@" in move} == {"test-1", "both-1"}
    assert (done.root.state, done.root.method, done.root.resolver.key) == (State.RESOLVED, "replied", "test-1")
    assert (rejected.root.state, rejected.root.robot_rejected) == (State.TO_DO, True)
    assert robots == {"live-1": True, "test-1": False, "both-1": True, "off-1": False}
    with pytest.raises(NotFound):
        people.actor_by_id(Person.objects.get(key="test-1").pk)
    assert apply_again(sam) == []


def apply_again(by: Actor) -> list[str]:
    """What an export would change: modes and routes come back as they were written (B-1, M-24)."""
    written = yaml.safe_load(export())
    assert {key: one.get("mode") for key, one in written["robots"].items()} == {
        "live-1": None,
        "test-1": "test",
        "both-1": "both",
        "off-1": "test",
    }
    assert (written["robots"]["off-1"]["active"], "active" in written["robots"]["test-1"]) == (False, False)
    assert [one.get("test") for one in written["mailboxes"]["it@desk.example"]["routes"]] == [None, True]
    with NamedTemporaryFile(suffix=".yaml") as file:
        file.write(export().encode())
        file.flush()
        return apply([Path(file.name)], by=by, at=MONDAY).changed
