"""What a person types into the search box (H-6): words, "phrases", and fields such as `state:waiting` or `from:rui`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tramita.domain.folding import LONGEST_WORD, words

MOST_TERMS = 12
LONGEST = 200  # characters that are read
FIELDS = ("in", "kind", "state", "mark", "queue", "assignee", "organisation", "category", "due")
ALSO = {"type": "kind"}
MARKED = ("from", "to")  # whose words are told from other words of a mail by a mark before them

_PIECE = re.compile(r'(?:(?P<name>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand side by side, folded. `prefix`: the last one may go on (`recon` finds reconcile)."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """All terms must be found in one text; the fields narrow the items."""

    terms: tuple[Term, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def read(typed: str) -> Wanted:
    """A total function: what is no field is a word, also with a colon. The last word is a prefix while it is typed."""
    terms: list[Term] = []
    fields: dict[str, str] = {}
    for piece in _PIECE.finditer(typed[:LONGEST]):
        name, said = (piece["name"] or "").lower(), piece["phrase"] if piece["phrase"] is not None else piece["word"]
        name = ALSO.get(name, name)
        if name in FIELDS and said:
            fields[name] = said
            continue
        found = tuple(marked(name, said).split() if name in MARKED else words(f"{name} {said}"))
        goes_on = piece["phrase"] is None and (piece.end() == len(typed) or said.endswith("*"))
        if found and len(terms) < MOST_TERMS:
            terms.append(Term(found, prefix=goes_on))
    return Wanted(tuple(terms), fields)


def marked(name: str, text: str) -> str:
    """The words of a field of a mail as they stand in its text: `from:rui` is looked for as one word, `xfromxrui`."""
    return " ".join(f"x{name}x{word}"[:LONGEST_WORD] for word in words(text))
