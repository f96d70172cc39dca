"""A sheet of approvers that somebody uploads, as the text that the configuration keeps (EA-1)."""

from django.http import HttpRequest

from tramita.domain.errors import Invalid
from tramita.gateways.spreadsheets import Unreadable, as_csv

LARGEST = 1_000_000  # bytes


def uploaded(request: HttpRequest) -> str:
    """The text of an uploaded CSV or XLSX file; nothing without one. Raises: Invalid."""
    file = request.FILES.get("sheet_file")
    if file is None:
        return ""
    if (file.size or 0) > LARGEST:
        raise Invalid.one("sheet", "too_large", "The sheet is too large.")
    data = file.read()
    try:
        return as_csv(data)
    except Unreadable:
        raise Invalid.one("sheet", "unreadable", "This is neither a CSV file nor a sheet of a spreadsheet.") from None
