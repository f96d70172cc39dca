"""Two ways to ask `/mcp`: message by message, and by the official client with our own handler instead of a network."""

import asyncio
import json
import queue
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import httpx2
from django.http import HttpResponse
from django.test import Client as Browser
from mcp.client import session
from mcp.client.streamable_http import streamable_http_client

from mcp import Client
from tests.api.callers import token_for
from tramita.mcp.messages import CLIENT_KEY, NEWEST, VERSION_KEY
from tramita.models import Person

PATIENCE_SECONDS = 300.0  # whatever else the machine does
ADDRESS = "http://testserver/mcp"
ASKS = {"elicitation": {"form": {}}}  # what a client can do whose user may be asked


Asked = tuple[httpx2.Request, bytes, Future[httpx2.Response]]


class Handler(httpx2.AsyncBaseTransport):
    """Hands each request to the thread of the test, which answers it inside its transaction."""

    def __init__(self) -> None:
        self.asked: queue.SimpleQueue[tuple[httpx2.Request, bytes, Future[httpx2.Response]] | None] = (
            queue.SimpleQueue()
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer: Future[httpx2.Response] = Future()
        self.asked.put((request, await request.aread(), answer))
        return await asyncio.wrap_future(answer)

    def serve(self) -> None:
        """Answer until the client has nothing more to ask."""
        while one := self.asked.get():
            request, body, answer = one
            try:
                answer.set_result(_answered(request, body))
            except BaseException as error:
                answer.set_exception(error)
                raise


def _answered(request: httpx2.Request, body: bytes) -> httpx2.Response:
    headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
    kind = headers.get("content-type", "application/json")
    told = Browser().generic(request.method, request.url.raw_path.decode(), body, kind, headers=headers)
    return httpx2.Response(told.status_code, headers=list(told.headers.items()), content=told.content)


def with_client(
    token: str | httpx2.Auth,
    script: Callable[[Client], Coroutine[Any, Any, None]],
    *,
    handler: Handler | None = None,
    **options: Any,
) -> None:
    """Run this script with the official client, whose requests are answered here."""
    handler = handler or Handler()

    async def run() -> None:
        who: dict[str, Any] = {"auth": token} if isinstance(token, httpx2.Auth) else {}
        if isinstance(token, str):
            who = {"headers": {"Authorization": f"Bearer {token}"}}
        http = httpx2.AsyncClient(transport=handler, **who)
        async with http, Client(streamable_http_client(ADDRESS, http_client=http), **options) as client:
            await script(client)

    def client_side() -> None:
        try:
            asyncio.run(run())
        finally:
            handler.asked.put(None)

    # it takes a server that is slow to answer for one of 2025
    with patch.object(session, "DISCOVER_TIMEOUT_SECONDS", PATIENCE_SECONDS), ThreadPoolExecutor(1) as threads:
        done = threads.submit(client_side)
        handler.serve()
        done.result()


class Talker:
    """Somebody who writes the messages by hand."""

    def __init__(self, person: Person | int | None, *, can: dict[str, Any] | None = None) -> None:
        someone = Person.objects.get(pk=person) if isinstance(person, int) else person
        self.headers = {"Authorization": f"Bearer {token_for(someone)}"} if someone else {}
        self.can = can or {}

    def post(self, body: Any, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Browser().generic("POST", "/mcp", data, "application/json", headers={**self.headers, **headers})

    def ask(self, method: str, **params: Any) -> HttpResponse:
        """A request of the newest revision."""
        meta = {VERSION_KEY: NEWEST, CLIENT_KEY: self.can}
        headers = {"MCP-Protocol-Version": NEWEST, "Mcp-Method": method}
        if "name" in params:
            headers["Mcp-Name"] = params["name"]
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return self.post(body, **headers)

    def call(self, tool: str, again: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
        """The result of a tool; what it says is read from its text. `again` has the state and the answers."""
        answer = self.ask("tools/call", name=tool, arguments=arguments, **(again or {}))
        assert answer.status_code == 200, answer.content
        result: dict[str, Any] = answer.json()["result"]
        return result

    def says(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What its text has."""
        return said(self.call(tool, **arguments))


def said(result: dict[str, Any]) -> dict[str, Any]:
    """The JSON in the text of a result."""
    told: dict[str, Any] = json.loads(result["content"][0]["text"])
    return told
