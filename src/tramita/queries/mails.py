"""One mail, for who may read it on an item (DESIGN decision 11)."""

from typing import BinaryIO

from django.db.models import Q

from tramita.domain.actors import Actor
from tramita.domain.codes import Method
from tramita.domain.errors import NotFound
from tramita.models import Attachment, Item, Message
from tramita.queries import scans
from tramita.queries.items import visible_to
from tramita.queries.stored import opened_file


def get_mail(actor: Actor, number: int) -> Message:
    """The mail, if an item of its related group may be seen: mails are shared inside it (G-11).

    Raises: NotFound, whether it is missing or invisible. Cost: two statements.
    """
    found = Message.objects.select_related("item").filter(pk=number).first()
    if found is None or not _shared_with(actor, found.item):
        raise NotFound("There is no such mail.")
    return found


def _shared_with(actor: Actor, item: Item) -> bool:
    first = item.related_to_id or item.pk
    return visible_to(actor).filter(Q(pk=item.pk) | Q(pk=first) | Q(related_to_id=first)).exists()


def original(mail: Message) -> BinaryIO:
    """Every byte as received (MAIL-46). Raises: NotFound; FileMissing, when it was erased or the storage lost it."""
    if mail.outgoing and not mail.raw:
        raise NotFound("This mail has no original: it was written here.")
    return opened_file(mail.raw, original_name(mail))


def original_name(mail: Message) -> str:
    """What it is saved under."""
    return f"{mail.item.reference}-{mail.pk}.eml"


def get_file(actor: Actor, number: int) -> Attachment:
    """A file on an item, as it may be had: shared inside a related group like the mail that it came with (G-11).

    Raises: NotFound; Conflict `held_back`, while the scanner keeps it (MAIL-57).
    """
    found = Attachment.objects.select_related("item", "message").filter(pk=number).first()
    if found is None or not _shared_with(actor, found.item):
        raise NotFound("There is no such file.")
    if scans.came_in(found):
        scans.let_through(found.sha256)
    return found


def get_part(actor: Actor, number: int, part: str) -> Attachment:
    """A file of that mail, by its number or its content id. Raises: NotFound, Conflict, as `get_file` does."""
    mail = get_mail(actor, number)
    named = Q(pk=int(part)) if part.isdecimal() and len(part) < 19 else Q(content_id__iexact=part.strip("<>"))
    found = Attachment.objects.filter(named, message=mail).order_by("id").first()
    if found is None:
        raise NotFound("There is no such file.")
    if not mail.outgoing:
        scans.let_through(found.sha256)
    return found


def answerable(item: Item, number: int | None) -> Message | None:
    """The mail that is answered on this item: one of its own, or of a Ticket that was merged into its group (X-4)."""
    if not number:
        return None
    merged = Q(item__method=Method.MERGED.value, item__related_to=item.related_to_id or item.pk)
    return Message.objects.filter(Q(item=item) | merged, pk=number).first()


def mail_on(item: Item, number: int) -> Message:
    """The mail with this id, if it is on this item. Raises: NotFound."""
    found = Message.objects.filter(pk=number, item=item).select_related("seen").first()
    if found is None:
        raise NotFound("There is no such mail.")
    found.item = item
    return found
