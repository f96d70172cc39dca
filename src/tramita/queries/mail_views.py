"""Mail views: what came in, was sent, waits to be sent, is scheduled, blocked, deleted (M-20, M-17, M-22, MAIL-113).

Each page is one statement that goes down an index from the newest, and goes on below the last row of the page
before. A search looks at the newest mails only: so its cost is known whatever the tables hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.errors import NotPermitted
from tramita.domain.references import Reference
from tramita.models import BlockedAddress, Delivery
from tramita.queries.list_rows import KINDS
from tramita.queries.rows import document, fetch, moment, moment_or_none, stored
from tramita.queries.tray import theirs_sql
from tramita.queries.visibility import TRUE, Fragment, both, may, visible_sql

PAGE = 50
SEARCHED = 20_000  # the newest mails of a view; one statement looks at them in less than 0.1 s
LATE = timedelta(minutes=15)  # MAIL-113
# written out, not parameters: so that both databases see that the partial index serves
OPEN = "d.state IN (0, 2, 3, 4)"
STATES = {0: "queued", 2: "failed", 3: "uncertain", 4: "held"}


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a view is narrowed to. `words` is what sender or subject begin with; `before` the last row seen."""

    mailbox: str = ""
    words: str = ""
    before: int | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item that a mail belongs to, as this person may see it."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that came in, and what became of it."""

    id: int
    mailbox: str
    sender: str
    subject: str
    outcome: str
    reason: str
    at: datetime
    items: tuple[ItemLine, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A mail of ours: its delivery, the item it is about, and why it did not go out."""

    id: int  # of the delivery
    message_id: int
    state: str  # queued, failed, uncertain, held, late, sent
    due: datetime  # when it is tried (again)
    written_at: datetime
    error: str
    tries: int
    subject: str
    writer: str
    address: str
    to: tuple[str, ...]
    automatic: bool
    item: ItemLine


@dataclass(frozen=True, slots=True)
class PutAway:
    """An unhandled mail that somebody deleted (M-22)."""

    id: int
    mailbox: str
    sender: str
    subject: str
    reason: str
    at: datetime
    by: str
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """An address or domain whose mail is ignored, and who said so."""

    id: int
    address: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, and the id to go on below."""

    rows: Sequence[Any]
    next: int | None


def mailboxes(actor: Actor) -> list[str]:
    """The addresses that a view can be narrowed to. Cost: one statement."""
    _permit(actor)
    return [row[0] for row in fetch("SELECT address FROM mailboxes WHERE active ORDER BY address")]


def came_in(actor: Actor, narrow: Narrow) -> Page:
    """Mail that came in, with its items and outcome; with grants, only what belongs to an item one sees."""
    _permit(actor)
    seen = visible_sql(actor)
    source, narrowed = _seen(narrow, "outcome NOT IN ('', 'unhandled', 'failed', 'deleted')")
    where = both(narrowed, _theirs(actor, seen), _said(narrow, "seen_messages.sender", "seen_messages.subject"))
    rows = fetch(
        "SELECT s.id, s.mailbox, s.sender, s.subject, s.outcome, s.reason, s.seen_at, items.kind, items.number, "
        "items.ordinal, items.title FROM (SELECT id, mailbox, sender, subject, outcome, reason, seen_at "
        f"FROM {source.sql} WHERE {where.sql} ORDER BY id DESC LIMIT {narrow.limit + 1:d}) s "
        "LEFT JOIN messages m ON m.seen_id = s.id "
        f"LEFT JOIN items ON items.id = m.item_id AND {seen.sql} ORDER BY s.id DESC, m.id",
        [*source.params, *where.params, *seen.params],
    )
    return _page(_arrivals(rows), narrow.limit)


def _theirs(actor: Actor, seen: Fragment) -> Fragment:
    if actor.grants is None and not actor.sees:
        return TRUE
    return Fragment(
        "EXISTS (SELECT 1 FROM messages JOIN items ON items.id = messages.item_id "
        f"WHERE messages.seen_id = seen_messages.id AND {seen.sql})",
        seen.params,
    )


def _arrivals(rows: Sequence[Sequence[Any]]) -> list[Arrived]:
    """A mail that belongs to several items comes as several rows."""
    found: dict[int, tuple[Sequence[Any], list[ItemLine]]] = {}
    for *mail, kind, number, ordinal, title in rows:
        items = found.setdefault(mail[0], (mail, []))[1]
        if number is not None:
            items.append(_item(kind, number, ordinal, title))
    return [_arrival(mail, tuple(items)) for mail, items in found.values()]


def _arrival(mail: Sequence[Any], items: tuple[ItemLine, ...]) -> Arrived:
    id_, mailbox, sender, subject, outcome, reason, at = mail
    return Arrived(id_, mailbox, sender, subject, outcome, reason, moment(at), items)


def sent(actor: Actor, narrow: Narrow) -> Page:
    """Mail that went out."""
    return _written(actor, Fragment("d.state = 1"), narrow, now=None)


def outbox(actor: Actor, narrow: Narrow, *, now: datetime) -> Page:
    """What waits to be sent, and what will not go out by itself, with its reason (MAIL-113)."""
    waits = Fragment(f"{OPEN} AND NOT (d.state = 0 AND d.tries = 0 AND {_scheduled()} AND d.next_at > %s)")
    return _written(actor, Fragment(waits.sql, (stored(now),)), narrow, now=now)


def scheduled(actor: Actor, narrow: Narrow, *, now: datetime) -> Page:
    """What is to be sent later (M-17)."""
    later = Fragment(f"{OPEN} AND d.state = 0 AND d.tries = 0 AND {_scheduled()} AND d.next_at > %s", (stored(now),))
    return _written(actor, later, narrow, now=None)


def _scheduled() -> str:
    if connection.vendor == "postgresql":
        return "COALESCE((d.payload->>'scheduled')::boolean, FALSE)"
    return "COALESCE(json_extract(d.payload, '$.scheduled'), 0)"


def _written(actor: Actor, which: Fragment, narrow: Narrow, *, now: datetime | None) -> Page:
    """One statement, over deliveries from the newest."""
    _permit(actor)
    source, narrowed = _deliveries(narrow, which)
    where = both(narrowed, visible_sql(actor), _from(narrow.mailbox), _said(narrow, _first_recipient(), "m.subject"))
    rows = fetch(
        "SELECT d.id, m.id, d.state, d.next_at, d.created_at, d.error, d.tries, m.subject, m.sender_name, "
        "m.sender_address, m.recipients, m.automatic, items.kind, items.number, items.ordinal, items.title "
        f"FROM {source.sql} JOIN messages m ON m.id = d.message_id JOIN items ON items.id = m.item_id "
        f"WHERE {where.sql} ORDER BY d.id DESC LIMIT {narrow.limit + 1:d}",
        [*source.params, *where.params],
    )
    return _page([_delivery(row, now) for row in rows], narrow.limit)


def _delivery(row: Sequence[Any], now: datetime | None) -> Written:
    id_, message, state, due, at, error, tries, subject, writer, address, to, automatic, *item = row
    due, at = moment(due), moment(at)
    said = STATES.get(state, "sent")
    if now is not None and said == "queued" and now - (at if tries else max(at, min(due, now))) > LATE:
        said = "late"
    people = tuple(str(pair[1]) for pair in document(to))
    return Written(
        id_, message, said, due, at, error, tries, subject, writer, address, people, bool(automatic), _item(*item)
    )


def _item(kind: int, number: int, ordinal: int, title: str) -> ItemLine:
    return ItemLine(str(Reference(KINDS[kind], number, ordinal)), title)


def _seen(narrow: Narrow, outcome: str) -> tuple[Fragment, Fragment]:
    """The ledger of mail, and what its indexes can narrow of it."""
    box = Fragment("mailbox = %s", (narrow.mailbox,)) if narrow.mailbox else TRUE
    where = both(Fragment(outcome), box, _below(narrow, "seen_messages."))
    return _newest("seen_messages", where) if narrow.words else (Fragment("seen_messages"), where)


def _deliveries(narrow: Narrow, which: Fragment) -> tuple[Fragment, Fragment]:
    """Mail on its way out, and what its indexes can narrow of it."""
    where = both(Fragment("d.kind = 'mail'"), which, _below(narrow, "d."))
    far = narrow.words or narrow.mailbox
    return _newest("deliveries", where, "d") if far else (Fragment("deliveries d"), where)


def _newest(table: str, where: Fragment, alias: str = "") -> tuple[Fragment, Fragment]:
    """A search reads the newest only. The limit is a fence, too: PostgreSQL joins after it, not before."""
    name = alias or table
    newest = f"(SELECT {name}.* FROM {table} {alias} WHERE {where.sql} ORDER BY {name}.id DESC LIMIT {SEARCHED}) {name}"
    return Fragment(newest, where.params), TRUE


def _below(narrow: Narrow, of: str) -> Fragment:
    return Fragment(f"{of}id < %s", (narrow.before,)) if narrow.before is not None else TRUE


def _from(mailbox: str) -> Fragment:
    """Of mail that goes out one knows the address that it leaves from, not a mailbox."""
    if not mailbox:
        return TRUE
    return Fragment(
        "m.sender_address IN (SELECT r.address FROM routes r JOIN mailboxes b ON b.id = r.mailbox_id "
        "WHERE b.address = %s UNION SELECT %s)",
        (mailbox, mailbox),
    )


def _said(narrow: Narrow, *columns: str) -> Fragment:
    """One of the columns begins so, whatever the letters' size; marks of LIKE are letters like others."""
    if not narrow.words:
        return TRUE
    typed = narrow.words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    tests = " OR ".join(f"LOWER({column}) LIKE %s ESCAPE '\\'" for column in columns)
    return Fragment(f"({tests})", (f"{typed}%",) * len(columns))


def _first_recipient() -> str:
    return "m.recipients->0->>1" if connection.vendor == "postgresql" else "json_extract(m.recipients, '$[0][1]')"


def deleted(actor: Actor, narrow: Narrow) -> Page:
    """The deletion audit: who put which mail away, and when (M-22)."""
    _permit(actor)
    source, narrowed = _seen(narrow, "outcome = 'deleted'")
    where = both(narrowed, theirs_sql(actor), _said(narrow, "seen_messages.sender", "seen_messages.subject"))
    rows = fetch(
        "SELECT seen_messages.id, mailbox, sender, subject, reason, seen_at, p.name, processed_at "
        f"FROM {source.sql} LEFT JOIN people p ON p.id = handled_by_id "
        f"WHERE {where.sql} ORDER BY seen_messages.id DESC LIMIT {narrow.limit + 1:d}",
        [*source.params, *where.params],
    )
    return _page([_put_away(row) for row in rows], narrow.limit)


def _put_away(row: Sequence[Any]) -> PutAway:
    id_, mailbox, sender, subject, reason, at, by, gone = row
    return PutAway(id_, mailbox, sender, subject, reason, moment(at), by or "", moment_or_none(gone))


def blocked(actor: Actor, narrow: Narrow, *, limit: int = PAGE) -> Page:
    """Blocked addresses and domains (M-20)."""
    _permit(actor)
    found = BlockedAddress.objects.select_related("by").order_by("-id")
    if narrow.before is not None:
        found = found.filter(pk__lt=narrow.before)
    if narrow.words:
        found = found.filter(address__startswith=narrow.words.lower())
    rows = [Blocked(one.pk, one.address, one.at, one.by.name if one.by else "") for one in found[: limit + 1]]
    return _page(rows, limit)


def get_delivery(actor: Actor, delivery_id: int) -> Delivery | None:
    """A mail of the outbox on an item that this person sees. Cost: one statement."""
    _permit(actor)
    from_items = visible_sql(actor)
    rows = fetch(
        f"SELECT d.id FROM deliveries d JOIN items ON items.id = d.item_id WHERE d.id = %s AND {from_items.sql}",
        [delivery_id, *from_items.params],
    )
    return Delivery.objects.select_related("message__item").get(pk=rows[0][0]) if rows else None


def _page(rows: Sequence[Any], limit: int = PAGE) -> Page:
    shown = rows[:limit]
    return Page(shown, shown[-1].id if len(rows) > limit else None)


def _permit(actor: Actor) -> None:
    if not actor.is_staff or not may(actor, "view"):
        raise NotPermitted("Only those who work items may read this.")
