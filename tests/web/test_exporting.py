"""A list as CSV and XLSX."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import text_of
from tramita.models import Item, Person
from tramita.services import views
from tramita.services.views import Wanted
from tramita.ui import sheets
from tramita.web import exporting


def rows_of(response: Any) -> list[list[str]]:
    """The lines of a CSV file."""
    assert response.status_code == 200
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))


def strings_of(content: bytes) -> str:
    """All texts of an XLSX file, as XML."""
    return ZipFile(BytesIO(content)).read("xl/sharedStrings.xml").decode()


def test_a_file_has_the_columns_the_order_and_the_filters_of_its_list(desk: Desk, ana: Client) -> None:
    """UI: exactly what is shown."""
    desk.ticket(title="First", at=timezone.now())
    desk.ticket(title="Second", at=timezone.now())
    desk.case(short_description="New supplier")

    rows = rows_of(ana.get("/queues/invoices?kind=ticket&sort=-created&col=state&col=queue&export=csv"))

    assert rows[0] == ["Reference", "Title", "Queue", "State"]
    assert [row[1:] for row in rows[1:]] == [["Second", "Invoices", "To Do"], ["First", "Invoices", "To Do"]]


def test_a_file_has_all_pages_and_says_what_it_leaves_out(
    desk: Desk, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI: all pages of it, up to a limit said aloud."""
    for number in range(7):
        desk.ticket(title=f"Question {number}")
    monkeypatch.setattr(exporting, "AT_ONCE", 2)

    assert "up to 10,000 items" in text_of(ana.get("/queues/invoices"))
    assert len(rows_of(ana.get("/queues/invoices?export=csv"))) == 1 + 7
    monkeypatch.setattr(exporting, "MOST", 4)
    cut = rows_of(ana.get("/queues/invoices?export=csv"))
    assert len(cut) == 1 + 4 + 1
    assert cut[-1] == ["Only the first 4 items are here. Narrow the list to have the rest."]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_what_people_wrote_is_never_a_formula(text: str) -> None:
    """DESIGN decision 13: what a spreadsheet would calculate is text; other texts are left alone."""
    assert sheets.harmless(text) == f"'{text}"
    assert sheets.harmless("Paid 1 + 1 = 2") == "Paid 1 + 1 = 2"

    (row,) = list(csv.reader(StringIO(sheets.csv_file([text], []).decode("utf-8-sig"), newline="")))
    assert row == [f"'{text}"]


def test_a_formula_in_a_title_is_text_in_both_files(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13."""
    item = desk.ticket()
    Item.objects.filter(pk=item.pk).update(title="=HYPERLINK(1)")

    assert rows_of(ana.get("/queues/invoices?export=csv"))[1][1] == "'=HYPERLINK(1)"
    content = ana.get("/queues/invoices?export=xlsx").content
    assert "=HYPERLINK(1)" in strings_of(content)
    assert b"<f>" not in ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_a_file_is_in_its_readers_language_and_time_zone(desk: Desk, ana: Client) -> None:
    """Z-13, H-8: the zone is named, moments are dates in a spreadsheet."""
    Person.objects.filter(pk=desk.ana.id).update(language="pl", time_zone="Europe/Warsaw")
    item = desk.ticket()
    due = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    Item.objects.filter(pk=item.pk).update(due_at=due, sort_due=due)

    rows = rows_of(ana.get("/queues/invoices?col=state&col=due&export=csv"))

    assert rows[0] == ["Numer", "Tytuł", "Stan", "Termin (Europe/Warsaw)"]
    assert rows[1][2:] == ["Do zrobienia", "2026-07-02 00:30"]
    sheet = ZipFile(BytesIO(ana.get("/queues/invoices?col=due&export=xlsx").content)).read("xl/worksheets/sheet1.xml")
    assert b"<v>46205.0208" in sheet


def test_a_file_has_only_what_its_reader_may_see(desk: Desk, ana: Client, as_: Browser) -> None:
    """DESIGN decision 11: exports ask the same predicate; who may not see the list has no file of it."""
    desk.ticket(title="Paid twice")
    view = views.make(Wanted("All", shared="all"), by=desk.leo, at=timezone.now())
    hers = views.make(Wanted("Mine"), by=desk.ana, at=timezone.now())

    assert len(rows_of(ana.get(f"/views/{view.pk}?export=csv"))) == 2
    assert len(rows_of(as_(desk.eve).get(f"/views/{view.pk}?export=csv"))) == 1
    assert as_(desk.leo).get(f"/views/{hers.pk}?export=csv").status_code == 404
    assert as_(desk.rui).get("/inbox?export=csv").status_code == 403
    assert Client().get("/inbox?export=csv").status_code == 302


def test_a_file_is_kept_by_nobody_on_the_way(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13: named after its list, never cached, never guessed at."""
    response = ana.get("/inbox?export=xlsx")

    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == f'attachment; filename="Inbox {timezone.now():%Y-%m-%d}.xlsx"'
