"""Which mails of an item may be quoted to somebody: only what they wrote or received themselves (MAIL-60)."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from tramita.domain.codes import Visibility
from tramita.domain.mail_tokens import without_token
from tramita.domain.mime.model import address_key
from tramita.models import Delivery, Entry, Item, Message

MOST = 10  # mails that are quoted
LOOKED_AT = 50  # newest entries among which they are sought


def quotable(item: Item, recipients: Iterable[str]) -> list[int]:
    """The ids of these mails, newest first: every recipient, also a hidden one, must have had all of them.

    Notes are no mails; mail that stays in the house, that has not left it, or that a machine wrote does not count, nor
    does a blind copy.
    Cost: two statements.
    """
    readers = {address_key(one) for one in recipients}
    told = Entry.objects.filter(
        item=item, type__in=("mail_received", "mail_sent"), visibility=Visibility.PARTICIPANTS.value
    )
    ids = [data.get("message") for data in told.order_by("-seq").values_list("data", flat=True)[:LOOKED_AT]]
    mails = Message.objects.filter(~still_here(), pk__in=[one for one in ids if one], item=item, automatic=False)
    rows = mails.order_by("-id").values_list("id", "sender_address", "to", "cc")
    return [id_ for id_, sender, to, cc in rows if _had(readers, sender, to, cc)][:MOST]


def still_here() -> Exists:
    """A mail of ours that has not left, or of which nobody knows: nobody has it."""
    return Exists(Delivery.objects.filter(message=OuterRef("pk"), kind="mail").exclude(state=Delivery.State.DONE))


def _had(readers: set[str], sender: str, to: Iterable[list[str]], cc: Iterable[list[str]]) -> bool:
    present = {address_key(without_token(address)) for address in (sender, *(one for _, one in (*to, *cc)))}
    return bool(readers) and readers <= present
