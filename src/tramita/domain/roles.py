"""Roles that a desk makes itself: a standard one with single options switched (SEC-1); and the roles of builders.

Everybody has one operational role, and a builder role if need be. What a role switches off, no grant gives; what it
switches on holds as the standard role does. Who builds is said apart: no operational role gives or takes it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tramita.domain.codes import Role
from tramita.domain.permissions import PART_OF, Permission, held

_P = Permission
BASES = (Role.AGENT, Role.TEAM_LEADER)  # team member, team leader
_OF_BUILDERS = (_P.CONFIGURE, _P.PUBLISH, _P.MANAGE_USERS)
_OF_EVERYBODY = (_P.VIEW, _P.PORTAL, _P.APPROVE)
OPTIONS = tuple(one for one in _P if one not in (*_OF_BUILDERS, *_OF_EVERYBODY))


class Builder(StrEnum):
    """What somebody may do in the Builder, besides what they do at the desk (SEC-1, BU-4)."""

    DESIGNER = "designer"  # writes processes
    PUBLISHER = "publisher"  # and sets them, and all the rest, live
    ADMINISTRATOR = "administrator"  # and says who may do what, and reads who did


BUILDERS: Mapping[Builder, frozenset[Permission]] = {
    Builder.DESIGNER: frozenset({_P.CONFIGURE}),
    Builder.PUBLISHER: frozenset({_P.CONFIGURE, _P.PUBLISH}),
    Builder.ADMINISTRATOR: frozenset({_P.CONFIGURE, _P.PUBLISH, _P.MANAGE_USERS, _P.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role of this desk. `options`: what it has, or has not, other than the standard role below it."""

    key: str
    title: str
    based_on: Role
    description: str = ""
    options: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switches:
    """What somebody has besides their standard role, and what they never have, whatever it or a grant gives."""

    also: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


def switches(options: Mapping[str, Any], builder: str = "") -> Switches:
    """What the options of a role, and the role of a builder, come to. A builder's own are out of a role's reach."""
    built = frozenset(str(one) for one in BUILDERS[Builder(builder)]) if builder else frozenset()
    built |= {str(part) for part, of in PART_OF.items() if of in built}
    also = built | {name for name, on in options.items() if on}
    off = {name for name, on in options.items() if not on}
    off |= {str(part) for part, of in PART_OF.items() if of in off and part not in also}
    return Switches(frozenset(also), frozenset(off - built))


def rights(role: Role, switched: Switches = Switches()) -> frozenset[str]:
    """All that somebody of this role may do where no grant narrows them."""
    return held(role, switched.also) - switched.never


def beyond(mine: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """What is given that the giver has not, in the order in which a page shows it."""
    more = frozenset(theirs) - frozenset(mine)
    return [str(one) for one in (*OPTIONS, *_OF_BUILDERS, *_OF_EVERYBODY) if one in more]
