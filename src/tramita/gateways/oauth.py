"""OAuth 2.0: a person's consent becomes a refresh token, and that an access token, by one POST each (RFC 6749)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from tramita.gateways.calling import CallFault, call
from tramita.gateways.incoming import PATIENCE, MailServerFault

USUAL_LIFE = 3600  # seconds, where the answer does not say


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the answer held. `refresh` is empty when the old one stays good, as with Google (MAIL-11)."""

    access: str = field(repr=False)
    seconds: int
    refresh: str = field(default="", repr=False)


def refreshed(url: str, *, client: str, secret: str, refresh: str, scope: str = "") -> Tokens:
    """Ask for a new access token (RFC 6749 section 6).

    Raises: MailServerFault: `token` when it is refused, `unreachable` or `timeout` when nobody answered.
    """
    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": refresh}
    return _asked(url, form, client_secret=secret, scope=scope)


def page_of_consent(url: str, *, client: str, scope: str, user: str, back: str, state: str, verifier: str) -> str:
    """Where a person lets us in; they come `back` with a code and the `state` (RFC 6749 section 4.1, RFC 7636).

    `access_type` and `prompt` are how Google is asked for a refresh token; others pass over what they do not know.
    """
    asked = {"response_type": "code", "client_id": client, "redirect_uri": back, "scope": scope, "state": state}
    asked |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256", "login_hint": user}
    asked |= {"access_type": "offline", "prompt": "consent"}
    return f"{url}{'&' if '?' in url else '?'}{urlencode({name: value for name, value in asked.items() if value})}"


def challenge_of(verifier: str) -> str:
    """What is shown first of what is only told with the code (RFC 7636 section 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def exchanged(url: str, *, client: str, secret: str, code: str, back: str, verifier: str) -> Tokens:
    """The tokens that a code stands for; it serves once. Raises: MailServerFault, as `refreshed`."""
    form = {"grant_type": "authorization_code", "client_id": client, "code": code}
    return _asked(url, form | {"redirect_uri": back, "code_verifier": verifier}, client_secret=secret)


def _asked(url: str, form: Mapping[str, str], **given: str) -> Tokens:
    """By a call that ends by the clock (decision 83); it may lead inside, as the mail server itself."""
    sent = {**form, **{name: value for name, value in given.items() if value}}
    headers, body = {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(sent).encode()
    try:
        answer = call("POST", url, headers=headers, body=body, patience=PATIENCE, inside=_itself(url))
    except CallFault as fault:
        raise MailServerFault("timeout" if fault.kind == "slow" else "unreachable", str(fault)) from fault
    if answer.status >= 500:
        raise MailServerFault("unreachable", f"{url} answers {answer.status}")
    return _tokens(answer.status, _document(answer.text))


def _itself(url: str) -> tuple[str, ...]:
    with suppress(ValueError):
        return ((urlsplit(url).hostname or "").lower(),)
    return ()


def _document(text: str) -> dict[str, object]:
    import json

    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _tokens(status: int, said: dict[str, object]) -> Tokens:
    access = said.get("access_token")
    if status != 200 or not isinstance(access, str) or not access:
        why = " ".join(str(said[name]) for name in ("error", "error_description") if said.get(name))
        raise MailServerFault("token", why or f"the token server answers {status} without a token")
    life = said.get("expires_in")
    seconds = int(life) if isinstance(life, int | float) or (isinstance(life, str) and life.isdigit()) else USUAL_LIFE
    refresh = said.get("refresh_token")
    return Tokens(access, seconds, refresh if isinstance(refresh, str) else "")
