"""SPF (RFC 7208): read a record with all that it includes, and see whether it lets these addresses send.

Receivers stop at ten look-ups and at two that lead nowhere; here the whole record is walked, as for a server that
nothing matches, so that the count is that of the worst case.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from tramita.domain.sender_dns.findings import Ask, plain_domain

Host = IPv4Address | IPv6Address
MOST_LOOKUPS, MOST_VOID, MOST_EXCHANGERS = 10, 2, 10
ENOUGH = 2 * MOST_LOOKUPS  # after so many nothing more is learned
LONGEST_NAME = 253
RESULTS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
ASKING = ("include", "a", "mx", "ptr", "exists", "redirect")

_MECHANISM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::(?P<value>[^/\s]+))?(?P<bits>/\S*)?", re.IGNORECASE
)
_NETWORK = re.compile(r"([+?~-]?)(ip4|ip6):(\S+)", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)
_END = re.compile(r"[+?~-]?all", re.IGNORECASE)
_BITS = re.compile(r"(?:/(?P<four>\d{1,3}))?(?://(?P<six>\d{1,3}))?")
_MACRO = re.compile(r"%(?:\{([slodiphcrtv])(\d*)(r?)([.+,/_=-]*)\}|([%_-]))", re.IGNORECASE)


class SpfFault(Exception):
    """Why receivers believe nothing of the record: the stable name of the sentence, and what it names."""

    def __init__(self, code: str, **about: str) -> None:
        super().__init__(code)
        self.code, self.about = code, about


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a record."""

    qualifier: str
    name: str
    value: str = ""
    bits: str = ""


