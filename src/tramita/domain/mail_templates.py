"""The words of automatic mails: which there are, what each may name, how a text is filled (M-19b, MAIL-126).

A placeholder is written `{{reference}}`. What a kind of mail does not know is refused when it is applied; what has no
value at the moment of writing is a fault of the caller, never an empty place in somebody's mail.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

ALWAYS = ("reference", "title", "name", "desk", "link")
KINDS: Mapping[str, tuple[str, ...]] = {
    "acknowledgement": ALWAYS,
    "no_response": ALWAYS,
    "no_response_closed": ALWAYS,
    "case_launched": (*ALWAYS, "case"),
    "split": (*ALWAYS, "children"),
    "resolution": (*ALWAYS, "until"),
    "opening_asked": ALWAYS,
    "opening_approved": ALWAYS,
    "opening_declined": (*ALWAYS, "reason"),
    # those below belong to no item
    "too_large": ("name", "desk", "subject", "size", "limit"),
    "new_user": ("name", "desk", "link", "until"),
    "password_forgotten": ("name", "desk", "link", "until"),
    "password_changed": ("name", "desk"),
    "sign_in": ("name", "desk", "link", "until"),
    "new_device": ("name", "desk", "device", "when"),
    "second_factor_on": ("name", "desk"),
    "second_factor_off": ("name", "desk"),
    "substitute_named": ("name", "desk", "link", "manager", "first", "last"),
}
SWITCHES = ("no_response", "case_launched", "split", "resolution")  # of a category or Case type; a route acknowledges

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BRACES = re.compile(r"\{\{.*?\}\}|\{\{|\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MailText:
    """One automatic mail in one language; with `html` in a version of that besides."""

    subject: str = ""  # empty: the item's title, or the words that Tramita brings
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class MailTemplate:
    """The words that an installation chose for one kind of automatic mail, by language."""

    key: str
    texts: Mapping[str, MailText]


def faults(kind: str, text: str) -> list[str]:
    """What is wrong with the placeholders of a text, in plain English; nothing when it can be filled."""
    allowed = KINDS[kind]
    wrong = []
    for found in _BRACES.finditer(text):
        name = _PLACEHOLDER.fullmatch(found.group())
        if name is None:
            wrong.append(f"“{found.group()[:40]}” is no placeholder; write {{{{reference}}}}")
        elif name[1] not in allowed:
            wrong.append(f"“{name[1]}” is nothing that this mail knows; it knows {', '.join(allowed)}")
    return wrong


def filled(text: str, values: Mapping[str, str], *, as_html: bool = False) -> str:
    """The text with its values, escaped where it is HTML. Raises: KeyError, when a value is missing."""

    def value(found: re.Match[str]) -> str:
        said = values[found[1]]
        return html.escape(said).replace("\n", "<br>") if as_html else said

    return _PLACEHOLDER.sub(value, text)


def filled_line(text: str, values: Mapping[str, str]) -> str:
    """As `filled`, for a header: one line, whatever the values hold (MAIL-55)."""
    return " ".join(filled(text, values).split())


def chosen(texts: Mapping[str, MailText], language: str) -> MailText | None:
    """The text in the reader's language; of a language without a country if that is all there is."""
    return texts.get(language) or texts.get(language.partition("-")[0])
