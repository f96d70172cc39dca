"""S/MIME's envelope: what `signed-data` holds, found by a walk through its BER (MAIL-39, RFC 5652).

Nothing is verified here. The walk counts its steps and its depth, so that no input keeps it long.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SIGNED = bytes.fromhex("2a864886f70d010702")
ENVELOPED = bytes.fromhex("2a864886f70d010703")
PLAIN = bytes.fromhex("2a864886f70d010701")  # the content type of what mail programs sign
CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
SIGNING_TIME = bytes.fromhex("2a864886f70d010905")
MOST_CERTIFICATES, MOST_SIGNERS, MOST_ATTRIBUTES = 20, 4, 50
_OID, _OCTETS, _INTEGER, _SEQUENCE, _SET = 0x06, 0x04, 0x02, 0x30, 0x31
_CONTEXT_0, _KEY_ID = 0xA0, 0x80
_UTC_TIME, _GENERAL_TIME = 0x17, 0x18
_MAX_DEPTH = 12
_MAX_STEPS = 200_000  # values of one level; a program that streams writes a thousand bytes in each


@dataclass(frozen=True, slots=True)
class Signer:
    """Who says that they signed, and what they signed. Algorithms and names are DER, for who verifies them."""

    issuer: bytes  # of the certificate, with `serial`; empty when `key_id` names it
    serial: bytes
    key_id: bytes
    digest_by: bytes  # the object identifier
    attributes: bytes  # the bytes that the signature is made of; empty: it is made of the content itself
    content_type: bytes  # as the attributes say
    digest: bytes
    signed_at: str  # as UTCTime or GeneralizedTime writes it; empty: not said
    method: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """`content` is None where it stands outside: in the part before the signature."""

    content_type: bytes
    content: bytes | None
    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


def signed_content(data: bytes) -> bytes | None:
    """The bytes that were signed; None if this is no signed-data, has none inside, or is damaged."""
    signed = _signed(data)
    if signed is None:
        return None
    content = _first(_values(_first(_values(signed), _SEQUENCE) or b""), _CONTEXT_0)
    return _octets(content, 0) if content is not None else None


def is_enveloped(data: bytes) -> bool:
    """Encrypted, so that nobody here can read it."""
    return _content_of(data, ENVELOPED) is not None


def signed_data(data: bytes) -> SignedData | None:
    """All that a signature says; None if this is none, or too much of it, or damaged."""
    signed = _signed(data)
    if signed is None:
        return None
    parts = list(_values(signed))
    inner = _first(parts, _SEQUENCE) or b""
    certificates = [whole for tag, _, whole in _elements(_first(parts, _CONTEXT_0) or b"") if tag == _SEQUENCE]
    # version, algorithms, content, perhaps certificates and lists; the signers come last
    last = parts[-1][1] if parts and parts[-1][0] == _SET else b""
    signers = [_signer(value) for tag, value in _values(last) if tag == _SEQUENCE]
    if not 1 <= len(signers) <= MOST_SIGNERS or len(certificates) > MOST_CERTIFICATES:
        return None
    content = _first(_values(inner), _CONTEXT_0)
    return SignedData(
        content_type=_first(_values(inner), _OID) or b"",
        content=_octets(content, 0) if content is not None else None,
        certificates=tuple(certificates),
        signers=tuple(filter(None, signers)),
    )


def _signed(data: bytes) -> bytes | None:
    body = _content_of(data, SIGNED)
    return _first(_values(body), _SEQUENCE) if body is not None else None


def _signer(data: bytes) -> Signer | None:
    """RFC 5652 section 5.3; None if anything that must be there is missing or there twice."""
    parts = list(_elements(data))
    if [tag for tag, _, _ in parts[:1]] != [_INTEGER] or len(parts) < 5:
        return None
    (named_by, name, _), (_, digest_by, _), *rest = parts[1:]
    attributes = b""
    if rest[0][0] == _CONTEXT_0:
        attributes = b"\x31" + rest[0][2][1:]  # signed as a SET (section 5.4)
        rest = rest[1:]
    said = _attributes(attributes)
    if said is None or [tag for tag, _, _ in rest[:2]] != [_SEQUENCE, _OCTETS]:
        return None
    named = list(_elements(name)) if named_by == _SEQUENCE else []
    return Signer(
        issuer=named[0][2] if len(named) == 2 else b"",
        serial=named[1][1] if len(named) == 2 else b"",
        key_id=name if named_by == _KEY_ID else b"",
        digest_by=_first(_values(digest_by), _OID) or b"",
        attributes=attributes,
        content_type=said.get(CONTENT_TYPE, (0, b""))[1],
        digest=said.get(MESSAGE_DIGEST, (0, b""))[1],
        signed_at=_time(*said.get(SIGNING_TIME, (0, b""))),
        method=rest[0][2],
        signature=rest[1][1],
    )


def _attributes(data: bytes) -> dict[bytes, tuple[int, bytes]] | None:
    """Each by its identifier, with the tag and the bytes of its one value. None: one is there twice, or is no one."""
    found: dict[bytes, tuple[int, bytes]] = {}
    for tag, value in _values(_first(_values(data), _SET) or b""):
        name, values = _first(_values(value), _OID), _first(_values(value), _SET)
        if tag != _SEQUENCE or name is None or name in found or len(found) >= MOST_ATTRIBUTES:
            return None
        found[name] = next(_values(values or b""), (0, b""))
    return found


def _time(tag: int, value: bytes) -> str:
    return value.decode("ascii", "replace") if tag in (_UTC_TIME, _GENERAL_TIME) and len(value) <= 20 else ""


def _first(values: "Iterator[tuple[int, bytes]] | list[tuple[int, bytes]]", wanted: int) -> bytes | None:
    return next((value for tag, value in values if tag == wanted), None)


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
    return ((tag, value) for tag, value, _ in _elements(data))


def _elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """As above, each with the bytes of the whole."""
    at = 0
    for _ in range(_MAX_STEPS):
        if at + 2 > len(data):
            return
        begin, tag = at, data[at]
        if tag == 0 and data[at + 1] == 0:
            return  # end of contents
        start, length = _length(data, at + 1)
        if length is None:
            at = _indefinite_end(data, start)
            yield tag, data[start : at - 2], data[begin:at]
        else:
            at = start + length
            yield tag, data[start:at], data[begin:at]


def _length(data: bytes, at: int) -> tuple[int, int | None]:
    """(where the content starts, its length; None if indefinite)."""
    first = data[at]
    if first < 0x80:
        return at + 1, first
    size = first & 0x7F
    if size == 0:
        return at + 1, None
    return at + 1 + size, int.from_bytes(data[at + 1 : at + 1 + min(size, 8)], "big")


def _indefinite_end(data: bytes, at: int) -> int:
    """Just after the two zero bytes that close an indefinite length; beyond the data if nothing closes it."""
    opened = 1
    for _ in range(_MAX_STEPS):
        if at + 2 > len(data) or opened > _MAX_DEPTH:
            break
        if data[at] == 0 and data[at + 1] == 0:
            at, opened = at + 2, opened - 1
            if not opened:
                return at
            continue
        start, length = _length(data, at + 1)
        at, opened = (start, opened + 1) if length is None else (start + length, opened)
    return len(data) + 2
