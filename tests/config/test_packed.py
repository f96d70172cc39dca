"""Static files as gzip, from the application that a web process serves."""

import asyncio
import gzip
from typing import Any

import pytest
from django.conf import settings

from tramita.config.asgi import application

SCRIPT = f"{settings.STATIC_URL}ui/js/live-desk.js"
Told = tuple[int, dict[str, str], bytes]


def ask(path: str, *, method: str = "GET", **headers: str) -> Told:
    """What uvicorn would be handed."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": told}
    more = {"query_string": b"", "http_version": "1.1", "scheme": "http"}
    asyncio.run(application()(scope | more, receive, send))
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body


def test_a_script_is_packed_once_for_who_takes_it() -> None:
    """UI: a first load stays light; RFC 9110 section 8.4."""
    _, plain, script = ask(SCRIPT)
    status, told, packed = ask(SCRIPT, accept_encoding="gzip", range="bytes=0-9")

    assert status == 200
    assert gzip.decompress(packed) == script
    assert (told["content-encoding"], told["content-length"]) == ("gzip", str(len(packed)))
    assert (told["vary"], plain["vary"]) == ("Accept-Encoding", "Accept-Encoding")
    assert told["etag"] == f"W/{plain['etag']}"
    assert "content-encoding" not in plain
    assert ask(SCRIPT, accept_encoding="gzip")[2] is packed


def test_a_script_that_the_browser_has_is_not_sent_again() -> None:
    """RFC 9110 section 15.4.5."""
    _, told, _ = ask(SCRIPT, accept_encoding="gzip")

    status, again, body = ask(SCRIPT, accept_encoding="gzip", if_none_match=told["etag"])

    assert (status, again["etag"], body) == (304, told["etag"], b"")


def test_the_head_of_a_script_is_that_of_the_script() -> None:
    """RFC 9110 section 9.3.2."""
    get, head = (ask(SCRIPT, method=method, accept_encoding="gzip")[1] for method in ("GET", "HEAD"))

    assert get == head


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_not_there_is_missing_packed_or_not() -> None:
    assert (
        ask(f"{settings.STATIC_URL}nothing.js")[0]
        == ask(f"{settings.STATIC_URL}nothing.js", accept_encoding="gzip")[0]
        == 404
    )
