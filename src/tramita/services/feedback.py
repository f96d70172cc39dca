"""Who asked says, inside the feedback window, whether it is done, and how good it was (T-45, C-57).

That it is done changes nothing: the window passes as it would (T-47). That it is not takes the item up again, as a mail
would (decision 55). The last word on a resolution counts; each stands in the ledger.
"""

from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Visibility
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Feedback, Item
from tramita.queries.facts import window_open
from tramita.services import flowing, returning
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow, require
from tramita.services.transactions import one_transaction

RATINGS = range(1, 6)
LONGEST = 10_000  # characters of a comment


@one_transaction
def confirm(
    item: Item, *, rating: int | None = None, comment: str = "", by: Actor, at: datetime, way: str = ""
) -> None:
    """It is done. Raises: NotPermitted; Conflict `window_over`; Invalid. Rules: T-45, R-13."""
    comment = _checked(rating, comment)
    held = _held(item, by, at)
    change = Change(held, by, at)
    _keep(change, done=True, rating=rating, comment=comment, way=way)
    change.write()


@one_transaction
def dispute(
    item: Item, *, rating: int | None = None, comment: str = "", by: Actor, at: datetime, way: str = ""
) -> None:
    """It is not done: the item is taken up again, highlighted, back where it belongs. Rules: T-45, C-57, Q-9, R-20.

    Raises: NotPermitted; Conflict `window_over`; Invalid, without a word on what is missing.
    """
    comment = _checked(rating, comment)
    if not comment:
        raise Invalid.one("comment", "required", "Say what is missing.")
    flowing.hold(item)
    held = _held(item, by, at)
    row = decide(held, "feedback", by=by, at=at)
    change = Change(held, by, at)
    _keep(change, done=False, rating=rating, comment=comment, way=way)
    back = returning.reopened(held, at=at)
    follow(change, row, "reopened", data=back.data, **back.columns)
    change.write()
    if held.kind is Kind.CASE:
        flowing.go_on(held, at=at)


def _held(item: Item, by: Actor, at: datetime) -> Item:
    """The item as it is now, and ours until the transaction ends."""
    held = Item.objects.select_for_update().get(pk=item.pk)
    require(by, "portal", held)
    if not window_open(held, at):
        raise Conflict("The time for this is over. Write to us instead.", code="window_over")
    return held


def _checked(rating: int | None, comment: str) -> str:
    if rating is not None and rating not in RATINGS:
        raise Invalid.one("rating", "invalid", "Choose one.")
    if len(comment) > LONGEST:
        raise Invalid.one("comment", "too_long", "At most %(count)s characters.", count=LONGEST)
    return comment.replace("\x00", "").strip()


def _keep(change: Change, *, done: bool, rating: int | None, comment: str, way: str) -> None:
    """The entry, and beside it the row that results are counted from."""
    item = change.item
    data: dict[str, Any] = {"done": done, "rating": rating} | ({"way": way} if way else {})
    dots: dict[str, Any] = {"new_information": True} if comment else {}
    words = {"comment": comment} if comment else {}
    change.record("feedback_given", visibility=Visibility.PARTICIPANTS, data=data, words=words, **dots)
    said: dict[str, Any] = {
        "done": done,
        "rating": rating,
        "person_id": change.by.id,
        "queue_id": item.queue_id,
        "resolver_id": item.resolver_id,
        "process_id": item.process_id,
        "at": change.at,
    }
    resolution = item.resolved_at or change.at  # what reopens takes it away; what can be disputed has it
    change.beside.append(
        lambda: Feedback.objects.update_or_create(item_id=item.pk, resolved_at=resolution, defaults=said)
    )
