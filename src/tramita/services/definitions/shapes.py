"""What each thing of the configuration may say, declared once: files are read by it, pages make forms of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tramita.domain.definitions import LANGUAGES
from tramita.services.definitions import values
from tramita.services.definitions.keys import Keys, Reading
from tramita.services.definitions.source import Node

Read = Callable[[Reading, Node], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `kind` is how a page asks for it, `of` what it chooses among: words, or sorts of things referred to.

    `inner` is the shape of what it holds, where that is a thing of its own; `title` what the configuration calls it.
    """

    name: str
    kind: str
    read: Read
    of: tuple[str, ...] = ()
    needed: bool = False
    otherwise: Any = None  # what holds without it
    inner: "Shape | None" = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one sort of thing, in the order in which a page asks."""

    keys: tuple[Key, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self.keys)

    def read(self, keys: Keys) -> dict[str, Any]:
        """What is given; the definition's own defaults stand for the rest. What is needed and absent is a fault."""
        found = {}
        for one in self.keys:
            value = keys.must(one.name, one.read, one.otherwise) if one.needed else keys.maybe(one.name, one.read)
            if value is not None:
                found[one.name] = value
        return found

    def without(self, *names: str) -> "Shape":
        """The same without some keys."""
        return Shape(tuple(one for one in self.keys if one.name not in names))

    def besides(self, *keys: Key) -> "Shape":
        """The same with more keys."""
        return Shape((*self.keys, *keys))


def text(name: str, *, needed: bool = False) -> Key:
    return Key(name, "text", values.text, needed=needed, otherwise="" if needed else None)


def long_text(name: str, *, needed: bool = False) -> Key:
    return Key(name, "long", values.long_text, needed=needed, otherwise="" if needed else None)


def flag(name: str, *, on: bool = False) -> Key:
    """Yes or no; `on` is what holds when nothing is said."""
    return Key(name, "flag", values.flag, otherwise=on)


def number(name: str, low: int, high: int, otherwise: int | None = None) -> Key:
    return Key(name, "number", values.whole(low, high), otherwise=otherwise)


def choice(name: str, *words: str, needed: bool = False, otherwise: str | None = None) -> Key:
    return Key(name, "choice", values.one_of(*words), words, needed=needed, otherwise=otherwise)


def reference(name: str, *sorts: str) -> Key:
    return Key(name, "reference", values.reference(*sorts), sorts)


def references(name: str, *sorts: str) -> Key:
    return Key(name, "references", values.several(values.reference(*sorts)), sorts)


def lines(name: str, read: Read) -> Key:
    """A list of texts, one a line."""
    return Key(name, "lines", read)


def language(name: str = "language") -> Key:
    return Key(name, "choice", values.language, LANGUAGES)


def special(
    name: str,
    kind: str,
    read: Read,
    *,
    of: tuple[str, ...] = (),
    needed: bool = False,
    otherwise: Any = None,
    inner: Shape | None = None,
    title: str = "",
) -> Key:
    """A key that a page asks for in a way of its own."""
    return Key(name, kind, read, of, needed, otherwise, inner, title)
