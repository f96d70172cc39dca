"""References of items, read in any form in which people write or paste them (G-6)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tramita.domain.codes import Kind

LONGEST = 200  # characters of a pasted link that are looked at
DIGITS = 18  # what the database holds in a number

_DASH = r"[\s._\-\u2010-\u2015\u2212]{0,3}"
_NUMBER = r"(?P<number>[0-9]{1,3}(?:[.\s][0-9]{3})+|[0-9]+)"
_PASTED = re.compile(rf"{_NUMBER}{_DASH}(?:(?P<letter>[TC])|C{_DASH}A(?P<ordinal>[0-9]{{1,9}}))", re.IGNORECASE)
_WRITTEN = re.compile(
    rf"(?<![\w\-])(?P<number>[0-9]{{1,{DIGITS}}})-(?:C-A(?P<ordinal>[0-9]{{1,9}})|(?P<letter>[TC]))(?![\w\-])", re.I
)
_KINDS = {"T": Kind.TICKET, "C": Kind.CASE}


class Reference(NamedTuple):
    """What a reference names. `ordinal` is an Action's number in its Case, else 0."""

    kind: Kind
    number: int
    ordinal: int = 0

    def __str__(self) -> str:
        """`40308-T`, `10040-C`, `10040-C-A2`."""
        if self.kind is Kind.ACTION:
            return f"{self.number}-C-A{self.ordinal}"
        return f"{self.number}-{self.kind.suffix}"


def parse(text: str) -> Reference | None:
    """The reference that `text` is, or that a link ends in: `40308-t`, `[40308-T]`, `https://…/10040-C-A2/?tab=1`.

    Dots, blanks and long dashes inside are forgiven. None when it is anything else.
    """
    match = _PASTED.fullmatch(_bare(text)) if len(text) <= LONGEST else None
    return _reference(match) if match else None


def found_in(text: str) -> Iterator[Reference]:
    """The references written inside a longer text, such as a subject, each as it comes."""
    for match in _WRITTEN.finditer(text):
        if reference := _reference(match):
            yield reference


def _bare(text: str) -> str:
    """Without what surrounds it: a link's beginning and end, brackets, blanks, a full stop."""
    text = text.strip()
    if "/" in text:
        text = re.split(r"[?#]", text, maxsplit=1)[0].rstrip("/").rsplit("/", 1)[-1]
    return text.strip(" \t\r\n[](){}<>#.,;:\"'“”")


def _reference(match: re.Match[str]) -> Reference | None:
    digits = re.sub(r"\D", "", match["number"])
    if len(digits) > DIGITS:
        return None
    if match["letter"]:
        return Reference(_KINDS[match["letter"].upper()], int(digits))
    return Reference(Kind.ACTION, int(digits), int(match["ordinal"]))
