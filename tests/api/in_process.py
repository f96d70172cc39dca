"""The client of the package, with our own handler behind it instead of a network."""

import io
from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from tests.api.callers import token_for
from tramita.client import Desk
from tramita.models import Person

ADDRESS = "https://desk.example"


class Handler(BaseAdapter):
    """Answers a request of `requests` by Django's handler; the first `lost` answers are lost on their way back."""

    def __init__(self, lost: int = 0) -> None:
        super().__init__()
        self.client, self.lost = Client(), lost
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]  # all options
        self.asked.append(request)
        parts = urlsplit(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        kind = request.headers.get("Content-Type", "application/json")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        told = self.client.generic(request.method or "", path, body, kind, headers=dict(request.headers))
        if self.lost:
            self.lost -= 1
            raise requests.ConnectionError("the connection broke")
        raw = HTTPResponse(
            io.BytesIO(told.getvalue()), dict(told.headers), status=told.status_code, preload_content=False
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


def desk_of(person: Person | int, *, lost: int = 0, waits: list[float] | None = None) -> Desk:
    """This person's client; `waits` takes the seconds that it would have slept."""
    someone = Person.objects.get(pk=person) if isinstance(person, int) else person
    session = requests.Session()
    session.mount(ADDRESS, Handler(lost))
    slept = [] if waits is None else waits
    return Desk(ADDRESS, token=token_for(someone), session=session, sleep=slept.append)
