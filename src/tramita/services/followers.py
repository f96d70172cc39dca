"""How far each follower has read the ledger (DESIGN decision 4). Its mark moves in the transaction of what it made."""

from tramita.models import Follower
from tramita.queries.events import BEGINNING, Mark, newest


def mark_of(name: str) -> Mark:
    """How far it was read."""
    return Follower.objects.filter(name=name).values_list("tx", "entry").first() or BEGINNING


def moved(name: str, start: Mark, end: Mark) -> bool:
    """Move the mark. False: another worker took this batch."""
    mine = Follower.objects.filter(name=name, tx=start[0], entry=start[1])
    return bool(mine.update(tx=end[0], entry=end[1]))


def skip_to_now(name: str) -> None:
    """What the ledger holds by now is left out. To be called within a transaction."""
    tx, entry = newest()
    Follower.objects.update_or_create(name=name, defaults={"tx": tx, "entry": entry})
