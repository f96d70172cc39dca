"""A message as it came: which era of the protocol it speaks, and whether its parts agree.

Revision 2026-07-28 has no handshake: each request carries its version and what its client can do in `_meta`, and says
method and name in headers too. Clients of 2025 begin with `initialize`; they are answered without a session, so any
process may answer.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from tramita.mcp.faults import HEADER_MISMATCH, PARAMS, PARSE, REQUEST, VERSION, Fault

NEWEST = "2026-07-28"
BY_HANDSHAKE = ("2025-03-26", "2025-06-18", "2025-11-25")
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CLIENT_KEY = "io.modelcontextprotocol/clientCapabilities"
SENTINEL = ("=?base64?", "?=")


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or a notification where `id` is None. `modern`: of the newest revision."""

    id: str | int | None
    method: str
    params: Mapping[str, Any]
    modern: bool
    asks_people: bool  # its client can show its user a question


def read(body: bytes, headers: Mapping[str, str]) -> Message:
    """Raises: Fault. `headers` are looked up whatever their case."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Fault(PARSE, "The body is not JSON in UTF-8.") from error
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0" or not isinstance(value.get("method"), str):
        raise Fault(REQUEST, "The body must be one JSON-RPC request or notification.")
    number, params = value.get("id"), value.get("params", {})
    named = "id" not in value or (isinstance(number, str | int) and not isinstance(number, bool))
    if not named or not isinstance(params, dict):
        raise Fault(REQUEST, "The id must be text or a whole number, the params an object.")
    if _is_old(value["method"], params, headers):
        return Message(number, value["method"], params, modern=False, asks_people=False)
    if number is not None:
        _check(value["method"], params, headers)
    elif headers.get("MCP-Protocol-Version") != NEWEST:
        raise _unsupported(headers.get("MCP-Protocol-Version", ""))
    can = params.get("_meta", {}).get(CLIENT_KEY) if number is not None else None
    asks = isinstance(can, dict) and isinstance(can.get("elicitation"), dict)
    return Message(number, value["method"], params, modern=True, asks_people=asks)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _is_old(method: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    said = headers.get("MCP-Protocol-Version")
    meta = params.get("_meta")
    enveloped = isinstance(meta, dict) and VERSION_KEY in meta
    return method == "initialize" or said in BY_HANDSHAKE or (said is None and not enveloped)


def _check(method: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """The envelope, then the headers, then the version: who contradicts themselves is told that first."""
    meta = params.get("_meta")
    if not isinstance(meta, dict) or not {VERSION_KEY, CLIENT_KEY} <= set(meta):
        raise Fault(PARAMS, f"params._meta must have {VERSION_KEY} and {CLIENT_KEY}.")
    if headers.get("MCP-Protocol-Version") != meta[VERSION_KEY]:
        raise Fault(HEADER_MISMATCH, "Header mismatch: MCP-Protocol-Version is not the version in the body.")
    if headers.get("Mcp-Method") != method:
        raise Fault(HEADER_MISMATCH, "Header mismatch: Mcp-Method is not the method in the body.")
    if method == "tools/call" and _decoded(headers.get("Mcp-Name")) != params.get("name"):
        raise Fault(HEADER_MISMATCH, "Header mismatch: Mcp-Name is not the name in the body.")
    if meta[VERSION_KEY] != NEWEST:
        raise _unsupported(meta[VERSION_KEY])


def _unsupported(asked: str) -> Fault:
    return Fault(VERSION, "Unsupported protocol version", {"supported": [NEWEST], "requested": asked})


def _decoded(value: str | None) -> str | None:
    """What cannot stand in a header is wrapped as Base64."""
    begin, end = SENTINEL
    if value is None or not (value.startswith(begin) and value.endswith(end)):
        return value
    try:
        return base64.b64decode(value[len(begin) : -len(end)], validate=True).decode()
    except (binascii.Error, ValueError):
        return None
