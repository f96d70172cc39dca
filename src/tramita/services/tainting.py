"""A robot's run that reads what came from outside is tainted from then on (decision 60)."""

from tramita.domain.actors import Actor
from tramita.domain.bounds import STOPPED, RobotsStopped
from tramita.models import Lease
from tramita.services.transactions import one_transaction


def come_in(by: Actor, *, reads: bool) -> None:
    """A robot calls, whichever way. `reads`: it is answered what may hold the words of strangers.

    Raises: RobotsStopped.
    """
    if by.bounds is not None and by.bounds.stopped:
        raise RobotsStopped(STOPPED)
    if by.bounds is not None and by.bounds.clean and reads:
        taint(by)


@one_transaction
def taint(by: Actor) -> None:
    """All that this robot has at hand: it is one program, and nobody knows what it remembers."""
    Lease.objects.filter(robot=by.id, ended_at=None, tainted=False).update(tainted=True)
