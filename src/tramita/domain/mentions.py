"""`@ana` in a note: who is meant (TL-1). A name that fits nobody, or several, is text like any other."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MOST = 20  # in one note
_MARK = re.compile(r"(?<![\w@.+-])@(?=\w)")
_WORD = re.compile(r"[\w.+'-]+(?:@[\w.-]+)?")


@dataclass(frozen=True, slots=True)
class Nameable:
    """Somebody who can be meant."""

    id: int
    name: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Who is meant, and what stands in the text, the mark included."""

    person: Nameable
    typed: str


def may_mention(text: str) -> bool:
    """Whether it is worth asking who is there."""
    return _MARK.search(text) is not None


def mentions(text: str, people: Iterable[Nameable]) -> list[Mention]:
    """Everybody meant, each once, in the order of the text.

    Taken for a name, whatever its case: the address, what stands before its @, the whole name with or without blanks;
    else the first name. The longest that fits counts, and only if it fits one person.
    """
    names = _names(people)
    longest = max((len(name) for name in names), default=0)
    found: dict[tuple[int, str], Mention] = {}
    for mark in _MARK.finditer(text):
        meant = _meant(text[mark.end() : mark.end() + longest], names)
        if meant is not None:
            person, length = meant
            typed = text[mark.start() : mark.end() + length]
            found.setdefault((person.id, typed), Mention(person, typed))
    return list(found.values())[:MOST]


def parts(text: str, typed: Iterable[tuple[str, str]]) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a name; `typed` pairs what was typed with what is shown."""
    shown = dict(typed)
    if not shown:
        yield text, False
        return
    longest_first = sorted(shown, key=len, reverse=True)
    marks = re.compile(rf"(?<![\w@.+-])({'|'.join(map(re.escape, longest_first))})(?![\w@])")
    for number, piece in enumerate(marks.split(text)):
        if piece:
            yield (shown[piece], True) if number % 2 else (piece, False)


def _names(people: Iterable[Nameable]) -> Mapping[str, set[Nameable]]:
    own: dict[str, set[Nameable]] = {}
    first: dict[str, set[Nameable]] = {}
    for person in people:
        words = person.name.split()
        whole = (" ".join(words), "".join(words), ".".join(words))
        for name in filter(None, (person.email, person.email.partition("@")[0], *whole)):
            own.setdefault(name.casefold(), set()).add(person)
        for name in words[:1]:
            first.setdefault(name.casefold(), set()).add(person)
    return first | own


def _meant(text: str, names: Mapping[str, set[Nameable]]) -> tuple[Nameable, int] | None:
    """The person that the beginning of the text names, and how long the name is."""
    for length in _lengths(text):
        fits = names.get(text[:length].casefold(), set())
        if fits:
            return (next(iter(fits)), length) if len(fits) == 1 else None
    return None


def _lengths(text: str) -> Sequence[int]:
    """Where a name may end, the longest first: at the end of a word, but for a full stop that ends the sentence."""
    ends = set()
    for word in _WORD.finditer(text):
        ends |= {word.end(), word.start() + len(word.group().rstrip(".'-+"))}
    return sorted(ends - {0}, reverse=True)
