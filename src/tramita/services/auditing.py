"""The audit of the desk is written with what it tells of, in one transaction, where its area is switched on (TO-6)."""

from collections.abc import Collection
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.auditing import Area
from tramita.models import AuditLine
from tramita.queries import definitions

LONGEST = 300


def note(area: Area, what: str, about: str, *, why: str = "", by: Actor, at: datetime) -> None:
    """One line. Cost: one statement to know whether it is wanted, one more to write it."""
    if area in definitions.settings().audit:
        _write(area, what, about, why, by=by, at=at)


def note_switched(before: Collection[str], after: Collection[str], *, by: Actor, at: datetime) -> None:
    """What is kept from now on, or no more: told where either of the two keeps that."""
    if Area.AUDIT in before or Area.AUDIT in after:
        for one in sorted({*before} ^ {*after}):
            _write(Area.AUDIT, "switched_on" if one in after else "switched_off", one, "", by=by, at=at)


def _write(area: Area, what: str, about: str, why: str, *, by: Actor, at: datetime) -> None:
    AuditLine.objects.create(area=area, what=what, about=about[:LONGEST], why=why, by_id=by.id, at=at)
