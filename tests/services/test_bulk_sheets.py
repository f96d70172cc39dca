"""Tickets and Cases from a sheet: checked, looked at, created, each row once (BK-1)."""

from datetime import timedelta

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tramita.domain.codes import Kind
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Entry, Item, Message, Sheet, SheetRow
from tramita.queries.sheets import RowView, SheetView, get_sheet, rows_of
from tramita.services import bulk_sheets, erasing, retention
from tramita.services.bulk_sheets import ROWS, Row
from tramita.services.claiming import claim

CATEGORY = "acme/main/finance/invoice-query"
LATER = MONDAY + timedelta(minutes=5)


def row(desk: Desk, line: int, **given: object) -> Row:
    plain: dict[str, object] = {"title": f"Invoice {line}", "description": "Twice.", "category": CATEGORY}
    plain |= {"requester": desk.rui.email, "cc": [], "fields": {}} | given
    return Row(line, {"title": str(plain["title"])}, plain)


def begun(desk: Desk, *rows: Row, unique: bool = False) -> Sheet:
    return bulk_sheets.begin("ticket", rows, name="march.csv", unique_titles=unique, by=desk.leo, at=MONDAY)


def worked(at=MONDAY) -> None:
    while bulk_sheets.work(at=at):
        pass


def seen(desk: Desk, sheet: Sheet) -> tuple[SheetView, list[RowView]]:
    return get_sheet(desk.leo, sheet.pk), rows_of(desk.leo, sheet)[0]


def test_rows_are_checked_and_nothing_is_created_until_somebody_says_so(desk: Desk) -> None:
    """BK-1: total, issues, not started; what is wrong is named as the call for a single one names it."""
    sheet = begun(desk, row(desk, 2), row(desk, 3, requester="nobody@acme.example"), row(desk, 4, title=""))

    worked()
    view, rows = seen(desk, sheet)

    assert (view.phase, view.counts["ready"], view.counts["refused"]) == ("checked", 1, 2)
    assert [one.outcome for one in rows] == ["ready", "refused", "refused"]
    assert [[fault.field for fault in one.error.errors] for one in rows if isinstance(one.error, Invalid)] == [
        ["requester"],
        ["title"],
    ]
    assert not Item.objects.exists()
    assert not Entry.objects.exists()
    assert not Message.objects.exists()


def test_what_can_be_is_created_with_its_reference_beside(desk: Desk) -> None:
    """BK-1."""
    sheet = begun(desk, row(desk, 2), row(desk, 3, category="no/such"), row(desk, 4))
    worked()

    assert bulk_sheets.create(sheet, by=desk.leo, at=LATER) == 2
    worked(LATER)
    again = bulk_sheets.create(sheet, by=desk.leo, at=LATER)
    view, rows = seen(desk, sheet)

    assert (view.phase, again) == ("ended", 0)
    assert [one.outcome for one in rows] == ["created", "refused", "created"]
    made = list(Item.objects.order_by("pk"))
    assert [one.reference for one in rows if one.reference] == [one.reference for one in made]
    assert {(one.creator_id, one.owner_id, one.kind) for one in made} == {(desk.leo.id, desk.leo.id, Kind.TICKET)}


def test_unique_titles_refuse_what_doubles_a_row_or_an_open_item(desk: Desk) -> None:
    """BK-1: “unique title” refuses duplicates."""
    desk.ticket(title="Invoice 2")
    rows = [row(desk, 2), row(desk, 3), row(desk, 4, title="INVOICE 3")]
    sheet = begun(desk, *rows, unique=True)
    plain = begun(desk, *rows)
    worked()

    assert [one.outcome for one in seen(desk, sheet)[1]] == ["refused", "ready", "refused"]
    assert [one.outcome for one in seen(desk, plain)[1]] == ["ready", "ready", "ready"]


