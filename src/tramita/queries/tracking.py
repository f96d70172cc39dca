"""How long somebody worked on an item, and everybody (TL-5)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound
from tramita.domain.permissions import Permission
from tramita.models import Item, Membership, TimeSpent
from tramita.queries.names import Who, who
from tramita.queries.rows import fetch, moment, moment_or_none, stored
from tramita.queries.visibility import Fragment, may

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Clock:
    """What a person's clock on an item shows. In seconds."""

    own: int = 0
    all: int = 0
    running: bool = False
    paused: bool = False

    def to_json(self) -> dict[str, Any]:
        """What a page is told."""
        return asdict(self)


STOPPED = Clock()


@dataclass(frozen=True, slots=True)
class Session:
    """A line of the list."""

    id: int
    person: Who
    begun_at: datetime
    ended_at: datetime | None  # null: it runs
    seconds: int
    edited_by: Who | None
    edited_at: datetime | None
    editable: bool


def seconds_between(later: str, earlier: str) -> str:
    """Two moments in SQL as whole seconds, none when the clock went back, in the words of the database at hand."""
    if connection.vendor == "sqlite":
        return f"MAX(0, CAST(ROUND((julianday({later}) - julianday({earlier})) * 86400) AS INTEGER))"
    return f"GREATEST(0, CAST(ROUND(EXTRACT(EPOCH FROM (CAST({later} AS timestamptz) - {earlier}))) AS BIGINT))"


def counted(now: datetime) -> Fragment:
    """What a session of `time_spent t` has come to by now, whether it runs, was forgotten, or has ended."""
    at = stored(now)
    by_now = seconds_between("%s", "t.begun_at")
    return Fragment(
        "(CASE WHEN t.ended_at IS NOT NULL THEN t.seconds "
        f"WHEN t.until > %s THEN {by_now} "
        f"WHEN t.by_hand THEN {seconds_between('t.until', 't.begun_at')} ELSE t.seconds END)",
        (at, at),
    )


def clock_sql(item: Item, actor: Actor, now: datetime) -> Fragment:
    """One row: own seconds, all seconds, 1 where it runs, 1 where it was paused last."""
    worked, at = counted(now), stored(now)
    ours = f"SUM(CASE WHEN t.person_id = %s THEN {worked.sql} ELSE 0 END)"
    runs = "MAX(CASE WHEN t.person_id = %s AND t.ended_at IS NULL AND t.until > %s THEN 1 ELSE 0 END)"
    last = (
        "(SELECT CASE WHEN l.paused THEN 1 ELSE 0 END FROM time_spent l WHERE l.item_id = %s AND l.person_id = %s "
        "ORDER BY l.id DESC LIMIT 1)"
    )
    return Fragment(
        f"SELECT COALESCE({ours}, 0) AS own, COALESCE(SUM({worked.sql}), 0) AS everybodys, "
        f"COALESCE({runs}, 0) AS runs, COALESCE({last}, 0) AS paused FROM time_spent t WHERE t.item_id = %s",
        (actor.id, *worked.params, *worked.params, actor.id, at, item.pk, actor.id, item.pk),
    )


def clock_of(item: Item, actor: Actor, *, at: datetime) -> Clock:
    """Cost: one statement."""
    part = clock_sql(item, actor, at)
    return clock_from(fetch(part.sql, part.params)[0])


def clock_from(row: tuple[Any, ...]) -> Clock:
    """A row of `clock_sql`."""
    own, all_, runs, paused = (int(one) for one in row[:4])
    return Clock(own, all_, bool(runs), bool(paused) and not runs)


def sessions(item: Item, actor: Actor, *, at: datetime, only: int | None = None) -> list[Session]:
    """The newest sessions of everybody on the item, newest first, or one alone. Cost: two statements."""
    worked, team = counted(at), led_by(actor)
    one, which = ("AND t.id = %s ", [only]) if only is not None else ("", [])
    over = "CASE WHEN t.by_hand THEN t.until ELSE t.seen_at END"  # of one that was never heard of again
    ended = f"CASE WHEN t.ended_at IS NULL AND t.until <= %s THEN {over} ELSE t.ended_at END"
    rows = fetch(
        f"SELECT t.id, t.begun_at, {ended}, "
        f"{worked.sql}, t.edited_at, p.id, p.name, COALESCE(p.email, ''), p.role, "
        "e.id, e.name, COALESCE(e.email, ''), e.role FROM time_spent t JOIN people p ON p.id = t.person_id "
        f"LEFT JOIN people e ON e.id = t.edited_by_id WHERE t.item_id = %s {one}ORDER BY t.begun_at DESC, t.id DESC "
        f"LIMIT {MOST_SHOWN}",
        [stored(at), *worked.params, item.pk, *which],
    )
    return [_session(row, actor, team) for row in rows]


def _session(row: tuple[Any, ...], actor: Actor, team: frozenset[int]) -> Session:
    id_, begun, ended, seconds, edited, *people = row
    person, editor = people[:4], people[4:]
    ended_at = moment_or_none(ended)
    return Session(
        id=id_,
        person=who(*person),
        begun_at=moment(begun),
        ended_at=ended_at,
        seconds=int(seconds),
        edited_by=who(*editor) if editor[0] is not None else None,
        edited_at=moment_or_none(edited),
        editable=ended_at is not None and may_edit(actor, person[0], team),
    )


def may_edit(actor: Actor, person_id: int, team: frozenset[int]) -> bool:
    """One's own time; a leader's team's; an administrator's everybody's (TL-5)."""
    return person_id == actor.id or actor.role is Role.ADMINISTRATOR or person_id in team


def led_by(actor: Actor) -> frozenset[int]:
    """Whose time a leader may correct: those who work a queue of theirs. Cost: one statement, none for others."""
    if not may(actor, Permission.TEAMS) or not actor.queue_ids:
        return frozenset()
    return frozenset(Membership.objects.filter(queue__in=actor.queue_ids).values_list("person_id", flat=True))


def get_session(item: Item, number: int) -> TimeSpent:
    """A session of this item, held until the transaction ends (PostgreSQL). Raises: NotFound."""
    found = TimeSpent.objects.select_for_update(no_key=True).filter(pk=number, item=item).first()
    if found is None:
        raise NotFound("There is no such session.")
    return found
