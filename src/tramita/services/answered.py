"""What a mail answers: was it a machine's, was it internal, and has the same mail been here before."""

from tramita.domain.auto_answers import addressed
from tramita.domain.mime import address_key
from tramita.models import Item, Message
from tramita.queries.matching import Finder, with_internal
from tramita.services.storing_mail import SHOWN, Arrival

RECENT = 50  # mails of ours on an item that are looked through for the last one to an address


def answers_automatic(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """What it answers was written by the system (M-13): the mail it names, else the last one to its sender."""
    if not arrival.mail.auto_submitted:
        return False
    answered = next((one for one in finder.answers() if one.outgoing), None) or _last_to(item, arrival)
    return answered is not None and answered.automatic


def is_internal(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """It answers an internal mail; naming none, its sender's last mail from us was internal (MAIL-59)."""
    answered = next(iter(finder.answers()), None) or _last_to(item, arrival)
    return bool(getattr(answered, "internal", False))


def is_second_copy(arrival: Arrival, item: Item, finder: Finder) -> bool:
    """The same mail came to this item by another mailbox (MAIL-80); one with other words is another mail (MAIL-81)."""
    if not arrival.mail.message_id or (not finder.looked and _only_here(arrival)):
        return False
    ids = finder.copies_on(item)
    return (
        bool(ids)
        and Message.objects.filter(
            pk__in=ids, sender_address=arrival.sender.address[:254], text=arrival.mail.text[:SHOWN]
        ).exists()
    )


def _only_here(arrival: Arrival) -> bool:
    """No other mailbox of ours can have got it, as far as its addresses tell: spares a statement."""
    desk, mail = arrival.desk, arrival.mail
    return {desk.mailbox_of(one) for one in addressed(mail, own=desk.own)} == {arrival.seen.mailbox}


def _last_to(item: Item, arrival: Arrival) -> Message | None:
    """The last mail of ours on the item that went to the sender of this one."""
    wanted = address_key(arrival.sender.address)
    sent = Message.objects.filter(item=item, outgoing=True).order_by("-id").only("item", "to", "cc", "bcc", "automatic")
    return next((one for one in with_internal(sent)[:RECENT] if wanted in _recipients(one)), None)


def _recipients(message: Message) -> set[str]:
    return {address_key(address) for _, address in (*message.to, *message.cc, *message.bcc)}
