"""A request to another system: to an address that was looked up once, not inside unless allowed, and no longer than
agreed (A-55).

A name is resolved once and the connection goes to that very address, so nobody can show us one and lead us to
another. Redirects are not followed: where a call goes is what somebody configured.
"""

import os
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from socket import getaddrinfo
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

MOST = 1024**2  # bytes of an answer
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other system said."""

    status: int
    text: str


class CallFault(Exception):
    """There is no answer. `again`: a later try may have one. `kind`: one word for what happened."""

    def __init__(self, why: str, *, again: bool = True, kind: str = "unreachable") -> None:
        super().__init__(why)
        self.again, self.kind = again, kind


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    patience: float,
    inside: Collection[str],
    named_by: str = "TRAMITA_CALLS_INSIDE",
) -> Answer:
    """One request. `inside` are host names that may lead to addresses of the own network, and networks (`10.0.0.0/8`)
    that are reached whatever leads there, as the variable `named_by` has them. Raises: CallFault."""
    import requests

    until, parts = monotonic() + patience, urlsplit(url)
    host = parts.hostname or ""
    session = requests.Session()
    session.trust_env = False  # no proxy, and no password out of a file
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.mount(f"{parts.scheme}://", _pinned(host, _resolved(host, parts.port, parts.scheme, inside, named_by)))
    sent = {"Accept": "application/json", "User-Agent": "Tramita", "Host": parts.netloc.rpartition("@")[2], **headers}
    try:
        with session.request(
            method, url, headers=sent, data=body, timeout=patience, allow_redirects=False, stream=True
        ) as answer:
            return Answer(answer.status_code, _read(answer, until))
    except requests.Timeout as error:
        raise CallFault(f"{host} does not answer", kind="slow") from error
    except requests.RequestException as error:
        raise CallFault(f"{host}: {type(error).__name__}") from error
    finally:
        session.close()


def _resolved(host: str, port: int | None, scheme: str, inside: Collection[str], named_by: str) -> str:
    """The address to connect to. Raises: CallFault."""
    try:
        found = getaddrinfo(host, port or (443 if scheme == "https" else 80), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFault(f"there is no address of {host}", kind="no_address") from error
    address = str(min(found, key=lambda one: one[0] != socket.AF_INET)[4][0])  # where both lead there: the plainer
    if host.lower() not in inside and any(is_inside(str(one[4][0]), inside) for one in found):
        why = f"{host} is inside of the own network; {named_by} does not name it"
        raise CallFault(why, again=False, kind="inside")
    return address


def is_inside(address: str, allowed: Collection[str]) -> bool:
    """Whether an address is of the own network, and of none of these networks. Names among them do not count."""
    one = ip_address(address.partition("%")[0])
    return not one.is_global and not any(one in network for network in networks(allowed))


def networks(words: Collection[str]) -> list[IPv4Network | IPv6Network]:
    """Those that are networks, or single addresses."""
    found = []
    for word in words:
        with suppress(ValueError):
            found.append(ip_network(word))
    return found


def _read(answer: Any, until: float) -> str:
    content = bytearray()
    for piece in answer.iter_content(CHUNK):
        content += piece
        if len(content) > MOST:
            raise CallFault("the answer is too large", again=False, kind="too_large")
        if monotonic() > until:
            raise CallFault("the answer takes too long", kind="slow")
    return content.decode(answer.encoding or "utf-8", "replace")


def _pinned(host: str, address: str) -> Any:
    """An adapter that connects to this address; a certificate must be that of the host all the same."""
    from requests.adapters import HTTPAdapter

    class Pinned(HTTPAdapter):
        def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
            where, how = super().build_connection_pool_key_attributes(request, verify, cert)
            where["host"] = address
            if where["scheme"] == "https":
                how |= {"assert_hostname": host, "server_hostname": host}
            return where, how

    return Pinned()
