"""Whom a mail goes to: who is ours, named twice, known to bounce, or new to the item (M-16, MAIL-97, MAIL-122)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tramita.domain.codes import Kind
from tramita.domain.mime.model import address_key
from tramita.domain.process_definitions import MailDefaults
from tramita.models import Delivery, Item, MarkedAddress, Message, Person
from tramita.queries import definitions
from tramita.queries.mailboxes import Directory, directory

MOST_MAILS = 200  # of an item whose people count as known
ROLES = ("primary_contact", "requester", "subject", "original_requester", "assignee", "owner")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address as typed, in its field, and what must be known of it before the mail goes."""

    address: str
    field: str  # to, cc, bcc
    ours: bool = False  # taken out: mail to it would come back to us
    duplicate: bool = False  # taken out: it stands in a field before
    bounced: bool = False  # mail to it came back; nothing is taken out
    new: bool = False  # nobody who takes part in the item so far

    @property
    def taken_out(self) -> bool:
        """It gets no mail of its own."""
        return self.ours or self.duplicate


def recipients_report(
    item: Item, to: Sequence[str], cc: Sequence[str] = (), bcc: Sequence[str] = ()
) -> list[Recipient]:
    """Every address with what is to be said of it, in the order typed. Cost: five statements."""
    fields = {"to": to, "cc": cc, "bcc": bcc}
    keys = {address_key(one) for some in fields.values() for one in some}
    bounced = set(MarkedAddress.objects.filter(address__in=keys, bounced=True).values_list("address", flat=True))
    known = participants(item)
    return [
        Recipient(
            one.address,
            one.field,
            ours=one.ours,
            duplicate=one.duplicate,
            bounced=address_key(one.address) in bounced,
            new=not one.ours and address_key(one.address) not in known,
        )
        for one in sifted(fields, directory())
    ]


def sifted(fields: Mapping[str, Sequence[str]], desk: Directory) -> Iterator[Recipient]:
    """Every address, marked where it is ours or stands in a field before."""
    own, seen = {address_key(one) for one in desk.own}, set[str]()
    for name, addresses in fields.items():
        for address in addresses:
            key = address_key(address)
            yield Recipient(address.strip(), name, ours=not own.isdisjoint((key, _plain(key))), duplicate=key in seen)
            seen.add(key)


def _plain(key: str) -> str:
    """Without what stands behind a plus: mail to it comes to the same mailbox."""
    local, _, domain = key.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def participants(item: Item) -> set[str]:
    """The addresses of the item's contacts and of who works it, and of who wrote or got a mail of it.

    A mail that was taken back reached nobody. Cost: three statements.
    """
    ids = {getattr(item, f"{role}_id") for role in ROLES} | set(item.copied.values_list("person_id", flat=True))
    there = Person.objects.filter(pk__in=[one for one in ids if one], email__isnull=False)
    people = there.values_list("email", flat=True)
    said = Message.objects.filter(item=item, approval_token=None)
    mails = said.exclude(deliveries__state=Delivery.State.CANCELLED).order_by("-id")
    named = {address_key(email) for email in people if email}
    for sender, to, cc in mails.values_list("sender_address", "to", "cc")[:MOST_MAILS]:
        named |= {address_key(one) for one in (sender, *(address for _, address in (*to, *cc)))}
    return named


def mail_defaults(item: Item) -> MailDefaults:
    """Whom a mail goes to by default, as the Action says, else its Case; a Ticket has nothing of its own (M-15)."""
    if item.process_version_id is None or item.kind is Kind.TICKET:
        return USUAL
    case = definitions.case_type(item.process_version_id)
    action = case.actions.get(item.action_name or "") if item.kind is Kind.ACTION else None
    return (action.mail if action else None) or case.mail or USUAL


USUAL = MailDefaults()


def reply_all(message: Message, desk: Directory) -> tuple[list[str], list[str]]:
    """To and Cc of an answer to everybody: who wrote, then who else read it; our own addresses stay out (M-15).

    An answer to a mail of ours goes to those whom it went to.
    """
    first = [] if message.outgoing else [message.sender_address]
    fields = {
        "to": [*first, *(address for _, address in message.to if address)],
        "cc": [address for _, address in message.cc if address],
    }
    kept = [one for one in sifted(fields, desk) if not one.taken_out]
    return [one.address for one in kept if one.field == "to"], [one.address for one in kept if one.field == "cc"]