def test_a_sheet_is_stopped_and_somebody_elses_is_nobodys(desk: Desk) -> None:
    """BK-1: not started."""
    sheet = begun(desk, row(desk, 2), row(desk, 3))
    with pytest.raises(Conflict):
        bulk_sheets.create(sheet, by=desk.leo, at=MONDAY)
    worked()
    with pytest.raises(NotPermitted):
        bulk_sheets.create(sheet, by=desk.ana, at=MONDAY)

    assert bulk_sheets.stop(sheet, by=desk.leo) == 2
    worked()

    assert seen(desk, sheet)[0].counts["stopped"] == 2
    assert not Item.objects.exists()
    with pytest.raises(NotPermitted):
        bulk_sheets.begin("ticket", [row(desk, 2)], name="a.csv", unique_titles=False, by=desk.ana, at=MONDAY)


def test_who_was_thought_dead_creates_nothing(desk: Desk) -> None:
    """BK-1, decision 37: a row has one item, whatever workers do."""
    sheet = begun(desk, row(desk, 2))
    worked()
    bulk_sheets.create(sheet, by=desk.leo, at=MONDAY)
    (late,) = claim(ROWS, ("create",), at=MONDAY)

    worked(LATER)  # the lease has ended
    outcome = bulk_sheets._make(late, by=desk.leo, used=set(), at=LATER)

    assert outcome is None
    assert Item.objects.count() == 1
    assert SheetRow.objects.get().outcome == SheetRow.Outcome.CREATED


def test_cases_come_from_a_sheet_too(desk: Desk) -> None:
    """BK-1, C-3."""
    given = {"case_type": "acme/main/finance/onboarding", "short_description": "Bodegas", "requester": desk.rui.email}
    lines = [Row(2, {}, given), Row(3, {}, given | {"short_description": ""})]
    sheet = bulk_sheets.begin("case", lines, name="c.csv", unique_titles=False, by=desk.leo, at=MONDAY)
    worked()
    bulk_sheets.create(sheet, by=desk.leo, at=MONDAY)
    worked()

    assert [one.outcome for one in seen(desk, sheet)[1]] == ["created", "refused"]
    assert Item.objects.get(kind=Kind.CASE.number).title == "Bodegas"


def test_a_sheet_is_forgotten_after_ninety_days_and_what_it_created_stays(desk: Desk) -> None:
    """BK-1, Z-7: as a bulk change is."""
    sheet = begun(desk, row(desk, 2), row(desk, 3))
    worked()
    bulk_sheets.create(sheet, by=desk.leo, at=MONDAY)
    worked()

    assert retention.forget_sheets(at=MONDAY + timedelta(days=89)) == 0
    assert retention.forget_sheets(at=MONDAY + timedelta(days=91)) == 1

    assert (Sheet.objects.count(), SheetRow.objects.count(), Item.objects.count()) == (0, 0, 2)


def test_whoever_is_erased_goes_from_sheets_too_and_nothing_is_created_for_them(desk: Desk) -> None:
    """MAIL-18, Z-10: also of rows that wait; another address that ends alike stays."""
    other = factories.requester("Xrui", email=f"x{desk.rui.email}", organisation=desk.rui.organisation)
    sheet = begun(desk, row(desk, 2), row(desk, 3), row(desk, 4, requester=other.email))
    SheetRow.objects.filter(line=2).update(cells={"requester": f"Rui <{desk.rui.email.upper()}>", "title": "Mine"})
    worked()

    erasing.erase(desk.rui.email, reason="They asked for it.", by=factories.administrator(), at=LATER)
    bulk_sheets.create(sheet, by=desk.leo, at=LATER)
    worked(LATER)

    view, rows = seen(desk, sheet)
    assert [(one.outcome, bool(one.cells)) for one in rows] == [
        ("stopped", False),
        ("stopped", False),
        ("created", True),
    ]
    assert desk.rui.email not in str([*SheetRow.objects.exclude(line=4).values()]).lower()
    assert view.phase == "ended"
