"""Who acts: a person, a robot or the system itself."""

from dataclasses import dataclass, field, replace

from tramita.domain.bounds import Bounds
from tramita.domain.codes import Role

STAFF = frozenset({Role.AGENT, Role.DESIGNER, Role.TEAM_LEADER, Role.ADMINISTRATOR})
LEADERS = frozenset({Role.TEAM_LEADER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with rights. `grants` is None where the role holds everywhere (SEC-2).

    `grants` pairs a path of the configuration with the permissions given there and below.
    """

    id: int | None
    name: str
    role: Role
    email: str = ""
    organisation_id: int | None = None
    grants: tuple[tuple[str, frozenset[str]], ...] | None = None
    own_queues_only: bool = False
    queue_ids: frozenset[int] = field(default_factory=frozenset)
    language: str = ""
    time_zone: str = ""
    sees: str = ""  # `permissions.Sight`; empty: all that role and grants let them see
    bounds: Bounds | None = None  # of a robot
    also: frozenset[str] = frozenset()  # what a role of this desk, or of a builder, gives besides (SEC-1)
    never: frozenset[str] = frozenset()  # what it takes, whatever a grant says

    @property
    def roles(self) -> frozenset[Role]:
        """What the lifecycle tables ask for: who gives out work by a role of the desk leads, as they see it."""
        return frozenset({self.role, Role.TEAM_LEADER}) if "assign" in self.also else frozenset({self.role})

    @property
    def is_staff(self) -> bool:
        """Works items, with a screen."""
        return self.role in STAFF

    def as_sure(self, percent: int | None) -> "Actor":
        """The robot that says how sure it is of what it does now; a person is as sure as they are (AI-1)."""
        return self if self.bounds is None else replace(self, bounds=replace(self.bounds, sure=percent))

    @property
    def is_system(self) -> bool:
        """Nobody: timers, mail, the flow."""
        return self.role is Role.SYSTEM


SYSTEM = Actor(id=None, name="Tramita", role=Role.SYSTEM)
