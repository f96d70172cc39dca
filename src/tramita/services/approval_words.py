"""What is asked, in words: as the mail says it, and as it is kept with each decision (Z-16).

Never what stays in the house (MAIL-60): the words of the type, of who asked, and of the thing as its customer sees it.
"""

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.models import Approval, Person
from tramita.queries.approvals import asked_about
from tramita.queries.approved_things import About, about
from tramita.services.field_words import said_fields


def decided_words(approval: Approval, reason: str, by: Actor, manager: Person | None = None) -> dict[str, str]:
    """What the entry of a decision keeps: the reason, and the very wording that was decided on, in the language of who
    read it. The item is as they have seen it. `manager` is in whose place they decide."""
    with translation.override(by.language or settings.LANGUAGE_CODE):
        asked = [asked_about(approval).name, *asked_words(approval, about(approval.item))]
    told = {"wording": "\n\n".join(asked), "decision_reason": reason, "in_place_of": manager.name if manager else ""}
    return {name: words for name, words in told.items() if words}


def asked_words(approval: Approval, thing: About) -> Iterator[str]:
    """Its paragraphs below the name of what is asked."""
    asker = approval.requested_by
    paragraphs = (
        asked_about(approval).description.strip(),
        _("%(person)s writes:") % {"person": asker.name if asker else ""} + f"\n{_marked(approval.comment)}"
        if approval.comment
        else "",
        _facts(thing),
        _("How it began:") + f"\n{_marked(thing.words)}" if thing.words else "",
    )
    return (one for one in paragraphs if one)


def _facts(thing: About) -> str:
    named = [
        (_("Case") if thing.is_case else _("Ticket"), f"{thing.reference} {thing.title}"),
        (_("Case type") if thing.is_case else _("Category"), thing.process),
        (_("Requester"), thing.requester),
        *said_fields(thing.fields),
    ]
    return "\n".join(f"{name}: {value}" for name, value in named if value)


def _marked(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
