"""Roles as bundles of permissions, against INTERFACES section 4."""

import pytest

from tramita.domain.codes import Role
from tramita.domain.lifecycle import SYSTEM
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.permissions import Permission, held, needs, permissions_of

AGENT = {"view", "create", "work", "mail", "resolve", "approvals_request", "reports"}
LEADER = AGENT | {"assign", "merge_undo", "manage_queue", "bulk", "prices", "drafts", "teams"}
BUNDLES = {
    Role.AGENT: AGENT,
    Role.TEAM_LEADER: LEADER,
    Role.DESIGNER: AGENT | {"configure"},
    Role.ADMINISTRATOR: LEADER | {"configure", "publish", "manage_users", "audit"},
    Role.ROBOT: {"view", "create", "work", "resolve"},
    Role.REQUESTER: {"portal"},
    Role.MANAGER: {"portal", "approve"},
    Role.SYSTEM: set(Permission),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_has_the_permissions_of_its_bundle(role: Role) -> None:
    """SEC-1, SEC-2, INTERFACES 4."""
    assert permissions_of(role) == BUNDLES[role]


def test_every_verb_of_people_needs_a_permission_that_one_of_their_roles_has() -> None:
    """SEC-1, SEC-2."""
    for lifecycle in LIFECYCLES.values():
        for row in lifecycle.rows:
            for role in row.who - SYSTEM - {Role.REQUESTER, Role.MANAGER}:
                assert needs(row.verb, holds=bool(row.persons)) in held(role), (row.verb, role)


def test_giving_away_what_one_holds_needs_no_right_to_assign() -> None:
    """S-6, Q-13, Z-1."""
    assert needs("assign") is Permission.ASSIGN
    assert needs("release") is Permission.ASSIGN
    assert needs("assign", holds=True) is Permission.WORK


def test_a_verb_of_the_system_is_asked_of_nobody() -> None:
    """W-13: nobody presses `wake`."""
    with pytest.raises(KeyError):
        needs("wake")
