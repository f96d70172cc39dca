"""One's own settings over HTTP."""

from typing import Any

import pytest

from tests import factories
from tests.api.callers import Callers, ask, fields, problem
from tests.api.in_process import desk_of
from tests.desk import Desk
from tramita.domain.codes import Role
from tramita.models import NoticeSettings, Person

pytestmark = pytest.mark.django_db


def test_what_is_named_is_changed_and_the_rest_stays(caller: Callers, desk: Desk) -> None:
    """Z-13, M-19a, TL-5."""
    before = caller.ana.get("/settings").json()
    caller.ana.patch("/settings", {"language": "fr", "time_zone": "Europe/Paris", "theme": "dark", "density": "airy"})

    answer = caller.ana.patch(
        "/settings", {"theme": "system", "shows_time": False, "signature": " Ana\r\nParis ", "signs": True}
    )

    assert (before["language"], before["theme"], before["shows_time"], before["signs"]) == (None, "system", True, False)
    after = answer.json()
    assert (after["language"], after["time_zone"], after["theme"], after["density"]) == (
        "fr", "Europe/Paris", "system", "airy",
    )  # fmt: skip
    assert (after["shows_time"], after["signature"], after["signs"]) == (False, "Ana\nParis", True)
    assert caller.ana.patch("/settings", {"language": None}).json()["language"] is None
    assert caller.leo.get("/settings").json() == before


def test_each_choice_of_news_is_kept_by_itself(caller: Callers, desk: Desk) -> None:
    """N-1: what is not named stays, single choices too; what is as usual is not kept."""
    usual = caller.ana.get("/settings").json()["notices"]
    caller.ana.patch(
        "/settings", {"notices": {"chosen": {"queue.queued": ["hub"]}, "quiet_from": "18:30", "quiet_until": "08:00"}}
    )

    told = caller.ana.patch("/settings", {"notices": {"chosen": {"inbox.mail": ["mail"]}, "mails": False}}).json()

    notices = told["notices"]
    assert usual["chosen"]["inbox.mail"] == ["browser", "hub"]
    assert (notices["chosen"]["queue.queued"], notices["chosen"]["inbox.mail"]) == (["hub"], ["mail"])
    assert (notices["mails"], notices["quiet_from"], notices["quiet_until"]) == (False, "18:30", "08:00")
    caller.ana.patch("/settings", {"notices": {"chosen": {**usual["chosen"]}, "quiet_from": None, "quiet_until": None}})
    row = NoticeSettings.objects.get(person=desk.ana.id)
    assert (row.chosen, row.quiet_from, row.mails) == ({}, None, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"language": "xx"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"theme": "neon"}, "theme"),
        ({"density": "loose"}, "density"),
        ({"signature": "x" * 2001}, "signature"),
        ({"notices": {"chosen": {"moon.rises": ["hub"]}}}, "notices.chosen"),
        ({"notices": {"quiet_from": "18:30"}}, "notices.quiet_until"),
        ({"notices": {"quiet_from": "25:00"}}, "notices.quiet_from"),
    ],
)
def test_what_cannot_be_chosen_is_refused_by_name(caller: Callers, desk: Desk, wrong: Any, field: str) -> None:
    """422: nothing of it is kept."""
    told = problem(caller.ana.patch("/settings", {"signs": True, **wrong}), 422, "validation_failed")

    assert list(fields(told)) == [field]
    assert not Person.objects.get(pk=desk.ana.id).signs
    assert not NoticeSettings.objects.exists()


def test_who_asks_chooses_how_they_are_addressed(caller: Callers, desk: Desk) -> None:
    """SS-1: the desk's lists, mails and notices are not theirs to set."""
    marta = ask(factories.person("Marta Boss", role=Role.MANAGER))

    for one in (caller.rui, marta):
        changed = one.patch("/settings", {"language": "pl", "theme": "dark"}).json()
        refused = one.patch("/settings", {"signature": "Rui", "notices": {"mails": False}})

        assert (changed["language"], changed["theme"], changed["signature"], changed["notices"]) == (
            "pl",
            "dark",
            None,
            None,
        )
        assert set(fields(problem(refused, 422, "validation_failed")).values()) == {"not_yours"}


def test_a_robot_has_no_settings(caller: Callers, desk: Desk) -> None:
    """B-8."""
    problem(caller.robot.get("/settings"), 403, "not_permitted")
    problem(caller.robot.patch("/settings", {"language": "fr"}), 403, "not_permitted")


def test_a_program_sets_its_owners_language(desk: Desk) -> None:
    """INTERFACES 5: by the client."""
    here = desk_of(desk.ana.id or 0)

    assert here.change_settings(language="es")["language"] == "es" == here.settings()["language"]
