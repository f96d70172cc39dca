"""The ticket CSV of osTicket, and what was said as a second one, read as records; the formats are in docs/howto."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tramita.domain.bringing_in import Article, Enclosed, Record, Unread
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.domain.foreign import Names
from tramita.domain.mime.html_text import html_to_text
from tramita.queries.due_rules import installation_zone
from tramita.services.csv_rows import csv_rows

NUMBER, STATUS = "ticket number", "current status"
ENTRIES = ("number", "type", "created")
MESSAGE, RESPONSE = "M", "R"
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Export:
    """The files. `said`: entries by the number of their ticket, kept beside so that they need no memory."""

    tickets: Path
    said: sqlite3.Connection
    files: Path | None
    names: Names
    total: int

    def __len__(self) -> int:
        return self.total

    def customers(self) -> Iterator[tuple[str, str]]:
        """Address and name of everybody who asked."""
        for _, cells in csv_rows(self.tickets, (NUMBER, STATUS)):
            yield cells.get("from email", "").lower(), cells.get("from", "")

    def passes(self) -> Iterator[Iterator[Record | Unread]]:
        """All tickets: none hangs below another."""
        yield self._records()

    def _records(self) -> Iterator[Record | Unread]:
        for line, cells in csv_rows(self.tickets, (NUMBER, STATUS)):
            try:
                yield self._record(line, cells)
            except Invalid as fault:
                yield Unread(cells[NUMBER] or f"line {line}", line, fault)

    def _record(self, line: int, cells: Cells) -> Record:
        if not cells[NUMBER]:
            raise Invalid.one("number", "required", "This is needed.")
        zone, notes = installation_zone(), list[str]()
        said = self.said.execute("SELECT cells FROM said WHERE number = ? ORDER BY line", [cells[NUMBER]])
        articles = [self._article(json.loads(text), notes) for (text,) in said]
        agent = cells.get("agent assigned", "")
        return Record(
            key=cells[NUMBER],
            line=line,
            kind=Kind.TICKET,
            was=cells[STATUS],
            standing=self.names.standing(cells[STATUS]),
            title=cells.get("subject", ""),
            process=self.names.process(cells.get("help topic", ""), cells.get("department", "")),
            requester=self.names.person(cells.get("from email", "")),
            requester_name=cells.get("from", ""),
            assignee=self.names.person(agent),
            created_at=self.names.moment("created_at", cells.get("date created", ""), zone),
            resolved_at=self.names.moment("closed_at", cells.get("closed date", ""), zone),
            articles=articles,
            notes=notes,
        )

    def _article(self, cells: Cells, notes: list[str]) -> Article:
        at = self.names.moment("created", cells["created"], installation_zone())
        if at is None:
            raise Invalid.one("created", "required", "This is needed.")
        kind, body = cells["type"].upper(), cells.get("body", "")
        return Article(
            key=cells.get("id", ""),
            at=at,
            incoming=kind == MESSAGE,
            internal=kind not in (MESSAGE, RESPONSE),
            sender=self.names.person(cells.get("email", "") or cells.get("poster", "")),
            sender_name=cells.get("poster", ""),
            subject=cells.get("title", ""),
            text=html_to_text(body) if cells.get("format", "html").lower() == "html" else body,
            message_id=cells.get("message_id", "").strip("<> "),
            files=list(self._files(cells, notes)),
        )

    def _files(self, cells: Cells, notes: list[str]) -> Iterator[Enclosed]:
        for name in filter(None, (one.strip() for one in cells.get("files", "").split(";"))):
            stored, _, shown = name.partition("=")
            path = self.files / Path(stored).name if self.files else None
            if path is not None and path.is_file():
                yield Enclosed(shown or stored, "", partial(path.read_bytes))
            else:
                notes.append(f"file is missing: {shown or stored}")


@contextmanager
def open_export(tickets: Path, *, entries: Path | None, files: Path | None, names: Names) -> Iterator[Export]:
    """Raises: Invalid `file`, for one without the columns it needs, or that is no CSV in UTF-8; OSError."""
    total = sum(1 for _ in csv_rows(tickets, (NUMBER, STATUS)))
    with closing(sqlite3.connect("")) as said:  # a file that goes with the connection
        said.execute("CREATE TABLE said (number TEXT, line INTEGER, cells TEXT)")
        if entries is not None:
            rows = ((cells["number"], line, json.dumps(cells)) for line, cells in csv_rows(entries, ENTRIES))
            said.executemany("INSERT INTO said VALUES (?, ?, ?)", rows)
        said.execute("CREATE INDEX said_of ON said (number, line)")
        yield Export(tickets, said, files, names, total)