def is_spf(text: str) -> bool:
    """Whether a TXT record is one of SPF (section 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def terms(record: str) -> list[Term]:
    """Its words in order. Raises: SpfFault, for one that nobody can read."""
    return [_term(word) for word in record.split()[1:]]


def _term(word: str) -> Term:
    if found := _NETWORK.fullmatch(word):
        try:
            ip_network(found[3], strict=False)
        except ValueError:
            raise SpfFault("spf_syntax", term=word) from None
        return Term(found[1] or "+", found[2].lower(), found[3])
    if found := _MECHANISM.fullmatch(word):
        name, value, bits = found[2].lower(), found["value"] or "", found["bits"] or ""
        needed = name in ("include", "exists")
        without = name == "all" and (value or bits)
        if name not in ("ip4", "ip6") and not without and bool(value) >= needed and _BITS.fullmatch(bits):
            return Term(found[1] or "+", name, value, bits)
    elif found := _MODIFIER.fullmatch(word):
        return Term("", found[1].lower(), found[2])
    raise SpfFault("spf_syntax", term=word)


@dataclass(slots=True)
class Walk:
    """One evaluation. `addresses` are those of the host that sends; `results` has one for each."""

    ask: Ask
    addresses: Sequence[Host]
    names: list[str] = field(default_factory=list)  # the domains that it includes, at whatever depth
    lookups: int = 0
    voids: int = 0
    top: str = ""

    def check(self, domain: str, record: str) -> list[str]:
        """What the record says of each address: pass, fail, softfail, neutral.

        Raises: SpfFault, where receivers stop; DnsFault, where a name server does.
        """
        self.top = self.top or domain
        results = [""] * len(self.addresses)
        redirect = ""
        said = terms(record)
        for term in said:
            if not term.qualifier:
                redirect = term.value if term.name == "redirect" else redirect
                continue
            for number, matches in enumerate(self._matches(term, domain)):
                if matches and not results[number]:
                    results[number] = RESULTS[term.qualifier]
        if redirect and not any(term.name == "all" for term in said):
            self._count()
            others = self.check(*self._included(redirect, domain))
            return [one or other for one, other in zip(results, others, strict=True)]
        return [one or "neutral" for one in results]

    def _matches(self, term: Term, domain: str) -> list[bool]:
        if term.name in ASKING:
            self._count()
        if term.name == "all":
            return [True] * len(self.addresses)
        if term.name in ("ip4", "ip6"):
            network = ip_network(term.value, strict=False)
            return [one.version == network.version and one in network for one in self.addresses]
        if term.name == "include":
            return [result == "pass" for result in self.check(*self._included(term.value, domain))]
        return self._by_name(term, domain)

    def _by_name(self, term: Term, domain: str) -> list[bool]:
        """`a`, `mx` and `exists`; `ptr`, which nobody should use, matches nothing here (section 5.5)."""
        if term.name == "exists":
            return [bool(self._ask(self._expanded(term.value, domain, one), "A")) for one in self._each()]
        if term.name == "ptr":
            return [False] * len(self.addresses)
        names = [self._expanded(term.value, domain, None)] if term.value else [domain]
        if term.name == "mx":
            found = self._ask(names[0], "MX")
            names = [one.split()[-1] for one in found[:MOST_EXCHANGERS] if one.split()[-1] != "."]
        hosts = [host for name in names for host in self._hosts(name)]
        return [any(_near(one, host, term.bits) for host in hosts) for one in self.addresses]

    def _each(self) -> Iterator[Host]:
        yield from self.addresses

    def _hosts(self, name: str) -> list[Host]:
        kinds = {"A" if one.version == 4 else "AAAA" for one in self.addresses} or {"A"}
        found = [value for kind in sorted(kinds) for value in self._ask(name, kind)]
        return [ip_address(value) for value in found]

    def _included(self, value: str, domain: str) -> tuple[str, str]:
        """The domain and its record."""
        name = plain_domain(self._expanded(value, domain, next(self._each(), None)))
        self.names.append(name)
        found = [one for one in self._ask(name, "TXT") if is_spf(one)]
        if len(found) != 1:
            raise SpfFault("spf_include", name=name)
        return name, found[0]

    def _ask(self, name: str, kind: str) -> tuple[str, ...]:
        found = self.ask(name, kind)
        if not found and kind != "AAAA":
            self.voids += 1
            if self.voids > MOST_VOID:
                raise SpfFault("spf_void", name=name)
        return found

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > ENOUGH:
            raise SpfFault("spf_lookups", count=f"{ENOUGH}+", most=str(MOST_LOOKUPS))

    def _expanded(self, text: str, domain: str, address: Host | None) -> str:
        """The name that a macro makes (section 7). Raises: SpfFault, for a letter that is none."""
        if "%" not in text:
            return text
        if "%" in _MACRO.sub("", text):
            raise SpfFault("spf_syntax", term=text)
        values = {"s": f"postmaster@{self.top}", "l": "postmaster", "o": self.top, "h": self.top, "d": domain}
        values |= {"i": _dotted(address), "v": "ip6" if address and address.version == 6 else "in-addr"}
        name = _MACRO.sub(lambda found: _filled(found, values), text)
        while len(name) > LONGEST_NAME and "." in name:
            name = name.partition(".")[2]
        return name


def _dotted(address: Host | None) -> str:
    if address is None or address.version == 4:
        return str(address or "0.0.0.0")  # noqa: S104 - a name to ask for, not an address to listen on
    return ".".join(address.exploded.replace(":", ""))


def _filled(found: re.Match[str], values: dict[str, str]) -> str:
    if found[5]:
        return {"%": "%", "_": " ", "-": "%20"}[found[5]]
    parts = re.split(f"[{re.escape(found[4] or '.')}]", values.get(found[1].lower(), "unknown"))
    if found[3]:
        parts.reverse()
    return ".".join(parts[-int(found[2]) :] if found[2] and int(found[2]) else parts)


def _near(one: Host, other: Host, bits: str) -> bool:
    if one.version != other.version:
        return False
    sizes = _BITS.fullmatch(bits)
    given = sizes["four" if one.version == 4 else "six"] if sizes else None
    length = min(int(given), one.max_prefixlen) if given else one.max_prefixlen
    return one in ip_network((other, length), strict=False)


def with_term(record: str, mechanism: str) -> str:
    """The record with one more that may send, before what it says of all others."""
    words = record.split()
    ends = (n for n, word in enumerate(words) if _END.fullmatch(word) or word.lower().startswith("redirect="))
    place = next(ends, len(words))
    return " ".join([*words[:place], mechanism, *words[place:]])


def with_end(record: str) -> str:
    """The record with an end that asks receivers to doubt all others."""
    return " ".join([*(word for word in record.split() if not _END.fullmatch(word)), "~all"])


def merged(records: Sequence[str]) -> str:
    """One record that lets send whom any of these did."""
    words = [word for record in records for word in record.split()[1:] if not _END.fullmatch(word)]
    return " ".join(["v=spf1", *dict.fromkeys(words), "~all"])
