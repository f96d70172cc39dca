"""winmail.dat: the files and the body that Outlook hid in it (MAIL-36). Small, bounded, never raises."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tramita.domain.mime import rtf
from tramita.domain.mime.charsets import decode

SIGNATURE = 0x223E9F78
MAX_FILES = 500
MAX_PROPERTIES = 5_000
MAX_DEPTH = 4  # messages inside messages

# the lower half of an attribute's number is its name, the upper half its type
_BODY, _TITLE, _DATA, _RENDER, _CODEPAGE = 0x800C, 0x8010, 0x800F, 0x9002, 0x9007
_MESSAGE_PROPS, _FILE_PROPS = 0x9003, 0x9005
_SIZES = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_VARIABLE = (13, 30, 31, 258)
_HTML, _BODY_TEXT, _BINARY, _NAME_LONG, _NAME_SHORT, _MIME = 0x1013, 0x1000, 0x3701, 0x3707, 0x3704, 0x370E
_RICH, _CONTENT_ID = 0x1009, 0x3712
_OBJECT = 13  # its value begins with the id of an interface
_MESSAGE_GUID = bytes.fromhex("0703020000000000c000000000000046")


class Kept(NamedTuple):
    """A file; its name and its content id may be empty."""

    name: str
    kind: str
    data: bytes
    content_id: str = ""


@dataclass(slots=True)
class Inside:
    """What was hidden in the stream."""

    files: list[Kept] = field(default_factory=list)
    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class _File:
    name: str = ""
    kind: str = ""
    content_id: str = ""
    data: bytes = b""
    nested: bytes = b""


def read(data: bytes, depth: int = 0) -> Inside | None:
    """What is in the stream; None if it is none. A damaged stream gives what came before the damage."""
    if _number(data, 0, 4) != SIGNATURE or depth > MAX_DEPTH:
        return None
    inside, files, charset = Inside(), [], "cp1252"  # type: Inside, list[_File], str
    for attribute, value in _attributes(data):
        if attribute == _CODEPAGE and len(value) >= 4:
            charset = f"cp{_number(value, 0, 4)}"
        elif attribute == _RENDER:
            files.append(_File())
        elif attribute == _BODY:
            inside.text = _string(value, charset)
        elif attribute == _MESSAGE_PROPS:
            _message(inside, value, charset)
        elif files:
            _fill(files[-1], attribute, value, charset)
    for one in files[:MAX_FILES]:
        _add(inside, one, depth)
    return inside


def _add(inside: Inside, one: _File, depth: int) -> None:
    nested = read(one.nested, depth + 1) if one.nested else None
    if nested is None:
        if one.data or one.nested or one.name:
            kind = one.kind or "application/octet-stream"
            inside.files.append(Kept(one.name, kind, one.data or one.nested, one.content_id))
        return
    inside.files += nested.files
    words = nested.html or nested.text
    if words:
        kind, extension = ("text/html", ".html") if nested.html else ("text/plain", ".txt")
        inside.files.append(Kept((one.name or "message") + extension, kind, words.encode()))
    elif not nested.files:
        inside.files.append(Kept(one.name, "application/ms-tnef", one.nested))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        attribute, length = _number(data, at + 1, 4), _number(data, at + 5, 4)
        yield attribute & 0xFFFF, data[at + 9 : at + 9 + length]
        at += 9 + length + 2  # a checksum follows


def _fill(one: _File, attribute: int, value: bytes, charset: str) -> None:
    if attribute == _TITLE:
        one.name = one.name or _string(value, charset)
    elif attribute == _DATA:
        one.data = value
    elif attribute == _FILE_PROPS:
        for tag, kind, content in _properties(value):
            if tag in (_NAME_LONG, _NAME_SHORT) and (tag == _NAME_LONG or not one.name):
                one.name = _property_string(kind, content, charset)
            elif tag == _MIME:
                one.kind = _property_string(kind, content, charset).lower()
            elif tag == _CONTENT_ID:
                one.content_id = _property_string(kind, content, charset).strip("<> ")
            elif tag == _BINARY and kind == _OBJECT:
                is_message = content.startswith(_MESSAGE_GUID)
                one.nested = content[16:] if is_message else b""
                one.data = b"" if is_message else one.data or content[16:]
            elif tag == _BINARY:
                one.data = one.data or content


def _message(inside: Inside, value: bytes, charset: str) -> None:
    for tag, kind, content in _properties(value):
        if tag == _HTML:
            inside.html = _property_string(kind, content, charset) if kind != 258 else decode(content, charset)[0]
        elif tag == _BODY_TEXT:
            inside.text = _property_string(kind, content, charset)
        elif tag == _RICH:
            _rich(inside, content)


def _rich(inside: Inside, packed: bytes) -> None:
    """The body as Outlook keeps it; plain words and HTML that stand beside it are better."""
    data = rtf.unpack(packed)
    words, is_html = rtf.read(data) if data else ("", False)
    if is_html:
        inside.html = inside.html or words
    elif words.strip():
        inside.text = inside.text or words.strip("\n")


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, first value) of a MAPI property list; stops where it no longer makes sense."""
    at = 4
    for _ in range(min(_number(data, 0, 4), MAX_PROPERTIES)):
        kind, tag = _number(data, at, 2), _number(data, at + 2, 2)
        at = _after_name(data, at + 4) if tag >= 0x8000 else at + 4
        several, kind = bool(kind & 0x1000), kind & ~0x1000
        if at >= len(data) or (kind not in _SIZES and kind not in _VARIABLE):
            return
        count = 1
        if several or kind in _VARIABLE:
            count, at = _number(data, at, 4), at + 4
        first = None
        for _ in range(min(count, MAX_PROPERTIES)):
            size = _SIZES.get(kind)
            if size is None:
                size, at = _number(data, at, 4), at + 4
            first = data[at : at + size] if first is None else first
            at += size + (-size % 4)
            if at > len(data):
                break
        yield tag, kind, first or b""


def _after_name(data: bytes, at: int) -> int:
    """A named property carries its set (16 bytes) and a number or a string."""
    if _number(data, at + 16, 4) == 0:
        return at + 24
    length = _number(data, at + 20, 4)
    return at + 24 + length + (-length % 4)


def _property_string(kind: int, value: bytes, charset: str) -> str:
    return value.decode("utf-16-le", "replace").rstrip("\x00") if kind == 31 else _string(value, charset)


def _string(value: bytes, charset: str) -> str:
    return decode(value.rstrip(b"\x00"), charset)[0]


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
