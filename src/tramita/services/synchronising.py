"""Robots that another system keeps: read from it now and then, shown, and not edited here (B-2, decision 74).

All of a list is taken, or nothing of it. Who is not in it any more gets no work, and what they had is free again. A
source that does not answer, or writes what cannot be read, changes nothing: an alert says so until it is cured.
"""

import json
import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password

from tramita.domain.codes import Role
from tramita.domain.definitions import PersonDefinition
from tramita.domain.robots import EXTERNAL, is_external
from tramita.gateways.calling import Answer, CallFault, call
from tramita.models import Lease, Person
from tramita.services import alerts, farms, refit_timers, stopping
from tramita.services.definitions import WrongConfiguration, persons, skills
from tramita.services.definitions.apply import one_at_a_time
from tramita.services.definitions.keys import Reading
from tramita.services.definitions.rows import robot as kept
from tramita.services.definitions.rows import update
from tramita.services.definitions.source import Problems, as_placed
from tramita.services.transactions import one_transaction

log = logging.getLogger(__name__)
ALERT = "robots"
PATIENCE = timedelta(seconds=30)
MOST = 5_000  # robots of a source
SAID = frozenset({"name", "active", "kinds", "capacity", "cost_per_hour", "farms", "skills", "time_zone", "language"})
Ask = Callable[[], Answer]


class _Unreadable(Exception):
    """What the source wrote, and why it is no list of robots."""


def synchronise(*, at: datetime, ask: Ask | None = None) -> int:
    """How many robots are different now; 0 too where no source is named, or it cannot be read."""
    if not settings.TRAMITA_ROBOTS_URL:
        return 0
    try:
        wanted = _read((ask or _ask)())
        changed, gone = _take(wanted, at=at)
    except (CallFault, _Unreadable) as fault:
        log.warning("robots cannot be synchronised", extra={"error": str(fault)})
        alerts.raise_alert(ALERT, ALERT, {"error": str(fault)[:300]}, at)
        return 0
    alerts.clear(ALERT)
    held = Lease.objects.filter(robot__in=gone, ended_at=None).order_by("pk").values_list("item", flat=True)
    for item_id in list(held):
        stopping.free(item_id, at=at)
    return changed


def _ask() -> Answer:
    url, token = settings.TRAMITA_ROBOTS_URL, settings.TRAMITA_ROBOTS_TOKEN
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.hostname or "").lower() not in settings.TRAMITA_CALLS_INSIDE:
        raise CallFault("the list of robots is read over https only", again=False)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    seconds = PATIENCE.total_seconds()
    return call("GET", url, headers=headers, body=None, patience=seconds, inside=settings.TRAMITA_CALLS_INSIDE)


def _read(answer: Answer) -> dict[str, PersonDefinition]:
    """The robots by their names, as the configuration reads them; what would give rights is not taken from outside."""
    if answer.status != 200:
        raise _Unreadable(f"the source answers {answer.status}")
    try:
        said: Any = json.loads(answer.text)
    except (ValueError, RecursionError) as error:
        raise _Unreadable("the source answers no JSON") from error
    listed = said.get("robots") if isinstance(said, Mapping) else None
    if not isinstance(listed, Mapping) or len(listed) > MOST:
        raise _Unreadable(f"“robots” is no object of at most {MOST} robots by their names")
    for name, one in listed.items():
        strange = sorted(set(one) - SAID) if isinstance(one, Mapping) else ["nothing"]
        if strange:
            raise _Unreadable(f"robots/{name}: {', '.join(strange)} cannot be taken from a source")
    problems = Problems()
    reading = Reading(problems)
    found = {
        key: persons.robot(reading, key, as_placed(one, f"robots/{key}"), as_placed(one, f"robots/{key}").place)
        for key, one in listed.items()
    }
    try:
        problems.check()
    except WrongConfiguration as wrong:
        raise _Unreadable("; ".join(wrong.lines()[:3])) from wrong
    return found


@one_transaction
def _take(wanted: Mapping[str, PersonDefinition], *, at: datetime) -> tuple[int, Collection[int]]:
    """How many are new or different, and who gets no work any more. Raises: _Unreadable."""
    one_at_a_time()
    theirs = Person.objects.filter(role=Role.ROBOT, **{f"robot__{EXTERNAL}": True})
    known = {row.key or "": row for row in [*Person.objects.filter(key__in=wanted), *theirs]}
    ours = sorted(key for key, row in known.items() if not is_external(row.robot))
    if ours:
        raise _Unreadable(f"{', '.join(ours)}: configured here already")
    changed, gone = 0, []
    for key, one in wanted.items():
        columns = {
            "name": one.name,
            "is_active": one.active,
            "robot": {**(kept(one) or {}), EXTERNAL: True},
            "language": one.language or "",
            "time_zone": one.time_zone or "",
        }
        row = known.get(key)
        if row is None:
            unusable = make_password(None)
            row = Person.objects.create(key=key, role=Role.ROBOT, password=unusable, created_at=at, **columns)
            skills.have(row, one.skills, ())
            changed += 1
            continue
        gone += [row.pk] if row.is_active and not one.active else []
        changed += update(row, columns) | skills.have(row, one.skills, row.skills.all())
    for key, row in known.items():
        if key not in wanted and row.is_active:
            changed += update(row, {"is_active": False})
            gone.append(row.pk)
    farms.settle()
    refit_timers.of_people(gone, at=at)
    return changed, gone
