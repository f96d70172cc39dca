"""How a mailbox is reached: its settings, and the secrets that they name, become a session with its server."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tramita.gateways import oauth
from tramita.gateways.imap import Imap
from tramita.gateways.incoming import Account, MailServerFault
from tramita.gateways.pop3 import Pop3
from tramita.models import Mailbox, MailboxState
from tramita.services.sealing import seal, unseal
from tramita.services.transactions import writing

EARLY = timedelta(minutes=5)  # a token is renewed before it ends (MAIL-11)


@contextmanager
def session(box: Mailbox, *, at: datetime, folder: str = "") -> Iterator[Imap | Pop3]:
    """Its folder, or another one, open. Raises: MailServerFault."""
    here = unopened(box, at=at, folder=folder)
    try:
        here.connect()
        here.log_in()
        here.open()
        yield here
    except MailServerFault as fault:
        if fault.name == "token":
            _access.pop(box.pk, None)
        raise
    finally:
        here.close()


def unopened(box: Mailbox, *, at: datetime, folder: str = "") -> Imap | Pop3:
    """A session before its first step, for who takes the steps one by one."""
    found = account(box, at=at)
    found = replace(found, folder=folder) if folder else found
    return Pop3(found) if found.protocol == "pop3" else Imap(found)


def account(box: Mailbox, *, at: datetime) -> Account:
    """Where it lies and how to get in. Raises: MailServerFault, for a secret that is missing or refused."""
    said = box.settings
    plain = {name: said[name] for name in ("protocol", "port", "tls", "folder") if said.get(name)}
    host, user = said.get("host", ""), said.get("user") or box.address
    if said.get("token_url"):
        return Account(host, user, **plain, access_token=access_token(box, at=at))
    return Account(host, user, **plain, password=_secret(said, "password_env", fault="login"))


def _secret(said: Mapping[str, Any], name: str, *, fault: str) -> str:
    variable = said.get(name, "")
    if not variable:
        raise MailServerFault(fault, f"the settings name no {name}")
    value = os.environ.get(variable, "")
    if not value:
        raise MailServerFault(fault, f"the environment variable {variable} is not set")
    return value


@dataclass(frozen=True, slots=True)
class _Access:
    """A token of this process, and what it was asked for with: other settings want another one."""

    token: str
    until: datetime
    asked: str


_access: dict[int, _Access] = {}


def access_token(box: Mailbox, *, at: datetime) -> str:
    """One that is good for some minutes yet; a new refresh token is kept (MAIL-11). Raises: MailServerFault."""
    said, first = box.settings, _first(box.settings)
    asked = hashlib.sha256(json.dumps([said, first], sort_keys=True).encode()).hexdigest()
    known = _access.get(box.pk)
    if known and known.asked == asked and at < known.until - EARLY:
        return known.token
    tokens = oauth.refreshed(**_client(said), refresh=_newest(box, first), scope=said.get("scope", ""))
    if tokens.refresh:
        _keep(box, first, tokens.refresh)
    _access[box.pk] = _Access(tokens.access, at + timedelta(seconds=tokens.seconds), asked)
    return tokens.access


def authorised(box: Mailbox, *, code: str, back: str, verifier: str) -> None:
    """Keep the refresh token that a person's consent stands for. Raises: MailServerFault."""
    tokens = oauth.exchanged(**_client(box.settings), code=code, back=back, verifier=verifier)
    if not tokens.refresh:
        raise MailServerFault("token", "the answer holds no refresh token")
    _keep(box, _first(box.settings), tokens.refresh)
    _access.pop(box.pk, None)


def _client(said: Mapping[str, Any]) -> dict[str, str]:
    secret = _secret(said, "client_secret_env", fault="token") if said.get("client_secret_env") else ""
    return {"url": said["token_url"], "client": said.get("client_id", ""), "secret": secret}


def _first(said: Mapping[str, Any]) -> str:
    """The refresh token of the environment: another one than before replaces what is kept; there may be none."""
    if said.get("authorize_url"):
        return os.environ.get(said.get("refresh_token_env", ""), "")
    return _secret(said, "refresh_token_env", fault="token")


def _newest(box: Mailbox, first: str) -> str:
    """The refresh token to use: the one kept, unless the environment has got another since. Raises: MailServerFault."""
    sealed = MailboxState.objects.filter(mailbox=box).values_list("secret", flat=True).first()
    kept = json.loads(unseal(sealed) or "{}") if sealed else {}
    found = str(kept["token"]) if kept.get("first") == _digest(first) else first
    if not found:
        raise MailServerFault("token", "nobody has authorised it yet")
    return found


def _keep(box: Mailbox, first: str, token: str) -> None:
    sealed = seal(json.dumps({"first": _digest(first), "token": token}))
    with writing():
        MailboxState.objects.update_or_create(mailbox=box, defaults={"secret": sealed})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
