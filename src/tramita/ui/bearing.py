"""Who comes with a token of ours: `Authorization: Bearer TOKEN`, of which only the SHA-256 is known here."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from tramita.domain.actors import Actor
from tramita.queries import people
from tramita.ui.allowance import Portions

SCHEME = "bearer"
ISSUER = "/oauth"  # with a path: programs differ about the slash of an address that has none
RESOURCE, SCOPE = "/mcp", "tools"  # what tokens of programs are good for, and nothing else (RFC 8707)
portions = Portions()


@dataclass(frozen=True, slots=True)
class Bearer:
    """Nobody where the token is unknown or its owner inactive; seconds to wait where it asks too often."""

    actor: Actor | None
    wait_seconds: int = 0


NOBODY = Bearer(None)


def of_tools(request: HttpRequest) -> Bearer:
    """Whoever calls `/mcp`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != SCHEME or not token.strip():
        return NOBODY
    digest = digest_of(token)
    actor = people.by_token_digest(digest) or people.by_access_digest(digest, at=timezone.now())
    return NOBODY if actor is None else Bearer(actor, wait_seconds(digest))


def ours(path: str) -> str:
    """The address of this service that people and programs use, with this path."""
    return f"{settings.TRAMITA_BASE_URL.rstrip('/')}{path}"


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()


def wait_seconds(digest: str) -> int:
    """Take one request from the token's allowance: 0 when there was one left."""
    a_minute: int = settings.TRAMITA_API_RATE
    return portions.take(digest, a_minute, at=timezone.now()) if a_minute else 0
