"""Header values: unfolding and RFC 2047 encoded words, read leniently (MAIL-22)."""

import binascii
import re

from tramita.domain.mime.charsets import decode, one_line
from tramita.domain.mime.headers import BREAK

# `=?charset*lang?q?text?=`; a few stray question marks may stand in the text, never an unbounded number
_WORD = re.compile(rb"=\?([^?\s=]{1,60})\?[ \t]*([bBqQ])[ \t]*\?([^?]*(?:\?(?!=)[^?]*){0,20}?)\?=")
_CUT = re.compile(rb"(=\?[^?\s=]{1,60}\?[bBqQ]\?[^?\s]{2,400})\??$")  # the last word, its end lost
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def unfold(value: bytes) -> bytes:
    """The value on one line; a fold is one blank."""
    if b"\n" not in value and b"\r" not in value:
        return value.strip(b" \t")
    lines = (line.strip(b" \t") for line in BREAK.split(value))
    return b" ".join(line for line in lines if line)


def decode_header(value: bytes, charset: str | None = None) -> str:
    """Text of a header value. Raw 8-bit is UTF-8, else in `charset` (the body's),
    else windows-1252 (MAIL-24)."""
    value = unfold(value)
    if b"=?" not in value:
        return one_line(decode(value, "utf-8", others=(charset,))[0])
    return one_line("".join(_pieces(_CUT.sub(rb"\1?=", value), charset)))


def _pieces(value: bytes, charset: str | None) -> list[str]:
    """Plain runs and encoded runs in turn; neighbouring words of one charset are one run of bytes."""
    pieces: list[str] = []
    run: list[tuple[bytes, bytes]] = []  # (encoding, text) of the words gathered
    run_charset, at = b"", 0
    for found in _WORD.finditer(value):
        between = value[at : found.start()]
        label = found.group(1).partition(b"*")[0].lower()
        if run and (between.strip() or label != run_charset):
            pieces.append(_run(run, run_charset))
            run = []
        if between.strip() or (at == 0 and between):
            pieces.append(decode(between, "utf-8", others=(charset,))[0])
        run.append((found.group(2).lower(), found.group(3)))
        run_charset, at = label, found.end()
    if run:
        pieces.append(_run(run, run_charset))
    pieces.append(decode(value[at:], "utf-8", others=(charset,))[0])
    return pieces


def _run(words: list[tuple[bytes, bytes]], charset: bytes) -> str:
    data, waiting = bytearray(), b""
    for encoding, text in words:
        if encoding == b"b":
            waiting += _NOT_BASE64.sub(b"", text)
            if len(waiting) % 4 and not text.rstrip().endswith(b"="):
                continue  # cut inside a group of four: the next word goes on
            data += _base64(waiting)
        else:
            data += _base64(waiting) + _quoted(text)
        waiting = b""
    data += _base64(waiting)
    return decode(bytes(data), charset.decode("ascii", "replace"))[0]


def _quoted(text: bytes) -> bytes:
    return binascii.a2b_qp(text.replace(b"\r", b" ").replace(b"\n", b" "), header=True)


def _base64(text: bytes) -> bytes:
    """Only letters of the alphabet come in; a single letter over is dropped, padding is added."""
    usable = len(text) - (len(text) % 4 == 1)
    return binascii.a2b_base64(text[:usable] + b"=" * (-usable % 4))
