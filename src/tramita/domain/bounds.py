"""How far a robot may go: each verb in a mode, and less far once it has read what strangers wrote (decision 60)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tramita.domain.errors import NotPermitted
from tramita.domain.permissions import whole

STOPPED = "All robots are stopped."
EVER = frozenset({"view", "create", "work", "mail", "resolve"})  # whatever a grant says: never rights, never rules


class Mode(StrEnum):
    """What a robot does with a verb."""

    OFF = "off"
    SUGGEST = "suggest"  # a person may do it instead, in their own name
    APPROVAL = "act_with_approval"  # the robot does it, in its own name, once a person agrees
    ACT = "act"


VERBS: Mapping[str, str] = {"create": "create", "change": "work", "mail": "mail", "resolve": "resolve"}
VERB_OF = {permission: verb for verb, permission in VERBS.items()}
MAY = frozenset({Mode.APPROVAL, Mode.ACT})  # the deed is the robot's own
MEASURED = frozenset({"mail", "resolve"})  # permissions for what the bar of confidence stands before (AI-1)
USUAL: Mapping[str, Mode] = {
    "create": Mode.ACT,
    "change": Mode.ACT,
    "mail": Mode.SUGGEST,
    "resolve": Mode.ACT,
}


class NeedsPerson(NotPermitted):
    """A robot may propose this; a person decides."""

    code = "needs_a_person"


class RobotsStopped(NotPermitted):
    """Somebody stopped all robots."""

    code = "robots_stopped"


class LimitReached(NotPermitted):
    """This run wrote as much as one may."""

    code = "limit_reached"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Those of one robot now. `organisations` and `items` are what a tainted run may read; None: no run is tainted.

    `participants`: addresses of those who take part in what it has. `bar`: percent of confidence below which a person
    decides; `sure`: how sure it says that it is of this call. `approved`: what a person agreed to, to be done now.
    """

    modes: tuple[tuple[str, Mode], ...] = ()
    writes: int = 0  # a run
    stopped: bool = False
    clean: bool = False  # it has a run that has read nothing from outside yet
    organisations: frozenset[int] | None = None
    items: frozenset[int] = frozenset()
    participants: frozenset[str] = frozenset()
    bar: int = 0
    sure: int | None = None
    approved: frozenset[str] = frozenset()

    @property
    def tainted(self) -> bool:
        """A run of it has read what came from outside: nobody knows what that made of it."""
        return self.organisations is not None

    def may(self, permission: str) -> bool:
        """Whether it could ever, whatever its role and grants say."""
        return not self.stopped and whole(permission) in EVER

    def expect(self, permission: str) -> None:
        """Raises: RobotsStopped, NeedsPerson, NotPermitted, unless it may do this by itself."""
        if self.stopped:
            raise RobotsStopped(STOPPED)
        mode = self.mode(VERB_OF.get(whole(permission), ""))
        if mode is Mode.OFF:
            raise NotPermitted("You may not do this here.")
        if permission in self.approved and mode in MAY:
            return
        if mode is not Mode.ACT:
            raise NeedsPerson("A robot may only propose this: a person decides.")
        if permission in MEASURED and self.unsure:
            raise NeedsPerson("It is less sure than it must be: a person decides.")

    @property
    def unsure(self) -> bool:
        """Below its bar; who says nothing of it is not sure (AI-1)."""
        return (self.sure or 0) < self.bar

    def mode(self, verb: str) -> Mode:
        return dict(self.modes).get(verb, USUAL.get(verb, Mode.ACT))

    def expect_inside(self, addresses: Collection[str], participants: Collection[str] | None = None) -> None:
        """Raises: NeedsPerson, if a tainted run would reach somebody who takes no part.

        `participants` are those of the one item that it is about: who takes part in another that the robot has as well
        would get what was said on this one, and the address that joins answers to it.
        """
        inside = self.participants if participants is None else set(participants)
        if self.tainted and not {one.strip().lower() for one in addresses} <= inside:
            raise NeedsPerson("It would reach somebody who takes no part in the item: a person decides.")

    def expect_clean(self) -> None:
        """Raises: NeedsPerson, for what a tainted run never does by itself."""
        if self.tainted:
            raise NeedsPerson("It has read what came from outside: a person decides.")
