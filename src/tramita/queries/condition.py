"""How the desk is doing, by figures that cost one look at an index each: for `doctor` and for Prometheus."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles

from django.db import connection

from tramita.models import Alert, Mailbox
from tramita.queries.mailboxes import directory
from tramita.queries.rows import document, fetch, moment, moment_or_none, stored

# constants are written out: a parameter would lose the partial index
NOW = """SELECT (SELECT min(due_at) FROM timers), (SELECT min(next_at) FROM deliveries WHERE state = 0),
                (SELECT count(*) FROM seen_messages WHERE outcome IN ('unhandled', 'failed'))"""
NEWEST = 10_000  # messages that are counted: seen_messages has no index by time, and may hold millions
TIMED = 1_000  # of them, those whose way is timed
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Work:
    """What waits."""

    timer: datetime | None  # the oldest
    delivery: datetime | None
    tray: int


def work() -> Work:
    """What waits now. Cost: one statement."""
    timer, delivery, tray = fetch(NOW)[0]
    return Work(moment_or_none(timer), moment_or_none(delivery), tray)


def uncertain() -> int:
    """Mails of the last deliveries of which nobody knows whether they arrived (MAIL-111)."""
    newest = "(SELECT max(id) FROM deliveries)"
    rows = fetch(f"SELECT count(*) FROM deliveries WHERE state = 3 AND id > {newest} - %s", [NEWEST])
    return int(rows[0][0])


def recent_mail(*, at: datetime) -> dict[tuple[str, str], int]:
    """Messages of the last day by mailbox and outcome, among the newest. Cost: a range of the primary key."""
    rows = fetch(
        "SELECT mailbox, outcome, count(*) FROM seen_messages WHERE id > (SELECT max(id) FROM seen_messages) - %s "
        "AND seen_at > %s GROUP BY mailbox, outcome",
        [NEWEST, stored(at - DAY)],
    )
    return {(mailbox, outcome or "waiting"): count for mailbox, outcome, count in rows}


def seconds_to_item(*, at: datetime) -> dict[str, tuple[float, float]]:
    """From the arrival at the server to the item: median and 95th percentile of the last day, by mailbox (MAIL-140)."""
    rows = fetch(
        "SELECT mailbox, envelope, seen_at, processed_at FROM seen_messages "
        "WHERE id > (SELECT max(id) FROM seen_messages) - %s AND seen_at > %s AND outcome = 'created' AND NOT archive",
        [TIMED, stored(at - DAY)],
    )
    taken: dict[str, list[float]] = {}
    for mailbox, envelope, seen_at, processed_at in rows:
        arrived = (document(envelope) or {}).get("arrived")
        begin = moment(arrived) if arrived else moment(seen_at)
        if processed_at is not None:
            taken.setdefault(mailbox, []).append(max(0.0, (moment(processed_at) - begin).total_seconds()))
    return {box: (median(some), _ninety_fifth(some)) for box, some in taken.items()}


def _ninety_fifth(seconds: list[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]


LATELY = "s.id > (SELECT max(id) FROM seen_messages) - %s AND s.seen_at > %s"


def fetched_lately(*, at: datetime) -> dict[str, tuple[int, int]]:
    """Messages downloaded in the last day by mailbox, and how many of them were seen before, among the newest."""
    rows = fetch(
        "SELECT mailbox, count(*), count(*) - count(DISTINCT seen_id) FROM fetched_messages "
        "WHERE id > (SELECT max(id) FROM fetched_messages) - %s AND at > %s AND seen_id IS NOT NULL GROUP BY mailbox",
        [NEWEST, stored(at - DAY)],
    )
    return {mailbox: (int(count), int(again)) for mailbox, count, again in rows}


def bounces(*, at: datetime) -> dict[tuple[str, str], int]:
    """Reports of the last day on mail of ours, by mailbox and reason: the status, else what became of it (MAIL-96)."""
    status, action = _inside("m.headers", "bounce", "status"), _inside("m.headers", "bounce", "action")
    rows = fetch(
        f"SELECT s.mailbox, COALESCE({status}, {action}) AS why, count(DISTINCT s.id) FROM seen_messages s "
        f"JOIN messages m ON m.seen_id = s.id WHERE {LATELY} AND {action} IS NOT NULL GROUP BY s.mailbox, why",
        [NEWEST, stored(at - DAY)],
    )
    return {(mailbox, reason): int(count) for mailbox, reason, count in rows}


def suppressed_answers(*, at: datetime) -> dict[tuple[str, str], int]:
    """Automatic answers of the last day that were withheld, by mailbox and reason (MAIL-91, MAIL-93, MAIL-13)."""
    why = f"COALESCE({_inside('s.trace', 'unanswered')}, {_inside('s.trace', 'too_large', 'why')})"
    rows = fetch(
        f"SELECT s.mailbox, {why} AS why, count(*) FROM seen_messages s WHERE {LATELY} AND {why} IS NOT NULL "
        "GROUP BY s.mailbox, why",
        [NEWEST, stored(at - DAY)],
    )
    return {(mailbox, reason): int(count) for mailbox, reason, count in rows}


def outbox(*, at: datetime) -> dict[tuple[str, str], tuple[int, float]]:
    """What has not gone out, by mailbox and state: how many, and since how many seconds the oldest is due."""
    rows = fetch(
        "SELECT m.sender_address, d.state, count(*), min(CASE WHEN d.state = 0 THEN d.next_at ELSE d.created_at END) "
        "FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.state IN (0, 2, 3, 4) AND d.kind = 'mail' "
        "GROUP BY m.sender_address, d.state"
    )
    desk = directory()
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for address, state, count, oldest in rows:
        label = (desk.mailbox_of(address) or address, STATES[state])
        age = max(0.0, (at - moment(oldest)).total_seconds())
        before = found.get(label, (0, 0.0))
        found[label] = (before[0] + int(count), max(before[1], age))
    return found


STATES = {0: "queued", 2: "failed", 3: "uncertain", 4: "held"}


def pushes(*, at: datetime) -> tuple[int, int, str]:
    """How many browsers are told; of the last deliveries, how many of the last day did not leave, and why the newest
    did not (AP-17)."""
    failed = (
        "SELECT error FROM deliveries WHERE kind = 'push' AND state = 2 AND created_at > %s "
        "AND id > (SELECT max(id) FROM deliveries) - %s ORDER BY id DESC"
    )
    errors = fetch(failed, [stored(at - DAY), NEWEST])
    browsers = fetch("SELECT count(*) FROM push_subscriptions")[0][0]
    return int(browsers), len(errors), errors[0][0] if errors else ""


def webhooks(*, at: datetime) -> tuple[int, list[str], list[str]]:
    """How many listen, the addresses where nothing was taken for an hour, and those that asked to be left (API-2)."""
    rows = fetch(
        "SELECT url, active, failing_since FROM webhooks WHERE active OR failing_since IS NOT NULL "
        "ORDER BY failing_since, id"
    )
    failing = [url for url, active, since in rows if active and since is not None and moment(since) < at - HOUR]
    return sum(bool(row[1]) for row in rows), failing, [url for url, active, _ in rows if not active]


def _inside(column: str, *path: str) -> str:
    """A text inside a JSON column, as each database says it."""
    if connection.vendor == "postgresql":
        return f"{column} #>> '{{{','.join(path)}}}'"
    return f"json_extract({column}, '$.{'.'.join(path)}')"


def fetched() -> dict[str, datetime | None]:
    """When each mailbox that is fetched was last fetched well (MAIL-12)."""
    boxes = Mailbox.objects.filter(active=True, settings__has_key="protocol").order_by("address")
    return dict(boxes.values_list("address", "state__fetched_at"))


def alerts() -> list[Alert]:
    """What an operator must know, the oldest first."""
    return list(Alert.objects.order_by("since"))


def database_clock() -> datetime | None:
    """What time the database's machine has; None where it is this one."""
    if connection.vendor != "postgresql":
        return None
    return moment(fetch("SELECT now()")[0][0])


def newest_message(*, source: str = "") -> datetime | None:
    """When the newest message came, as it was written down then; with `source` among the newest that came so."""
    narrow = "WHERE source = %s AND id > (SELECT max(id) FROM seen_messages) - %s" if source else ""
    rows = fetch(
        f"SELECT seen_at FROM seen_messages {narrow} ORDER BY id DESC LIMIT 1", [source, NEWEST] if source else []
    )
    return moment(rows[0][0]) if rows else None
