"""Leaders say who works their queues: people, robots, whole farms of them, strict or not (Q-3, Q-10).

A farm works a queue with whatever robots it has: who joins it does too, and who leaves it does not any more.

Each change is one of the configuration, validated and told of as from the Builder; a leader needs no right to that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import FieldError, Invalid, NotPermitted
from tramita.models import Membership
from tramita.queries import teams
from tramita.queries.visibility import everywhere, may
from tramita.services import desk_settings
from tramita.services.definitions.apply import one_at_a_time
from tramita.services.transactions import one_transaction


@dataclass(frozen=True, slots=True)
class Changed:
    """What a queue is to be. Names are addresses of people and names of robots; `strict` None: as it is."""

    add: Collection[str] = ()
    remove: Collection[str] = ()
    add_farms: Collection[str] = ()
    remove_farms: Collection[str] = ()
    add_managers: Collection[str] = ()  # they are members too
    remove_managers: Collection[str] = ()  # they stay members
    strict: bool | None = None


def may_keep(by: Actor, key: str) -> bool:
    """Who leads the whole desk, any queue; of whom grants narrow, those that they manage."""
    if everywhere(by, "manage_queue"):
        return True
    manages = Membership.objects.filter(queue__key=key, person=by.id, manager=True)
    return by.is_staff and may(by, "manage_queue") and manages.exists()


@one_transaction
def change(key: str, wanted: Changed, *, by: Actor, at: datetime) -> bool:
    """Whether the queue is anything else now.

    Raises: NotFound, NotPermitted; Invalid, for somebody who does not work here, for a farm without robots that is to
    be added, and for a robot to be taken out that works here by its farm.
    """
    if not may_keep(by, key):  # before the name tells whether it is there
        raise NotPermitted("Only a leader says who works this queue.")
    one_at_a_time()
    tree = desk_settings.current("queues", key)
    added = set(_known("add", wanted.add))
    made = set(_known("add_managers", wanted.add_managers, robots=False))
    gone = set(_keys(wanted.remove)) - added
    farms = ({*tree.get("farms", ())} | {*_known_farms(wanted.add_farms)}) - {*wanted.remove_farms}
    _expect_named(gone - {*tree.get("members", ())}, farms)
    members = ({*tree.get("members", ())} | added | made) - gone
    managers = (({*tree.get("managers", ())} | made) - {*_keys(wanted.remove_managers)}) & members
    strict = tree.get("strict", False) if wanted.strict is None else wanted.strict
    new = {**tree, "members": sorted(members), "managers": sorted(managers), "strict": strict}
    new["farms"] = sorted(farms)
    return desk_settings.put("queues", {key: {name: one for name, one in new.items() if one}}, by=by, at=at)


def join(key: str, *, by: Actor, at: datetime) -> bool:
    """A leader becomes one of its managers (Q-10). Raises: NotFound, NotPermitted."""
    return change(key, Changed(add_managers=[by.email]), by=by, at=at)


def _keys(names: Collection[str]) -> list[str]:
    return [one.strip().lower() if "@" in one else one.strip() for one in names]


def _known(field: str, names: Collection[str], *, robots: bool = True) -> list[str]:
    asked = _keys(names)
    unknown = sorted({*asked} - teams.workers(asked, robots=robots))
    if unknown:
        raise Invalid(
            [FieldError(field, "unknown", "“%(name)s” does not work here.", {"name": name}) for name in unknown]
        )
    return asked


def _known_farms(farms: Collection[str]) -> Collection[str]:
    """Those to be added: each has a robot, or it is a slip."""
    there = teams.farms()
    unknown = [one for one in farms if one not in there]
    if unknown:
        raise Invalid(
            [FieldError("add_farms", "unknown", "There is no farm “%(name)s”.", {"name": name}) for name in unknown]
        )
    return farms


def _expect_named(robots: Collection[str], farms: Collection[str]) -> None:
    """Who is here by a farm that stays cannot be taken out by name."""
    if not robots:
        return
    by_farm = teams.farms()
    held = [(robot, farm) for farm in sorted(farms) for robot in by_farm.get(farm, ()) if robot in robots]
    if held:
        said = "“%(name)s” works this queue by its farm “%(farm)s”: take out the farm."
        raise Invalid([FieldError("remove", "by_farm", said, {"name": name, "farm": farm}) for name, farm in held])
