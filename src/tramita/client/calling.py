"""One call over HTTP: the token, a key for what must happen once, and patience where the service asks for it."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import requests

from tramita.client.errors import Problem, Unreachable

AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})  # nothing happened
TRIES = 6
LONGEST_SECONDS = 120.0  # that one wait may last, whatever the service says
HALVES = 0.5  # of a second: the first wait after a broken connection; it doubles
UNKNOWN = "unknown"  # the code of an answer that is no problem document: a proxy's page


class Calls:
    """Calls of one service by one token. Not shared between threads, as sessions of `requests` are not.

    `sleep` takes seconds; a test gives one that only notes them.
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
        self.base = f"{address.rstrip('/')}/api/v1"
        self.session = session or requests.Session()
        self.timeout_seconds = timeout_seconds
        self.sleep = sleep
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        version: int | None = None,
        key: str | None = None,
        files: Mapping[str, Any] | None = None,
        mail: bytes | None = None,
    ) -> Any:
        """The answer's JSON; None where it has no body. `mail`: a raw message, which is sent as it is.

        `version`: refused with 412 when the item changed since. `key`: an idempotency key of the caller's own, to ask
        again after the program itself ended; a POST without one gets a new one. Raises: Problem, Unreachable.
        """
        headers = dict(self._headers)
        if method == "POST":
            headers["Idempotency-Key"] = key or secrets.token_urlsafe(24)
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if mail is not None:
            headers["Content-Type"] = "message/rfc822"
        wanted = {name: value for name, value in (query or {}).items() if value is not None}
        parts = {"params": wanted, "json": body, "files": files, "data": mail}
        return _read(self._patiently(method, path, headers, parts))

    def content(self, path: str) -> bytes:
        """What is there, byte for byte. Raises: Problem, Unreachable."""
        answer = self._patiently("GET", path, self._headers | {"Accept": "*/*"}, {})
        _expect_good(answer)
        return answer.content

    def _patiently(
        self, method: str, path: str, headers: Mapping[str, str], parts: Mapping[str, Any]
    ) -> requests.Response:
        for number in range(TRIES):
            last = number == TRIES - 1
            try:
                answer = self.session.request(
                    method,
                    self.base + path,
                    headers=headers,
                    timeout=self.timeout_seconds,
                    allow_redirects=False,  # a token goes where it was meant to go, and nowhere else
                    **parts,
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                if last or method == "PATCH":  # it may have happened
                    raise Unreachable(f"{method} {path}: {error}") from error
                self.sleep(HALVES * 2**number)
                continue
            if last or answer.status_code not in AGAIN:
                return answer
            self.sleep(_wait_seconds(answer, number))
        raise AssertionError("the last try answers")


def _wait_seconds(answer: requests.Response, number: int) -> float:
    """What `Retry-After` says, as far as it is a number (RFC 9110 allows a date, our service gives none)."""
    said = answer.headers.get("Retry-After", "")
    return min(LONGEST_SECONDS, float(said) if said.isdecimal() else HALVES * 2**number)


def _read(answer: requests.Response) -> Any:
    _expect_good(answer)
    return json.loads(answer.content) if answer.content else None


def _expect_good(answer: requests.Response) -> None:
    """Raises: Problem."""
    if answer.ok and not answer.is_redirect:
        return
    if answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        raise Problem(json.loads(answer.content))
    raise Problem({"status": answer.status_code, "code": UNKNOWN, "detail": answer.reason or ""})
