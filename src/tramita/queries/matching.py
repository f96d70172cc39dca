"""What matching a mail asks of the database: `domain.correspondence.Lookup`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tramita.domain.codes import Kind, State
from tramita.domain.mime import address_key
from tramita.domain.references import Reference
from tramita.models import CopiedContact, Item, Link, Message

LONGEST_CHAIN = 20  # merges followed (Z-4)
MOST_COPIES = 200  # of all mails with the ids that one mail answers
MOST_MAILS = 200  # of an item that are read for who takes part: the newest


@dataclass(slots=True)
class Finder:
    """For one mail: the mailbox it came to, whom the desk knows its sender as, and the ids it answers.

    Merges are followed (Z-4, MAIL-77). Cost: a statement for each way that is tried, however many ids there are.
    """

    mailbox: str
    sender_id: int | None
    answered: list[str]
    _held: dict[str, int] | None = None
    _takes_part: dict[tuple[int, str], bool] = field(default_factory=dict)

    def by_number(self, number: int, ordinal: int) -> Item | None:
        """The item of a true token; a Case before the Ticket it was made from."""
        kinds = (Kind.ACTION,) if ordinal else (Kind.CASE, Kind.TICKET)
        found = {i.kind: i for i in Item.objects.filter(number=number, ordinal=ordinal, discarded_at=None)}
        return next((survivor(found[kind]) for kind in kinds if kind in found), None)

    def by_message_id(self, message_id: str) -> Item | None:
        """The newest item that holds a mail of this id, if it came to this mailbox or left from here (MAIL-80)."""
        if self._held is None:
            self._held = self._holders()
        item_id = self._held.get(message_id)
        return survivor(Item.objects.get(pk=item_id)) if item_id else None

    def by_reference(self, reference: Reference) -> Item | None:
        """The item a person means by `40308-T`."""
        kind, number, ordinal = reference
        item = Item.objects.filter(kind=kind, number=number, ordinal=ordinal, discarded_at=None).first()
        return survivor(item) if item else None

    def is_participant(self, item: Item, address: str) -> bool:
        """A contact of the item, or named in one of its mails (MAIL-73). `address`: the sender's."""
        key = (item.pk, address)
        if key not in self._takes_part:
            self._takes_part[key] = self._is_contact(item) or address_key(address) in set(_named_on(item))
        return self._takes_part[key]

    def _holders(self) -> dict[str, int]:
        held = Message.objects.filter(message_id__in=self.answered, item__discarded_at=None).order_by("-id")
        rows = held.values_list("message_id", "item_id", "seen__mailbox")[:MOST_COPIES]
        here = [(one, item_id) for one, item_id, mailbox in rows if mailbox in (None, self.mailbox)]  # None: ours
        return dict(reversed(here))

    def _is_contact(self, item: Item) -> bool:
        if self.sender_id is None:
            return False
        holders: tuple[int | None, ...] = (
            item.requester_id,
            item.primary_contact_id,
            item.subject_id,
            item.original_requester_id,
        )
        return self.sender_id in holders or CopiedContact.objects.filter(item=item, person=self.sender_id).exists()


def _named_on(item: Item) -> Iterator[str]:
    """Who wrote or got a mail on this item."""
    rows = Message.objects.filter(item=item).order_by("-id").values_list("sender_address", "to", "cc")[:MOST_MAILS]
    for sender, to, cc in rows:
        yield address_key(sender)
        yield from _addresses((*to, *cc))


def _addresses(pairs: Iterable[Any]) -> Iterator[str]:
    return (address_key(address) for _, address in pairs)


def survivor(item: Item) -> Item:
    """Where a merged item lives on (Z-4)."""
    for _ in range(LONGEST_CHAIN):
        if item.state is not State.CLOSED:
            break
        merged = Link.objects.filter(source=item, type="merged_into").select_related("target").first()
        if merged is None:
            break
        item = merged.target
    return item
