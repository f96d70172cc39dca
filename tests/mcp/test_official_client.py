"""The official SDK as client: it finds its way, and takes a Ticket from its intake to its end."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

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


def test_a_client_of_2025_finds_the_same_tools(desk: Desk, ana: str) -> None:
    """INTERFACES 5: by `initialize`, without a session; asked by a code, as it cannot ask its user in between."""
    reference = desk.ticket().reference
    saw = SimpleNamespace()

    async def script(client: Client) -> None:
        saw.version, saw.tools = client.protocol_version, [tool.name for tool in (await client.list_tools()).tools]
        saw.read = told(await client.call_tool("read_item", {"reference": reference}))
        how = {"reference": reference, "method": "replied", "note": "Done."}
        saw.question = told(await client.call_tool("resolve_item", how))
        saw.between = told(await client.call_tool("read_item", {"reference": reference}))
        saw.done = told(await client.call_tool("resolve_item", how | {"confirmation": saw.question["confirmation"]}))

    with_client(ana, script, mode="legacy")

    assert (saw.version, saw.tools) == ("2025-11-25", list(TOOLS))
    assert reference in saw.question["agreement_needed"]
    assert [one["state"] for one in (saw.read, saw.between, saw.done)] == ["to_do", "to_do", "resolved"]


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
