"""Codes that an authenticator shows, which change every half minute (TO-7; RFC 6238 over RFC 4226).

Written down here, as one page of a well-known algorithm: the library at hand takes the machinery of passkeys along.
"""

import base64
import hmac
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30  # seconds
DIGITS = 6
SECRET_BYTES = 20
TOLERANCE = 1  # periods by which a phone's clock may be off
MODULO = 10**DIGITS


def as_text(secret: bytes) -> str:
    """The secret as one types it into an authenticator."""
    return base64.b32encode(secret).decode("ascii")


def period_at(moment: datetime) -> int:
    """Which half minute it is."""
    return int(moment.timestamp()) // PERIOD


def code_of(secret: str, period: int) -> str:
    """What an authenticator shows then (RFC 4226 section 5.3)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", period), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % MODULO:0{DIGITS}}"


def period_of(code: str, secret: str, *, at: datetime, after: int) -> int | None:
    """The period that this code is of, if it is a fresh one: none serves twice, nor one before another that served."""
    now, typed = period_at(at), tidied(code)
    for period in range(max(now - TOLERANCE, after + 1), now + TOLERANCE + 1):
        if hmac.compare_digest(code_of(secret, period).encode(), typed.encode()):
            return period
    return None


def tidied(code: str) -> str:
    """As it is compared: blanks and dashes are how people read it."""
    return "".join(code.split()).replace("-", "").lower()


def address(secret: str, *, account: str, issuer: str) -> str:
    """What a phone opens its authenticator with."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?" + urlencode({"secret": secret, "issuer": issuer})
