"""Name servers: what DNS holds of a name, asked with patience that ends (MAIL-123).

An answer that is too long for UDP is asked for again by TCP. What is no answer is a `DnsFault`: silence, SERVFAIL,
a message that cannot be read, names that lead round in a ring.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tramita.domain.sender_dns.findings import DnsFault, plain_domain

if TYPE_CHECKING:  # else loaded where it is used: it costs memory
    from dns.nameserver import Nameserver
    from dns.resolver import Resolver as DnsResolver

PATIENCE, EACH = 5.0, 2.0  # seconds for one question, and for one try of one server
IN_ALL = 25.0  # for everything that one resolver is asked
LONGEST, MOST = 4096, 50  # characters of a value, values of an answer: what is beyond is no record of mail
PORT = 53


class Resolver:
    """One round of questions; what was asked before is remembered. `servers`: `ADDRESS` or `ADDRESS#PORT`, or none
    for those of the machine."""

    def __init__(self, servers: Sequence[str] = (), *, seconds: float = IN_ALL) -> None:
        self.servers, self.until = servers, time.monotonic() + seconds
        self.known: dict[tuple[str, str], tuple[str, ...] | DnsFault] = {}

    def __call__(self, name: str, kind: str) -> tuple[str, ...]:
        """The values of type A, AAAA, MX or TXT; empty where there are none. Raises: DnsFault."""
        asked = plain_domain(name), kind
        if asked not in self.known:
            try:
                self.known[asked] = self._ask(*asked)
            except DnsFault as fault:
                self.known[asked] = fault
        known = self.known[asked]
        if isinstance(known, DnsFault):
            raise known
        return known

    def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        import dns.exception
        import dns.resolver

        left = self.until - time.monotonic()
        if left <= 0:
            raise DnsFault(name, "no time is left: name servers answer too slowly")
        try:
            answer = self._resolver().resolve(name, kind, lifetime=min(left, PATIENCE), search=False)
            values = [_value(record) for record in answer]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except (dns.exception.DNSException, OSError, UnicodeError) as fault:
            raise DnsFault(name, _why(fault)) from fault
        if len(values) > MOST or any(len(value) > LONGEST for value in values):
            raise DnsFault(name, "the answer is larger than any record of mail")
        return tuple(sorted(values, key=_order))

    def _resolver(self) -> "DnsResolver":
        import dns.resolver

        if not self.servers:
            found = dns.resolver.Resolver()
        else:
            found = dns.resolver.Resolver(configure=False)
            found.nameservers = [_server(one) for one in self.servers]
        found.timeout = EACH
        return found


def _server(text: str) -> "Nameserver":
    import dns.nameserver

    address, _, port = text.partition("#")
    return dns.nameserver.Do53Nameserver(address, int(port or PORT))


def _value(record: object) -> str:
    """Strings of one TXT record belong together (RFC 7208 section 3.3)."""
    from dns.rdtypes.ANY.MX import MX
    from dns.rdtypes.ANY.TXT import TXT

    if isinstance(record, TXT):
        return b"".join(record.strings).decode("utf-8", "replace")
    if isinstance(record, MX):
        return f"{record.preference} {plain_domain(record.exchange.to_text()) or '.'}"
    return str(record)


def _order(value: str) -> tuple[int, str]:
    """Exchangers by their preference, the rest by its text: the same whatever turn a server takes."""
    number = value.partition(" ")[0]
    return (int(number) if number.isdecimal() and len(number) < 6 else 0), value


def _why(fault: Exception) -> str:
    """In a few words, without the library's list of what it tried."""
    import dns.exception
    import dns.resolver

    if isinstance(fault, dns.exception.Timeout):
        return "no answer in time"
    if isinstance(fault, dns.resolver.NoNameservers):
        return "the name servers refuse or fail (SERVFAIL)"
    return f"{type(fault).__name__}: {fault}"[:200]
