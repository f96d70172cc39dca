"""Who listens to the stream, and from where on: the session's cookie, and the cursor that a page knows."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http.cookie import parse_cookie
from django.utils.crypto import constant_time_compare

from tramita.domain.actors import Actor
from tramita.queries.events import Mark, read_cursor
from tramita.queries.people import actor_for, signed_in


def reader(session_key: str) -> Actor | None:
    """Whose session it is, if they work here and it still holds. In the hub's thread. Cost: two statements."""
    if not session_key:
        return None
    session = SessionStore(session_key)
    backend, person_id = session.get(BACKEND_SESSION_KEY), session.get(SESSION_KEY)
    if backend not in settings.AUTHENTICATION_BACKENDS or person_id is None:
        return None
    person = signed_in(int(person_id))
    if person is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        return None
    actor = actor_for(person)
    return actor if actor.is_staff else None


def session_key(headers: dict[bytes, bytes]) -> str:
    cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    return cookies.get(settings.SESSION_COOKIE_NAME, "")


def cursor(headers: dict[bytes, bytes], asked: Mapping[str, list[str]]) -> Mark | None:
    """Where the page goes on: the browser's own memory, else what the page says. Raises: Invalid."""
    cursor = headers.get(b"last-event-id", b"").decode("latin-1") or asked.get("after", [""])[0]
    return read_cursor(cursor) if cursor else None
