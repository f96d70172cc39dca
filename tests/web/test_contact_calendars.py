"""A contact's working calendar and due rule: kept on their page, in sheets, files and over the API (SS-1, TO-2)."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.api.callers import ask
from tests.desk import MONDAY
from tests.web.reading import errors_of, form_of, text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.domain.errors import Conflict
from tramita.models import Definition, Person
from tramita.queries import definitions
from tramita.queries.people import actor_by_id
from tramita.services import desk_settings, directory, importing_contacts
from tramita.services.definitions import WrongConfiguration, apply, export
from tramita.services.mailbox_settings import digest

pytestmark = pytest.mark.django_db
EXAMPLE = (Path(__file__).parents[1] / "samples" / "configuration.yaml").read_text(encoding="utf-8")
DESK = EXAMPLE.replace("language: es}", "language: es, calendar: office, due: plain}")


@pytest.fixture(autouse=True)
def configured(db: None, tmp_path: Path) -> None:
    applied(tmp_path, DESK)


def applied(place: Path, text: str) -> Any:
    (place / "desk.yaml").write_text(text, encoding="utf-8")
    said = apply([place / "desk.yaml"], by=SYSTEM, at=MONDAY)
    definitions.forget()
    return said


def person(name: str = "lucia@acme.es") -> Person:
    return Person.objects.get(email=name)


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(person("root@desk.example"))
    return client


def test_a_file_names_them_and_an_export_brings_them_back(tmp_path: Path) -> None:
    """SS-1, TO-2, BU-2: and one that there is not is refused with its line."""
    lucia, said = person(), applied(tmp_path, export())

    assert (lucia.calendar, lucia.due) == ("office", "plain")
    assert (said.created, said.changed) == ([], [])
    with pytest.raises(WrongConfiguration, match=r"desk.yaml:\d+: there is no calendar “offices”"):
        applied(tmp_path, DESK.replace("calendar: office, due", "calendar: offices, due"))


def test_the_page_keeps_them_and_shows_when_somebody_works_again(root: Client) -> None:
    """SS-1, TO-2: who has no hour now is told of by their next one."""
    page, path = f"/contacts/{person().pk}", f"/contacts/{person().pk}/edit"
    sent = form_of(root.get(path), path)

    root.post(path, sent | {"due": ["two_days"], "calendar": [""]})
    kept = person()
    wrong = root.post(path, form_of(root.get(path), path) | {"due": ["nothing"], "calendar": ["nothing"]})
    off = {"key": "office", "time_zone": "UTC", "week": {"mon": "00:00-00:01"}}
    found = Definition.objects.get(kind="calendar", key="office")
    found.versions.update(body=off)
    Person.objects.filter(pk=kept.pk).update(calendar="office")
    shown = words_of(root.get(page))

    assert (sent["calendar"], sent["due"]) == (["office"], ["plain"])
    assert (kept.calendar, kept.due) == (None, "two_days")
    assert set(errors_of(wrong)) == {"f-calendar", "f-due"}
    now = timezone.now()
    assert ("office · works again:" in shown) == (now.weekday() != 0 or now.minute + now.hour > 0)
    assert "Due rule two_days" in shown


def test_a_promise_is_made_by_who_manages_users_and_kept_by_who_does_not(client: Client) -> None:
    """TO-2, SEC-1: the form of an agent does not ask, and what is sent all the same is not taken."""
    client.force_login(person("ana@desk.example"))
    path = f"/contacts/{person().pk}/edit"

    sent = form_of(client.get(path), path)
    client.post(path, sent | {"name": ["Lucía R."], "due": ["two_days"]})

    assert "due" not in sent
    assert (person().name, person().due) == ("Lucía R.", "plain")


def test_a_sheet_has_columns_for_them() -> None:
    """SS-1, CT-7: an empty cell leaves what is there; a wrong one is named."""
    sheet = "address,calendar,due\nlucia@acme.es,,two_days\nmarta@acme.es,office,\nnew@acme.es,offices,"

    by = actor_by_id(person("root@desk.example").pk)
    said = importing_contacts.take(sheet, by=by, at=MONDAY)

    assert [one.what for one in said] == ["changed", "changed", "refused"]
    assert said[2].fault is not None
    assert (person().calendar, person().due) == ("office", "two_days")
    assert person("marta@acme.es").calendar == "office"


def test_what_contacts_and_organisations_go_by_is_locked_and_not_taken_away(root: Client, tmp_path: Path) -> None:
    """BU-2, TO-2, SS-1: they are named beside the processes; a contact whom no file names counts too."""
    applied(tmp_path, DESK.replace("name: Acme Iberia,", "name: Acme Iberia, due: plain,"))
    stranger = factories.requester("Zoe Few", calendar="free", due="spare")
    by = actor_by_id(person("root@desk.example").pk)
    desk_settings.add("calendars", "free", {"time_zone": "UTC", "week": {"mon": "09:00-10:00"}}, by=by, at=MONDAY)
    desk_settings.add("due-rules", "spare", {"within": "1 day"}, by=by, at=MONDAY)

    used = [name for _key, name in desk_settings.uses("due-rules", "plain")]
    page = words_of(root.get("/builder/desk/due-rules/plain"))
    path = "/builder/desk/calendars/free"
    locked = root.post(path, form_of(root.get(path), path) | {"week.tue": ["09:00-10:00"]})
    day = form_of(root.get(path), "/builder/days/free")
    pressed = root.post("/builder/days/free", day | {"day": ["2026-12-24"]})

    assert used[:2] == ["Acme Iberia", "Lucía Ramos"]
    assert "Duplicate invoice" in used
    assert "Acme Iberia, Lucía Ramos" in page
    assert "f-unlock" in errors_of(locked)
    assert pressed.status_code == 302
    for sort, key in (("calendars", "free"), ("due-rules", "spare")):
        read = digest(desk_settings.current(sort, key))
        with pytest.raises(Conflict):
            desk_settings.drop(sort, key, read=read, by=by, at=MONDAY)
    assert stranger.pk


def test_it_is_told_over_the_api() -> None:
    """SS-1."""
    rows = {one["address"]: one for one in ask(person("ana@desk.example")).get("/contacts").json()["results"]}

    assert [rows["lucia@acme.es"][name] for name in ("calendar", "due_rule", "time_zone")] == ["office", "plain", None]


def test_the_card_knows_them() -> None:
    """SS-1, Z-2: so that of two who edit the second is told."""
    before = directory.card_of(person())
    Person.objects.filter(pk=person().pk).update(calendar=None)

    assert directory.card_of(person()).digest != before.digest
    assert "office" not in text_of(Client().get("/"))
