"""Which addresses mail can be sent to by any server (MAIL-122)."""

import re

from tramita.domain.mime.model import MAX_ADDRESS, address_key

LONGEST_LOCAL = 64  # octets before the @ (RFC 5321)

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_SPEC = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def sendable(address: str) -> str | None:
    """The address with its domain in ASCII; None where it is none, or its local part is not ASCII."""
    local = address.rpartition("@")[0]
    spec = f"{local}@{address_key(address).rpartition('@')[2]}"
    fits = _SPEC.fullmatch(spec) and len(local) <= LONGEST_LOCAL and len(spec) <= MAX_ADDRESS
    return spec if fits else None
