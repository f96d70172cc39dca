"""DKIM: the signatures that a mail carries, and the key that DNS holds for each (RFC 6376)."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL}){{0,20}}", re.IGNORECASE)  # and so is a domain
LONGEST_SELECTOR = 100
MOST_SIGNATURES = 10
# octets of a public key as DNS holds it: RSA of 1024 bits has 162, of 2048 bits 294
LEAST_OCTETS, ENOUGH_OCTETS = 150, 270


@dataclass(frozen=True, slots=True, order=True)
class Signature:
    """Who signed (`d=`), and with which key (`s=`)."""

    domain: str
    selector: str


def tags(text: str) -> dict[str, str]:
    """`a=1; b=2` as pairs, without white space in the values; the first of each counts."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), re.sub(r"\s+", "", value))
    return found


def signatures(fields: Iterable[str]) -> list[Signature]:
    """Those of a mail's DKIM-Signature fields, each once; what is not a domain and a selector is none."""
    found = []
    for field_ in fields:
        read = tags(field_)
        domain, selector = read.get("d", "").lower(), read.get("s", "").lower()
        if SELECTOR.fullmatch(domain) and SELECTOR.fullmatch(selector) and len(domain) + len(selector) < 240:
            found.append(Signature(domain, selector))
    return list(dict.fromkeys(found))[:MOST_SIGNATURES]


def fault_of_key(record: str) -> str:
    """What is wrong with a key: the end of a sentence's name, or nothing."""
    read = tags(record)
    if read.get("v", "DKIM1") != "DKIM1" or "p" not in read:
        return "broken"
    if not read["p"]:
        return "revoked"
    try:
        octets = len(base64.b64decode(read["p"], validate=True))
    except (binascii.Error, ValueError):
        return "broken"
    kind = read.get("k", "rsa").lower()
    if kind == "ed25519":
        return "" if octets == 32 else "broken"
    if kind != "rsa" or octets < 64:
        return "broken"
    if octets < LEAST_OCTETS:
        return "weak"
    return "short" if octets < ENOUGH_OCTETS else ("testing" if "y" in read.get("t", "").split(":") else "")
