"""Who calls: a bearer token, of which only the SHA-256 is known here (DESIGN decision 13)."""

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from tramita.api.problems import NotSignedIn
from tramita.api.rate import within_rate
from tramita.domain.actors import Actor
from tramita.queries import people
from tramita.services import tainting
from tramita.ui.bearing import digest_of


class Token(HttpBearer):
    """`Authorization: Bearer TOKEN`; made by `tramita token create`."""

    def __call__(self, request: HttpRequest) -> Actor:
        """The caller, looked up once a request. Raises: NotSignedIn, TooManyRequests."""
        known = getattr(request, "actor", None)
        if known is not None:
            return cast("Actor", known)
        actor: Actor | None = super().__call__(request)
        if actor is None:
            raise NotSignedIn("A valid token is needed: Authorization: Bearer TOKEN.")
        if actor.bounds is not None:
            tainting.come_in(actor, reads=_reads(request))
        request.actor = actor  # type: ignore[attr-defined]
        return actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """None for a token nobody has, and for one whose owner is no longer active."""
        digest = digest_of(token)
        actor = people.by_token_digest(digest)
        if actor is not None:
            within_rate(digest)
        return actor


def _reads(request: HttpRequest) -> bool:
    """Whether it asks for what may hold the words of strangers."""
    return request.method == "GET" and not request.path.endswith(OUR_OWN_WORDS)


OUR_OWN_WORDS = ("/robot/leases", "/queues", "/categories", "/case-types", "/approval-types", "/mailboxes")
SIGNED_IN = Token()


def caller(request: HttpRequest) -> Actor:
    """The owner of the token."""
    return SIGNED_IN(request)
