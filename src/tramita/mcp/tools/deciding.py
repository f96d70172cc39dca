"""What robots and programs propose on an item, and what becomes of it."""

import json
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from pydantic import Field

from tramita.domain.actors import Actor
from tramita.mcp.tools.shapes import Answer, Arguments, OnItem, Question, Tool, cut
from tramita.mcp.tools.working import told
from tramita.models import Proposal
from tramita.queries import proposals
from tramita.queries.items import get_visible
from tramita.services import proposing
from tramita.services.transactions import writing
from tramita.ui import labels

MOST = 50


class One(Arguments):
    """Which one."""

    proposal: int = Field(ge=1, lt=2**63)


class Accept(One):
    """As it is, or changed."""

    given: dict[str, Any] | None = Field(None, description="What is changed before it is done, by the same names.")


class Refuse(One):
    """Why not."""

    reason: str = Field("", max_length=1000)


def _listed(by: Actor, given: OnItem, at: datetime) -> Answer:
    item = get_visible(by, given.reference)
    proposals.only_workers(by)
    rows = proposals.of_item(item, after=0, limit=MOST)
    return Answer({"proposals": [_facts(one) for one in rows]}, {"proposed": [_words(one) for one in rows]})


def _facts(one: Proposal) -> dict[str, Any]:
    return {
        "proposal": one.pk,
        "verb": one.verb.value,
        "state": one.state.value,
        "as_robot": one.as_robot,
        "confidence": one.confidence,
        "created_at": one.created_at,
        "decided_at": one.decided_at,
    }


def _words(one: Proposal) -> dict[str, Any]:
    return {"proposal": one.pk, "by": one.robot.name, "given": cut(_exactly(one.given)), "reason": one.reason}


def _accept(by: Actor, given: Accept, at: datetime) -> Answer:
    with writing():
        found = proposals.get_visible(by, given.proposal)
        proposing.accept(found, changed=given.given, by=by, at=at)
        return told(found.item, by, at)


def _ask_to_accept(by: Actor, given: Accept) -> Question:
    found = proposals.get_visible(by, given.proposal)
    itself = found.as_robot and not given.given
    text = _("%(what)s on %(reference)s. Is this to be done, in the name of %(whose)s?\n\n%(exactly)s") % {
        "what": labels.word("proposed", found.verb.value),
        "reference": found.item.reference,
        "whose": found.robot.name if itself else by.name,
        "exactly": _exactly({**found.given, **(given.given or {})}),
    }
    return Question(text, found.item)


def _exactly(given: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {_value(value)}" for name, value in given.items())


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _refuse(by: Actor, given: Refuse, at: datetime) -> Answer:
    with writing():
        found = proposals.get_visible(by, given.proposal)
        return told(proposing.refuse(found, reason=given.reason, by=by, at=at), by, at)


TOOLS = (
    Tool(
        "list_proposals",
        "List proposals",
        "What robots and programs would do on an item, exactly, and what people decided about it.",
        OnItem,
        _listed,
        reads=True,
    ),
    Tool(
        "accept_proposal",
        "Accept a proposal",
        "Have it done, as it is or changed. The user is asked first.",
        Accept,
        _accept,
        asks=_ask_to_accept,
    ),
    Tool("refuse_proposal", "Refuse a proposal", "Nothing of it is done.", Refuse, _refuse),
)
