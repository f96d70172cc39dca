"""One mail on an item."""

from tramita.domain.errors import NotFound
from tramita.models import Item, Message


def mail_on(item: Item, message_id: int) -> Message:
    """The mail with this id, if it is on this item. Raises: NotFound."""
    found = Message.objects.filter(pk=message_id, item=item).select_related("seen").first()
    if found is None:
        raise NotFound("There is no such mail.")
    found.item = item
    return found
