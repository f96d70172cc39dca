"""Roles are bundles of permissions (INTERFACES section 4, SEC-1, SEC-2); each verb needs one."""

from collections.abc import Mapping
from enum import StrEnum

from tramita.domain.codes import Role


class Permission(StrEnum):
    """One right. Grants give them on a customer, contract, service or process, and below (SEC-2)."""

    VIEW = "view"
    CREATE = "create"
    WORK = "work"
    MAIL = "mail"
    RESOLVE = "resolve"
    APPROVALS_REQUEST = "approvals_request"
    REPORTS = "reports"
    PRICES = "prices"  # what hours of work are worth (TO-3)
    ASSIGN = "assign"
    MERGE_UNDO = "merge_undo"
    MANAGE_QUEUE = "manage_queue"
    BULK = "bulk"
    CONFIGURE = "configure"  # to write in the Builder what others may set live (BU-4)
    PUBLISH = "publish"
    MANAGE_USERS = "manage_users"
    AUDIT = "audit"
    PORTAL = "portal"  # own requests, or the organisation's
    APPROVE = "approve"


class Sight(StrEnum):
    """What somebody sees where not all, or more than is usual: a group of permissions of its own (TO-5, SS-1)."""

    OWN_QUEUES = "own_queues"  # what stands in their queues, and their own
    OWN_AND_UNASSIGNED = "own_and_unassigned"  # their own, and what nobody has yet in their queues
    OWN = "own"  # what they are assigned to, answer for, or have made
    ORGANISATION = "organisation"  # of who asks: all that their organisation asks for


OF_STAFF = (Sight.OWN_QUEUES, Sight.OWN_AND_UNASSIGNED, Sight.OWN)
_P = Permission
_ROBOT = frozenset({_P.VIEW, _P.CREATE, _P.WORK, _P.RESOLVE})  # on leased items; mail by grant
_AGENT = _ROBOT | {_P.MAIL, _P.APPROVALS_REQUEST, _P.REPORTS}
_LEADER = _AGENT | {_P.PRICES, _P.ASSIGN, _P.MERGE_UNDO, _P.MANAGE_QUEUE, _P.BULK}
_DESIGNER = _AGENT | {_P.CONFIGURE}
_ADMINISTRATOR = _LEADER | {_P.CONFIGURE, _P.PUBLISH, _P.MANAGE_USERS, _P.AUDIT}

ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.ROBOT: _ROBOT,
    Role.AGENT: _AGENT,
    Role.DESIGNER: _DESIGNER,
    Role.TEAM_LEADER: _LEADER,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.REQUESTER: frozenset({_P.PORTAL}),
    Role.MANAGER: frozenset({_P.PORTAL, _P.APPROVE}),
    Role.SYSTEM: frozenset(_P),
}

VERBS: Mapping[str, Permission] = {
    **dict.fromkeys(["draft", "create", "submit", "discard"], _P.CREATE),
    **dict.fromkeys(["start", "to-do", "reject", "wait", "resume", "reopen"], _P.WORK),
    **dict.fromkeys(["next-step", "review", "rework"], _P.WORK),
    **dict.fromkeys(["merge", "split", "convert", "note", "file", "link", "change", "launch"], _P.WORK),
    **dict.fromkeys(["release", "assign"], _P.ASSIGN),
    **dict.fromkeys(["resolve", "abort"], _P.RESOLVE),
    "mail": _P.MAIL,
    "undo": _P.MERGE_UNDO,
    "feedback": _P.PORTAL,
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """What the role may do everywhere, unless grants narrow it."""
    return ROLES[role]


def needs(verb: str, *, holds: bool = False) -> Permission:
    """The permission for a verb. Whoever holds the item needs none to assign to give it away (S-6).

    A verb that only the system uses raises KeyError: nobody is asked for it.
    """
    permission = VERBS[verb]
    return Permission.WORK if holds and permission is Permission.ASSIGN else permission
