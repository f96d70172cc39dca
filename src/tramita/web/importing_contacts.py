"""Organisations and contacts from a sheet: a template, and what became of each row (CT-5, CT-7)."""

from collections import Counter

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.spreadsheets import Unreadable, as_csv
from tramita.services import importing_contacts
from tramita.services.importing_contacts import COLUMNS, REFUSED, RowOutcome
from tramita.ui import errors, sheets
from tramita.ui.downloads import download
from tramita.web.access import StaffRequest, staff
from tramita.web.rendering import page

LARGEST = 5 * 1024**2  # bytes of a sheet
EXAMPLE = (
    *("lucia@acme.es", "Lucía Ramos", "acme-iberia", "Acme Iberia", "acme", "acme.es", "es", "Europe/Madrid"),
    *("", "", "no", "yes"),
)
TEMPLATES = {"csv": sheets.csv_file, "xlsx": sheets.xlsx_file}


@require_http_methods(["GET", "POST"])
@staff
def from_sheet(request: StaffRequest) -> HttpResponseBase:
    """The form; a template of it; and after it what was taken, and each row that was not, with the reason."""
    if not importing_contacts.may_import(request.actor):
        raise NotPermitted("Only those who manage users and configure the desk may import.")
    if (kind := request.GET.get("template", "")) in TEMPLATES:
        own = list(importing_contacts.declared())
        return download(TEMPLATES[kind]([*COLUMNS, *own], [[*EXAMPLE, *("" for _one in own)]]), f"contacts.{kind}")
    if request.method != "POST":
        return _page(request)
    try:
        outcomes = importing_contacts.take(_text(request), by=request.actor, at=timezone.now())
    except Invalid as refused:
        return _page(request, fault=errors.by_field(refused).get("sheet", ""), status=refused.status)
    return _page(request, outcomes=outcomes)


def _text(request: StaffRequest) -> str:
    """Raises: Invalid."""
    file = request.FILES.get("sheet")
    if file is None or not file.size:
        raise Invalid.one("sheet", "required", "Choose a sheet.")
    if file.size > LARGEST:
        raise Invalid.one("sheet", "too_large", "At most %(size)s MB.", size=LARGEST // 1024**2)
    try:
        return as_csv(file.read())
    except Unreadable:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None


def _page(
    request: StaffRequest, *, outcomes: list[RowOutcome] | None = None, fault: str = "", status: int = 200
) -> HttpResponse:
    counts = Counter(one.what for one in outcomes or ())
    refused = [(one, errors.sentence(one.fault)) for one in outcomes or () if one.fault is not None]
    return page(
        request,
        "web/contacts/import.html",
        "contacts",
        status=status,
        columns=[*COLUMNS, *importing_contacts.declared()],
        most=importing_contacts.MOST,
        counts=[(name, counts[what]) for what, name in _names()] if outcomes is not None else [],
        refused=refused,
        fault=fault,
    )


def _names() -> list[tuple[str, str]]:
    return [
        (importing_contacts.CREATED, _("Created")),
        (importing_contacts.CHANGED, _("Changed")),
        (importing_contacts.LEFT, _("As it was")),
        (REFUSED, _("Not taken")),
    ]
