"""Cases that start by themselves: triggers and named dates of a Case type (BU-6, C-1, decision 46).

When each starts next is a row in `planned_starts`, claimed like a timer. Moving it on and starting the Case are one
transaction: whoever dies, and however many workers there are, a Case starts once. What was missed while no worker ran
is made up for once.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain.actors import SYSTEM
from tramita.domain.bodies import restore
from tramita.domain.codes import Kind
from tramita.domain.errors import TramitaError
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.domain.schedules import next_start, schedule_of, triggers
from tramita.models import Definition, Item, PlannedStart
from tramita.models.leases import NEVER_LEASED
from tramita.queries import definitions
from tramita.services import alerts, scheduling
from tramita.services.beginning import set_process
from tramita.services.claiming import STARTS, Claimed, backoff, finish, update
from tramita.services.claiming import claim as claim_rows
from tramita.services.starting import begin_submitted
from tramita.services.transactions import writing


def plan(*, at: datetime) -> None:
    """Make the rows equal to what the published Case types say; what was missed already stays to be made up for.

    Called in the transaction that publishes. A date that was past when it was first published starts nothing.
    """
    planned = {(row.process_id, row.trigger): row for row in PlannedStart.objects.all()}
    for process in Definition.objects.filter(kind="case_type", active=True).select_related("current"):
        body = process.current.body if process.current else {}
        if not body.get("starts"):
            continue
        for trigger in {one for start in restore(CaseTypeDefinition, body).starts for one in triggers(start)}:
            row = planned.pop((process.pk, trigger), None)
            if row is None or row.due_at > at:
                _plan(row, process, trigger, at=at)
    PlannedStart.objects.filter(pk__in=[row.pk for row in planned.values()]).delete()


def _plan(row: PlannedStart | None, process: Definition, trigger: str, *, at: datetime) -> None:
    due = following(process.key, trigger, at=at)
    if row is None:
        if due:
            PlannedStart.objects.create(process=process, trigger=trigger, due_at=due)
    elif due is None:
        row.delete()
    elif due != row.due_at:  # the calendar, or its zone, is another one now
        PlannedStart.objects.filter(pk=row.pk, due_at__gt=at).update(due_at=due)


def following(path: str, trigger: str, *, at: datetime) -> datetime | None:
    """When this trigger starts a Case next, by the contract's calendar as it is now."""
    calendar = definitions.contract_calendar(path)
    return next_start(trigger, after=at, zone=ZoneInfo(settings.TIME_ZONE), calendar=calendar)


def claim(*, at: datetime) -> list[Claimed]:
    """Starts that are due and that nobody else holds."""
    return claim_rows(STARTS, ("case",), at=at)


def start(due: Claimed, *, at: datetime) -> Item | None:
    """Start its Case, and plan the next one. None: it was somebody else's by then, or failed and is tried again."""
    row = PlannedStart.objects.select_related("process").filter(pk=due.id).first()
    if row is None:
        return None
    key, about = f"start:{row.process.key}:{row.trigger}", {"case_type": row.process.key, "trigger": row.trigger}
    try:
        with writing():
            case = _start(row, due, at=at)
            if case is not None:
                alerts.clear(key)
    except TramitaError as error:
        with writing():
            update(STARTS, due, lease_until=at + backoff(due), error=str(error)[:1000])
            alerts.raise_alert(key, "start_failed", about | {"fault": str(error)[:200]}, at)
        return None
    return case


def _schedule(case: Item, trigger: str) -> dict[str, Any] | None:
    """The schedule on whose date it starts, if Cases of its type have one."""
    name = schedule_of(trigger)
    return scheduling.chosen(case, name) if name and scheduling.structure_of(case) else None


def _start(row: PlannedStart, due: Claimed, *, at: datetime) -> Item | None:
    current = definitions.current_case_type(row.process.key)
    comes = following(row.process.key, row.trigger, at=at) if current else None
    again: dict[str, Any] = {"due_at": comes, "lease_until": NEVER_LEASED, "tries": 0, "error": ""}
    ours = update(STARTS, due, **again) if comes else finish(STARTS, due)
    if not ours or current is None:
        return None
    case = Item(kind=Kind.CASE, title=current.process.title)
    set_process(case, current)
    case.schedule = _schedule(case, row.trigger)
    begin_submitted(case, by=SYSTEM, at=at, told={"trigger": row.trigger, "planned": due.due_at.isoformat()})
    return case
