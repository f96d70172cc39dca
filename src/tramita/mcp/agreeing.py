"""What reaches people outside is done once somebody has agreed to exactly that (MCP: input required).

The first call runs the tool and takes it back, so that nobody is asked for what would be refused. The question goes
out with a signed state: who asks, for what, on which version of the item, for ten minutes. The second call brings the
state and the answer. The same state does a thing once; asked again, it is told what was done.

Where nobody can be asked, a person does it on the item's page, or nobody does (`NeedsPerson`): a model alone agrees to
nothing.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from tramita.domain.actors import Actor
from tramita.domain.bounds import NeedsPerson
from tramita.domain.errors import StaleVersion
from tramita.mcp.faults import PARAMS, Fault
from tramita.mcp.messages import Message
from tramita.mcp.tools.shapes import Arguments, Ask, Question, Tool
from tramita.queries.items import get_visible_by_id
from tramita.services.answering import Answer, answer_once
from tramita.services.transactions import leaving_nothing

SALT = "tramita.mcp.agreeing"
LASTS = timedelta(minutes=10)
KEY = "agree"


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool that must be agreed to."""

    tool: Tool
    given: Arguments
    message: Message
    by: Actor
    at: datetime

    @property
    def asked_for(self) -> str:
        """The digest of what exactly is to be done."""
        return hashlib.sha256(f"{self.tool.name} {self.given.model_dump_json()}".encode()).hexdigest()


def agreed(call: Call, ask: Ask, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Ask, or do what was agreed to.

    Raises: Fault, for a state that is not ours, not theirs or too old; NeedsPerson, where the client asks nobody.
    """
    state = call.message.params.get("requestState")
    if state is None or not call.message.asks_people:
        return _asked(call, ask, run)
    known = _opened(call, state)
    responses = call.message.params.get("inputResponses")
    response = responses.get(KEY) if isinstance(responses, dict) else None
    if not isinstance(response, dict):
        return _asked(call, ask, run)
    if not _yes(response):
        text = json.dumps({"refused": "not_agreed", "because": "The user did not agree. Nothing was done."})
        return {"content": [{"type": "text", "text": text}], "isError": True}
    return _done(call, str(state), known, run)


def _asked(call: Call, ask: Ask, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    with leaving_nothing():
        run()
    if not call.message.asks_people:
        raise NeedsPerson("Your client cannot ask its user: a person does this on the page of the item.")
    question = ask(call.by, call.given)
    state = _sealed(call, question)
    agree = {"type": "boolean", "title": _("Yes, do exactly this"), "default": False}
    form = {"type": "object", "properties": {KEY: agree}, "required": [KEY]}
    params = {"mode": "form", "message": question.text, "requestedSchema": form}
    request = {"method": "elicitation/create", "params": params}
    return {"resultType": "input_required", "inputRequests": {KEY: request}, "requestState": state}


def _sealed(call: Call, question: Question) -> str:
    known = {
        "by": call.by.id,
        "for": call.asked_for,
        "item": question.item.pk,
        "version": question.item.version,
        "at": call.at.timestamp(),
    }
    return signing.dumps(known, salt=SALT)


def _opened(call: Call, state: object) -> dict[str, Any]:
    try:
        known: dict[str, Any] = signing.loads(str(state), salt=SALT)
    except (signing.BadSignature, UnicodeEncodeError) as error:
        raise Fault(PARAMS, "This state is not ours. Call again without it.") from error
    age = call.at.timestamp() - known["at"]
    if (known["by"], known["for"]) != (call.by.id, call.asked_for) or age > LASTS.total_seconds():
        raise Fault(PARAMS, "This was agreed to by somebody else, for something else, or too long ago. Call again.")
    return known


def _yes(response: dict[str, Any]) -> bool:
    content = response.get("content")
    return response.get("action") == "accept" and isinstance(content, dict) and content.get(KEY) is True


def _done(call: Call, state: str, known: dict[str, Any], run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    def act() -> Answer:
        item = get_visible_by_id(call.by, known["item"], for_update=True)
        if item.version != known["version"]:
            raise StaleVersion(read=known["version"], current=item.version)
        return Answer(200, json.dumps(run(), ensure_ascii=False), "application/json", {})

    key = f"mcp-{hashlib.sha256(state.encode()).hexdigest()}"
    answer, _repeated = answer_once(by=call.by, key=key, request=call.asked_for, at=call.at, act=act)
    result: dict[str, Any] = json.loads(answer.body)
    return result
