"""Cursors: where a list goes on. Callers hand them back as they are."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime

from tramita.domain.errors import Invalid

LARGEST = 2**63 - 1  # what the databases hold


def encoded(*parts: object) -> str:
    """A cursor of these parts, moments in ISO 8601."""
    words = (part.isoformat() if isinstance(part, datetime) else str(part) for part in parts)
    return urlsafe_b64encode("|".join(words).encode()).decode().rstrip("=")


def decoded(cursor: str) -> list[str]:
    """The parts of a cursor. Raises: Invalid, for one that is not ours."""
    try:
        return urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode().split("|")
    except (NotBase64, ValueError):
        raise not_ours() from None


def number(part: str) -> int:
    """A part that is a number. Raises: Invalid."""
    if not (part.isascii() and part.isdecimal() and len(part) < 20 and int(part) <= LARGEST):
        raise not_ours()
    return int(part)


def moment(part: str) -> datetime:
    """A part that is a moment. Raises: Invalid."""
    try:
        read = datetime.fromisoformat(part)
    except ValueError:
        raise not_ours() from None
    if read.tzinfo is None:
        raise not_ours()
    return read


def not_ours() -> Invalid:
    """The error for a cursor that we did not make."""
    return Invalid.one("cursor", "invalid", "This is not a cursor of ours.")
