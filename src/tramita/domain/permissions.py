"""Roles are bundles of permissions (INTERFACES section 4, SEC-1, SEC-2); each verb needs one."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

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
    # parts of others, which no grant names: whoever has the whole has them, unless their role says otherwise (SEC-1)
    MERGE = "merge"  # merge, split, make a Case of it
    DUE_DATES = "due_dates"
    CONTACTS = "contacts"
    BLOCK = "block"
    EXPORT = "export"
    SHARE_VIEWS = "share_views"
    STOP_ROBOTS = "stop_robots"
    CANNED_TEXTS = "canned_texts"
    DELETE = "delete"
    # of who leads, whatever the branch
    DRAFTS = "drafts"  # those of others
    TEAMS = "teams"  # what everybody has and does, robots too (H-5, TL-5)


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
_LEADER = _AGENT | {_P.PRICES, _P.ASSIGN, _P.MERGE_UNDO, _P.MANAGE_QUEUE, _P.BULK, _P.DRAFTS, _P.TEAMS}
_DESIGNER = _AGENT | {_P.CONFIGURE}
_ADMINISTRATOR = _LEADER | {_P.CONFIGURE, _P.PUBLISH, _P.MANAGE_USERS, _P.AUDIT}

PART_OF: Mapping[str, Permission] = {
    _P.MERGE: _P.WORK,
    _P.DUE_DATES: _P.WORK,
    _P.CONTACTS: _P.WORK,
    _P.BLOCK: _P.MAIL,
    _P.EXPORT: _P.VIEW,
    _P.SHARE_VIEWS: _P.MANAGE_QUEUE,
    _P.STOP_ROBOTS: _P.MANAGE_QUEUE,
    _P.CANNED_TEXTS: _P.PUBLISH,
    _P.DELETE: _P.MANAGE_USERS,
}
LEADING = frozenset({_P.DRAFTS, _P.TEAMS})
GRANTED = tuple(one for one in _P if one not in PART_OF and one not in LEADING and one is not _P.PORTAL)

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
    **dict.fromkeys(["note", "file", "link", "change", "launch"], _P.WORK),
    **dict.fromkeys(["merge", "split", "convert"], _P.MERGE),
    **dict.fromkeys(["release", "assign"], _P.ASSIGN),
    **dict.fromkeys(["resolve", "abort"], _P.RESOLVE),
    "mail": _P.MAIL,
    "undo": _P.MERGE_UNDO,
    "feedback": _P.PORTAL,
}


def permissions_of(role: Role) -> frozenset[Permission]:
    """What the role may do everywhere, unless grants narrow it."""
    return ROLES[role]


def whole(permission: str) -> str:
    """What a grant, or the mode of a robot, calls it: a part goes by the name of the whole."""
    return PART_OF.get(permission, permission)


@lru_cache(maxsize=256)
def held(role: Role, also: frozenset[str] = frozenset()) -> frozenset[str]:
    """All that a role gives, with what is given besides, each with its parts."""
    given = frozenset(str(one) for one in permissions_of(role)) | also
    return given | {str(part) for part, of in PART_OF.items() if of in given}


def needs(verb: str, *, holds: bool = False) -> Permission:
    """The permission for a verb. Whoever holds the item needs none to assign to give it away (S-6).

    A verb that only the system uses raises KeyError: nobody is asked for it.
    """
    permission = VERBS[verb]
    return Permission.WORK if holds and permission is Permission.ASSIGN else permission
