"""The effort that a Case is expected to cost (C-13)."""

from dataclasses import dataclass

from tramita.domain import estimates
from tramita.domain.codes import Kind, State
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries import flow as flows
from tramita.queries.rows import fetch

# constants are written out, so that no planner has to guess
CREATED = "SELECT COALESCE(SUM(estimate), 0) FROM items WHERE parent_id = %s AND kind = 3"
LOCKED = (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Estimate:
    """In seconds: of the Actions that there are, and of those that come if all stays as it is."""

    created: int
    to_come: int
    locked: bool  # the Case is Resolved or Closed: nothing of it changes any more

    @property
    def total(self) -> int:
        """Of all of it."""
        return self.created + self.to_come


def estimate_of(case: Item) -> Estimate | None:
    """None for what has no estimates. Cost: two statements, for a Case type that has."""
    if case.kind is not Kind.CASE or case.process_version_id is None:
        return None
    case_type = definitions.case_type(case.process_version_id)
    if not estimates.is_estimated(case_type):
        return None
    created = int(fetch(CREATED, [case.pk])[0][0])
    if case.state in LOCKED:
        return Estimate(created, 0, locked=True)
    place = flows.place(case)
    if place is not None and place.at_end:
        return Estimate(created, 0, locked=False)
    after = place.step if place is not None else None
    return Estimate(created, estimates.to_come(case_type, after, flows.values(case, case_type)), locked=False)
