"""A program that asks for access is known by the address of a document about it (OAuth client ID metadata documents).

The document is read anew each time somebody is asked. Its name is shown beside the host that it comes from: anybody can
write any name.
"""

import json
import re
from dataclasses import dataclass
from posixpath import normpath
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tramita.domain.errors import Invalid
from tramita.domain.kept_text import can_be_kept
from tramita.gateways.calling import CallFault, call

PATIENCE_SECONDS = 5.0
LONGEST_ADDRESS, LONGEST_NAME, LONGEST_REDIRECT, MOST_BYTES = 500, 200, 1000, 8192
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]+", re.ASCII)  # it stands in a header of ours, where `;` begins another word


@dataclass(frozen=True, slots=True)
class ToolClient:
    """What its document says; `host` is who answers for it."""

    address: str
    name: str
    host: str
    redirect_uris: tuple[str, ...]

    def takes(self, redirect_uri: str) -> bool:
        """Exactly one of its own; on the user's machine the port is free (RFC 8252 section 7.3)."""
        return redirect_uri in self.redirect_uris or any(
            _same_but_port(one, redirect_uri) for one in self.redirect_uris
        )


def known(address: str) -> ToolClient:
    """Who asks. Raises: Invalid `client_id`: no such address, no document, or one of somebody else."""
    parts = _checked(address)
    try:
        answer = call(
            "GET",
            address,
            headers={},
            body=None,
            patience=PATIENCE_SECONDS,
            inside=settings.TRAMITA_CALLS_INSIDE,
        )
        found = json.loads(answer.text) if answer.status == 200 and len(answer.text) <= MOST_BYTES else None
    except (CallFault, ValueError, RecursionError) as error:
        raise _unknown() from error
    if not isinstance(found, dict) or found.get("client_id") != address:
        raise _unknown()
    return _read(found, parts)


def safe(redirect_uri: str) -> bool:
    """To another server by TLS, or to a program on the user's own machine; in the characters of an address (RFC 3986).

    A line break in it would be none to whoever takes it apart, and one in our answer.
    """
    parts = _parts(redirect_uri)
    if parts is None or parts.fragment or parts.username is not None or "\\" in redirect_uri:
        return False
    plain = len(redirect_uri) <= LONGEST_REDIRECT and redirect_uri.isascii() and redirect_uri.isprintable()
    if not plain or " " in redirect_uri or not HOST.fullmatch(parts.hostname or ""):
        return False
    return parts.scheme == "https" or _is_loopback(parts)


def _checked(address: str) -> SplitResult:
    parts = _parts(address)
    if (
        parts is None
        or len(address) > LONGEST_ADDRESS
        or not address.startswith("https://")
        or not parts.hostname
        or parts.netloc != parts.netloc.lower()
        or parts.username
        or parts.password
        or parts.query
        or parts.fragment
        or parts.path in ("", "/")
        or normpath(parts.path) != parts.path
        or not address.isascii()
        or not address.isprintable()
    ):
        raise _unknown()
    return parts


def _read(found: dict[str, Any], parts: SplitResult) -> ToolClient:
    name, uris = found.get("client_name"), found.get("redirect_uris")
    method = found.get("token_endpoint_auth_method", "none")
    if not isinstance(name, str) or not name.strip() or not isinstance(uris, list) or method != "none":
        raise _unknown()
    if not can_be_kept(name):
        raise _unknown()
    good = tuple(one for one in uris if isinstance(one, str) and safe(one))
    return ToolClient(parts.geturl(), name.strip()[:LONGEST_NAME], parts.hostname or "", good)


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _same_but_port(known_uri: str, asked: str) -> bool:
    mine, theirs = _parts(known_uri), _parts(asked)
    if mine is None or theirs is None or not (_is_loopback(mine) and _is_loopback(theirs)):
        return False
    return (mine.hostname, mine.path, mine.query) == (theirs.hostname, theirs.path, theirs.query) and safe(asked)


def _is_loopback(parts: SplitResult) -> bool:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return parts.scheme == "http" and host in LOOPBACK


def _unknown() -> Invalid:
    return Invalid.one("client_id", "unknown_client", "This program does not say who it is.")
