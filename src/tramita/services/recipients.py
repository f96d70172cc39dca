"""To whom a mail goes: everybody of the mail answered but ourselves, and a word about who is new to the item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tramita.domain.errors import Conflict
from tramita.models import Item, MarkedAddress, Message, Person
from tramita.queries.mailboxes import Directory

CONTACTS = ("primary_contact", "requester", "subject", "original_requester", "assignee", "owner")


@dataclass(frozen=True, slots=True)
class RecipientsReport:
    """What a writer must know of the addresses of a mail, in the order in which they were written."""

    outsiders: tuple[str, ...] = ()  # nobody on the item has this address (M-16)
    bounced: tuple[str, ...] = ()  # mail to it came back (MAIL-97)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Those that are asked about, each once."""
        return tuple(dict.fromkeys((*self.outsiders, *self.bounced)))


class Outsiders(Conflict):
    """Some recipients have nothing to do with the item: the writer says which of them are meant (M-16)."""

    def __init__(self, report: RecipientsReport) -> None:
        super().__init__("Not everybody you write to is known on this item.", code="outsiders")
        self.report = report


def recipients_report(item: Item, addresses: Iterable[str]) -> RecipientsReport:
    """Who of these is new to the item, and whose mail bounced. Cost: four statements."""
    wanted = list(dict.fromkeys(_plain(one) for one in addresses if one.strip()))
    known = _contacts(item) | _correspondents(item)
    marked = MarkedAddress.objects.filter(address__in=wanted, bounced=True)
    bounced = set(marked.values_list("address", flat=True)) if wanted else set()
    return RecipientsReport(
        outsiders=tuple(one for one in wanted if one not in known),
        bounced=tuple(one for one in wanted if one in bounced),
    )


def reply_all(message: Message, desk: Directory) -> tuple[list[str], list[str]]:
    """To and Cc of an answer to everybody: who wrote, then who else read it; our own addresses stay out (M-15).

    An answer to a mail of ours goes to those whom it went to.
    """
    first = [] if message.outgoing else [message.sender_address]
    to = _others([*first, *_addresses(message.to)], desk)
    return to, [one for one in _others(_addresses(message.cc), desk) if one not in to]


def _addresses(pairs: Sequence[Sequence[str]]) -> list[str]:
    return [address for _, address in pairs]


def _others(addresses: Iterable[str], desk: Directory) -> list[str]:
    ours = {one.lower() for one in desk.own}
    return list(dict.fromkeys(one for one in addresses if one and _without_tag(one) not in ours))


def _plain(address: str) -> str:
    return address.strip().lower()


def _without_tag(address: str) -> str:
    """`desk+40308.ab12@acme.example` is `desk@acme.example`."""
    local, _, host = _plain(address).rpartition("@")
    return f"{local.partition('+')[0]}@{host}"


def _contacts(item: Item) -> set[str]:
    ids = [getattr(item, f"{name}_id") for name in CONTACTS]
    people = Person.objects.filter(pk__in=[one for one in ids if one], email__isnull=False)
    copied = item.copied.filter(person__email__isnull=False).values_list("person__email", flat=True)
    return {_plain(one) for one in (*people.values_list("email", flat=True), *copied) if one}


def _correspondents(item: Item) -> set[str]:
    """Who took part in its mails."""
    rows = item.messages.values_list("outgoing", "sender_address", "to", "cc", "deliveries__state")
    return {
        _plain(address)
        for outgoing, sender, to, cc, state in rows
        if not (outgoing and state == 5)  # one that was taken back reached nobody
        for address in ([] if outgoing else [sender]) + _addresses(to) + _addresses(cc)
    }
