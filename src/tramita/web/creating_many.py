"""Tickets or Cases from a sheet: a template, what is wrong with each row, and what came of it (BK-1)."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.spreadsheets import Unreadable, as_csv
from tramita.queries import sheets as found
from tramita.queries import startable
from tramita.queries.visibility import may
from tramita.services import bulk_sheets
from tramita.ui import bulk_sheets as read
from tramita.ui import errors
from tramita.ui.downloads import download
from tramita.ui.sheets import csv_file, xlsx_file
from tramita.web import inputs
from tramita.web.access import StaffRequest, staff
from tramita.web.refusals import Refusing
from tramita.web.rendering import page

LARGEST = 10 * 1024**2  # bytes of a sheet
FILES = {"csv": csv_file, "xlsx": xlsx_file}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def sheets(request: StaffRequest) -> HttpResponseBase:
    """The form, with a template for Tickets and one for Cases, and the sheets of this person."""
    if not may(request.actor, "bulk"):
        raise NotPermitted("You may not change many items at once.")
    if (kind := request.GET.get("template", "")) in FILES:
        heads, rows = read.template(_kind(request.GET.get("kind", "")), request.GET.get("path", ""), request.actor)
        return download(FILES[kind](heads, rows), f"{request.GET.get('kind') or 'ticket'}.{kind}")
    if request.method != "POST":
        return _form(request)
    try:
        sheet = _taken(request)
    except Refusing as refused:
        fault = errors.by_field(refused) or {"sheet": errors.sentence(refused)}
        return _form(request, faults=fault, status=refused.status)
    return redirect("sheet", sheet)


def _taken(request: StaffRequest) -> int:
    kind, file = _kind(inputs.text(request, "kind")), request.FILES.get("sheet")
    if file is None or not file.size:
        raise Invalid.one("sheet", "required", "Choose a sheet.")
    if file.size > LARGEST:
        raise Invalid.one("sheet", "too_large", "At most %(size)s MB.", size=LARGEST // 1024**2)
    try:
        text = as_csv(file.read())
    except Unreadable:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None
    unique = inputs.flag(request, "unique_titles")
    rows = read.read(kind, text)
    return bulk_sheets.begin(
        kind, rows, name=file.name or "", unique_titles=unique, by=request.actor, at=timezone.now()
    ).pk


def _kind(code: str) -> Kind:
    return Kind.CASE if code == "case" else Kind.TICKET


def _form(request: StaffRequest, *, faults: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    return page(
        request,
        "web/bulk/sheets.html",
        "bulk",
        status=status,
        found=found.mine(request.actor),
        kinds=[Kind.TICKET.value, Kind.CASE.value],
        chosen=inputs.text(request, "kind") or Kind.TICKET.value,
        unique=inputs.flag(request, "unique_titles"),
        columns={kind.value: read.heads(kind) for kind in bulk_sheets.KINDS},
        processes=startable.startable(request.actor),
        fault=(faults or {}).get("sheet", ""),
    )


@require_safe
@staff
def sheet(request: StaffRequest, number: int) -> HttpResponseBase:
    """How far it is, and each row; as a file what came of all of them."""
    view = found.get_sheet(request.actor, number)
    kind, outcome = Kind(view.sheet.kind), request.GET.get("outcome", "")
    if (wanted := request.GET.get("file", "")) in FILES:
        every, _none = found.rows_of(request.actor, view.sheet, limit=None)
        heads, table = read.result(kind, every)
        return download(FILES[wanted](heads, table), f"{view.sheet.name.rpartition('.')[0] or 'sheet'}.{wanted}")
    rows, following = found.rows_of(request.actor, view.sheet, outcome=outcome, after=inputs.after(request) or 0)
    here, narrowed = reverse("sheet", args=[number]), f"outcome={outcome}&" if outcome else ""
    return page(
        request,
        "web/bulk/sheet.html",
        "bulk",
        view=view,
        outcome=outcome,
        rows=[(row, row.cells.get(bulk_sheets.TITLE[kind], ""), _why(row)) for row in rows],
        own=view.sheet.person_id == request.actor.id,
        first=f"{here}?{narrowed}" if "after" in request.GET else "",
        next=f"{here}?{narrowed}after={following}" if following else "",
    )


def _why(row: found.RowView) -> str:
    return errors.sentence(row.error) if row.error else ""


@require_POST
@staff
def create(request: StaffRequest, number: int) -> HttpResponse:
    """Have the rows created that can be."""
    bulk_sheets.create(found.get_sheet(request.actor, number).sheet, by=request.actor, at=timezone.now())
    return redirect("sheet", number)


@require_POST
@staff
def stop(request: StaffRequest, number: int) -> HttpResponse:
    """Leave the rest alone."""
    bulk_sheets.stop(found.get_sheet(request.actor, number).sheet, by=request.actor)
    return redirect("sheet", number)
