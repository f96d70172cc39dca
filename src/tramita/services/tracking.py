"""The clock of an item's page: it runs for whoever has the page in focus, one item at a time (TL-5, decision 39).

The moments are the server's. A page that listens to the stream holds its session along with its presence; nothing else
is asked for while a page stays open.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import connection
from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.tracking import MINUTE, check_session
from tramita.models import Item, Person, TimeSpent
from tramita.queries.records import among
from tramita.queries.rows import stored
from tramita.queries.tracking import get_session, led_by, may_edit, seconds_between
from tramita.services import sql
from tramita.services.transactions import one_transaction

HOLDS = timedelta(seconds=45)  # without a word of the process that serves the page
REST_AFTER = timedelta(minutes=30)  # without a sign of the person, which their page notices
ALONE = timedelta(hours=2)  # of a session that was begun by hand, and no page holds
GOES_ON = timedelta(seconds=30)  # a page that comes back so soon was only loaded anew
PAUSE_HOLDS = timedelta(hours=8)
A_WEEK = timedelta(days=7)


@one_transaction
def focus(item: Item, *, by: Actor, at: datetime) -> None:
    """The item's page came into focus: it is what this person works on now, unless they paused it here.

    Doing it again changes nothing. Rule: TL-5.
    """
    last = _mine(item, by=by, at=at)
    if last is None or last.ended_at is not None:
        _end(Q(person=by.id), at=at)
    if last is not None and _goes_on(last, at=at):
        _take_up(last, at=at)
    elif last is None or not _paused(last, at=at):
        _begin(item, by=by, at=at, lasts=HOLDS, by_hand=False)


@one_transaction
def go_on(item: Item, *, by: Actor, at: datetime) -> None:
    """Begin by hand, also after a pause. Rule: TL-5."""
    last = _mine(item, by=by, at=at)
    if last is None or last.ended_at is not None:
        _end(Q(person=by.id), at=at)
        _begin(item, by=by, at=at, lasts=ALONE, by_hand=True)


@one_transaction
def pause(item: Item, *, by: Actor, at: datetime) -> None:
    """Stop, and stay so until it goes on by hand. Rule: TL-5."""
    last = _mine(item, by=by, at=at)
    if last is not None:
        _end(Q(pk=last.pk), at=at)
        TimeSpent.objects.filter(pk=last.pk).update(paused=True)


@one_transaction
def rest(item: Item, *, by: Actor, at: datetime) -> None:
    """Nobody was seen at the page for a while: stop until somebody is. Rule: TL-5."""
    _mine(item, by=by, at=at)
    _end(Q(person=by.id, item=item), at=at)


@one_transaction
def reset(item: Item, *, by: Actor, at: datetime) -> None:
    """The session that runs, or ran last, begins at nothing. Rule: TL-5."""
    last = _mine(item, by=by, at=at)
    if last is not None and last.edited_at is None:
        ended = None if last.ended_at is None else at
        TimeSpent.objects.filter(pk=last.pk).update(begun_at=at, seen_at=at, ended_at=ended, seconds=0)


@one_transaction
def slept(item: Item, *, seconds: int, by: Actor, at: datetime) -> None:
    """The machine was asleep for so long until now: no work. Only a length is believed, and only to shorten."""
    last = _mine(item, by=by, at=at)
    since = at - min(timedelta(seconds=max(seconds, 0)), A_WEEK)
    if last is None or last.edited_at is not None or (last.ended_at is not None and last.ended_at <= since):
        return
    ends = max(last.begun_at, since)
    TimeSpent.objects.filter(pk=last.pk).update(ended_at=ends, seen_at=ends, seconds=_worked(last, ends))


def hold(pages: Collection[int], *, at: datetime) -> None:
    """The sessions of these open pages go on; those that nobody holds any more have ended. Inside a transaction.

    What another process is just writing is left to it. Cost: two statements, however many.
    """
    if pages:
        held = _unended(
            f"NOT t.by_hand AND EXISTS (SELECT 1 FROM presences p WHERE {among('p.id', [*pages])} AND {SAME})",  # noqa: S608 - texts of ours
            "FOR UPDATE OF t SKIP LOCKED",
        )
        sql.execute(
            f"UPDATE time_spent SET seen_at = %s, until = %s, seconds = {seconds_between('%s', 'begun_at')} "  # noqa: S608 - texts of ours
            f"WHERE id IN ({held})",
            [stored(at), stored(at + HOLDS), stored(at), *pages],
        )
    _forget(_unended("t.until <= %s", "FOR UPDATE OF t SKIP LOCKED"), [stored(at)])


def let_go(people: Collection[int], *, at: datetime) -> None:
    """These people closed pages: what they have open no more has ended. Inside a transaction. Cost: one statement."""
    if people:
        left = _unended(
            f"NOT t.by_hand AND {among('t.person_id', [*people])} AND NOT EXISTS "  # noqa: S608 - texts of ours
            f"(SELECT 1 FROM presences p WHERE {SAME} AND p.until > %s)",
            "ORDER BY t.id FOR UPDATE OF t",
        )
        sql.execute(
            f"UPDATE time_spent SET ended_at = %s, seen_at = %s, seconds = {seconds_between('%s', 'begun_at')} "  # noqa: S608 - texts of ours
            f"WHERE id IN ({left})",
            [stored(at)] * 3 + [*people, stored(at)],
        )


@one_transaction
def add(item: Item, *, begun_at: datetime | None, minutes: int | None, by: Actor, at: datetime) -> TimeSpent:
    """Write down time that no clock saw. Raises: Invalid; NotPermitted. Rule: TL-5."""
    _works(by)
    check_session(begun_at, minutes, now=at)
    row = TimeSpent(item=item, person_id=cast("int", by.id), until=at)
    _put(row, cast("datetime", begun_at), cast("int", minutes), by=by, at=at)
    row.save()
    return row


@one_transaction
def change(
    item: Item, number: int, *, begun_at: datetime | None, minutes: int | None, by: Actor, at: datetime
) -> TimeSpent:
    """Correct a session: one's own, or a leader one of their team.

    Raises: NotFound; NotPermitted; Conflict `session_runs`; Invalid. Rule: TL-5.
    """
    _works(by)
    row = get_session(item, number)
    if not may_edit(by, row.person_id, led_by(by)):
        raise NotPermitted("Only they themselves, or their team leader, correct this.")
    if row.ended_at is None and row.until > at:
        raise Conflict("This session is still running. Pause it first.", code="session_runs")
    check_session(begun_at, minutes, now=at)
    _put(row, cast("datetime", begun_at), cast("int", minutes), by=by, at=at)
    row.save()
    return row


def _works(by: Actor) -> None:
    if not (by.is_staff or by.role is Role.ROBOT):
        raise NotPermitted("You may not do this here.")


def _put(row: TimeSpent, begun_at: datetime, minutes: int, *, by: Actor, at: datetime) -> None:
    row.begun_at, row.seconds = begun_at, minutes * 60
    row.ended_at = row.seen_at = begun_at + minutes * MINUTE
    row.edited_by_id, row.edited_at = by.id, at


def _mine(item: Item, *, by: Actor, at: datetime) -> TimeSpent | None:
    """This person's newest session on the item. Their other windows wait until this one has done."""
    Person.objects.select_for_update(no_key=True).values_list("pk").get(pk=cast("int", by.id))
    _forget(_unended("t.person_id = %s AND t.until <= %s"), [by.id, stored(at)])
    return TimeSpent.objects.filter(person=by.id, item=item).order_by("-pk").first()


