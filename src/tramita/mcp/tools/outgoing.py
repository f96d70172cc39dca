"""What reaches people outside or ends the work: done only after somebody agreed to exactly that."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field

from tramita.domain.actors import Actor
from tramita.domain.codes import Method
from tramita.domain.proposals import Proposed
from tramita.mcp.tools.shapes import Answer, Arguments, OnItem, Propose, Question, Sure, Text, Tool
from tramita.mcp.tools.working import held, told
from tramita.queries.items import get_visible
from tramita.services import approvals, mailing, resolving
from tramita.services.transactions import writing
from tramita.ui import labels

METHODS = (
    "Of a Ticket: replied, rejected, rejected_spam. Of an Action: complete, unable_to_complete. "
    "Of a Case: fully_resolved."
)


class Letter(OnItem):
    """A mail about the item."""

    to: list[str] = Field(min_length=1, max_length=50)
    cc: list[str] = Field([], max_length=50)
    subject: str = Field("", max_length=1000, pattern=r"^[^\r\n]*$")
    text: Text
    based_on: int | None = Field(
        None, description="`newest_seq` of read_conversation: held back if more was said since."
    )
    confidence: Sure = None


class Resolve(OnItem):
    """How the work ends."""

    method: str = Field(max_length=40, description=METHODS)
    note: Text = Field("", description="The resolution note, which colleagues read.")
    reason: Text = ""
    confidence: Sure = None


class AskApproval(OnItem):
    """What is asked for."""

    type: str = Field(max_length=100, description="A key of list_directory's approval_types.")
    comment: str = Field("", max_length=10_000)


def _send(by: Actor, given: Letter, at: datetime) -> Answer:
    with writing():
        item = held(by, given.reference, follow=True)
        letter, hold = given.model_dump(exclude={"reference", "confidence"}), mailing.HOLD_OF_ROBOTS
        mailing.send(item, **letter, written_by=by.name, hold=hold, by=by.as_sure(given.confidence), at=at)
        return told(item, by, at)


def _ask_to_send(by: Actor, given: Letter) -> Question:
    item = get_visible(by, given.reference)
    text = _("Send this mail about %(reference)s?\n\nTo: %(to)s\nCc: %(cc)s\nSubject: %(subject)s\n\n%(text)s") % {
        "reference": item.reference,
        "to": ", ".join(given.to),
        "cc": ", ".join(given.cc) or "—",
        "subject": given.subject or "—",
        "text": given.text,
    }
    return Question(text, item)


def _resolve(by: Actor, given: Resolve, at: datetime) -> Answer:
    with writing():
        item = held(by, given.reference)
        sure, words = by.as_sure(given.confidence), given.model_dump(include={"method", "reason", "note"})
        resolving.resolve(item, **words, by=sure, at=at)
        return told(item, by, at)


def _ask_to_resolve(by: Actor, given: Resolve) -> Question:
    item = get_visible(by, given.reference)
    text = _("Resolve %(reference)s “%(title)s” as “%(method)s”?\n\nReason: %(reason)s\nNote: %(note)s") % {
        "reference": item.reference,
        "title": item.title,
        "method": _method(given.method),
        "reason": given.reason or "—",
        "note": given.note or "—",
    }
    return Question(text, item)


def _method(word: str) -> str:
    return str(labels.METHODS.get(Method(word), word)) if word in list(Method) else word


def _approve(by: Actor, given: AskApproval, at: datetime) -> Answer:
    with writing():
        item = held(by, given.reference)
        made = approvals.ask(item, type=given.type, comment=given.comment, by=by, at=at)
        return told(item, by, at, approval=made.pk)


def _ask_to_ask(by: Actor, given: AskApproval) -> Question:
    item = get_visible(by, given.reference)
    text = _("Ask the managers of the customer to approve “%(type)s” for %(reference)s?\n\nComment: %(comment)s") % {
        "type": given.type,
        "reference": item.reference,
        "comment": given.comment or "—",
    }
    return Question(text, item)


def _exactly(verb: Proposed, *names: str) -> Propose:
    """What a person finds on the page, of these arguments."""

    def proposal(given: Arguments) -> tuple[Proposed, dict[str, Any]]:
        return verb, {name: value for name, value in given.model_dump(include=set(names)).items() if value}

    return proposal


TOOLS = (
    Tool(
        "send_mail",
        "Send a mail",
        "Write to the requester or others about an item. The user is shown the mail first.",
        Letter,
        _send,
        asks=_ask_to_send,
        proposes=_exactly(Proposed.MAIL, "to", "cc", "subject", "text"),
    ),
    Tool(
        "resolve_item",
        "Resolve an item",
        "End the work and open the feedback window. The user is asked first.",
        Resolve,
        _resolve,
        asks=_ask_to_resolve,
        proposes=_exactly(Proposed.COMPLETE, "method", "reason", "note"),
    ),
    Tool(
        "ask_approval",
        "Ask for an approval",
        "Have the managers of the customer decide about a Ticket. The user is asked first.",
        AskApproval,
        _approve,
        asks=_ask_to_ask,
        proposes=_exactly(Proposed.ASK, "type", "comment"),
    ),
)
