"""What two windows write in one draft: neither eats the words of the other (UI: nothing typed is lost)."""

import re
from dataclasses import dataclass
from html import escape

_FORMATTED = re.compile(r"<(?!/?(?:p|br)\s*/?>)[a-z/]", re.IGNORECASE)
_CID = re.compile(r' src="cid:([^"]+)"')
BETWEEN = "\n\n* * *\n\n"


def joined(kept: str, written: str) -> str:
    """The words that are kept and those that another window wrote, without saying anything twice.

    Each stretch of `written` that goes on from one that is kept takes its place; what is new comes below it.
    """
    stretches = [one for one in kept.split(BETWEEN) if one.strip()]
    for new in written.split(BETWEEN):
        _put(stretches, new)
    return BETWEEN.join(stretches)


def joined_html(kept: "Words", written: "Words") -> str:
    """The HTML of `joined`: of whichever has all the words, else of both, one below the other."""
    text = joined(kept.text, written.text)
    if text == written.text:
        return written.html
    if text == kept.text:
        return kept.html
    if not (kept.html or written.html):
        return ""
    if text == kept.text.rstrip("\n") + BETWEEN + written.text or text == kept.text + BETWEEN + written.text:
        return f"{_as_html(kept)}<p>{BETWEEN.strip()}</p>{_as_html(written)}"
    return as_html(text)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote: its text, and its HTML if it has more than that."""

    text: str
    html: str = ""


def as_html(text: str) -> str:
    """A text as HTML: a paragraph for each of its own, its lines kept."""
    paragraphs = (escape(one).replace("\n", "<br>") for one in text.split("\n\n"))
    return "".join(f"<p>{one}</p>" for one in paragraphs)


def _as_html(words: Words) -> str:
    return words.html or as_html(words.text)


def is_plain(html: str) -> bool:
    """Whether there is nothing in it but paragraphs and lines: its text says all."""
    return not _FORMATTED.search(html)


def pictures_in(html: str) -> set[str]:
    """The content ids of the pictures that it shows."""
    return set(_CID.findall(html))


def covers(said: str, written: str) -> bool:
    """Whether everything in `written` was said: nothing is lost by forgetting it."""
    return written.strip() in said


def _put(stretches: list[str], new: str) -> None:
    if not new.strip() or any(covers(one, new) for one in stretches):
        return
    for place, one in enumerate(stretches):
        if new.startswith(one.rstrip()):
            stretches[place] = new
            return
    stretches.append(new)
