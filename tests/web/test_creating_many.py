"""The pages of creating from a sheet, without JavaScript (BK-1)."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation

from tests.desk import Desk
from tests.services.test_bulk_sheets import CATEGORY, worked
from tramita.domain.codes import Kind
from tramita.gateways.spreadsheets import as_csv
from tramita.models import Item, Person
from tramita.ui import bulk_sheets

pytestmark = pytest.mark.django_db


@pytest.fixture
def leo(client: Client, desk: Desk) -> Client:
    client.force_login(Person.objects.get(pk=desk.leo.id))
    return client


def give(client: Client, text: str, **more: str):
    file = SimpleUploadedFile("march.csv", text.encode())
    return client.post("/bulk/sheets", {"sheet": file, "kind": "ticket", **more})


def cells(answer) -> list[list[str]]:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return list(csv.reader(StringIO(as_csv(data))))


@pytest.mark.parametrize("language", ["en", "pt-br", "fr", "es", "pl"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_in_the_readers_language_and_read_in_any(
    leo: Client, desk: Desk, language: str, kind: str
) -> None:
    """BK-1."""
    Person.objects.filter(pk=desk.leo.id).update(language=language)
    heads, example = cells(leo.get("/bulk/sheets", {"template": kind, "kind": "ticket"}))

    assert example[heads.index(heads[2])].startswith("acme/")
    with translation.override(language):
        assert heads == bulk_sheets.heads(Kind.TICKET)
    with translation.override("pl" if language == "en" else "en"):
        (row,) = bulk_sheets.read(Kind.TICKET, f"{','.join(heads)}\nA,B,{CATEGORY},c@x.example,,\n")
    assert (row.given["title"], row.given["category"], row.line) == ("A", CATEGORY, 2)


def test_a_sheet_is_checked_corrected_and_created(leo: Client, desk: Desk) -> None:
    """BK-1: status and reference are written beside each row, and a row that has one is passed over."""
    head = "title,description,category,requester"
    answer = give(leo, f"{head}\nOne,d,{CATEGORY},{desk.rui.email}\nTwo,d,{CATEGORY},nobody@x.example\n")
    assert answer.status_code == 302
    page = answer["Location"]
    assert "0 of 2 rows are checked" in leo.get(page).content.decode()
    worked(timezone.now())
    shown = leo.get(page).content.decode()
    assert "1 can be created, 1 are to be corrected" in shown
    assert "nobody@x.example" in shown

    leo.post(f"{page}/create")
    worked(timezone.now())
    told = cells(leo.get(page, {"file": "xlsx"}))

    (made,) = Item.objects.all()
    assert [row[-3:-1] for row in told[1:]] == [["Created", made.reference], ["To be corrected", ""]]
    assert "nobody@x.example" in told[2][-1]
    told[2][3] = desk.rui.email
    mended = StringIO()
    csv.writer(mended).writerows(told)
    page = give(leo, mended.getvalue())["Location"]
    worked(timezone.now())
    leo.post(f"{page}/create")
    worked(timezone.now())
    assert sorted(Item.objects.values_list("title", flat=True)) == ["One", "Two"]


def test_what_cannot_be_read_is_told_beside_the_field(leo: Client, desk: Desk) -> None:
    """BK-1."""
    assert "Choose a sheet." in leo.post("/bulk/sheets", {"kind": "ticket"}).content.decode()
    unknown = give(leo, "title,colour\nOne,red\n")
    assert (unknown.status_code, "Column 2 is unknown" in unknown.content.decode()) == (422, True)
    assert "The sheet has no rows." in give(leo, "title\n").content.decode()


def test_who_may_not_change_many_at_once_does_not_come_here(client: Client, desk: Desk) -> None:
    """BK-1, SEC-2."""
    client.force_login(Person.objects.get(pk=desk.ana.id))

    assert client.get("/bulk/sheets").status_code == 403
    assert give(client, f"title,category\nOne,{CATEGORY}\n").status_code == 403
