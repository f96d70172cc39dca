"""What somebody is writing on an item. Who may not see the item never comes here: it is found first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from tramita.domain.actors import Actor
from tramita.models import Draft, Item
from tramita.queries.records import reader
from tramita.queries.rows import fetch


@dataclass(frozen=True, slots=True)
class Writing:
    """This person's drafts on the item by kind, and the addresses that mail about it may leave from (M-15)."""

    drafts: Mapping[str, Draft]
    addresses: Sequence[str]  # the default one first; often one, or none
    signature: str  # of those who want theirs below their mails (M-19a)


def writing_on(item: Item, actor: Actor) -> Writing:
    """What the composer begins with. Cost: one statement."""
    drafts = reader(Draft)
    together = "string_agg(address, ' ')" if connection.vendor == "postgresql" else "group_concat(address, ' ')"
    rows = fetch(
        f"SELECT (SELECT {together} FROM (SELECT r.address FROM routes r JOIN mailboxes m ON m.id = r.mailbox_id "
        "WHERE r.process_id = %s AND r.active AND m.active ORDER BY r.position, r.id) routed), "
        "(SELECT signature FROM people WHERE id = %s AND signs), "
        f"{drafts.columns} FROM (SELECT 1) one LEFT JOIN drafts ON drafts.person_id = %s AND drafts.item_id = %s",
        [item.process_id, actor.id, actor.id, item.pk],
    )
    found = [drafts.read(row[2:]) for row in rows if row[2] is not None]
    return Writing({one.kind: one for one in found}, (rows[0][0] or "").split(), rows[0][1] or "")
