"""OAuth 2.0: a refresh token becomes an access token by one POST (RFC 6749 section 6)."""

from dataclasses import dataclass, field

from tramita.gateways.incoming import PATIENCE, MailServerFault

USUAL_LIFE = 3600  # seconds, where the answer does not say


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the answer held. `refresh` is empty when the old one stays good, as with Google (MAIL-11)."""

    access: str = field(repr=False)
    seconds: int
    refresh: str = field(default="", repr=False)


def refreshed(url: str, *, client: str, secret: str, refresh: str, scope: str = "") -> Tokens:
    """Ask for a new access token.

    Raises: MailServerFault: `token` when it is refused, `unreachable` or `timeout` when nobody answered.
    """
    import requests

    form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": refresh}
    form |= {name: value for name, value in (("client_secret", secret), ("scope", scope)) if value}
    try:
        answer = requests.post(url, data=form, timeout=PATIENCE, allow_redirects=False)
    except requests.Timeout as error:
        raise MailServerFault("timeout", f"{url} does not answer") from error
    except requests.RequestException as error:
        raise MailServerFault("unreachable", f"{url}: {type(error).__name__}") from error
    if answer.status_code >= 500:
        raise MailServerFault("unreachable", f"{url} answers {answer.status_code}")
    return _tokens(answer.status_code, _document(answer.text))


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
