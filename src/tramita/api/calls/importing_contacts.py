"""Organisations and contacts from a sheet, a row each (CT-5, CT-7)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Router, UploadedFile

from tramita.api.auth import caller
from tramita.api.calls.answers import as_reader, told
from tramita.api.schemas.importing_contacts import ContactColumnsOut, ContactRowOut, ContactRowsOut
from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotPermitted
from tramita.gateways.spreadsheets import Unreadable, as_csv
from tramita.services import importing_contacts

router = Router(tags=["Directory"])
LARGEST = 5 * 1024**2  # bytes of a sheet


@router.get("/contacts/import", response=ContactColumnsOut, operation_id="read_contact_columns")
def read_columns(request: HttpRequest) -> ContactColumnsOut:
    """What the first row of a sheet may name."""
    _importing(request)
    columns = [*importing_contacts.COLUMNS, *importing_contacts.declared()]
    return ContactColumnsOut(columns=columns, most=importing_contacts.MOST)


@router.post("/contacts/import", response=ContactRowsOut, operation_id="import_contacts", url_name="import_contacts")
def import_contacts(request: HttpRequest, sheet: File[UploadedFile]) -> ContactRowsOut:
    """Take the rows of a CSV or XLSX sheet, each by itself; one that says what is so already changes nothing."""
    by = _importing(request)
    outcomes = importing_contacts.take(_text(sheet), by=by, at=timezone.now())
    with as_reader(request):
        rows = [ContactRowOut(line=one.line, about=one.about, outcome=one.what, **told(one.fault)) for one in outcomes]
    return ContactRowsOut(results=rows)


def _importing(request: HttpRequest) -> Actor:
    by = caller(request)
    if not importing_contacts.may_import(by):
        raise NotPermitted("Only those who manage users and configure the desk may import.")
    return by


def _text(sheet: UploadedFile) -> str:
    """Raises: Invalid."""
    if sheet.size is None or sheet.size > LARGEST:
        raise Invalid.one("sheet", "too_large", "At most %(size)s MB.", size=LARGEST // 1024**2)
    try:
        return as_csv(sheet.read())
    except Unreadable:
        raise Invalid.one("sheet", "unreadable", "This is no sheet that can be read: CSV or XLSX.") from None
