"""May this person do that here: the predicate that guards every write (DESIGN decision 11)."""

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.definitions import AGENT_PERMISSIONS, LEADER_PERMISSIONS, PERMISSIONS
from tramita.models import Item

OF_ROLE: dict[Role, frozenset[str]] = {
    Role.AGENT: frozenset(AGENT_PERMISSIONS),
    Role.TEAM_LEADER: frozenset(LEADER_PERMISSIONS),
    Role.ADMINISTRATOR: frozenset(PERMISSIONS),
    Role.ROBOT: frozenset({"view", "create", "work", "resolve"}),
    Role.REQUESTER: frozenset({"view", "create"}),
    Role.MANAGER: frozenset({"view", "create", "approve"}),
    Role.SYSTEM: frozenset(PERMISSIONS),
}


def may(actor: Actor, permission: str, where: Item | str | None = None) -> bool:
    """Whether the role gives this permission, or with grants, whether one at or above the place does (SEC-2).

    `where` is an item, or a path of the configuration; None asks whether there is any place at all.
    """
    if actor.grants is None:
        return permission in OF_ROLE[actor.role]
    path = _path(where)
    return any(permission in granted and (where is None or covers(at, path)) for at, granted in actor.grants)


def covers(granted: str, path: str) -> bool:
    """Whether a path is at or below a granted one."""
    return path == granted or path.startswith(f"{granted}/")


def _path(where: Item | str | None) -> str:
    if isinstance(where, Item):
        return where.process.key if where.process else ""
    return where or ""
