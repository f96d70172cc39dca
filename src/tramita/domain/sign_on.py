"""Single sign-on: who vouches for whom, and what a token must say before it is believed (OpenID Connect Core)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SKEW = timedelta(minutes=2)  # by which their clock may be off
LONGEST_SUBJECT = 255  # OpenID Connect Core 2
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")


@dataclass(frozen=True, slots=True)
class SignOnDefinition:
    """A provider whose word counts for the addresses of its domains, and of no others (TO-7)."""

    key: str
    title: str  # on the button
    issuer: str
    client_id: str
    domains: tuple[str, ...]
    client_secret_env: str = ""  # empty: a public client
    make_contacts: bool = False  # of people of an organisation's domain, who are not known yet
    addresses_verified: bool = False  # it gives no address that it has not verified, and does not say so
    active: bool = True


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider has let in."""

    subject: str
    email: str  # in lower case; may be empty
    verified: bool
    name: str


def fault_of(claims: Mapping[str, Any], *, issuer: str, client: str, nonce: str, at: datetime) -> str:
    """Why these claims are not for us, not of now, or not an answer to what we asked; empty when they are fine.

    The signature is somebody else's matter.
    """
    moment, skew = at.timestamp(), SKEW.total_seconds()
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        return "another issuer"
    if client not in audiences or claims.get("azp", client) != client:
        return "for another client"
    if len(audiences) > 1 and "azp" not in claims:
        return "for several clients, and does not say which of them asked"
    if not _is_number(claims.get("exp")) or claims["exp"] <= moment - skew:
        return "out of time"
    if not _is_number(claims.get("iat")) or max(claims["iat"], _number(claims.get("nbf"))) > moment + skew:
        return "of a time to come"
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()) or not nonce:
        return "not an answer to what was asked"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        return "of nobody"
    return ""


def vouched(claims: Mapping[str, Any], *, always_verified: bool) -> Vouched:
    """What the claims say of a person. A text "true" is what some providers send for true."""
    email = claims.get("email")
    return Vouched(
        subject=str(claims.get("sub", "")),
        email=email.strip().lower() if isinstance(email, str) else "",
        verified=claims.get("email_verified", always_verified) in (True, "true"),
        name=str(claims.get("name") or "").strip(),
    )


def is_of(address: str, domains: tuple[str, ...]) -> bool:
    """Whether a provider of these domains may vouch for this address."""
    return address.count("@") == 1 and address.rpartition("@")[2] in domains


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0
