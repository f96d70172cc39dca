"""What matching a mail asks of the database: `domain.correspondence.Lookup`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from tramita.domain.codes import Kind, State, Visibility, WaitType
from tramita.domain.mail_tokens import Claim, without_token
from tramita.domain.mime import address_key
from tramita.domain.references import Reference
from tramita.models import CopiedContact, Entry, Item, Message, Person
from tramita.queries import definitions
from tramita.queries.mailboxes import Directory
from tramita.queries.people import actor_by_id
from tramita.queries.regroupings import LONGEST_CHAIN, heir
from tramita.queries.timeline import MAILS, MOVED_HERE
from tramita.queries.visibility import may, visible_to

MOST_COPIES = 200  # of all mails with the ids that one mail answers
MOST_MAILS = 200  # of an item that are read for who takes part: the newest
BULKY = ("text", "html", "reply_text", "view", "defects", "references")


@dataclass(slots=True)
class Finder:
    """For one mail: the mailbox it came to, whom the desk knows its sender as, and the ids it answers.

    Merges are followed (Z-4, MAIL-77). Cost: a statement for each way that is tried, however many ids there are.
    """

    mailbox: str
    sender_id: int | None
    answered: list[str]
    message_id: str = ""  # its own, to find what a copy of it did (MAIL-80)
    named: Sequence[str] = ()  # To and Cc (M-3)
    desk: Directory | None = None  # our addresses; None: M-3 is not asked for
    organisation_id: int | None = None  # the sender's (MAIL-73)
    colleague: bool = False  # proven to be one of the staff (MAIL-51)
    named_as: dict[int, str] = field(default_factory=dict)  # by item: the reference that was followed to it (Z-4)
    _held: list[Message] | None = None
    _takes_part: dict[tuple[int, str], bool] = field(default_factory=dict)

    def by_number(self, number: int, ordinal: int) -> Item | None:
        """The item of a true token; a Case before the Ticket it was made from."""
        kinds = (Kind.ACTION,) if ordinal else (Kind.CASE, Kind.TICKET)
        found = {i.kind: i for i in Item.objects.filter(number=number, ordinal=ordinal, discarded_at=None)}
        return next((self._living(found[kind]) for kind in kinds if kind in found), None)

    def by_own_id(self, claim: Claim) -> Item | None:
        """The item that holds this mail of ours, wherever it was moved; else the one that it was written on."""
        item = next((one.item for one in self.held() if one.outgoing and one.message_id == claim.evidence), None)
        if item is None or (item.number == claim.number and _may_be_a_case(item)):
            return self.by_number(claim.number, claim.ordinal)
        return self._living(item)

    def by_message_id(self, message_id: str) -> Item | None:
        """The newest item that holds a mail of this id, if it came to this mailbox or left from here (MAIL-80).

        Before it comes one that a person made of the mail (M-25), then one that a route of this mailbox starts,
        wherever the mail's first copy came in. And only if the address that linked that mail is still among To and Cc
        (M-3).
        """
        found = [one for one in self.held() if one.message_id == message_id and self._still_addressed(one)]
        by_hand = (one.item for one in found if one.headers.get("by_hand"))
        by_route = (one.item for one in found if self._routed_here(one.item))
        by_copy = (one.item for one in found if one.seen is None or one.seen.mailbox == self.mailbox)
        item = next(chain(by_hand, by_route, by_copy), None)
        return self._living(item) if item else None

    def by_reference(self, reference: Reference) -> Item | None:
        """The item a person means by `40308-T`."""
        kind, number, ordinal = reference
        item = Item.objects.filter(kind=kind, number=number, ordinal=ordinal, discarded_at=None).first()
        return self._living(item) if item else None

    def is_participant(self, item: Item, address: str) -> bool:
        """A contact of the item, or named in one of its mails (MAIL-73). `address`: the sender's.

        Also who works here and may write on it, if proven; and a colleague of a participant, if so set.
        """
        key = (item.pk, address)
        if key not in self._takes_part:
            self._takes_part[key] = (
                self._is_contact(item)
                or address_key(address) in set(_named_on(item))
                or self._works_on(item)
                or self._is_their_colleague(item)
            )
        return self._takes_part[key]

    def copies_on(self, item: Item) -> list[int]:
        """The mails of this very id that the item holds (MAIL-80)."""
        same = (one for one in self.held() if one.message_id == self.message_id and not one.outgoing)
        return [one.pk for one in same if one.item_id == item.pk]

    def answers(self) -> list[Message]:
        """The stored mails that are answered: the one in In-Reply-To, then References from the end."""
        if not self.answered:
            return []
        answered = {one: place for place, one in enumerate(self.answered)}
        return sorted((one for one in self.held() if one.message_id in answered), key=lambda m: answered[m.message_id])

    @property
    def looked(self) -> bool:
        """Whether the stored mails were read already."""
        return self._held is not None

    def held(self) -> list[Message]:
        """The stored mails that are answered, and copies of this one, the newest first. Cost: one statement."""
        if self._held is None:
            ids = [*self.answered, self.message_id] if self.message_id else self.answered
            rows = Message.objects.filter(message_id__in=ids, item__discarded_at=None).order_by("-id")
            rows = with_internal(rows.select_related("item__process", "seen").defer(*BULKY))
            self._held = [one for one in rows[:MOST_COPIES] if "copied" not in one.headers]  # M-11: the parent's counts
        return self._held

    def _living(self, item: Item) -> Item:
        found = survivor(item)
        if found.pk != item.pk:
            self.named_as[found.pk] = item.reference
        return found

    def _routed_here(self, item: Item) -> bool:
        if self.desk is None or item.process is None:
            return False
        return any(self.desk.mailbox_of(one) == self.mailbox for one in self.desk.starting(item.process.key))

    def _still_addressed(self, one: Message) -> bool:
        """M-3. Of several routes that the earlier mail named, the one that made the item links it."""
        if self.desk is None:
            return True
        ours = _plain(address for _, address in (*one.to, *one.cc)) & self.desk.keys
        made_by = {address_key(route) for route in self.desk.starting(one.item.process.key if one.item.process else "")}
        linking = ours & made_by or ours
        return not linking or bool(linking & _plain(self.named))

    def _is_contact(self, item: Item) -> bool:
        if self.sender_id is None:
            return False
        return (
            self.sender_id in _holders(item) or CopiedContact.objects.filter(item=item, person=self.sender_id).exists()
        )

    def _works_on(self, item: Item) -> bool:
        if not self.colleague or self.sender_id is None:
            return False
        actor = actor_by_id(self.sender_id)
        return may(actor, "mail", item) and Item.objects.filter(visible_to(actor), pk=item.pk).exists()

    def _is_their_colleague(self, item: Item) -> bool:
        if self.organisation_id is None or not definitions.settings().colleagues_take_part:
            return False
        return Person.objects.filter(pk__in=_holders(item), organisation=self.organisation_id).exists()


def _plain(addresses: Iterable[str]) -> set[str]:
    return {address_key(without_token(one)) for one in addresses}


def with_internal(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """The messages, each with `internal`: only the house reads it (MAIL-59)."""
    about = Cast(KeyTextTransform("message", "data"), BigIntegerField())
    told = Entry.objects.filter(item=OuterRef("item_id"), type__in=(*MAILS, MOVED_HERE), visibility=Visibility.INTERNAL)
    return messages.annotate(internal=Exists(told.annotate(about=about).filter(about=OuterRef("pk"))))


def _may_be_a_case(item: Item) -> bool:
    """A Ticket that may have become a Case of the same number, which then gets its mail (G-6)."""
    converted = item.wait_type is WaitType.CASE_LAUNCHED or item.state is State.CLOSED
    return item.kind is Kind.TICKET and converted


def _holders(item: Item) -> list[int]:
    """Who the item is about."""
    contacts = (item.requester_id, item.primary_contact_id, item.subject_id, item.original_requester_id)
    return [one for one in contacts if one is not None]


def _named_on(item: Item) -> Iterator[str]:
    """Who wrote or got a mail on this item."""
    rows = Message.objects.filter(item=item).order_by("-id").values_list("sender_address", "to", "cc")[:MOST_MAILS]
    for sender, to, cc in rows:
        yield address_key(sender)
        yield from _addresses((*to, *cc))


def _addresses(pairs: Iterable[Any]) -> Iterator[str]:
    return (address_key(address) for _, address in pairs)


def survivor(item: Item) -> Item:
    """Where a merged item lives on (Z-4), unless that is switched off (CG-25); else, whence it came and went back."""
    for _ in range(LONGEST_CHAIN):
        following = heir(item) if item.state is State.CLOSED else None
        if following is not None and not definitions.settings().follow_merged:
            following = heir(item, follow_merged=False)
        if following is None:
            break
        item = following
    return item
