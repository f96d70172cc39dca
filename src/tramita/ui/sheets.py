"""Tables as files: CSV for programs, XLSX for people. What a person wrote is text there, never a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO

Cell = str | datetime  # a moment without a zone: the reader's own wall clock, which the heading names
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet would calculate, or hides
WIDEST = 60


def csv_file(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark that spreadsheets look for."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow([harmless(head) for head in heads])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return written.getvalue().encode("utf-8-sig")


def xlsx_file(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet, its first line fixed; moments are dates that can be reckoned with."""
    import xlsxwriter

    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(written, options) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        widths = [len(head) for head in heads]
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                widths[column] = max(widths[column], len(_plain(cell)))
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, column, cell, moment)
                else:
                    sheet.write_string(line, column, cell)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width, WIDEST) + 2)
        sheet.freeze_panes(1, 0)
    return written.getvalue()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text


def _plain(cell: Cell) -> str:
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else harmless(cell)
