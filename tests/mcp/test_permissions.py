"""Every tool goes through the permission code of the pages: the same people are refused, in the same words."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.api.callers import Caller, ask
from tests.approving import customer
from tests.desk import MONDAY, Desk
from tests.mcp.talking import Talker, said
from tramita.domain.codes import Role
from tramita.mcp.tools import TOOLS
from tramita.models import Grant, Person, Proposal

pytestmark = pytest.mark.usefixtures("data_dir")
SECRET = "Zorblax"
PROPOSAL = "987654321"  # stands for the one on the item
CATEGORY, CASE_TYPE = "acme/main/finance/invoice-query", "acme/main/finance/onboarding"
Call = Callable[[Caller, str], Any]

# each tool with its arguments, and the call of the API that does the same; {ref} is an item of acme's
SAME: dict[str, tuple[dict[str, Any], tuple[str, str, Any] | None]] = {
    "find_items": ({"q": SECRET}, None),
    "read_item": ({}, ("GET", "/items/{ref}", None)),
    "read_conversation": ({}, ("GET", "/items/{ref}/timeline", None)),
    "read_timeline": ({}, ("GET", "/items/{ref}/timeline", None)),
    "explain_due_date": ({}, ("GET", "/items/{ref}/due", None)),
    "list_directory": ({"list": "queues"}, ("GET", "/queues", None)),
    "start_ticket": (
        {"title": "A", "description": "B", "category": CATEGORY, "requester": "{rui}"},
        ("POST", "/tickets", {"title": "A", "description": "B", "category": CATEGORY, "requester": "{rui}"}),
    ),
    "start_case": (
        {"case_type": CASE_TYPE, "short_description": "A", "requester": "{rui}"},
        ("POST", "/cases", {"case_type": CASE_TYPE, "short_description": "A", "requester": "{rui}"}),
    ),
    "pull_next": ({}, ("POST", "/next", None)),
    "move_item": ({"verb": "start"}, ("POST", "/items/{ref}/start", None)),
    "wait_item": ({"type": "pause"}, ("POST", "/items/{ref}/wait", {"type": "pause"})),
    "add_note": ({"body": "A"}, ("POST", "/items/{ref}/notes", {"body": "A"})),
    "change_item": ({"title": "A"}, ("PATCH", "/items/{ref}", {"title": "A"})),
    "assign_item": ({"to": "{ana}"}, ("POST", "/items/{ref}/assign", {"to": "{ana}"})),
    "send_mail": (
        {"to": ["rui@acme.example"], "text": "A"},
        ("POST", "/items/{ref}/mails", {"to": ["rui@acme.example"], "text": "A"}),
    ),
    "resolve_item": (
        {"method": "replied", "note": "A"},
        ("POST", "/items/{ref}/resolve", {"method": "replied", "note": "A"}),
    ),
    "ask_approval": ({"type": "refund"}, ("POST", "/items/{ref}/approvals", {"type": "refund"})),
    "list_proposals": ({}, ("GET", "/items/{ref}/proposals", None)),
    "accept_proposal": ({"proposal": int(PROPOSAL)}, ("POST", "/proposals/987654321/accept", None)),
    "refuse_proposal": ({"proposal": int(PROPOSAL)}, ("POST", "/proposals/987654321/refuse", None)),
}
WHO: dict[str, Callable[[Desk], Person]] = {
    "agent": lambda desk: Person.objects.get(pk=desk.ana.id),
    "agent of another customer": lambda desk: Person.objects.get(pk=desk.eve.id),
    "agent who may only look": lambda desk: _granted(factories.person("Lia Low"), "view"),
    "administrator": lambda desk: factories.person("Vera Root", role=Role.ADMINISTRATOR),
    "agent held to another queue": lambda desk: factories.person(
        "Iva Novak", own_queues_only=True, queues=[factories.queue("other")]
    ),
    "robot": lambda desk: Person.objects.get(pk=desk.robot.id),
    "requester": lambda desk: desk.rui,
    "another requester": lambda desk: factories.requester("Odd Norn"),
}


def _granted(person: Person, *permissions: str) -> Person:
    Grant.objects.create(person=person, path="acme", permissions=list(permissions))
    return person


def proposed(desk: Desk) -> str:
    """A Ticket on which a robot proposes something."""
    item, robot = desk.ticket(title=SECRET, by=desk.leo), desk.robot.id or 0
    words = {"verb": "change", "given": {"fields": {"amount": 1}}, "fence": 1, "seq": 99}
    Proposal.objects.create(item=item, robot_id=robot, created_at=MONDAY, **words)
    return str(item.reference)


def arguments(tool: str, reference: str, desk: Desk) -> dict[str, Any]:
    schema = TOOLS[tool].as_json()["inputSchema"]["properties"]
    given = _filled(SAME[tool][0], reference, desk)
    return given | ({"reference": reference} if "reference" in schema else {})


def _filled(value: Any, reference: str, desk: Desk) -> Any:
    text = json.dumps(value).replace("{ref}", reference).replace("{rui}", str(desk.rui.email))
    made = Proposal.objects.filter(item__number=int(reference.partition("-")[0])).first()
    text = text.replace(PROPOSAL, str(made.pk if made else PROPOSAL))
    return json.loads(text.replace("{ana}", desk.ana.email))


def test_every_tool_is_in_the_table() -> None:
    """A new tool is named here, with the call of the API that it must agree with."""
    assert list(SAME) == list(TOOLS)


@pytest.mark.parametrize("who", WHO)
def test_a_tool_refuses_whom_the_same_call_of_the_api_refuses(who: str, desk: Desk) -> None:
    """SEC-1, SEC-2: the same person, the same item, the same code; what would be asked about is tried first."""
    customer(desk)
    person = WHO[who](desk)
    talker, caller = Talker(person, can={"elicitation": {"form": {}}}), ask(person)

    for tool, (_, same) in SAME.items():
        if same is None:
            continue
        method, path, body = same
        mine, theirs = (proposed(desk) for _ in range(2))
        result = talker.call(tool, **arguments(tool, mine, desk))
        answer = caller.send(method, _filled(path, theirs, desk), _filled(body, theirs, desk) if body else None)
        refused = said(result).get("refused", "") if result.get("isError") else ""
        api = answer.json()["code"] if answer.status_code >= 400 else ""
        assert refused == api, (tool, result, answer.content)


@pytest.mark.parametrize("who", ["agent of another customer", "another requester"])
def test_what_somebody_may_not_see_is_as_if_it_did_not_exist(who: str, desk: Desk) -> None:
    """SEC-2: each tool, word for word."""
    reference = proposed(desk)
    talker = Talker(WHO[who](desk), can={"elicitation": {"form": {}}})

    for tool in TOOLS:
        there = json.dumps(talker.call(tool, **arguments(tool, reference, desk)))
        missing = json.dumps(talker.call(tool, **arguments(tool, "99999-T", desk)))
        assert there == missing, tool
        assert SECRET not in there, tool
