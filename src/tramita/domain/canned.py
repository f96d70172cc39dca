"""Canned texts: sentences a desk says often, with placeholders that are filled when one is put into a mail (M-19)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PLACEHOLDERS = ("reference", "title", "requester", "agent", "due")

_MARK = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CannedFile:
    """A file that goes along; its bytes lie in storage under their SHA-256."""

    name: str
    content_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class CannedTextDefinition:
    """One text in several languages. `service` is where it serves: customer/contract/service, or above; else all."""

    key: str
    title: str
    service: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)  # by language
    files: tuple[CannedFile, ...] = ()
    attach_tagged: tuple[str, ...] = ()  # files and links of the item with one of these tags go along too (F-3)

    def serves(self, process: str) -> bool:
        """Whether it is offered on items of the process at this path."""
        return self.service is None or process == self.service or process.startswith(f"{self.service}/")

    def language_for(self, wanted: str, otherwise: str) -> str:
        """The language to take: the recipient's, the writer's, else the first there is."""
        return next((one for one in (wanted, otherwise) if one in self.texts), next(iter(self.texts)))


def unknown(text: str) -> list[str]:
    """The placeholders of a text that nobody can fill, in its order."""
    return [name for name in dict.fromkeys(_MARK.findall(text)) if name not in PLACEHOLDERS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; one without a value stays as it is: a gap that anybody sees."""
    return _MARK.sub(lambda mark: values.get(mark[1], "").strip() or mark[0], text)


def gaps(text: str) -> list[str]:
    """The placeholders that are still to be filled by hand, as they stand in the text."""
    found = (mark for mark in _MARK.finditer(text) if mark[1] in PLACEHOLDERS)
    return list(dict.fromkeys(mark[0] for mark in found))
