"""Whether receivers believe mail that says it is from a domain: its MX, SPF, DKIM and DMARC records (MAIL-123)."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

from tramita.domain.sender_dns import dkim, spf
from tramita.domain.sender_dns.dkim import Signature
from tramita.domain.sender_dns.findings import (
    Ask,
    DnsFault,
    Finding,
    Verdict,
    aligned,
    plain_domain,
    unanswered,
)

__all__ = ["RECORDS", "Ask", "DnsFault", "Finding", "Sending", "Signature", "Verdict", "aligned", "examine"]

RECORDS = ("mx", "spf", "dkim", "dmarc")
GOOD, DOUBT, BAD = Verdict.GOOD, Verdict.DOUBT, Verdict.BAD
DMARC = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
DOUBTS = {"dkim_short", "dkim_testing"}
MOST_SERVERS = 5  # of MX that are looked for
# what relays ask to be included, by the host that they are given mail at
PROVIDERS = {
    "gmail.com": "_spf.google.com",
    "google.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "amazonaws.com": "amazonses.com",
    "mailgun.org": "mailgun.org",
    "mailjet.com": "spf.mailjet.com",
    "postmarkapp.com": "spf.mtasv.net",
    "sendgrid.net": "sendgrid.net",
    "sparkpostmail.com": "sparkpostmail.com",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """How mail leaves a domain, as far as the desk knows."""

    host: str = ""  # that we hand mail to; empty where it is none of the internet
    addresses: tuple[str, ...] = ()  # its public ones
    incoming: str = ""  # the server where a mailbox of the domain lies
    selectors: tuple[str, ...] = ()  # of DKIM, as configured
    signatures: tuple[Signature, ...] = ()  # on mail of ours that came back
    came_back: bool = False  # a mail to itself has
    spf_passed: bool = False  # and the server that we believe said so of it


def examine(domain: str, sending: Sending, ask: Ask) -> list[Finding]:
    """Each record, MX first; DKIM once for each key. A name server that fails leaves the others known."""
    found = [*_asked("mx", domain, lambda: [_mx(domain, sending, ask)])]
    found += _asked("spf", domain, lambda: [_spf(domain, sending, ask)])
    found += _dkim(domain, sending, ask)
    proven = all(one.verdict is GOOD for one in found if one.record in ("spf", "dkim"))
    return found + _asked("dmarc", f"_dmarc.{domain}", lambda: [_dmarc(domain, sending, ask, proven=proven)])


def _asked(record: str, name: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except DnsFault as fault:
        return [unanswered(record, name, fault)]


def _mx(domain: str, sending: Sending, ask: Ask) -> Finding:
    found = ask(domain, "MX")
    servers = [plain_domain(one.split()[-1]) for one in found]
    wanted = f"10 {sending.incoming}" if sending.incoming else ""
    if not found:
        itself = ask(domain, "A") or ask(domain, "AAAA")  # where mail then goes (RFC 5321 section 5.1)
        verdict, code = (DOUBT, "mx_implicit") if itself else (BAD, "mx_missing")
        return Finding("mx", domain, verdict, code, (), wanted)
    if "" in servers:
        return Finding("mx", domain, BAD, "mx_null", found, wanted)
    if not any(ask(one, "A") or ask(one, "AAAA") for one in servers[:MOST_SERVERS]):
        return Finding("mx", domain, BAD, "mx_dead", found, wanted, {"servers": ", ".join(servers[:MOST_SERVERS])})
    return Finding("mx", domain, GOOD, "mx_good", found)


def _spf(domain: str, sending: Sending, ask: Ask) -> Finding:
    found = tuple(one for one in ask(domain, "TXT") if spf.is_spf(one))
    ours = _mechanism(sending)
    if not found:
        return Finding("spf", domain, BAD, "spf_missing", (), f"v=spf1 {ours} ~all")
    if len(found) > 1:
        return Finding("spf", domain, BAD, "spf_several", found, spf.merged(found))
    walk = spf.Walk(ask, [ip_address(one) for one in sending.addresses])
    try:
        results = walk.check(domain, found[0])
        said = spf.terms(found[0])
    except spf.SpfFault as fault:
        return Finding("spf", domain, BAD, fault.code, found, "", fault.about)
    return _spf_read(domain, sending, found, walk, said, results)


def _spf_read(
    domain: str,
    sending: Sending,
    found: tuple[str, ...],
    walk: spf.Walk,
    said: Sequence[spf.Term],
    results: Sequence[str],
) -> Finding:
    """A record that can be read."""
    if walk.lookups > spf.MOST_LOOKUPS:
        about = {"count": str(walk.lookups), "most": str(spf.MOST_LOOKUPS)}
        return Finding("spf", domain, BAD, "spf_lookups", found, "", about)
    ends = [term.qualifier for term in said if term.name == "all"]
    if ends[:1] == ["+"]:
        return Finding("spf", domain, BAD, "spf_open", found, spf.with_end(found[0]))
    if ends[:1] == ["?"] or not (ends or any(term.name == "redirect" for term in said)):
        return Finding("spf", domain, DOUBT, "spf_no_end", found, spf.with_end(found[0]))
    about = {"host": sending.host}
    theirs = _provider(sending.host)
    if sending.spf_passed or (theirs and theirs in walk.names):
        return Finding("spf", domain, GOOD, "spf_good", found, "", about)
    if not sending.addresses:
        return Finding("spf", domain, DOUBT, "spf_unproven", found)
    others = [one for one, result in zip(sending.addresses, results, strict=True) if result != "pass"]
    if others:
        about |= {"addresses": ", ".join(others)}
        return Finding("spf", domain, DOUBT, "spf_host", found, spf.with_term(found[0], _mechanism(sending)), about)
    return Finding("spf", domain, GOOD, "spf_good", found, "", about)


def _provider(host: str) -> str:
    return next((name for end, name in PROVIDERS.items() if host == end or host.endswith(f".{end}")), "")


def _mechanism(sending: Sending) -> str:
    """What lets our mail server send: what its provider asks for, else its name or addresses, else that of incoming."""
    if theirs := _provider(sending.host):
        return f"include:{theirs}"
    if sending.host and sending.addresses and sending.host not in sending.addresses:
        return f"a:{sending.host}"
    return " ".join(f"ip{ip_address(one).version}:{one}" for one in sending.addresses) or "mx"


def _dkim(domain: str, sending: Sending, ask: Ask) -> list[Finding]:
    """A finding for each key: those of mail that came back, and those configured."""
    signing = [f"{one.selector}._domainkey.{one.domain}" for one in sending.signatures if aligned(one.domain, domain)]
    named = [f"{selector.lower()}._domainkey.{domain}" for selector in sending.selectors]
    if not signing and not named:
        return [_no_key(domain, sending)]
    found: list[Finding] = []
    for name in dict.fromkeys([*signing, *named]):
        found += _asked("dkim", name, partial(_key, name, ask, signs=name in signing))
    return found


def _no_key(domain: str, sending: Sending) -> Finding:
    """Nobody has named a key. A provider may sign only what leaves its house, so silence proves nothing."""
    name, others = f"_domainkey.{domain}", ", ".join(sorted({one.domain for one in sending.signatures}))
    if others:
        return Finding("dkim", name, BAD, "dkim_foreign", about={"others": others})
    return Finding("dkim", name, DOUBT, "dkim_unsigned" if sending.came_back else "dkim_unknown")


def _key(name: str, ask: Ask, *, signs: bool) -> list[Finding]:
    """One key. `signs`: mail of the desk was seen to be signed with it, by the relay that it leaves by."""
    found = ask(name, "TXT")
    keys = tuple(one for one in found if "p" in dkim.tags(one))
    if not keys:
        return [Finding("dkim", name, BAD, "dkim_broken" if found else "dkim_missing", found, "" if found else KEY)]
    if len(keys) > 1:
        return [Finding("dkim", name, BAD, "dkim_several", keys)]
    fault = dkim.fault_of_key(keys[0])
    code = f"dkim_{fault or ('signs' if signs else 'good')}"
    return [Finding("dkim", name, DOUBT if code in DOUBTS else BAD if fault else GOOD, code, keys)]


KEY = "v=DKIM1; k=rsa; p=…"  # whoever signs knows the rest


def _dmarc(domain: str, sending: Sending, ask: Ask, *, proven: bool) -> Finding:
    """The domain's own policy, else that of the domains above it (RFC 7489, as the tree is walked by its successor)."""
    start = f"v=DMARC1; p={'quarantine' if proven else 'none'}"
    for above in _above(domain):
        name = f"_dmarc.{above}"
        found = tuple(one for one in ask(name, "TXT") if DMARC.match(one))
        if len(found) > 1:
            return Finding("dmarc", name, BAD, "dmarc_several", found, found[0])
        if found:
            return _policy(name, found, domain, above, sending)
    return Finding("dmarc", f"_dmarc.{domain}", BAD, "dmarc_missing", (), start)


def _above(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    for place in range(max(1, len(labels) - 1)):
        yield ".".join(labels[place:])


def _policy(name: str, found: tuple[str, ...], domain: str, above: str, sending: Sending) -> Finding:
    read = dkim.tags(found[0])
    policy = (read.get("sp") if domain != above else None) or read.get("p", "")
    about = {"policy": policy, "domain": above}
    if policy not in ("none", "quarantine", "reject"):
        return Finding("dmarc", name, BAD, "dmarc_syntax", found, "v=DMARC1; p=none", about)
    strict = read.get("adkim", "r") == "s"
    signed = any(aligned(one.domain, domain, strict=strict) for one in sending.signatures)
    if sending.signatures and not signed and not sending.spf_passed:
        return Finding("dmarc", name, DOUBT, "dmarc_unaligned", found, "", about)
    if policy == "none":
        tighter = "; ".join(f"{tag}={'quarantine' if tag == 'p' else value}" for tag, value in read.items())
        return Finding("dmarc", name, DOUBT, "dmarc_none", found, tighter, about)
    return Finding("dmarc", name, GOOD, "dmarc_good", found, "", about)
