"""Opaque S/MIME: the content of `signed-data`, found by a walk through the DER (MAIL-39, RFC 5652)."""

from collections.abc import Iterator

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
_OID, _OCTETS, _SEQUENCE, _CONTEXT_0 = 0x06, 0x04, 0x30, 0xA0
_MAX_DEPTH = 12


def signed_content(data: bytes) -> bytes | None:
    """The bytes that were signed; None if this is no signed-data, has none inside, or is damaged."""
    body = _content_of(data, SIGNED)
    signed = next((value for tag, value in _values(body) if tag == _SEQUENCE), None) if body is not None else None
    if signed is None:
        return None
    inner = next((value for tag, value in _values(signed) if tag == _SEQUENCE), b"")
    content = next((value for tag, value in _values(inner) if tag == _CONTEXT_0), None)
    return _octets(content, 0) if content is not None else None


def is_enveloped(data: bytes) -> bool:
    """Encrypted, so that nobody here can read it."""
    return _content_of(data, ENVELOPED) is not None


def _content_of(data: bytes, wanted: bytes) -> bytes | None:
    """The `[0]` of a ContentInfo of this type."""
    outer = next((value for tag, value in _values(data) if tag == _SEQUENCE), b"")
    parts = dict(_values(outer))
    return parts.get(_CONTEXT_0) if parts.get(_OID) == wanted else None


def _octets(data: bytes, depth: int) -> bytes | None:
    """An octet string, perhaps in pieces (BER)."""
    pieces = []
    for tag, value in _values(data):
        if tag & 0x1F != _OCTETS or depth > _MAX_DEPTH:
            return None
        piece = _octets(value, depth + 1) if tag & 0x20 else value
        if piece is None:
            return None
        pieces.append(piece)
    return b"".join(pieces) if pieces else None


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) one after the other, until the end or until it makes no sense."""
    at = 0
    while at + 2 <= len(data):
        tag = data[at]
        if tag == 0 and data[at + 1] == 0:
            return  # end of contents
        start, length = _length(data, at + 1)
        if length is None:
            end = _indefinite_end(data, start, 0)
            yield tag, data[start : end - 2]
            at = end
        else:
            yield tag, data[start : start + length]
            at = start + length


def _length(data: bytes, at: int) -> tuple[int, int | None]:
    """(where the content starts, its length; None if indefinite)."""
    first = data[at]
    if first < 0x80:
        return at + 1, first
    size = first & 0x7F
    if size == 0:
        return at + 1, None
    return at + 1 + size, int.from_bytes(data[at + 1 : at + 1 + min(size, 8)], "big")


def _indefinite_end(data: bytes, at: int, depth: int) -> int:
    """Just after the two zero bytes that close an indefinite length."""
    while at + 2 <= len(data):
        if data[at] == 0 and data[at + 1] == 0:
            return at + 2
        start, length = _length(data, at + 1)
        if length is not None:
            at = start + length
        elif depth > _MAX_DEPTH:
            break
        else:
            at = _indefinite_end(data, start, depth + 1)
    return len(data) + 2
