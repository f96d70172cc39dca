"""How much a desk answers by itself, whatever the headers say: a limit ends each loop (MAIL-93)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from tramita.domain.mime.model import address_key
from tramita.models import BlockedAddress, Entry, Item, MarkedAddress
from tramita.queries.rows import fetch, moment_or_none, stored
from tramita.services.alerts import raise_alert

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_WHILE = timedelta(minutes=10)
MOST_IN_AN_HOUR = 5  # automatic mails to one address
MOST_IN_A_DAY = 20
MOST_ON_AN_ITEM = 5  # automatic mails about one item in an hour
MOST_TO_A_DOMAIN = 60  # automatic mails in an hour from one address of ours: each answer may have a new sender
MOST_FROM_AN_ADDRESS = 600  # automatic mails in an hour from one address of ours
UNASKED = "NOT EXISTS (SELECT 1 FROM approval_tokens t WHERE t.message_id = m.id)"  # an agent asked a manager
MOST_REOPENINGS = 3  # of one item by mail in an hour


def why_silent(item: Item, *, to: str, leaving_from: str, acknowledges: bool = True, at: datetime) -> str | None:
    """Why who asked for this item gets no automatic mail now, or None. `to` is their address, `leaving_from` ours.

    `acknowledges`: it would say that something came in, which is said once in a while.

    Mails of one sender queue up here, so that two importers count each other's. Cost: one statement, two on PostgreSQL.
    """
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        fetch("SELECT id FROM people WHERE id = %s FOR NO KEY UPDATE", [item.original_requester_id])
    found = _counted(item, to, leaving_from, at=at)
    recent = [(moment_or_none(when), process, title) for what, when, process, title in found if what == "to"]
    count = {what: (int(number or 0), int(domain or 0)) for what, _, number, domain in found if what != "to"}
    lately = [row for row in recent if row[0] and row[0] > at - A_WHILE]
    in_all, to_domain = count["from"]
    reasons = {
        "a complaint about our mail": count["complaint"][0] > 0,
        "acknowledged a moment ago": acknowledges and any(row[1:] == (item.process_id, item.title) for row in lately),
        "too many automatic mails to this address": len(recent) >= MOST_IN_A_DAY
        or sum(row[0] is not None and row[0] > at - HOUR for row in recent) >= MOST_IN_AN_HOUR,
        "too many automatic mails about this item": count["item"][0] >= MOST_ON_AN_ITEM,
        "too many automatic mails to this domain": to_domain >= MOST_TO_A_DOMAIN,
        "too many automatic mails from this address": in_all >= MOST_FROM_AN_ADDRESS,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def willing(addresses: list[str]) -> list[str]:
    """Without who is blocked or complained about our mail (MAIL-98). Cost: two statements; none for nobody."""
    if not addresses:
        return []
    keys = {one: address_key(one) for one in addresses}
    named = {*keys.values(), *(f"@{key.rpartition('@')[2]}" for key in keys.values())}
    gone = set(BlockedAddress.objects.filter(address__in=named).values_list("address", flat=True))
    gone |= set(MarkedAddress.objects.filter(address__in=named, complained=True).values_list("address", flat=True))
    return [one for one, key in keys.items() if gone.isdisjoint((key, f"@{key.rpartition('@')[2]}"))]


def _counted(item: Item, to: str, leaving_from: str, *, at: datetime) -> list[tuple[Any, ...]]:
    """Rows of four: the newest automatic mails to who asked, then three counts."""
    domain = re.sub(r"[%_\\]", "", to.rpartition("@")[2])
    day, hour = stored(at - DAY), stored(at - HOUR)
    return fetch(
        # CROSS: SQLite begins with the items of a day, instead of reading mails backwards until it has found twenty
        "SELECT * FROM (SELECT 'to' AS what, m.at, i.process_id, CASE WHEN i.id = %s THEN NULL ELSE i.title END "  # noqa: S608 - names of ours
        "FROM items i CROSS JOIN messages m WHERE m.item_id = i.id AND i.original_requester_id = %s "
        f"AND i.updated_at > %s AND m.outgoing AND m.automatic AND m.at > %s AND {UNASKED} "
        "ORDER BY m.at DESC LIMIT %s) newest "
        "UNION ALL SELECT 'from', NULL, COUNT(*), CAST(SUM(CASE WHEN LOWER(CAST(recipients AS TEXT)) LIKE %s "
        "THEN 1 ELSE 0 END) AS TEXT) FROM (SELECT recipients FROM messages WHERE automatic AND outgoing "
        "AND sender_address = %s AND at > %s ORDER BY at DESC LIMIT %s) ours "
        "UNION ALL SELECT 'item', NULL, COUNT(*), NULL FROM messages m WHERE item_id = %s AND outgoing AND automatic "
        f"AND at > %s AND {UNASKED} "
        "UNION ALL SELECT 'complaint', NULL, COUNT(*), NULL FROM marked_addresses WHERE address = %s AND complained",
        [
            *(item.pk, item.original_requester_id, day, day, MOST_IN_A_DAY),
            *(f'%@{domain}"%', leaving_from, hour, MOST_FROM_AN_ADDRESS),
            *(item.pk, hour, to),
        ],
    )


def reopened_too_often(item: Item, *, at: datetime) -> bool:
    """Whether mails took this item up again so often lately that one more is only appended."""
    lately = Entry.objects.filter(item=item, type="reopened", actor=None, at__gt=at - HOUR)
    return lately.count() >= MOST_REOPENINGS


def tell_operator(key: str, *, about: Mapping[str, Any], at: datetime) -> None:
    """Something goes round, or is about to: a line for who runs the desk (MAIL-93)."""
    raise_alert(key, "loop", about, at)
