"""A request to another system: to an address that was looked up once, not inside unless allowed, and no longer than
agreed (A-55).

A name is resolved once and the connection goes to that very address, so nobody can show us one and lead us to
another. Redirects are not followed: where a call goes is what somebody configured.

A time-out of a socket is one of each read, so that whoever sends a byte at a time is never late. What has been agreed
is the time of the whole call: when it is over the connection is cut, within the handshake, the headers or the body.
"""

import os
import socket
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import getaddrinfo
from threading import Lock, Timer
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from tramita.domain.mime.charsets import clean, codec

MOST = 1024**2  # bytes of an answer
CHUNK = 64 * 1024
# what the library takes for public: site-local addresses and translation of one's own (RFC 3879, RFC 8215)
OURS = (ip_network("fec0::/10"), ip_network("64:ff9b:1::/48"))
HOLDING = (ip_network("64:ff9b::/96"), ip_network("::ffff:0:0:0/96"), ip_network("::/96"))
SHORTEST = 0.05  # seconds that a call has, however long its name took to look up


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
    """One request, `patience` seconds from the look-up of its name to the last byte.

    `inside` are host names that may lead to addresses of the own network, and networks (`10.0.0.0/8`) that are reached
    whatever leads there, as the variable `named_by` has them. Raises: CallFault.
    """
    import requests

    begun, (host, port, scheme) = monotonic(), _where(url)
    address = _resolved(host, port, scheme, inside, named_by)
    left = max(patience - (monotonic() - begun), SHORTEST)
    deadline = Deadline(left)
    session = _unled()
    session.trust_env = False  # no proxy, and no password out of a file
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.mount(f"{scheme}://", _pinned(host, address, deadline))
    named = urlsplit(url).netloc.rpartition("@")[2]
    sent = {"Accept": "application/json", "User-Agent": "Tramita", "Host": named, **headers}
    try:
        with session.request(
            method, url, headers=sent, data=body, timeout=left, allow_redirects=False, stream=True
        ) as answer:
            said = Answer(answer.status_code, _read(answer))
    except (requests.RequestException, ValueError) as error:  # the library trips over some answers
        late = deadline.over or isinstance(error, requests.Timeout)
        raise _slow(host) if late else CallFault(f"{host}: {type(error).__name__}") from error
    finally:
        deadline.end()
        session.close()
    if deadline.over:  # cut within its headers, it reads as if it had said nothing more
        raise _slow(host)
    return said


class Deadline:
    """The end of a call: when it is there, the connections that it watches are cut, whatever they do at that moment."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._held: list[socket.socket] = []
        self._lock = Lock()
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connection: socket.socket) -> None:
        """A second handle of it: the first one goes up in that of TLS."""
        with self._lock:
            self._held.append(connection.dup())
        if self.over:
            self._cut()

    def end(self) -> None:
        """The call is over; nothing is cut any more."""
        self._timer.cancel()
        self._timer.join()  # it may be cutting at this very moment
        with self._lock:
            for one in self._held:
                one.close()
            self._held.clear()

    def _cut(self) -> None:
        with self._lock:
            self.over = True
            for one in self._held:
                with suppress(OSError):  # it is gone already
                    one.shutdown(socket.SHUT_RDWR)


def _slow(host: str) -> CallFault:
    return CallFault(f"{host} does not answer in time", kind="slow")


def _where(url: str) -> tuple[str, int | None, str]:
    """Its host, port and scheme. Raises: CallFault."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port, parts.scheme
    except ValueError as error:
        raise CallFault("this is no address", again=False, kind="no_address") from error


def _unled() -> Any:
    """A session that does not look where an answer would lead: the library reads all of its body for that, however
    long it is, and takes its `Location` apart, however broken."""
    import requests

    class Unled(requests.Session):
        def get_redirect_target(self, resp: Any) -> None:
            return None

    return Unled()


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
    both = (one, _behind(one))
    inside = one.is_multicast or any(not each.is_global or any(each in network for network in OURS) for each in both)
    return inside and not any(each in network for each in both for network in networks(allowed))


def _behind(one: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address to which translators and relays lead from an IPv6 one that holds it (RFC 3056, 4291, 6052)."""
    if isinstance(one, IPv4Address):
        return one
    if found := one.ipv4_mapped or one.sixtofour:
        return found
    return IPv4Address(int(one) % 2**32) if any(one in network for network in HOLDING) else one


def networks(words: Collection[str]) -> list[IPv4Network | IPv6Network]:
    """Those that are networks, or single addresses."""
    found = []
    for word in words:
        with suppress(ValueError):
            found.append(ip_network(word))
    return found


def _read(answer: Any) -> str:
    content = bytearray()
    for piece in answer.iter_content(CHUNK):
        content += piece
        if len(content) > MOST:
            raise CallFault("the answer is too large", again=False, kind="too_large")
    return clean(content.decode(codec(answer.encoding) or "utf-8", "replace"))  # whatever it calls its characters


def _pinned(host: str, address: str, deadline: Deadline) -> Any:
    """An adapter that connects to this address; a certificate must be that of the host all the same."""
    from requests.adapters import HTTPAdapter

    class Pinned(HTTPAdapter):
        def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
            where, how = super().build_connection_pool_key_attributes(request, verify, cert)
            where["host"] = address
            if where["scheme"] == "https":
                how |= {"assert_hostname": host, "server_hostname": host}
            return where, how

        def get_connection_with_tls_context(self, *request: Any, **how: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*request, **how)
            pool.ConnectionCls = _watched(pool.ConnectionCls, deadline)
            return pool

    return Pinned()


def _watched(kind: Any, deadline: Deadline) -> Any:
    """Connections of this kind that the deadline knows from their first moment on, before TLS begins."""

    class Watched(kind):  # type: ignore[misc]  # one of two kinds
        def _new_conn(self) -> socket.socket:
            made: socket.socket = super()._new_conn()
            deadline.watch(made)
            return made

    return Watched
