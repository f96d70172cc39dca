"""What a manager must know of a Ticket in order to decide: never what stays in the house (MAIL-60)."""

from collections.abc import Sequence
from dataclasses import dataclass

from tramita.domain.codes import Visibility
from tramita.models import Entry, Item, Message
from tramita.queries import definitions
from tramita.queries.names import person_name

FIRST = ("submission_note", "mail_received")
MOST_WORDS = 5_000  # characters of what was written first


@dataclass(frozen=True, slots=True)
class About:
    """A Ticket as its customer's manager sees it; `words` is what was written first, by who asked."""

    reference: str
    title: str
    category: str
    requester: str
    fields: Sequence[tuple[str, object]]
    words: str


def about(item: Item) -> About:
    """The Ticket in the words of its customer. Cost: up to three statements."""
    category = definitions.category(item.process_version_id) if item.process_version_id else None
    asker = item.requester or item.primary_contact
    declared = category.fields.values() if category else ()
    values = [(one.title or one.name, item.fields.get(one.name)) for one in declared]
    return About(
        reference=item.reference,
        title=item.title,
        category=category.title if category else "",
        requester=person_name(asker.name, asker.email or "") if asker else "",
        fields=[(name, value) for name, value in values if value not in (None, "")],
        words=_first_words(item)[:MOST_WORDS],
    )


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
