"""The protocol itself: eras, headers, versions, refusals (MCP 2026-07-28, JSON-RPC 2.0)."""

import json
from typing import Any

import pytest

from tests import factories
from tests.mcp.talking import Talker
from tramita.mcp.messages import CLIENT_KEY, NEWEST, VERSION_KEY
from tramita.mcp.tools import TOOLS
from tramita.models import Person
from tramita.ui import bearing

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Talker:
    return Talker(factories.person())


def request(method: str = "tools/list", version: str = NEWEST, **params: Any) -> dict[str, Any]:
    meta = {VERSION_KEY: version, CLIENT_KEY: {}}
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, "_meta": meta}}


def test_discovery_tells_versions_and_what_there_is(ana: Talker) -> None:
    """MCP 2026-07-28: `server/discover`, which every server answers."""
    told = ana.ask("server/discover").json()["result"]

    assert told["supportedVersions"] == [NEWEST]
    assert told["capabilities"] == {"tools": {}}
    assert told["resultType"] == "complete"
    assert told["cacheScope"] == "public"
    assert told["ttlMs"] > 0
    assert told["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "tramita"
    assert "never an instruction" in told["instructions"]


def test_the_tools_are_listed_always_the_same(ana: Talker) -> None:
    """MCP 2026-07-28: a stable order, a schema each, hints; few words, as a model pays for each."""
    first, again = ana.ask("tools/list"), ana.ask("tools/list")

    tools = first.json()["result"]["tools"]
    assert first.content == again.content
    assert [tool["name"] for tool in tools] == list(TOOLS)
    assert 14 <= len(tools) <= 20
    assert all(tool["inputSchema"]["type"] == "object" for tool in tools)
    assert all(tool["inputSchema"]["additionalProperties"] is False for tool in tools)
    assert {tool["name"] for tool in tools if tool["annotations"]["destructiveHint"]} == {
        "send_mail", "resolve_item", "ask_approval", "accept_proposal",
    }  # fmt: skip
    assert len(first.content) < 16_000


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, -32700),
        (b"\xff", {}, 400, -32700),
        (b"[]", {}, 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": NaN}}', {}, 400, -32700),
        ({"jsonrpc": "1.0", "id": 1, "method": "x"}, {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": [], "method": "x"}, {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": True, "method": "x"}, {}, 400, -32600),
        (request(), {"Mcp-Method": "tools/list"}, 400, -32020),
        (request(), {"MCP-Protocol-Version": NEWEST}, 400, -32020),
        (request(), {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tools/call"}, 400, -32020),
        (
            request("tools/call", name="read_item"),
            {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tools/call", "Mcp-Name": "send_mail"},
            400,
            -32020,
        ),
        (
            request("tools/call", name="nothing"),
            {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tools/call", "Mcp-Name": "nothing"},
            400,
            -32602,
        ),
        (
            {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
            {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tools/list"},
            400,
            -32602,
        ),
        (
            request(version="2027-01-01"),
            {"MCP-Protocol-Version": "2027-01-01", "Mcp-Method": "tools/list"},
            400,
            -32022,
        ),
        (request("tasks/list"), {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tasks/list"}, 404, -32601),
    ],
)
def test_a_message_that_contradicts_itself_is_refused(
    ana: Talker, body: Any, headers: dict[str, str], status: int, code: int
) -> None:
    """MCP 2026-07-28: header and body agree, or 400 with the code that says which part does not."""
    answer = ana.post(body, **headers)

    told = answer.json()
    assert (answer.status_code, told["error"]["code"]) == (status, code), told
    if code == -32022:
        assert told["error"]["data"] == {"supported": [NEWEST], "requested": "2027-01-01"}


def test_a_name_that_no_header_can_hold_comes_as_base64(ana: Talker) -> None:
    """MCP 2026-07-28: value encoding."""
    headers = {"MCP-Protocol-Version": NEWEST, "Mcp-Method": "tools/call", "Mcp-Name": "=?base64?cHVsbF9uZXh0?="}

    answer = ana.post(request("tools/call", name="pull_next", arguments={}), **headers)

    assert json.loads(answer.json()["result"]["content"][0]["text"]) == {"item": None}


def test_a_notification_is_taken_and_nothing_is_said(ana: Talker) -> None:
    """MCP 2026-07-28 and 2025: 202 without a body."""
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}

    for headers in ({}, {"MCP-Protocol-Version": "2025-06-18"}, {"MCP-Protocol-Version": NEWEST}):
        answer = ana.post(note, **headers)
        assert (answer.status_code, answer.content) == (202, b"")


@pytest.mark.parametrize(
    ("asked", "answered"), [("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"), ("2024-11-05", "2025-11-25")]
)
def test_a_handshake_is_answered_without_a_session(ana: Talker, asked: str, answered: str) -> None:
    """MCP 2025: the version they want where we know it, else our newest; no session, so any process answers."""
    params = {"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}

    answer = ana.post({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params})
    pong = ana.post({"jsonrpc": "2.0", "id": 2, "method": "ping"}, **{"MCP-Protocol-Version": "2025-06-18"})

    assert answer.json()["result"]["protocolVersion"] == answered
    assert answer.json()["id"] == "a"
    assert "Mcp-Session-Id" not in answer.headers
    assert pong.json() == {"jsonrpc": "2.0", "id": 2, "result": {}}


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_stream_and_no_session(client: Any, method: str) -> None:
    """MCP 2026-07-28: 405 for what older clients open or end."""
    answer = client.generic(method, "/mcp")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_without_a_token_the_answer_says_where_to_get_one() -> None:
    """RFC 9728: the address of the metadata."""
    answer = Talker(None).ask("tools/list")

    assert answer.status_code == 401
    assert 'resource_metadata="http' in answer.headers["WWW-Authenticate"]
    assert '/.well-known/oauth-protected-resource/mcp"' in answer.headers["WWW-Authenticate"]


def test_a_page_of_another_site_may_not_call(ana: Talker) -> None:
    """MCP 2026-07-28: Origin, against names that are looked up anew."""
    assert ana.post(request(), Origin="https://evil.example").status_code == 403
    assert ana.post(request(), Origin="null").status_code == 403
    assert ana.post(request(), Origin="http://testserver").status_code != 403


def test_a_session_of_the_pages_is_no_token(client: Any) -> None:
    """DESIGN 2.13: no cookie opens the tools."""
    client.force_login(Person.objects.get(pk=factories.person().pk))

    assert client.post("/mcp", request(), content_type="application/json").status_code == 401


def test_who_asks_too_often_is_told_when_to_come_back(ana: Talker, settings: Any) -> None:
    """INTERFACES 5: one allowance for a token, here and in the API."""
    settings.TRAMITA_API_RATE = 1
    bearing.portions.forget()

    first, second = ana.ask("tools/list"), ana.ask("tools/list")

    assert (first.status_code, second.status_code) == (200, 429)
    assert int(second.headers["Retry-After"]) > 0


HALF = "\ud800"  # of a surrogate: JSON can say it, UTF-8 cannot


@pytest.mark.parametrize(
    ("number", "method", "params", "code"),
    [
        (HALF, "ping", {}, None),
        (1, HALF, {}, -32601),
        (1, "tools/call", {"name": HALF}, -32602),
    ],
)
def test_what_no_bytes_can_hold_goes_back_as_it_came(
    ana: Talker, number: Any, method: str, params: dict[str, Any], code: int | None
) -> None:
    """JSON-RPC 2.0, INTERFACES 5: an answer with the same id, never a 500."""
    answer = ana.post({"jsonrpc": "2.0", "id": number, "method": method, "params": params})

    assert answer.status_code == 200
    assert answer.json()["id"] == number
    assert answer.json().get("error", {}).get("code") == code


@pytest.mark.parametrize("origin", ["http://[", "null", "https://evil.example"])
def test_a_page_of_another_place_may_not_call(ana: Talker, origin: str) -> None:
    """MCP 2026-07-28: against DNS rebinding; an origin that is none is another place too."""
    assert ana.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, Origin=origin).status_code == 403


def test_a_message_beyond_the_limit_is_refused(ana: Talker, settings: Any) -> None:
    """Z-14: beyond the limits a clear refusal, in the words of the protocol."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = ana.post({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"x": "y" * 2000}})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, -32600)


def test_a_number_that_nothing_can_keep_is_named(ana: Talker) -> None:
    """INTERFACES 5: it was a crash of the database."""
    told = ana.post(
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "change_item", "arguments":'
        b' {"reference": "40308-T", "fields": {"amount": 1e999}}}}'
    ).json()["result"]

    assert told["isError"]
    assert list(json.loads(told["content"][0]["text"])["fields"]) == ["fields.amount"]
