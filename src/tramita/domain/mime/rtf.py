"""Rich text that Outlook puts into winmail.dat: unpacked, and read as the HTML or the words it came from (MAIL-36).

The packing is LZFu ([MS-OXRTFCP]), the HTML inside is encapsulated ([MS-OXRTFEX]). Bounded, never raises.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from tramita.domain.mime.charsets import clean, decode

MAX_BYTES = 2_000_000  # unpacked
MAX_TOKENS = 100_000
MAX_GROUPS = 500  # levels

_PACKED, _PLAIN = 0x75465A4C, 0x414C454D
_PRIMED = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_SKIPPED = {
    *(
        b"fonttbl",
        b"colortbl",
        b"stylesheet",
        b"info",
        b"pict",
        b"object",
        b"header",
        b"footer",
        b"headerl",
        b"headerr",
    ),
    *(b"footerl", b"footerr", b"headerf", b"footerf", b"listtable", b"listoverridetable", b"rsidtbl", b"generator"),
    *(b"themedata", b"colorschememapping", b"datastore", b"latentstyles", b"xmlnstbl", b"mhtmltag", b"fldinst"),
}
_LETTERS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t",
    b"lquote": "‘",
    b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—",
    b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_SIGNS = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\r": "\n", b"\n": "\n"}
_CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
_FONT = re.compile(rb"\\f(\d{1,5})(?=[^{}]{0,200}?\\fcharset(\d{1,3}))")


def unpack(data: bytes) -> bytes | None:
    """The rich text in a PR_RTF_COMPRESSED property; None if it is none. Damage ends it where it is."""
    kind = int.from_bytes(data[8:12], "little")
    if kind == _PLAIN:
        return data[16 : 16 + MAX_BYTES]
    return _unpacked(data[16:], min(int.from_bytes(data[4:8], "little"), MAX_BYTES)) if kind == _PACKED else None


def _unpacked(data: bytes, size: int) -> bytes:
    out = bytearray(_PRIMED)  # a reference is a place in the window that ends with what was written last
    start, at, end = len(_PRIMED), 0, len(_PRIMED) + size
    while at < len(data) and len(out) < end:
        flags, at = data[at], at + 1
        for bit in range(8):
            if len(out) >= end or at >= len(data):
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            word = int.from_bytes(data[at : at + 2], "big")
            at += 2
            back = (len(out) - (word >> 4)) % _WINDOW
            if back == 0 or back > len(out):
                return bytes(out[start:])
            for _ in range((word & 15) + 2):
                out.append(out[-back])
    return bytes(out[start:end])


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and gives back at its end."""

    skipped: bool = False  # a destination that nobody reads
    tag: bool = False  # the text is a piece of HTML
    muted: bool = False  # only for readers of rich text
    charset: str = "cp1252"
    stands_for: int = 1  # characters after a \u that say the same


def read(data: bytes) -> tuple[str, bool]:
    """(text, is it HTML): the encapsulated HTML if there is some, else the words."""
    data = data[:MAX_BYTES]
    is_html = b"\\fromhtml" in data[:2_000]
    reader = _Reader(data, is_html=is_html)
    return clean(reader.text()), is_html


class _Reader:
    def __init__(self, data: bytes, *, is_html: bool) -> None:
        self._data = data
        self._is_html = is_html
        self._out: list[str] = []
        self._bytes = bytearray()  # of the current charset, not yet decoded
        self._state = _State(charset=self._code_page())
        self._stack: list[_State] = []
        self._ignore = 0  # characters to pass over after a \u
        self._starred = False
        self._fonts = {
            int(font): _CHARSETS[int(kind)] for font, kind in _FONT.findall(data[:100_000]) if int(kind) in _CHARSETS
        }

    def _code_page(self) -> str:
        found = re.search(rb"\\ansicpg(\d{1,5})", self._data[:2_000])
        return f"cp{found.group(1).decode()}" if found else "cp1252"

    def text(self) -> str:
        for found in islice(_TOKEN.finditer(self._data), MAX_TOKENS):
            word, number, letter, sign, brace, plain = found.groups()
            if word is not None:
                self._word(word, int(number) if number else None)
            elif letter is not None:
                self._put_bytes(bytes.fromhex(letter.decode()))
            elif sign is not None:
                self._sign(sign)
            elif brace is not None:
                self._brace(opening=brace == b"{")
            elif plain is not None:
                self._put_bytes(plain)
        self._flush()
        return "".join(self._out)

    def _brace(self, *, opening: bool) -> None:
        self._flush()
        self._ignore, self._starred = 0, False
        if opening:
            self._stack.append(self._state)
            if len(self._stack) > MAX_GROUPS:
                self._state = replace(self._state, skipped=True)
        elif self._stack:
            self._state = self._stack.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign in _SIGNS:
            self._put(_SIGNS[sign])

    def _word(self, word: bytes, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if starred or word in _SKIPPED:
            self._destination(word)
        elif word == b"htmlrtf":
            self._flush()
            self._state = replace(self._state, muted=self._is_html and number != 0)
        elif word == b"u" and number is not None:
            self._put(chr(number % 0x10000))
            self._ignore = self._state.stands_for
        elif word == b"uc":
            self._state = replace(self._state, stands_for=min(number or 0, 10))
        elif word == b"f" and number in self._fonts:
            self._flush()
            self._state = replace(self._state, charset=self._fonts[number])
        elif word == b"plain" or word == b"f":
            self._flush()
            self._state = replace(self._state, charset=self._code_page())
        elif word in _LETTERS and not self._state.tag:
            self._put(_LETTERS[word])

    def _destination(self, word: bytes) -> None:
        self._flush()
        is_tag = word == b"htmltag" and self._is_html
        self._state = replace(self._state, skipped=not is_tag or self._state.skipped, tag=is_tag)

    def _silent(self) -> bool:
        return self._state.skipped or (self._state.muted and not self._state.tag)

    def _put_bytes(self, data: bytes) -> None:
        if self._ignore:
            passed = min(self._ignore, len(data))
            self._ignore -= passed
            data = data[passed:]
        if data and not self._silent():
            self._bytes += data

    def _put(self, text: str) -> None:
        self._flush()
        if not self._silent():
            self._out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(decode(bytes(self._bytes), self._state.charset)[0])
            self._bytes.clear()
