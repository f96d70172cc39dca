"""How a person is drawn: two letters in a circle of one of twelve hues."""

from zlib import crc32

HUES = 12


def initials(name: str) -> str:
    """First letters of the first and the last word: “Ana Lima” is AL."""
    parts = name.split()
    letters = [parts[0][0], parts[-1][0]] if len(parts) > 1 else [name[:2]]
    return "".join(letters).upper()


def hue(name: str) -> int:
    """The same hue for the same name everywhere, as the number of a CSS rule."""
    return crc32(name.encode()) % HUES
