"""The first sheet of an uploaded spreadsheet as CSV text: of XLSX, XML in a ZIP (ISO/IEC 29500), or CSV itself.

What is read is counted: so many bytes of each part, so many cells. A document with a DTD is refused unread, so that
no entity of it is ever expanded.
"""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO, StringIO
from typing import Final
from xml.etree import ElementTree as ET

LARGEST_PART: Final = 10 * 2**20  # bytes
MOST_CELLS: Final = 50_000
MOST_COLUMNS: Final = 100
SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
CELL = re.compile(r"([A-Z]{1,3})(\d+)")
WHOLE = re.compile(r"-?\d+\.0+")


class Unreadable(Exception):
    """This is no sheet that we can read."""


def as_csv(data: bytes) -> str:
    """Raises: Unreadable."""
    if not data.startswith(b"PK"):
        return _text(data)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            rows = list(_rows(archive))
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, KeyError, ValueError, IndexError, RuntimeError) as error:
        raise Unreadable from error
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise Unreadable
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what spreadsheets in Europe write


def _rows(archive: zipfile.ZipFile) -> Iterator[list[str]]:
    """The rows of the sheet with the lowest number; empty ones between are left out."""
    sheets = [(int(found[1]), name) for name in archive.namelist() if (found := SHEET.fullmatch(name))]
    strings = _strings(archive)
    count = 0
    for row in _of(_parsed(archive, min(sheets)[1]), "row"):
        cells: dict[int, str] = {}
        for cell in _of(row, "c"):
            count += 1
            if count > MOST_CELLS:
                raise Unreadable
            column = _column(cell.get("r", ""), len(cells))
            cells[column] = _value(cell, strings)
        if any(cells.values()):
            yield [cells.get(number, "") for number in range(max(cells) + 1)]


def _strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_said(one) for one in _of(_parsed(archive, "xl/sharedStrings.xml"), "si")]


def _parsed(archive: zipfile.ZipFile, name: str) -> ET.Element:
    with archive.open(name) as part:
        data = part.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART or b"<!DOCTYPE" in data:
        raise Unreadable
    return ET.fromstring(data)  # noqa: S314 - without a DTD there are no entities to expand


def _of(element: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in element.iter() if one.tag.rpartition("}")[2] == name]


def _said(element: ET.Element) -> str:
    return "".join(one.text or "" for one in _of(element, "t"))


def _column(place: str, otherwise: int) -> int:
    """`B7` stands in the second column, 1."""
    found = CELL.fullmatch(place)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    column = number - 1 if found else otherwise
    if column >= MOST_COLUMNS:
        raise Unreadable
    return column


def _value(cell: ET.Element, strings: list[str]) -> str:
    kind, values = cell.get("t", "n"), _of(cell, "v")
    text = (values[0].text or "") if values else ""
    if kind == "inlineStr":
        return _said(cell)
    if kind == "s":
        return strings[int(text)] if text else ""
    if kind == "b":
        return "true" if text == "1" else "false"
    return text.partition(".")[0] if WHOLE.fullmatch(text) else text
