"""The words in a file, for search: of text, and of office documents, which are XML in a ZIP (H-6).

What a stranger sent is read with counted work: so many bytes of so many parts, and what cannot be read has no words.
"""

import re
import zipfile
import zlib
from html import unescape
from io import BytesIO

LARGEST = 5 * 2**20  # bytes of a file that is looked into
LARGEST_PART = 2**20  # bytes that are read of a text, or of one part of a document
MOST_PARTS = 20
TEXTS = frozenset({"txt", "csv", "tsv", "md", "log", "json", "xml", "html", "htm", "ics", "vcf", "yaml", "yml"})
MARKED_UP = frozenset({"xml", "html", "htm"})
PARTS = {
    "docx": re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml"),
    "xlsx": re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"),
    "pptx": re.compile(r"ppt/(slides|notesSlides)/[a-zA-Z]+\d+\.xml"),
    **dict.fromkeys(("odt", "ods", "odp"), re.compile(r"content\.xml")),
}
ENCRYPTED = 1
_TAG = re.compile(r"<(/?)(?:[\w.-]{1,60}:)?([\w.-]{0,60})[^<>]*>")  # looks at no letter twice
UNSEEN = frozenset({"script", "style"})
# within a word these change nothing: a document cuts a word where its look changes
WITHIN = frozenset({"r", "t", "rpr", "span", "b", "i", "u", "em", "strong", "a", "font", "rfonts", "sz", "lang"})


def readable(filename: str, size: int) -> bool:
    """Whether it is worth to fetch the bytes."""
    return size <= LARGEST and (_ending(filename) in TEXTS or _ending(filename) in PARTS)


def words_in(filename: str, content: bytes) -> str:
    """The text of a file, without its marks; empty when there is none, or nobody can read it."""
    kind = _ending(filename)
    if kind in TEXTS:
        text = _decoded(content[:LARGEST_PART])
        return _unmarked(text) if kind in MARKED_UP else text
    return " ".join(map(_unmarked, _parts(content, PARTS[kind]))) if kind in PARTS else ""


def _ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower()


def _decoded(content: bytes) -> str:
    """As UTF-16 where it says so, as UTF-8 where it is, else as Windows' Latin; bytes that are no text say nothing."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        return ""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:  # cut in the middle of a letter it still is UTF-8
        tail = len(content) - error.start < len("ﬀ".encode())
        return content[: error.start].decode() if tail else content.decode("cp1252", "replace")


def _parts(content: bytes, wanted: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for info in archive.infolist():
                plain = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
                if wanted.fullmatch(info.filename) and plain and not info.flag_bits & ENCRYPTED:
                    with archive.open(info) as part:
                        found.append(_decoded(part.read(LARGEST_PART)))
                if len(found) == MOST_PARTS:
                    break
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        return found  # a damaged document: what could be read of it
    return found


def _unmarked(text: str) -> str:
    said, unseen, at = [], "", 0
    for tag in _TAG.finditer(text):
        ends, name = bool(tag[1]), tag[2].lower()
        if not unseen:
            said += [text[at : tag.start()], "" if name in WITHIN else " "]
            unseen = name if name in UNSEEN and not ends else ""
        elif ends and name == unseen:
            unseen = ""
        at = tag.end()
    return unescape("".join([*said, "" if unseen else text[at:]]))
