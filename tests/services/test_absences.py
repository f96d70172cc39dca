"""People say when they are away and who stands in; on pages, over the API, beside what files say."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.api.callers import ask
from tests.api.in_process import desk_of
from tests.desk import MONDAY, Desk
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotFound, NotPermitted
from tramita.models import ConfigurationChange, Person
from tramita.queries.people import actor_for
from tramita.services import absences, desk_settings
from tramita.services.definitions import apply, export

FIRST, LAST = date(2026, 3, 9), date(2026, 3, 20)
KEPT = {"from": "2026-03-09", "to": "2026-03-20", "substitute": None, "own": True}


def person(one: Actor) -> Person:
    return Person.objects.get(pk=one.id)


def reports_to(who: Actor, above: Actor) -> None:
    Person.objects.filter(pk=who.id).update(reports_to=above.id)


def test_somebody_says_when_they_are_away_and_takes_it_back(desk: Desk) -> None:
    """Q-7, Q-9: told among the changes of the configuration, once each."""
    absences.say(desk.ana.email, first=FIRST, last=LAST, substitute=desk.leo.email, by=desk.ana, at=MONDAY)
    assert person(desk.ana).absent == {**KEPT, "substitute": desk.leo.email}
    absences.say(desk.ana.email, first=FIRST, last=LAST, substitute=desk.leo.email, by=desk.ana, at=MONDAY)

    absences.end(desk.ana.email, by=desk.ana, at=MONDAY)

    assert person(desk.ana).absent is None
    changes = ConfigurationChange.objects.filter(section="users", key=desk.ana.email).order_by("pk")
    assert [("absent" in one.before, "absent" in one.after, one.by_id) for one in changes] == [
        (False, True, desk.ana.id),
        (True, False, desk.ana.id),
    ]


def test_whoever_they_report_to_says_it_too_at_whatever_remove(desk: Desk) -> None:
    """Q-11; who manages users, for everybody."""
    bea = factories.agent("Bea")
    reports_to(desk.ana, bea)
    reports_to(bea, desk.leo)
    vera = factories.agent("Vera", role=Role.ADMINISTRATOR)

    for by in (bea, desk.leo, vera):
        absences.say(desk.ana.email, first=FIRST, last=LAST, by=by, at=MONDAY)
        assert person(desk.ana).absent == KEPT
        absences.end(desk.ana.email, by=by, at=MONDAY)


def test_nobody_else_does(desk: Desk) -> None:
    """Q-11, SEC-1: peers, leaders of others, who asks, robots; and nobody says it of who does not work here."""
    reports_to(desk.ana, desk.leo)
    peer, other = factories.agent("Bea", reports_to_id=desk.leo.id), factories.leader("Una")

    for by in (peer, other, actor_for(desk.rui), desk.robot):
        with pytest.raises(NotPermitted):
            absences.say(desk.ana.email, first=FIRST, last=LAST, by=by, at=MONDAY)
    for address in (desk.rui.email, "nobody@desk.example", str(person(desk.robot).key)):
        with pytest.raises(NotFound):
            absences.end(address, by=desk.leo, at=MONDAY)
    assert person(desk.ana).absent is None


@pytest.mark.parametrize(
    ("first", "last", "substitute", "fields"),
    [
        (None, None, "", ["from", "to"]),
        (LAST, FIRST, "", ["to"]),
        (MONDAY.date() - timedelta(days=9), MONDAY.date() - timedelta(days=1), "", ["to"]),
        (FIRST, FIRST + timedelta(days=400), "", ["to"]),
        (FIRST, LAST, "nobody@desk.example", ["substitute"]),
        (FIRST, LAST, "rui", ["substitute"]),
        (FIRST, LAST, "gone", ["substitute"]),
        (FIRST, LAST, "ana", ["substitute"]),
        (None, LAST, "ana", ["from", "substitute"]),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    desk: Desk, first: date | None, last: date | None, substitute: str, fields: list[str]
) -> None:
    """Q-7: today is a day of theirs; a substitute works here and is somebody else."""
    gone = factories.person("Gone", is_active=False)
    named = {"rui": desk.rui.email, "gone": gone.email, "ana": desk.ana.email}.get(substitute, substitute)

    with pytest.raises(Invalid) as refused:
        absences.say(desk.ana.email, first=first, last=last, substitute=str(named), by=desk.ana, at=MONDAY)

    assert [one.field for one in refused.value.errors] == fields
    assert person(desk.ana).absent is None


def written(tmp_path: Path, **absent: Any) -> Path:
    users = {
        "ana@desk.example": {"name": "Ana", "role": "agent", **absent},
        "leo@desk.example": {"name": "Leo", "role": "administrator"},
    }
    path = tmp_path / "desk.yaml"
    path.write_text(yaml.safe_dump({"users": users}))
    return path


@pytest.mark.django_db
def test_a_file_that_names_none_leaves_it_and_one_that_does_replaces_it(tmp_path: Path) -> None:
    """BU-1: what is exported is what anybody said last, and applying that changes nothing."""
    apply([written(tmp_path)], by=SYSTEM, at=MONDAY)
    ana = actor_for(Person.objects.get(email="ana@desk.example"))
    absences.say(ana.email, first=FIRST, last=LAST, substitute="leo@desk.example", by=ana, at=MONDAY)
    exported = tmp_path / "exported.yaml"
    exported.write_text(export())

    assert apply([exported], by=SYSTEM, at=MONDAY).changed == []
    assert apply([written(tmp_path)], by=SYSTEM, at=MONDAY).changed == []
    assert yaml.safe_load(export())["users"]["ana@desk.example"]["absent"]["substitute"] == "leo@desk.example"

    said = {"from": date(2026, 8, 1), "to": date(2026, 8, 2)}
    apply([written(tmp_path, absent=said)], by=SYSTEM, at=MONDAY)
    assert person(ana).absent == {"from": "2026-08-01", "to": "2026-08-02", "substitute": None}
    apply([written(tmp_path)], by=SYSTEM, at=MONDAY)
    assert person(ana).absent is None


@pytest.mark.django_db
def test_the_builder_which_shows_it_takes_it_away(tmp_path: Path) -> None:
    """BU-2."""
    apply([written(tmp_path)], by=SYSTEM, at=MONDAY)
    ana = actor_for(Person.objects.get(email="ana@desk.example"))
    absences.say(ana.email, first=FIRST, last=LAST, by=ana, at=MONDAY)
    shown = desk_settings.current("users", ana.email)
    assert shown["absent"]["from"] == FIRST

    desk_settings.put("users", {ana.email: {**shown, "name": "Ana Lima"}}, by=SYSTEM, at=MONDAY)
    assert person(ana).absent == KEPT
    del shown["absent"]
    desk_settings.put("users", {ana.email: shown}, by=SYSTEM, at=MONDAY)

    assert person(ana).absent is None


def browser(one: Actor) -> Client:
    client = Client()
    client.force_login(person(one))
    return client


def days() -> dict[str, str]:
    today = timezone.localdate()
    return {"from": today.isoformat(), "to": (today + timedelta(days=3)).isoformat()}


def test_the_page_has_a_form_for_oneself_and_for_who_reports_to_one(desk: Desk) -> None:
    """Q-11, UI: what is wrong is said beside its field, with what was typed."""
    reports_to(desk.ana, desk.leo)
    leo, ana = browser(desk.leo), browser(desk.ana)

    said = ana.post("/team/absences", {**days(), "substitute": desk.leo.email})
    assert said.status_code == 302
    assert "Substitute" in ana.get("/team/absences").content.decode()
    assert "Away from" in ana.get("/settings/").content.decode()
    assert person(desk.ana).absent["substitute"] == desk.leo.email

    refused = leo.post("/team/absences", {"person": desk.ana.email, "from": "", "to": days()["to"]})
    assert refused.status_code == 422
    assert "Give a day." in refused.content.decode()
    leo.post("/team/absences", {"person": desk.ana.email, "end": "on"})
    assert person(desk.ana).absent is None
    assert ana.post("/team/absences", {**days(), "person": desk.leo.email}).status_code == 403


def test_the_team_page_tells_who_is_away_and_who_stands_in(desk: Desk) -> None:
    """H-1, Q-9: of those near and those who share a queue; who is back is not told, and asks nothing."""
    bea = factories.agent("Bea", queues=[desk.invoices])
    far = factories.agent("Far Off")
    now = timezone.now()
    for one in (bea, far):
        absences.say(one.email, first=now.date(), last=now.date(), substitute=desk.leo.email, by=one, at=now)

    said = browser(desk.ana).get("/team").content.decode()

    assert "Bea is away until" in said
    assert "Leo Roy stands in" in said
    assert "Far Off is away" not in said


def test_the_api_and_its_client_say_it_and_take_it_back(desk: Desk) -> None:
    """INTERFACES 5: everything that the page does."""
    reports_to(desk.ana, desk.leo)
    today = timezone.localdate()
    leo = desk_of(person(desk.leo))

    said = leo.say_absent(desk.ana.email, today, today + timedelta(days=2), desk.leo.email)
    assert said == {**days(), "to": (today + timedelta(days=2)).isoformat(), "substitute": desk.leo.email}
    leo.end_absence(desk.ana.email)

    assert person(desk.ana).absent is None
    refused = ask(person(desk.ana)).put(f"/users/{desk.leo.email}/absence", days())
    assert refused.status_code == 403
    assert ask(person(desk.ana)).put(f"/users/{desk.ana.email}/absence", {"to": days()["to"]}).status_code == 422
