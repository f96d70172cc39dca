"""What one must know of a Ticket or a Case in order to decide: never what stays in the house (MAIL-60)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.cards import FieldDefinition, is_empty
from tramita.domain.codes import Kind, Visibility
from tramita.models import Approval, Entry, Item, Message
from tramita.queries import definitions
from tramita.queries.names import person_name

FIRST = ("submission_note", "mail_received")
MOST_WORDS = 5_000  # characters of what was written first


@dataclass(frozen=True, slots=True)
class About:
    """A Ticket as its customer's manager sees it, or the Case whose Action asks: of its fields those that are shown and
    hold something (D-21); `words` is what was written first, by who asked."""

    reference: str
    title: str
    is_case: bool
    process: str  # the title of its category or Case type
    requester: str
    fields: Sequence[tuple[FieldDefinition, object]]
    words: str


def about(item: Item) -> About:
    """The Ticket, or the Case of the Action, in the words of its customer. Cost: up to four statements."""
    item = item.parent if item.kind is Kind.ACTION and item.parent is not None else item
    read = definitions.category if item.kind is Kind.TICKET else definitions.case_type
    process = read(item.process_version_id) if item.process_version_id else None
    asker = item.requester or item.primary_contact
    known = definitions.declared(item)
    shown = known.shown(item.fields)
    placed = [one for _card, fields in known.laid_out() for one in fields if one.name in shown]
    return About(
        reference=item.reference,
        title=item.title,
        is_case=item.kind is Kind.CASE,
        process=process.title if process else "",
        requester=person_name(asker.name, asker.email or "") if asker else "",
        fields=[(one, value) for one in placed if not is_empty(value := item.fields.get(one.name))],
        words=_first_words(item)[:MOST_WORDS],
    )


CHANGES = ("title_changed", "category_changed", "fields_changed", "contacts_changed")  # of what is decided about


def changes_since(approval: Approval) -> list[tuple[str, datetime]]:
    """What was changed of it after it was asked, oldest first: the entry's type, and when. Cost: one statement."""
    item = approval.item
    thing = item.parent_id if item.kind is Kind.ACTION and item.parent_id is not None else item.pk
    told = Entry.objects.filter(item=thing, type__in=CHANGES, at__gte=approval.requested_at)
    return list(told.order_by("seq").values_list("type", "at"))


def _first_words(item: Item) -> str:
    """Of the oldest entry that is meant for participants; notes are not."""
    told = Entry.objects.filter(item=item, type__in=FIRST, visibility=Visibility.PARTICIPANTS.value)
    first = told.order_by("seq").values_list("data", "words").first()
    if first is None:
        return ""
    data, words = first
    if "message" not in data:
        return str(words.get("body", "")).strip()
    mail = Message.objects.filter(pk=data["message"], item=item).values_list("reply_text", "text").first()
    return next((text.strip() for text in mail or () if text.strip()), "")
