"""How large a mail may be: what the server said when a worker last spoke to it (MAIL-121).

Kept in the cache that all processes share: the process that writes a mail is not the one that sends it.
"""

from collections.abc import Iterable
from hashlib import sha256

from django.conf import settings
from django.core.cache import cache

from tramita.services.transactions import writing

ALWAYS_TAKEN = 1024**2  # bytes: no server takes less, so nobody is asked
KEPT = 30 * 86_400  # seconds
HEAD = 8 * 1024  # bytes of header and boundaries, generously


def travelling(written: int, files: Iterable[int]) -> int:
    """The bytes on the way: base64 makes four of three, and adds a line end every 76."""
    return HEAD + written * 4 // 3 + sum(HEAD // 8 + size * 4 // 3 * 78 // 76 for size in files)


def largest_taken() -> int | None:
    """What the server said, or None: it has not said, or nobody has asked. Cost: one statement."""
    said: int | None = cache.get(_key())
    return said


def learn(said: int | None) -> None:
    """Keep what the server said."""
    if said is not None and said != largest_taken():
        with writing():
            cache.set(_key(), said, KEPT)


def _key() -> str:
    return f"smtp-size:{sha256(settings.TRAMITA_SMTP_URL.encode()).hexdigest()[:32]}"
