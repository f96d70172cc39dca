"""What one look at an item is made of; everything that shows a part of it takes this."""

from dataclasses import dataclass
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.models import Item
from tramita.queries.item_view import ItemView


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at an item is made of."""

    item: Item
    read: ItemView
    actor: Actor
    at: datetime
    tab: str

    @property
    def running(self) -> bool:
        """Not Closed: people may still write and change."""
        return self.item.state is not State.CLOSED
