"""Letting a program work with one's rights: a code for a consent, tokens for the code, new ones for old (OAuth 2.1).

Everything is compared and set in one statement: of two who show one code or one old token, one is right, and that the
other came ends the access for both (RFC 9700 section 4.14).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotFound
from tramita.models import Person, ToolAccess
from tramita.services.tool_clients import ToolClient
from tramita.services.transactions import one_transaction, writing

CODE_LASTS, ACCESS_LASTS, RENEWAL_LASTS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=30)
BYTES = 32
MARK = "."  # before the code that an access came from, in each token that renews it
GRANT = "invalid_grant"  # as OAuth calls it


@dataclass(frozen=True, slots=True)
class Tokens:
    """Told this once."""

    access: str
    renewal: str
    seconds: int


@one_transaction
def allow(client: ToolClient, *, redirect_uri: str, challenge: str, by: Actor, at: datetime) -> str:
    """The code for the program, good for a minute."""
    code = secrets.token_urlsafe(BYTES)
    ToolAccess.objects.create(
        person=Person.objects.get(pk=by.id or 0),
        client=client.address,
        name=client.name,
        redirect_uri=redirect_uri,
        challenge=challenge,
        code=digest(code),
        code_until=at + CODE_LASTS,
        created_at=at,
    )
    return code


def redeem(code: str, *, verifier: str, client: str, redirect_uri: str, at: datetime) -> Tokens:
    """Tokens for a code. Raises: Conflict `invalid_grant`; for a code that served before, nothing of it lives on."""
    known = digest(code)
    _expect_known(Q(code=known))
    with writing():
        asked = ToolAccess.objects.filter(
            code=known, client=client, redirect_uri=redirect_uri, challenge=_challenge(verifier), code_until__gt=at
        )
        tokens = _new(code)
        if asked.filter(redeemed=False, person__is_active=True).update(redeemed=True, **_columns(tokens, at)):
            return tokens
        ToolAccess.objects.filter(code=known, redeemed=True).delete()
    raise _refused()


def renew(renewal: str, *, client: str, at: datetime) -> Tokens:
    """New tokens; the old ones serve no more. Raises: Conflict `invalid_grant`, and a stolen one ends the access.

    However often it was renewed since: of a thief and the program that it was stolen from, one comes with an old one.
    """
    known, code = digest(renewal), renewal.partition(MARK)[2]
    old = Q(renewed=known) | Q(code=digest(code))
    _expect_known(Q(renewal=known) | old)
    with writing():
        tokens = _new(code)
        living = ToolAccess.objects.filter(renewal=known, client=client, renewal_until__gt=at, person__is_active=True)
        if living.update(renewed=F("renewal"), **_columns(tokens, at)):
            return tokens
        ToolAccess.objects.filter(old).exclude(renewal=known).delete()
    raise _refused()


def revoke(token: str) -> None:
    """End the access that this token is of, whichever of the two it is (RFC 7009)."""
    known = digest(token)
    theirs = ToolAccess.objects.filter(Q(access=known) | Q(renewal=known))
    if theirs.exists():
        with writing():
            theirs.delete()


def given_by(person: Person) -> list[ToolAccess]:
    """Which programs have access, the newest first. Cost: one statement."""
    return list(ToolAccess.objects.filter(person=person, redeemed=True).order_by("-id"))


@one_transaction
def take_back(number: int, *, by: Actor) -> None:
    """One's own consent. Raises: NotFound."""
    if not ToolAccess.objects.filter(pk=number, person=by.id).delete()[0]:
        raise NotFound("There is nothing here.")


def forget_unused(*, at: datetime) -> int:
    """Consents whose code was never redeemed, and those not used for as long as they last; how many."""
    never = ToolAccess.objects.filter(redeemed=False, code_until__lt=at).delete()[0]
    return never + ToolAccess.objects.filter(renewal_until__lt=at).delete()[0]


def _expect_known(what: Q) -> None:
    """Anybody may ask: who comes with something made up takes no turn of those who write. Raises: Conflict."""
    if not ToolAccess.objects.filter(what).exists():
        raise _refused()


def digest(token: str) -> str:
    """What is kept of a code or token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _new(code: str) -> Tokens:
    """Of the code nothing but its digest is kept: who comes with it has had a token of this access."""
    renewal = f"{secrets.token_urlsafe(BYTES)}{MARK}{code}"
    return Tokens(secrets.token_urlsafe(BYTES), renewal, int(ACCESS_LASTS.total_seconds()))


def _columns(tokens: Tokens, at: datetime) -> dict[str, object]:
    return {
        "access": digest(tokens.access),
        "access_until": at + ACCESS_LASTS,
        "renewal": digest(tokens.renewal),
        "renewal_until": at + RENEWAL_LASTS,
    }


def _challenge(verifier: str) -> str:
    """S256 of RFC 7636; the plain method is not taken."""
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogateescape")).digest()
    return base64.urlsafe_b64encode(hashed).decode().rstrip("=")


def _refused() -> Conflict:
    return Conflict("This code or token serves no more.", code=GRANT)
