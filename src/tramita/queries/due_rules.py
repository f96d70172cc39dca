"""Which due-date rule a new item gets."""

from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.queries.memory import once_a_batch
from tramita.queries.rows import fetch


def installation_zone() -> ZoneInfo:
    """The zone of those who have none of their own (TRAMITA_TIME_ZONE)."""
    return ZoneInfo(settings.TIME_ZONE)


@once_a_batch
def current_due_rule(
    key: str | None, path: str, *, requester: int | None = None, organisation: int | None = None
) -> int | None:
    """The version of the rule that a new item of the process at `path` gets, or None. Cost: one query.

    That of who asks goes before that of their organisation, of its parent, and `key`, which is the process's (TO-2). A
    rule that counts working time and names no calendar is published once for each contract that lends it one, under
    the key `two_days@acme/main` (SLA-3).
    """
    if key is None and requester is None and organisation is None:
        return None
    contract = "/".join(path.split("/")[:2])
    rows = fetch(STATEMENT, [requester, organisation, organisation, key, f"@{contract}"])
    return rows[0][0] if rows else None


STATEMENT = (
    "SELECT d.current_id FROM (SELECT due, 1 AS place FROM people WHERE id = %s "
    "UNION ALL SELECT due, 2 FROM organisations WHERE id = %s "
    "UNION ALL SELECT p.due, 3 FROM organisations o JOIN organisations p ON p.id = o.parent_id WHERE o.id = %s "
    "UNION ALL SELECT CAST(%s AS varchar), 4) w JOIN definitions d ON d.kind = 'due_rule' AND d.active "
    "AND (d.key = w.due OR d.key = w.due || CAST(%s AS varchar)) ORDER BY w.place, LENGTH(d.key) DESC LIMIT 1"
)
