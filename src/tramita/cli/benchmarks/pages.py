"""Pages as the server makes them: Django's WSGI handler in this process, a signed-in session, no socket."""

import io
from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler

from tramita.models import Person

CSRF = "b" * 32


class Browser:
    """Somebody who is signed in."""

    def __init__(self, person: Person) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        self.handler = WSGIHandler()
        self.cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"

    def get(self, path: str) -> bytes:
        """The page. Raises: RuntimeError, for any other answer than 200."""
        return self._ask("GET", path, b"", want="200")

    def post(self, path: str, form: Mapping[str, str] | None = None) -> None:
        """Send a form. Raises: RuntimeError, if the answer does not lead on to a page."""
        body = urlencode({"csrfmiddlewaretoken": CSRF, **(form or {})}).encode()
        self._ask("POST", path, body, want="302")

    def _ask(self, method: str, path: str, body: bytes, *, want: str) -> bytes:
        said: list[str] = []

        def start_response(status: str, headers: object, failure: object = None) -> None:
            del headers, failure
            said.append(status)

        response = self.handler(self._environ(method, path, body), start_response)  # type: ignore[arg-type]
        try:
            page = b"".join(response)
        finally:
            response.close()
        if not said[0].startswith(want):
            raise RuntimeError(f"{method} {path}: {said[0]}")
        return page

    def _environ(self, method: str, path: str, body: bytes) -> dict[str, object]:
        path, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
