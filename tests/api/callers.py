"""Asking the API as somebody: `ask(person).get("/items")`."""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tests import factories
from tests.desk import Desk
from tramita.models import Person, Token

PREFIX = "/api/v1"


def token_for(person: Person) -> str:
    """A key to the API, as `tramita token create` makes one."""
    token = f"test-token-of-{person.pk}"
    digest = hashlib.sha256(token.encode()).hexdigest()
    Token.objects.get_or_create(digest=digest, defaults={"person": person, "created_at": factories.NOW})
    return token


class Caller:
    """One person with a token. Answers are Django's, `json()` is the body; bugs fly into the test."""

    def __init__(self, token: str | None, **options: Any) -> None:
        self.client = Client(**options)
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> HttpResponse:
        return self.client.get(PREFIX + path, query, headers={**self.headers, **(headers or {})})

    def post(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
        return self.send("POST", path, body, headers)

    def patch(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
        return self.send("PATCH", path, body, headers)

    def put(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
        return self.send("PUT", path, body, headers)

    def delete(self, path: str, body: Any = None, headers: dict[str, str] | None = None) -> HttpResponse:
        return self.send("DELETE", path, body, headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        content_type: str = "application/json",
    ) -> HttpResponse:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, PREFIX + path, data, content_type, headers={**self.headers, **(headers or {})}
        )


def ask(person: Person | int, **options: Any) -> Caller:
    """A caller with a token of this person, or of the person with this id."""
    someone = Person.objects.get(pk=person) if isinstance(person, int) else person
    return Caller(token_for(someone), **options)


def stranger(**options: Any) -> Caller:
    """A caller without a token."""
    return Caller(None, **options)


def problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document, which must be a whole one with this status and code."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = json.loads(answer.content)
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:tramita:problem:{code}")
    assert told["title"]
    assert told["detail"]
    assert isinstance(told["errors"], list)
    return told


def fields(told: dict[str, Any]) -> dict[str, str]:
    """What is wrong with which field: field to code."""
    return {error["field"]: error["code"] for error in told["errors"]}


@dataclass
class Callers:
    """The cast with their tokens: Ana works, Leo leads, Rui asks, Eve may not."""

    ana: Caller
    leo: Caller
    eve: Caller
    rui: Caller
    robot: Caller
    nobody: Caller


def cast(desk: Desk) -> Callers:
    """Everybody of this desk, ready to ask."""
    ana, leo, eve, robot = (ask(actor.id or 0) for actor in (desk.ana, desk.leo, desk.eve, desk.robot))
    return Callers(ana, leo, eve, ask(desk.rui), robot, stranger())


def at_once(count: int, call: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """The answers of so many threads that ask at the same moment."""
    start, answers = threading.Barrier(count), []

    def run() -> None:
        start.wait()
        try:
            answers.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
