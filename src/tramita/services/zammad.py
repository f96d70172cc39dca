"""What the API of Zammad gave, saved as files in a folder, read as records; the format is in docs/howto.

tickets*.json           pages of `GET /api/v1/tickets?expand=true`
users*.json             pages of `GET /api/v1/users`
articles/ID.json        `GET /api/v1/ticket_articles/by_ticket/ID`
attachments/ID/A/F      `GET /api/v1/ticket_attachment/ID/A/F`
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import getaddresses
from functools import partial
from pathlib import Path
from typing import Any

from tramita.domain.bringing_in import Article, Enclosed, Record, Unread
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.domain.foreign import Names
from tramita.domain.mime.html_text import html_to_text

CUSTOMER = "Customer"
Ticket = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder, whom the numbers of its users mean, and how its names are called here."""

    path: Path
    users: Mapping[int, Mapping[str, Any]]
    names: Names
    total: int

    def __len__(self) -> int:
        return self.total

    def customers(self) -> Iterator[tuple[str, str]]:
        """Address and name of everybody who is active and asks for things."""
        for user in self.users.values():
            if user.get("active", True) and user.get("email") and CUSTOMER in (user.get("roles") or [CUSTOMER]):
                yield str(user["email"]).lower(), _name(user)

    def passes(self) -> Iterator[Iterator[Record | Unread]]:
        """All tickets: none hangs below another."""
        yield self._records()

    def _records(self) -> Iterator[Record | Unread]:
        count = 0
        for page in _pages(self.path, "tickets"):
            for ticket in page:
                count += 1
                key = str(ticket.get("number") or ticket.get("id") or f"ticket {count}")
                try:
                    yield self._record(count, key, ticket)
                except (Invalid, KeyError, TypeError, AttributeError) as fault:
                    wrong = fault if isinstance(fault, Invalid) else _unreadable(fault)
                    yield Unread(key, count, wrong)

    def _record(self, line: int, key: str, ticket: Ticket) -> Record:
        state = str(ticket.get("state") or "")
        notes: list[str] = []
        said = self._articles(ticket, notes)
        asked = self._who(ticket, "customer")
        first = next((one for one in said if not one.internal), None)
        return Record(
            key=key,
            line=line,
            kind=Kind.TICKET,
            was=state,
            standing=self.names.standing(state),
            title=str(ticket.get("title") or (first.subject if first else "")),
            process=self.names.process(str(ticket.get("group") or "")),
            requester=self.names.person(str(asked.get("email") or "")),
            requester_name=_name(asked),
            assignee=self.names.person(str(self._who(ticket, "owner").get("email") or "")),
            created_at=self._moment("created_at", ticket),
            resolved_at=self._moment("close_at", ticket),
            follow_up_at=self._moment("pending_time", ticket),
            articles=said,
            notes=notes,
        )

    def _who(self, ticket: Ticket, what: str) -> Mapping[str, Any]:
        """By number; else the login, which is an address as a rule. Nobody is number 1."""
        number = ticket.get(f"{what}_id")
        if number == 1:
            return {}
        named = str(ticket.get(what) or "")
        return self.users.get(number or 0) or {"email": named if "@" in named else ""}

    def _moment(self, column: str, ticket: Ticket) -> Any:
        return self.names.moment(column, str(ticket.get(column) or ""), UTC)

    def _articles(self, ticket: Ticket, notes: list[str]) -> list[Article]:
        file = self.path / "articles" / f"{int(ticket['id'])}.json"
        if not file.is_file():
            notes.append("its articles are missing")
            return []
        return [self._article(ticket, one, notes) for one in _read(file)]

    def _article(self, ticket: Ticket, said: Ticket, notes: list[str]) -> Article:
        name, address = _one(str(said.get("from") or ""))
        wrote = self.users.get(said.get("origin_by_id") or said.get("created_by_id") or 0, {})
        body, html = str(said.get("body") or ""), str(said.get("content_type") or "").startswith("text/html")
        return Article(
            key=str(said["id"]),
            at=self.names.moment("created_at", str(said["created_at"]), UTC),  # type: ignore[arg-type]  # it is given
            incoming=said.get("sender") == CUSTOMER,
            internal=bool(said.get("internal")) or said.get("type") == "note",
            sender=self.names.person(address or str(wrote.get("email") or "")),
            sender_name=name or _name(wrote),
            to=_addresses(said.get("to")),
            cc=_addresses(said.get("cc")),
            subject=str(said.get("subject") or ""),
            text=html_to_text(body) if html else body,
            message_id=str(said.get("message_id") or "").strip("<> "),
            in_reply_to=str(said.get("in_reply_to") or "").strip("<> "),
            files=list(self._files(ticket, said, notes)),
        )

    def _files(self, ticket: Ticket, said: Ticket, notes: list[str]) -> Iterator[Enclosed]:
        for file in said.get("attachments") or ():
            path = self.path / "attachments" / str(int(ticket["id"])) / str(int(said["id"])) / str(int(file["id"]))
            name = str(file.get("filename") or file["id"])
            if path.is_file():
                kind = (file.get("preferences") or {}).get("Content-Type") or ""
                yield Enclosed(name, str(kind), partial(path.read_bytes))
            else:
                notes.append(f"file is missing: {name}")


def open_folder(path: Path, names: Names) -> Folder:
    """Raises: Invalid `folder`, for one without tickets, or with files that are no JSON; OSError."""
    users = {user["id"]: user for page in _pages(path, "users") for user in page if isinstance(user.get("id"), int)}
    total = sum(len(page) for page in _pages(path, "tickets"))
    if not total:
        raise Invalid.one("folder", "empty", "There are no tickets in %(folder)s.", folder=str(path))
    return Folder(path, users, names, total)


def _pages(path: Path, name: str) -> Iterator[list[dict[str, Any]]]:
    for file in sorted(path.glob(f"{name}*.json")):
        yield _read(file)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Invalid.one("folder", "unreadable", "%(file)s is no list of the API.", file=str(file))
    return found


def _unreadable(fault: Exception) -> Invalid:
    return Invalid.one("ticket", "unreadable", "It is not as the API gives it: %(why)s.", why=repr(fault))


def _name(user: Mapping[str, Any]) -> str:
    return f"{user.get('firstname') or ''} {user.get('lastname') or ''}".strip()


def _one(header: str) -> tuple[str, str]:
    return next(((name, address.lower()) for name, address in getaddresses([header]) if "@" in address), ("", ""))


def _addresses(header: Any) -> list[str]:
    return [address.lower() for _, address in getaddresses([str(header or "")]) if "@" in address]
