"""What may be put on an item's Files tab, and what is told of it: types, addresses, tags, notes (F-1 to F-3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tramita.domain.errors import Invalid
from tramita.domain.tags import tags_of

LONGEST_NOTE = 2000
LONGEST_URL = 2000
LINK = "text/uri-list"  # the type of a link (RFC 2483), which has no bytes
SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Told:
    """What its owner says of a file or link. Tags as `tags_of` makes them."""

    tags: tuple[str, ...] = ()
    note: str = ""
    internal: bool = True  # it stays inside until somebody says otherwise


def told(tags: Iterable[str] = (), note: str = "", *, internal: bool = True) -> Told:
    """As it is kept. Raises: Invalid, naming `tags` or `note`."""
    words = note.strip()
    if len(words) > LONGEST_NOTE:
        raise Invalid.one("note", "too_long", "A note may have %(most)s characters at most.", most=LONGEST_NOTE)
    return Told(tags_of(tags), words, internal)


def address_of(url: str) -> str:
    """The address of a link, as it was meant. Raises: Invalid `url`."""
    plain = url.strip()
    try:
        parts = urlsplit(plain)
        good = parts.scheme.lower() in SCHEMES and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or len(plain) > LONGEST_URL or not plain.isprintable() or " " in plain:
        raise Invalid.one("url", "not_an_address", "An address expected that begins with https:// or http://.")
    return plain


def check_type(filename: str, allowed: Sequence[str], *, field: str) -> None:
    """Refuse a file whose name ends in nothing that the desk takes; it takes all where it names none (F-2)."""
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if allowed and ending not in allowed:
        raise Invalid.one(
            field,
            "wrong_type",
            "“%(name)s” is of a type that is not taken here. Those are: %(types)s.",
            name=filename,
            types=", ".join(allowed),
        )


def check_size(filename: str, size: int, most: int, *, field: str) -> None:
    """Refuse a file over the limit (F-2, M-18, Z-14)."""
    if size > most:
        raise Invalid.one(
            field,
            "too_large",
            "“%(name)s” is too large: a file may have %(most)s MB at most.",
            name=filename,
            most=f"{most / 1024**2:g}",
        )
