"""Items by the name that they had in the system they were brought in from: `84001`, `[Ticket#84001]` (H-6)."""

import re

from tramita.domain.actors import Actor
from tramita.domain.references import Reference
from tramita.queries.list_rows import KINDS
from tramita.queries.rows import fetch
from tramita.queries.visibility import visible_sql

SYSTEMS = ("legacy", "zammad", "osticket")  # the index begins with them
_NAME = re.compile(r"\[?(?:ticket)?[\s#:]*(?P<key>[\w.\-/]{1,200})\]?", re.IGNORECASE)


def known_there_as(actor: Actor, typed: str) -> str:
    """The reference of the one item that this person sees and that had this number there; empty for none or several.

    A word without a figure is no number, and asks nothing. Cost: one statement.
    """
    named = _NAME.fullmatch(typed.strip())
    if named is None or not re.search(r"\d", named["key"]):
        return ""
    seen, marks = visible_sql(actor), ", ".join(["%s"] * len(SYSTEMS))
    rows = fetch(
        "SELECT items.kind, items.number, items.ordinal FROM brought_in b JOIN items ON items.id = b.item_id "
        f"WHERE b.system IN ({marks}) AND b.key = %s AND {seen.sql} LIMIT 2",
        [*SYSTEMS, named["key"], *seen.params],
    )
    return str(Reference(KINDS[rows[0][0]], rows[0][1], rows[0][2])) if len(rows) == 1 else ""
