"""Plain text in other clothes: flowed lines (RFC 3676), enriched text (RFC 1896), files pasted as uuencode."""

import binascii
import re
from itertools import islice
from typing import NamedTuple

MAX_PASTED = 50  # beginnings looked at

_ENRICHED = re.compile(r"<(<)|</?(param)>|</?[A-Za-z-]{1,60}>")
_BEGIN = re.compile(r"^begin[ ]{1,2}[0-7]{3,4}[ ]([^\n/\\]{1,200})\n", re.MULTILINE)


class Pasted(NamedTuple):
    """A file in the middle of a text."""

    name: str
    data: bytes


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs put together again; quoted lines keep their marks and their line ends, so that they are known."""
    paragraphs: list[list[str]] = []
    open_ended = False
    for line in text.split("\n"):
        line = line.removeprefix(" ")  # space-stuffed
        if open_ended and line != "-- " and not line.startswith(">"):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
        open_ended = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if open_ended and delete_space:
            paragraphs[-1][-1] = line[:-1]
    return "\n".join("".join(pieces) for pieces in paragraphs)


def unenriched(text: str) -> str:
    """The words of text/enriched; one line end is a blank there, two are one."""
    out: list[str] = []
    at, silent = 0, 0
    for found in _ENRICHED.finditer(text):
        if not silent:
            out.append(text[at : found.start()])
        at = found.end()
        if found.group(1):
            out.append("<")
        elif found.group(2):
            silent = 0 if found.group().startswith("</") else 1
    out.append("" if silent else text[at:])
    return re.sub(r"\n{1,1000}", lambda ends: "\n" * (len(ends.group()) - 1) or " ", "".join(out)).strip()


def pasted_files(text: str) -> tuple[str, list[Pasted]]:
    """The text without the files that old programs pasted into it, and these; only what is whole is taken out."""
    files: list[Pasted] = []
    kept, at = [], 0
    for begin in islice(_BEGIN.finditer(text), MAX_PASTED) if "\nend" in text else ():
        if begin.start() < at:
            continue
        end = text.find("\nend", begin.end() - 1)
        first = text[begin.end() : text.find("\n", begin.end())]
        data = _decoded(text[begin.end() : end]) if end >= 0 and _decoded(first) is not None else None
        if data is None:
            continue
        files.append(Pasted(begin.group(1).strip(), data))
        kept.append(text[at : begin.start()])
        at = end + 4
    return ("".join([*kept, text[at:]]) if files else text), files


def _decoded(lines: str) -> bytes | None:
    try:
        return b"".join(binascii.a2b_uu(line) for line in lines.split("\n") if line)
    except (binascii.Error, ValueError):
        return None
