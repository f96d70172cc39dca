"""What a mail answers: was it a machine's, was it internal, and has the same mail been here before."""

from tramita.domain.codes import Visibility
from tramita.domain.mime import address_key
from tramita.models import Entry, Item, Message
from tramita.queries.matching import Finder
from tramita.queries.timeline import MAILS
from tramita.services.storing_mail import SHOWN, Arrival

RECENT = 50  # mails of ours on an item that are looked through for the last one to an address


def answers_automatic(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """What it answers was written by the system (M-13): the mail it names, else the last one to its sender."""
    if not arrival.mail.auto_submitted:
        return False
    answered = next((one for one in finder.answers() if one.outgoing), None) or _last_to(item, arrival)
    return answered is not None and answered.automatic


def is_internal(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """It answers an internal mail, or its sender's last mail from us was internal (MAIL-59). Cost: one statement."""
    told = Entry.objects.filter(item=item, visibility=Visibility.INTERNAL, type__in=MAILS)
    internal = {data.get("message") for data in told.values_list("data", flat=True)}
    if not internal:
        return False
    answered = finder.answers()
    if any(one.pk in internal for one in answered[:1]):
        return True
    last = None if answered else _last_to(item, arrival)
    return last is not None and last.pk in internal


def is_second_copy(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """The same mail came to this item by another mailbox (MAIL-80); one with other words is another mail (MAIL-81)."""
    if not arrival.mail.message_id:
        return False
    ids = finder.copies_on(item)
    return (
        bool(ids)
        and Message.objects.filter(
            pk__in=ids, sender_address=arrival.sender.address[:254], text=arrival.mail.text[:SHOWN]
        ).exists()
    )


def _last_to(item: Item, arrival: Arrival) -> Message | None:
    """The last mail of ours on the item that went to the sender of this one."""
    wanted = address_key(arrival.sender.address)
    sent = Message.objects.filter(item=item, outgoing=True).order_by("-id").only("to", "cc", "bcc", "automatic")
    return next((one for one in sent[:RECENT] if wanted in _recipients(one)), None)


def _recipients(message: Message) -> set[str]:
    return {address_key(address) for _, address in (*message.to, *message.cc, *message.bcc)}
