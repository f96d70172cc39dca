"""An OpenID provider: what it says of itself, its page of consent, its tokens and the keys that sign them.

Nothing is remembered between two sign-ins: what it says, and the keys it signs with, are asked for each time, so a key
that was changed counts at once, and one that was taken back counts no more.
"""

import base64
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tramita.domain.sign_on import ALGORITHMS
from tramita.gateways.calling import CallFault, call
from tramita.gateways.oauth import challenge_of

PATIENCE = 8.0  # seconds, for each answer
SCOPE = "openid email profile"
WELL_KNOWN = "/.well-known/openid-configuration"
LONGEST_TOKEN = 64 * 1024
ON_THIS_MACHINE = ("localhost", "127.0.0.1")


class ProviderFault(Exception):
    """It cannot be reached, or says what it may not; the words are for who keeps the desk."""


@dataclass(frozen=True, slots=True)
class Provider:
    """What it says of itself (OpenID Connect Discovery 3)."""

    issuer: str
    authorize: str
    token: str
    keys: str
    user: str = ""
    sign_out: str = ""
    by_form: bool = False  # the secret goes into the form, not into the header


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code stands for."""

    identity: str = field(repr=False)
    access: str = field(default="", repr=False)


def discover(issuer: str, *, inside: Collection[str]) -> Provider:
    """Ask it. Raises: ProviderFault, also when it calls itself otherwise or leads to where nothing is encrypted."""
    said = _json(issuer.rstrip("/") + WELL_KNOWN, inside)
    if said.get("issuer") != issuer:
        raise ProviderFault(f"it calls itself {str(said.get('issuer'))[:200]!r}, and not {issuer!r}")
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorize=_encrypted(said, "authorization_endpoint"),
        token=_encrypted(said, "token_endpoint"),
        keys=_encrypted(said, "jwks_uri"),
        user=_encrypted(said, "userinfo_endpoint") if said.get("userinfo_endpoint") else "",
        sign_out=_encrypted(said, "end_session_endpoint") if said.get("end_session_endpoint") else "",
        by_form="client_secret_post" in methods and "client_secret_basic" not in methods,
    )


def page(
    provider: Provider, *, client: str, back: str, state: str, nonce: str, verifier: str, language: str = ""
) -> str:
    """Where somebody signs in; they come `back` with a code and the `state` (RFC 6749 section 4.1, RFC 7636)."""
    asked = {"response_type": "code", "client_id": client, "redirect_uri": back, "scope": SCOPE, "state": state}
    asked |= {"nonce": nonce, "code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    asked |= {"ui_locales": language} if language else {}
    return with_query(provider.authorize, asked)


def with_query(address: str, asked: Mapping[str, str]) -> str:
    """The address with these besides what it has."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def exchange(
    provider: Provider, *, client: str, secret: str, code: str, back: str, verifier: str, inside: Collection[str]
) -> Tokens:
    """The tokens that a code stands for; it serves once. Raises: ProviderFault."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if secret and not provider.by_form:  # each part encoded for itself: RFC 6749 section 2.3.1
        pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": client} | ({"client_secret": secret} if secret else {})
    said = _json(provider.token, inside, method="POST", headers=headers, body=urlencode(form).encode())
    identity, access = said.get("id_token"), said.get("access_token")
    if not isinstance(identity, str) or not 0 < len(identity) <= LONGEST_TOKEN:
        raise ProviderFault("there is no identity token in the answer")
    return Tokens(identity, access if isinstance(access, str) else "")


def signed_claims(token: str, provider: Provider, *, inside: Collection[str]) -> Mapping[str, Any]:
    """What the token says, after one of the provider's present keys has proved that it signed this.

    Whether that is for us, and of now, is for the caller to judge. Raises: ProviderFault.
    """
    import jwt

    keys = _keys(provider, inside)
    try:
        head = jwt.get_unverified_header(token)
        algorithm, wanted = head.get("alg"), head.get("kid")
        if algorithm not in ALGORITHMS:
            raise ProviderFault(f"the token is signed by {str(algorithm)[:40]!r}, which proves nothing")
        for key in (one for one in keys if wanted is None or one.key_id == wanted):
            claims = _proved(token, key, algorithm)
            if claims is not None:
                return claims
    except jwt.PyJWTError as error:
        raise ProviderFault(f"the token cannot be read: {error}") from error
    raise ProviderFault("no key of the provider has signed the token")


def _proved(token: str, key: Any, algorithm: str) -> Mapping[str, Any] | None:
    """The claims, when this key signed them by this algorithm."""
    import jwt

    unjudged = {f"verify_{one}": False for one in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    try:
        claims: Mapping[str, Any] = jwt.decode(token, key, algorithms=[algorithm], options=unjudged)  # type: ignore[arg-type]  # a plain dict will do
    except (jwt.InvalidSignatureError, jwt.InvalidKeyError, jwt.InvalidAlgorithmError):
        return None
    return claims


def _keys(provider: Provider, inside: Collection[str]) -> list[Any]:
    """Its keys that sign and that we can use; others are passed over."""
    import jwt

    said, found = _json(provider.keys, inside).get("keys"), []
    for one in said if isinstance(said, list) else ():
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig":
            try:
                found.append(jwt.PyJWK(one))
            except (jwt.PyJWTError, ValueError):
                continue
    return found


def about_user(provider: Provider, tokens: Tokens, *, subject: str, inside: Collection[str]) -> Mapping[str, Any]:
    """What the provider tells apart from the token; nothing where it tells of somebody else. Raises: ProviderFault."""
    if not provider.user or not tokens.access:
        return {}
    said = _json(provider.user, inside, headers={"Authorization": f"Bearer {tokens.access}"})
    return said if said.get("sub") == subject else {}


def readable_keys(provider: Provider, *, inside: Collection[str]) -> int:
    """How many of its keys can be used. Raises: ProviderFault."""
    return len(_keys(provider, inside))


def _encrypted(said: Mapping[str, Any], name: str) -> str:
    """An address of its, never in the clear but on this very machine."""
    address = said.get(name)
    parts = urlsplit(address) if isinstance(address, str) else urlsplit("")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE):
        raise ProviderFault(f"{name} is no address that begins with https://")
    return str(address)


def _json(
    address: str,
    inside: Collection[str],
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Mapping[str, Any]:
    try:
        answer = call(
            method,
            address,
            headers=headers or {},
            body=body,
            patience=PATIENCE,
            inside=inside,
            named_by="TRAMITA_SIGN_ON_INSIDE",
        )
    except CallFault as fault:
        raise ProviderFault(str(fault)) from fault
    try:
        said = json.loads(answer.text)
    except (ValueError, RecursionError):
        said = None
    if answer.status != 200 or not isinstance(said, dict):
        words = " ".join(str(said[one]) for one in ("error", "error_description") if said.get(one)) if said else ""
        raise ProviderFault(f"{address} answers {answer.status} {words}"[:300].strip())
    return said
