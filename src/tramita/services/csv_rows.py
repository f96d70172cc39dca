"""Rows of a CSV file in UTF-8 that another system wrote."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tramita.domain.errors import Invalid

LARGEST_CELL = 16 * 2**20  # characters


def csv_rows(path: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that say anything, by the names of their columns in small letters, each with the line where it ends.

    A row that is too short lacks its last columns; those that are needed are empty then.

    Raises: Invalid `file`, without the columns needed, or for what is no CSV in UTF-8; OSError.
    """
    csv.field_size_limit(LARGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(line.replace("\x00", "") for line in file)
            heads = [head.strip().lower() for head in next(rows, [])]
            if missing := [name for name in needed if name not in heads]:
                raise Invalid.one("file", "columns", "The first row must name %(columns)s.", columns=", ".join(missing))
            empty = dict.fromkeys(needed, "")
            for cells in rows:
                if any(cells):
                    said = zip(heads, (cell.strip() for cell in cells), strict=False)
                    yield rows.line_num, {**empty, **dict(said)}
    except UnicodeDecodeError:
        raise Invalid.one("file", "encoding", "The file is not in UTF-8.") from None
    except csv.Error as error:
        raise Invalid.one("file", "unreadable", "The file is no CSV: %(why)s.", why=str(error)) from None
