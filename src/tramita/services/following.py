"""Following an item, and hearing no more of it (N-1, N-2)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import State
from tramita.domain.errors import Conflict
from tramita.models import Follow, Item, Person
from tramita.services.moving import require
from tramita.services.transactions import one_transaction


@one_transaction
def follow(item: Item, *, by: Actor, at: datetime) -> None:
    """Be told of what happens to the item; doing it again changes nothing. Nothing is told of related items (N-2)."""
    require(by, "view", item)
    if item.state in (State.DRAFT, State.CLOSED):
        raise Conflict("Drafts and Closed items cannot be followed.", code="not_followable")
    _set(item, by, muted=False, at=at)


@one_transaction
def unfollow(item: Item, *, by: Actor, at: datetime) -> None:
    """Hear no more of it. Its assignee and owner, who follow it without asking, mute it until they follow it again.

    What is meant for them alone they hear all the same.
    """
    require(by, "view", item)
    if by.id in (item.assignee_id, item.owner_id):
        _set(item, by, muted=True, at=at)
    else:
        Follow.objects.filter(item=item, person=by.id).delete()


def _set(item: Item, by: Actor, *, muted: bool, at: datetime) -> None:
    Follow.objects.update_or_create(
        item=item, person=Person(pk=by.id), defaults={"muted": muted}, create_defaults={"muted": muted, "at": at}
    )
