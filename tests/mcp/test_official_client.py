"""The official SDK as client: it finds its way, and takes a Ticket from its intake to its end."""

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client as Browser

from mcp import Client, types
from tests.api.callers import token_for
from tests.desk import Desk
from tests.mcp.talking import with_client
from tramita.mcp.tools import TOOLS
from tramita.models import Item, Message, Person
from tramita.queries.people import person_by_address

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def ana(desk: Desk) -> str:
    return token_for(Person.objects.get(pk=desk.ana.id))


def told(result: Any) -> dict[str, Any]:
    assert isinstance(result, types.CallToolResult)
    assert not result.is_error, result.content
    return dict(json.loads(result.content[0].text))


def test_it_drives_a_ticket_from_intake_to_its_end(desk: Desk, ana: str) -> None:
    """INTERFACES 5, MCP 2026-07-28: by discovery; asked before what reaches people outside."""
    asked: list[str] = []
    saw = SimpleNamespace()

    async def agree(context: Any, params: Any) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"agree": True})

    async def script(client: Client) -> None:
        async def call(tool: str, **arguments: Any) -> dict[str, Any]:
            return told(await client.call_tool(tool, arguments))

        saw.version, saw.tools = client.protocol_version, [tool.name for tool in (await client.list_tools()).tools]
        saw.made = await call(
            "start_ticket",
            title="Invoice 991 twice",
            description="It came twice.",
            category="acme/main/finance/invoice-query",
            requester=desk.rui.email,
        )
        saw.pulled = await call("pull_next")
        which = {"reference": saw.pulled["reference"]}
        await call("add_note", **which, body="The bank says once.")
        saw.waits = await call("wait_item", **which, type="more_information")
        await call("move_item", **which, verb="resume")
        saw.read = await call("read_conversation", **which)
        await call("send_mail", **which, to=[desk.rui.email], subject="Invoice 991", text="We credit one of them.")
        saw.done = await call("resolve_item", **which, method="replied", note="Credited.")

    with_client(ana, script, elicitation_callback=agree)

    assert (saw.version, saw.tools) == ("2026-07-28", list(TOOLS))
    assert (saw.made["reference"], saw.pulled["state"]) == (saw.pulled["reference"], "in_progress")
    assert (saw.waits["state"], saw.waits["wait"]) == ("waiting", "more_information")
    assert saw.read["untrusted"]["texts"][-1]["text"] == "The bank says once."
    assert "We credit one of them." in Message.objects.filter(outgoing=True).latest("id").text
    assert (saw.done["state"], Item.objects.get().state.value) == ("resolved", "resolved")
    assert len(asked) == 2
    assert str(desk.rui.email) in asked[0]
    assert "We credit one of them." in asked[0]


@pytest.mark.parametrize(("mode", "version"), [("legacy", "2025-11-25"), ("auto", "2026-07-28")])
def test_where_a_client_asks_nobody_a_person_decides_on_the_page(desk: Desk, ana: str, mode: str, version: str) -> None:
    """INTERFACES 5: in both eras the same tools; a model alone sends, resolves and agrees to nothing."""
    reference = desk.ticket().reference
    saw = SimpleNamespace()

    async def script(client: Client) -> None:
        saw.version, saw.tools = client.protocol_version, [tool.name for tool in (await client.list_tools()).tools]
        letter = {"reference": reference, "to": [desk.rui.email], "subject": "991", "text": "It was paid."}
        saw.mail = told(await client.call_tool("send_mail", letter))
        saw.again = told(await client.call_tool("send_mail", letter))
        how = {"reference": reference, "method": "replied", "note": "Done."}
        saw.end = told(await client.call_tool("resolve_item", how))
        saw.accepted = await client.call_tool("accept_proposal", {"proposal": saw.mail["proposal"]})
        saw.forged = await client.call_tool("send_mail", letter | {"confirmation": "yes", "requestState": "yes"})
        saw.read = told(await client.call_tool("read_item", {"reference": reference}))
        saw.listed = told(await client.call_tool("list_proposals", {"reference": reference}))

    with_client(ana, script, mode=mode)

    assert (saw.version, saw.tools) == (version, list(TOOLS))
    assert (saw.mail["done"], saw.again["proposal"]) == (False, saw.mail["proposal"])
    assert (saw.accepted.is_error, saw.forged.is_error) == (True, True)
    assert "needs_a_person" in saw.accepted.content[0].text
    assert (saw.read["state"], Message.objects.count()) == ("to_do", 0)
    assert [one["state"] for one in saw.listed["proposals"]] == ["waiting", "waiting"]

    browser = Browser()
    browser.force_login(Person.objects.get(pk=desk.ana.id))
    page = browser.get(urlsplit(saw.mail["page"]).path).content.decode()
    assert all(words in page for words in ("A program would send a mail", "It was paid.", str(desk.rui.email)))
    for one in (saw.mail, saw.end):
        assert browser.post(f"/items/{reference}/proposals/{one['proposal']}/accept").status_code == 302

    assert "It was paid." in Message.objects.get(outgoing=True).text
    assert Item.objects.get().resolver_id == desk.ana.id


def test_who_does_not_agree_is_obeyed(desk: Desk, ana: str) -> None:
    """MCP: input required."""
    reference = desk.ticket().reference
    saw = SimpleNamespace()

    async def refuse(context: Any, params: Any) -> types.ElicitResult:
        return types.ElicitResult(action="decline")

    async def script(client: Client) -> None:
        letter = {"reference": reference, "to": ["eve@evil.example"], "text": "All of it."}
        saw.result = await client.call_tool("send_mail", letter)

    with_client(ana, script, elicitation_callback=refuse)

    assert saw.result.is_error
    assert "not_agreed" in saw.result.content[0].text
    assert not Message.objects.exists()
    assert person_by_address("eve@evil.example") is None
