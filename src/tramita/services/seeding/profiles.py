"""How the items of a seeded desk are spread."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares are between 0 and 1. `span` is the time over which the items were created."""

    span: timedelta = timedelta(days=3 * 365)
    stays_open: float = 0.15  # that the work rests at any one step, in the last sixty days
    cases: float = 0.06  # of the beginnings; each has one to three Actions
    by_mail: float = 0.3  # of the Tickets
    answered: float = 0.3  # of the Tickets, by a mail of ours
    waits: float = 0.15


PROFILES: Mapping[str, Profile] = {
    "standard": Profile(),  # a desk of three years, about 2 % of its items open
    "busy": Profile(span=timedelta(days=60)),  # a desk of two months, with much to do
}
