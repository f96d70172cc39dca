"""Content-Transfer-Encoding undone (MAIL-33). Nothing raises; the second value says: damaged."""

import binascii
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SPACE = b" \t\r\n"
_SOFT_BREAK = re.compile(rb"=[ \t]{1,100}(?=\r?\n)")
_BEGIN = re.compile(rb"^begin[ \t]{1,10}[0-7]{3,4}[ \t]", re.MULTILINE)


def encoding_name(value: bytes | None) -> str:
    """The first word in lower case: `base64`, `quoted-printable`, `x-uuencode`, or what else stands there."""
    found = re.search(rb"[A-Za-z0-9_-]+", value or b"")
    return found.group().lower().decode("ascii") if found else ""


def undo(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """The bytes before encoding; an unknown encoding is none at all."""
    if encoding in ("base64", "b", "base-64"):
        return _base64(data)
    if encoding in ("quoted-printable", "quotedprintable", "q", "quoted"):
        return _quoted_printable(data), False
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uu(data)
    return data, False


def known(encoding: str) -> bool:
    """One of RFC 2045, or the old uuencode."""
    return encoding in ("", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode")


def _base64(data: bytes) -> tuple[bytes, bool]:
    letters, rest = _before_padding(data)
    rubbish = bool(letters.translate(None, _ALPHABET + _SPACE))
    cut = rest is None
    try:
        decoded = binascii.a2b_base64(letters + b"==")
        damaged = rubbish or (cut and bool(len(letters.translate(None, _SPACE)) % 4))
    except binascii.Error:  # one letter over
        decoded, damaged = binascii.a2b_base64(_even(letters)), True
    if rest and not rest.translate(None, _ALPHABET + _SPACE + b"=") and rest.strip(_SPACE + b"="):
        more, worse = _base64(rest) if rest.count(b"=") < 200 else (b"", True)
        return decoded + more, damaged or worse  # encoded in pieces, each with its padding
    return decoded, damaged


def _before_padding(data: bytes) -> tuple[bytes, bytes | None]:
    at = data.find(b"=")
    if at < 0:
        return data, None
    return data[:at], data[at:].lstrip(b"=" + _SPACE)


def _even(letters: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", letters)
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return kept + b"=" * (-len(kept) % 4)


def _quoted_printable(data: bytes) -> bytes:
    if data.count(b"\r") != data.count(b"\r\n"):
        data = re.sub(
            rb"\r{1,3}\n|\r", b"\n", data
        )  # after a soft break with a bare CR the library skips to the next LF
    if b"= " in data or b"=\t" in data:
        data = _SOFT_BREAK.sub(b"=", data)
    return binascii.a2b_qp(data)


def _uu(data: bytes) -> tuple[bytes, bool]:
    begin = _BEGIN.search(data)
    if not begin:
        return data, True
    out, damaged, ended = [], False, False
    for line in data[begin.end() :].splitlines()[1:]:
        if line.strip() == b"end":
            ended = True
            break
        decoded = _uu_line(line)
        damaged |= decoded is None
        out.append(decoded or b"")
    return b"".join(out), damaged or not ended


def _uu_line(line: bytes) -> bytes | None:
    if not line.strip():
        return b""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        used = (((line[0] - 32) & 63) * 4 + 5) // 3  # trailing rubbish: old encoders
        try:
            return binascii.a2b_uu(line[:used])
        except binascii.Error:
            return None
