"""Bytes to text. Labels are hints (MAIL-24, MAIL-25); nothing raises, no control character is left."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice

Guess = Callable[[bytes], str | None]

ALIASES = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8", "ansi_x3.4-1968": "utf-8", "iso646-us": "utf-8",
    "gb2312": "gb18030", "gbk": "gb18030", "iso-gb2312": "gb18030", "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030", "cp936": "gb18030", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "ks_c_5601-1989": "cp949", "korean": "cp949", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "windows-31j": "cp932", "x-ms-cp932": "cp932", "ms_kanji": "cp932",
    "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8", "utf": "utf-8",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
    "visual": "iso-8859-8", "unknown-8bit": "utf-8", "x-unknown": "utf-8", "unknown": "utf-8",
    "default": "utf-8",
    "default_charset": "utf-8", "binary": "utf-8", "8bit": "utf-8", "7bit": "utf-8", "none": "utf-8",
    "iso-8859-9": "cp1254", "latin5": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "big5": "cp950",
    "x-x-big5": "cp950", "macintosh": "mac_roman", "x-mac-roman": "mac_roman", "mac": "mac_roman",
    "x-mac-ce": "mac_latin2", "x-mac-cyrillic": "mac_cyrillic", "x-user-defined": "cp1252",
    "windows-874": "cp874", "cp-850": "cp850", "x-cp1252": "cp1252", "x-ansi": "cp1252", "ansi": "cp1252",
    "iso-2022-jp": "iso-2022-jp", "csiso2022jp": "iso-2022-jp", "iso-2022-jp-1": "iso-2022-jp",
    "cp50220": "iso-2022-jp", "cp50221": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
}  # fmt: skip
NOT_TEXT = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"}
STATEFUL = {"utf-7", "hz", "iso-2022-jp"}  # pure ASCII bytes may mean something else
MULTIBYTE = {
    "utf-8",
    "gb18030",
    "cp949",
    "cp932",
    "cp950",
    "big5hkscs",
    "euc_jp",
    "euc_jis_2004",
    "iso-2022-jp",
}
MAX_RUNS = 100_000  # changes of alphabet in one text
SHORT = 40  # bytes; a detector only guesses wildly below
SAMPLE = 20_000  # bytes shown to the detector

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0), 0xFEFF) if code not in (0x09, 0x0A)}
_CONTROLS |= {0x0B: "\n", 0x0C: "\n"}  # type: ignore[dict-item]
_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_JIS = re.compile(rb"\x1b(\$[@AB]|\$\([A-Z]|\([A-Z]|&@\x1b\$B)")


def clean(text: str) -> str:
    """Line ends become one newline; no NUL, surrogate or control but tab and newline remains (MAIL-40)."""
    if "\r" in text:
        text = re.sub(r"\r{1,3}\n|\r", "\n", text)
    if _DANGEROUS.search(text):
        text = text.translate(_CONTROLS)
    return _SURROGATE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """For header values: line breaks and NUL from a decoded word become one blank (MAIL-22)."""
    text = re.sub(r"[\r\n\x00\x0b\x0c\u2028\u2029]+", " ", text)
    return clean(text)


@lru_cache(maxsize=256)
def codec(label: str | None) -> str | None:
    """Python's name for a charset label, through the alias table; None if there is no such text codec."""
    found = _LABEL.search((label or "").strip().lower())
    if not found:
        return None
    name = found.group().rstrip(".:")
    name = ALIASES.get(name, name)
    if name == "iso-2022-jp":
        return name
    try:
        info = codecs.lookup(name)
        b"0".decode(info.name, "ignore")  # refuses base64, rot13 and the like; of no bytes it would ask nobody
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if info.name.replace("-", "_") in NOT_TEXT else info.name