def _goes_on(last: TimeSpent, *, at: datetime) -> bool:
    """It runs, or its page was only loaded anew."""
    if last.ended_at is None:
        return True
    if last.paused or last.edited_at is not None or last.ended_at + GOES_ON < at:
        return False
    return not TimeSpent.objects.filter(person=last.person_id, pk__gt=last.pk).exists()


def _paused(last: TimeSpent, *, at: datetime) -> bool:
    return last.paused and last.ended_at is not None and at < last.ended_at + PAUSE_HOLDS


def _begin(item: Item, *, by: Actor, at: datetime, lasts: timedelta, by_hand: bool) -> None:
    TimeSpent.objects.create(
        item=item, person_id=cast("int", by.id), begun_at=at, seen_at=at, until=at + lasts, by_hand=by_hand
    )


def _take_up(last: TimeSpent, *, at: datetime) -> None:
    """A page holds the session from now on."""
    TimeSpent.objects.filter(pk=last.pk).update(
        seen_at=at, until=at + HOLDS, ended_at=None, seconds=_worked(last, at), by_hand=False
    )


def _end(running: Q, *, at: datetime) -> None:
    for one in TimeSpent.objects.filter(running, ended_at=None):
        TimeSpent.objects.filter(pk=one.pk, ended_at=None).update(ended_at=at, seen_at=at, seconds=_worked(one, at))


def _worked(one: TimeSpent, until: datetime) -> int:
    return max(round((until - one.begun_at).total_seconds()), 0)


SAME = "p.person_id = t.person_id AND p.item_id = t.item_id"


def _forget(which: str, params: list[Any]) -> None:
    """A page that was never heard of again ended when it was heard of last; what was begun by hand, in due time."""
    ends = "CASE WHEN by_hand THEN until ELSE seen_at END"
    worked = seconds_between(f"({ends})", "begun_at")
    setting = f"seconds = {worked}, ended_at = {ends}, seen_at = {ends}"
    sql.execute(f"UPDATE time_spent SET {setting} WHERE id IN ({which})", params)  # noqa: S608 - texts of ours


def _unended(condition: str, lock: str = "") -> str:
    """The ids of running sessions, their rows held where the database has locks of rows."""
    held = f" {lock}" if lock and connection.vendor == "postgresql" else ""
    return f"SELECT t.id FROM time_spent t WHERE t.ended_at IS NULL AND {condition}{held}"  # noqa: S608 - texts of ours
