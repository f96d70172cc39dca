"""Tickets or Cases from a sheet: checked row by row, then created by the worker (BK-1)."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form, Query, Router, UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from tramita.api.auth import caller
from tramita.api.calls.answers import as_reader, told
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.sheets import SheetOut, SheetRowOut, SheetRowPage
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.spreadsheets import Unreadable, as_csv
from tramita.queries import sheets
from tramita.queries.sheets import RowView, SheetView
from tramita.queries.visibility import may
from tramita.services import bulk_sheets
from tramita.ui.bulk_sheets import read

router = Router(tags=["Many at once"])
SHEETS = "/api/v1/sheets"
PLAIN = ("kind", "name", "unique_titles", "total", "created_at", "begun_at")
LARGEST = 10 * 1024**2  # bytes of a sheet


class About(BaseModel):
    """Fields of the form besides the sheet."""

    kind: Literal["ticket", "case"]
    unique_titles: bool = Field(False, description="Refuse what has the title of another row, or of an open item.")


class Wanted(Paging):
    """Which rows of a sheet."""

    outcome: str = Field("", max_length=20, description="Only those: waiting, ready, created, refused or stopped.")


@router.post("/sheets", response={202: SheetOut}, operation_id="check_sheet")
def check_sheet(
    request: HttpRequest, response: HttpResponse, sheet: File[UploadedFile], about: Form[About]
) -> Status[SheetOut]:
    """Have the rows of a CSV or XLSX sheet checked; nothing is created. The first row names the columns."""
    by = caller(request)
    if not may(by, "bulk"):
        raise NotPermitted("You may not change many items at once.")
    if sheet.size is None or sheet.size > LARGEST:
        raise Invalid.one("sheet", "too_large", "At most %(size)s MB.", size=LARGEST // 1024**2)
    try:
        text = as_csv(sheet.read())
    except Unreadable:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None
    kind = Kind(about.kind)
    made = bulk_sheets.begin(
        kind, read(kind, text), name=sheet.name or "", unique_titles=about.unique_titles, by=by, at=timezone.now()
    )
    response["Location"] = f"{SHEETS}/{made.pk}"
    return Status(202, _sheet(sheets.get_sheet(by, made.pk)))


@router.get("/sheets/{number}", response=SheetOut, operation_id="get_sheet")
def get_sheet(request: HttpRequest, number: int) -> SheetOut:
    """How far a sheet of the caller's is; who audits sees everybody's."""
    return _sheet(sheets.get_sheet(caller(request), number))


@router.get("/sheets/{number}/rows", response=SheetRowPage, operation_id="list_sheet_rows")
def list_sheet_rows(request: HttpRequest, number: int, wanted: Query[Wanted]) -> SheetRowPage:
    """What came of each row, in their order."""
    by = caller(request)
    found = sheets.get_sheet(by, number).sheet
    rows, following = sheets.rows_of(
        by, found, outcome=wanted.outcome, after=position_of(wanted.cursor), limit=wanted.limit
    )
    with as_reader(request):
        return SheetRowPage(results=[_row(row) for row in rows], next=cursor_for(following))


@router.post("/sheets/{number}/create", response={202: SheetOut}, operation_id="create_from_sheet")
def create_from_sheet(request: HttpRequest, number: int) -> Status[SheetOut]:
    """Have the rows created that can be; 409 `still_checking` before all are checked."""
    by = caller(request)
    bulk_sheets.create(sheets.get_sheet(by, number).sheet, by=by, at=timezone.now())
    return Status(202, _sheet(sheets.get_sheet(by, number)))


@router.post("/sheets/{number}/stop", response=SheetOut, operation_id="stop_sheet")
def stop_sheet(request: HttpRequest, number: int) -> SheetOut:
    """Leave alone what was not yet begun."""
    by = caller(request)
    bulk_sheets.stop(sheets.get_sheet(by, number).sheet, by=by)
    return _sheet(sheets.get_sheet(by, number))


def _sheet(view: SheetView) -> SheetOut:
    sheet = view.sheet
    plain = {name: getattr(sheet, name) for name in PLAIN}
    return SheetOut.model_validate({"id": sheet.pk, "phase": view.phase, "counts": view.counts, **plain})


def _row(row: RowView) -> SheetRowOut:
    return SheetRowOut(line=row.line, outcome=row.outcome, item=row.reference or None, **told(row.error))