def decode(
    data: bytes, label: str | None = None, *, others: Iterable[str | None] = (), guess: Guess | None = None
) -> tuple[str, bool]:
    """The text, and whether its label told the truth. MAIL-24.

    Order: byte order mark, the label strictly, UTF-8 strictly, the label where only a little is damaged, the
    labels of `others`, `guess` for long texts, windows-1252.
    """
    declared = codec(label)
    if data.isascii() and declared not in STATEFUL and b"\x1b" not in data and not _is_wide(declared):
        return data.decode("ascii"), declared is not None or not label
    for name in _candidates(data, declared):
        text = _strictly(data, name)
        if text is not None:
            return text, name == declared or not label
    mended = _slightly_damaged(data, declared)
    if mended is not None:
        return mended, False
    for other in _others(data, others, guess):
        text = _strictly(data, other) if other else None
        if text is not None:
            return text, not label
    return (_strictly(data, "cp1252") or data.decode("latin-1")), not label


def _is_wide(name: str | None) -> bool:
    return name is not None and name.startswith(("utf-16", "utf-32"))


def _candidates(data: bytes, declared: str | None) -> list[str]:
    names = [declared] if declared else []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        names.insert(0, "utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        names.insert(0, "utf-8-sig")
    if b"\x1b$" in data[:SAMPLE] and data.isascii():
        names.insert(0, "iso-2022-jp")
    return [*names, "utf-8"]


def _strictly(data: bytes, name: str) -> str | None:
    if name == "iso-2022-jp":
        return _iso_2022_jp(data)
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return data.decode("euc_jis_2004", "replace") if name == "euc_jp" and data.count(b"\xad") else None


def _slightly_damaged(data: bytes, declared: str | None) -> str | None:
    """One broken letter in a long text is no reason to read it all in another charset."""
    if declared not in MULTIBYTE:
        return None
    if declared == "iso-2022-jp":
        return None
    seen = data[:SAMPLE].decode(declared, "replace")
    broken = seen.count("\ufffd")
    good = len(seen) - len(seen.encode("ascii" if declared == "utf-8" else "latin-1", "ignore")) - broken
    return data.decode(declared, "replace") if good > 2 * broken else None


def _others(data: bytes, labels: Iterable[str | None], guess: Guess | None) -> Iterator[str | None]:
    yield from (codec(label) for label in labels)
    yield guessed(data, guess)


def guessed(data: bytes, guess: Guess | None) -> str | None:
    """What the detector says of bytes that are long enough for it."""
    return codec(guess(data[:SAMPLE])) if guess and len(data) >= SHORT else None


def _iso_2022_jp(data: bytes) -> str | None:
    """ISO-2022-JP with the rows vendors added: the two-byte runs are read as cp932 (MAIL-25)."""
    if not data.isascii():
        return None
    pieces, mode, at = [], b"(B", 0
    for found in islice(_JIS.finditer(data), MAX_RUNS):
        pieces.append(_jis_run(data[at : found.start()], mode))
        mode, at = found.group(1), found.end()
    pieces.append(_jis_run(data[at:], mode))
    return "".join(pieces)


def _jis_run(run: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
    if not mode.startswith((b"$@", b"$B", b"&")):
        return run.decode("ascii", "replace")
    pieces: list[str] = []
    for line in re.split(rb"([\r\n]+)", run):  # a line end closes the run even without an escape
        pieces.append(line.decode("ascii") if line[:1] in (b"\r", b"\n") else _jis_pairs(line))
    return "".join(pieces)


def _jis_pairs(run: bytes) -> str:
    out = bytearray()
    for first, second in zip(run[::2], run[1::2], strict=False):
        if first < 0x21 or second < 0x21:
            out += bytes((first, second))
            continue
        lead = (first + 1) // 2 + (0x70 if first < 0x5F else 0xB0)
        shift = (0x1F if second < 0x60 else 0x20) if first % 2 else 0x7E
        out += bytes((lead & 0xFF, (second + shift) & 0xFF))
    return out.decode("cp932", "replace")
