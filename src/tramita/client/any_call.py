"""Any call by its path."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import requests

from tramita.client.calling import Calls

PAGE = 200  # rows asked for at once; the most there is


class AnyCall:
    """One service, as one token's owner sees it.

    Writes of an item take `version`, the one that was read: a stale one is refused with 412. `key` is an idempotency
    key of your own, for a program that may die between asking and hearing.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str,
        timeout_seconds: float = 30,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls = Calls(address, token=token, timeout_seconds=timeout_seconds, session=session, sleep=sleep)

    def get(self, path: str, **query: Any) -> Any:
        """Read; `path` begins after `/api/v1`."""
        return self.calls.call("GET", path, query=query)

    def post(self, path: str, body: Any = None, *, version: int | None = None, key: str | None = None) -> Any:
        """Do; once, however often it is tried."""
        return self.calls.call("POST", path, body=body, version=version, key=key)

    def patch(self, path: str, body: Any, *, version: int | None = None) -> Any:
        """Change what is named."""
        return self.calls.call("PATCH", path, body=body, version=version)

    def put(self, path: str, body: Any) -> Any:
        """Make it this."""
        return self.calls.call("PUT", path, body=body)

    def delete(self, path: str, body: Any = None, *, version: int | None = None) -> Any:
        """Take away."""
        return self.calls.call("DELETE", path, body=body, version=version)

    def content(self, path: str) -> bytes:
        """A file as it is kept: `/files/12`."""
        return self.calls.content(path)

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every row of a list, page after page as they are asked for."""
        asked = {"limit": PAGE, **query}
        while True:
            page = self.get(path, **asked)
            yield from page["results"]
            if page["next"] is None:
                return
            asked["cursor"] = page["next"]


def part(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")
