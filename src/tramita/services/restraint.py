"""How much a desk answers by itself, whatever the headers say: a limit ends each loop (MAIL-93)."""

from datetime import datetime, timedelta

from django.db import connection

from tramita.models import Entry, Item
from tramita.queries.rows import fetch, moment, stored

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_WHILE = timedelta(minutes=10)
MOST_IN_AN_HOUR = 5  # automatic mails to one address
MOST_IN_A_DAY = 20
MOST_REOPENINGS = 3  # of one item by mail in an hour


def why_silent(item: Item, *, at: datetime) -> str | None:
    """Why who asked for this new item gets no acknowledgement now, or None.

    Mails of one sender queue up here, so that two importers count each other's. Cost: one statement, two on PostgreSQL.
    """
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        fetch("SELECT id FROM people WHERE id = %s FOR NO KEY UPDATE", [item.original_requester_id])
    recent = _automatic_to(item.original_requester_id, since=at - DAY)
    lately = [row for row in recent if row[0] > at - A_WHILE]
    if any(row[1:] == (item.process_id, item.title) for row in lately):
        return "acknowledged a moment ago"
    return "too many automatic mails to this address" if _too_many(recent, at) else None


def too_many(person_id: int, *, at: datetime) -> bool:
    """Whether this person, of whom an item is, has had as many automatic mails as one gets. Cost: one statement."""
    return _too_many(_automatic_to(person_id, since=at - DAY), at)


def _too_many(recent: list[tuple[datetime, int | None, str]], at: datetime) -> bool:
    return sum(row[0] > at - HOUR for row in recent) >= MOST_IN_AN_HOUR or len(recent) >= MOST_IN_A_DAY


def _automatic_to(person_id: int | None, *, since: datetime) -> list[tuple[datetime, int | None, str]]:
    """The newest automatic mails to who asked: when, for which process, and the title of the item."""
    rows = fetch(
        "SELECT m.at, i.process_id, i.title FROM items i JOIN messages m ON m.item_id = i.id "
        "WHERE i.original_requester_id = %s AND i.updated_at > %s AND m.outgoing AND m.automatic AND m.at > %s "
        "ORDER BY m.id DESC LIMIT %s",
        [person_id, stored(since), stored(since), MOST_IN_A_DAY],
    )
    return [(moment(at), process, title) for at, process, title in rows]


def reopened_too_often(item: Item, *, at: datetime) -> bool:
    """Whether mails took this item up again so often lately that one more is only appended."""
    lately = Entry.objects.filter(item=item, type="reopened", actor=None, at__gt=at - HOUR)
    return lately.count() >= MOST_REOPENINGS
