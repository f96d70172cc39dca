"""A language that nobody speaks, made from all sentences of the product: “Reply” is “⟦Ŕéƥļŷ ·⟧”.

Every Latin letter of a sentence becomes an accented one and the whole grows by a third. So a plain Latin letter on a
page is either what people wrote, or a word that no translation would reach; and what finds its place in this language
finds it in any. It is no language of the product: the catalogue is made in a folder of the test.
"""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from tools import messages

CODE = "xx"
LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀçďéƒĝĥíĵķļɱñóƥɋŕšťúṽŵẋýžÅƁÇĎÉƑĜĤÍĴĶĻṀÑÓƤɊŔŠŤÚṼŴẊÝŽ",
)
GROWS_BY = 3  # a third
# what a translation leaves as it is: values, marks of our mail texts, tags and entities
KEPT = re.compile(r"(%\(\w+\)[\d.]*[a-z]|%[\d.]*[a-z%]|\{\{?\w*\}?\}|</?[a-z][^>]*>|&\w+;)")

# Latin letters that stand for the same thing in each language
NAMES = (
    r"\S+@\S+",  # addresses
    r"https?://\S*|\b[\w.-]+\.(?:example|pdf|eml|ics|exe|png)\b|\.(?:eml|ics)\b",
    r"\b\d+-[TC](?:-A\d+)?",  # references
    r"\b(?:Tramita|CSV|XLSX|PDF|SPF|DKIM|DMARC|MX|TXT|PTR|TLS|STARTTLS|IMAP|POP3|SMTP|OAuth|UTC|ID|Enter)\b",
    r"\bEnglish\b|Português \(Brasil\)|\bFrançais\b|\bEspañol\b|\bPolski\b",
    r"\bEurope/Lisbon\b",
    r"\b(?:from|state|type|in):\w*",  # words of a search
    r"\{\w+\}",  # filled in by a script
    r"\bRe:",  # known to each mail program
)


def put_in(folder: Path, settings: Any) -> str:
    """Have Django speak it; its code."""
    target = folder / CODE / "LC_MESSAGES"
    target.mkdir(parents=True)
    with (target / "django.mo").open("wb") as file:
        write_mo(file, catalogue())
    settings.LOCALE_PATHS = [folder, *settings.LOCALE_PATHS]
    settings.LANGUAGES = [*settings.LANGUAGES, (CODE, "⟦⟧")]
    return CODE


def catalogue() -> Catalog:
    """Our sentences, and those of Django and of the pages for signing in."""
    made = Catalog(locale="en", domain="django", charset="utf-8")
    for source in (_django(), _allauth(), messages.read("pl")):
        for message in source:
            if message.id:
                made.add(message.id, _said(message.id), context=message.context)
    return made


def _django() -> Catalog:
    return _read(_package("django") / "conf" / "locale" / "en" / "LC_MESSAGES" / "django.po")


def _allauth() -> Catalog:
    return _read(_package("allauth") / "locale" / "pl" / "LC_MESSAGES" / "django.po")


def _package(name: str) -> Path:
    found = find_spec(name)
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0])


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _said(sentence: Any) -> Any:
    if isinstance(sentence, tuple | list):
        return tuple(map(_said, sentence))
    letters = sum(map(str.isalpha, KEPT.sub("", sentence)))
    words = "".join(part if KEPT.fullmatch(part) else part.translate(LETTERS) for part in KEPT.split(sentence))
    return f"⟦{words}{' ·' * (letters // GROWS_BY // 2)}⟧"


SHOWN = frozenset({"title", "aria-label", "placeholder", "alt", "label", "data-label"})  # the last one by a style sheet
# what a page hands its scripts to say
SCRIPTS = frozenset(
    {"data-says", "data-trouble", "data-search", "data-typing", "data-nobody", "lost", "trouble"}
    | {f"data-late-{unit}" for unit in ("days", "hours", "minutes")}
)
HIDDEN = frozenset({"script", "style", "pre", "code", "kbd", "template"})
UNENDED = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})


class Reader(HTMLParser):
    """All that a page says: its text, and what is read out or shown from attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []  # tag, and whether nothing in it is said to people

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in UNENDED:
            self.open.append((tag, tag in HIDDEN or ("translate", "no") in attrs))
        self.said += [text or "" for name, text in attrs if name in SHOWN | SCRIPTS]

    def handle_endtag(self, tag: str) -> None:
        while any(tag == one for one, _hidden in self.open) and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(hidden for _tag, hidden in self.open):
            self.said.append(data)


def untranslated(page: str, names: Iterable[str] = ()) -> list[str]:
    """What this page says in letters that no translation made; `names` are people's and what the desk configured."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return untranslated_in(reader.said, names)


def untranslated_in(said: Iterable[str], names: Iterable[str] = ()) -> list[str]:
    """As above, of texts."""
    listed = sorted(map(re.escape, names), key=len, reverse=True)
    known = re.compile("|".join([*NAMES, *(rf"(?<!\w){one}(?!\w)" for one in listed)]))
    found = dict.fromkeys(" ".join(one.split()) for one in said)
    return [one for one in found if re.search(r"[A-Za-z]{2}", known.sub(" ", one))]
