"""Who may give rights on a page: nobody gives what they have not, be it by a role or to a person (SEC-1).

What was given already may stay: only what a change adds is asked.
"""

from collections.abc import Mapping
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted
from tramita.domain.permissions import whole
from tramita.domain.roles import beyond, rights, switches
from tramita.models import Definition
from tramita.queries.visibility import may

Tree = Mapping[str, Any]
OF_RIGHTS = ("users", "roles")  # sections that say who may do what


def expect_giver(section: str, by: Actor) -> None:
    """Raises: NotPermitted."""
    if section in OF_RIGHTS and not may(by, "manage_users"):
        raise NotPermitted("Only those who manage users may do this.")


def expect_owned(section: str, before: Tree, after: Tree, *, by: Actor) -> None:
    """Raises: Invalid, if more is given than its giver has."""
    if section not in OF_RIGHTS:
        return
    said, field = (_of_role, "options") if section == "roles" else (_of_user, "role")
    mine = rights(by.role, switches(dict.fromkeys(by.also, True) | dict.fromkeys(by.never, False)))
    more = beyond(mine, said(after) - (said(before) if before else frozenset()))
    if more:
        raise Invalid.one(field, "beyond", "You cannot give what you do not have: %(rights)s.", rights=more)


def keeps(tree: Tree, *permissions: str) -> bool:
    """Whether a user as a page writes them has these, and works here."""
    return bool(tree.get("active", True)) and not tree.get("grants") and _of_user(tree).issuperset(permissions)


def _of_role(tree: Tree) -> frozenset[str]:
    return rights(Role(tree.get("based_on") or Role.AGENT), switches(tree.get("options", {})))


def _of_user(tree: Tree) -> frozenset[str]:
    """By their role, and by what a grant names besides, wherever that is."""
    word, builder = str(tree.get("role") or Role.AGENT), str(tree.get("builder") or "")
    granted = {whole(one) for some in tree.get("grants", {}).values() for one in some}
    if word in set(Role):
        return rights(Role(word), switches({}, builder)) | granted
    row = Definition.objects.filter(kind="role", key=word).values_list("current__body", flat=True).first()
    body = row or {"based_on": Role.AGENT.value}
    return rights(Role(body["based_on"]), switches(body.get("options", {}), builder)) | granted
