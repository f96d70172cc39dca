"""What of a message is signed with S/MIME: the very bytes that its words were read from (MAIL-39, RFC 8551).

A signature speaks for a message only if nothing stands beside what it covers.
"""

import re
from dataclasses import dataclass

from tramita.domain.mime import cms
from tramita.domain.mime.addresses import first_address
from tramita.domain.mime.body import is_pkcs7
from tramita.domain.mime.headers import Block, split_message, split_part
from tramita.domain.mime.model import address_key
from tramita.domain.mime.params import content_type
from tramita.domain.mime.tree import Part, build, pieces
from tramita.domain.mime.words import decode_header

SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
PROTECTED = ("from", "subject", "to", "cc", "date", "message-id", "in-reply-to", "references")
_LONE_LF = re.compile(rb"(?<!\r)\n")
LARGEST = 512 * 1024  # bytes of a signature with its certificates


@dataclass(frozen=True, slots=True)
class Signed:
    """`whole`: it covers all that is shown. `headers` are those that it covers too: None if it covers none (RFC 9788).

    `changed_headers`: they differ from those around it.
    """

    data: cms.SignedData | None  # None: it cannot be read
    content: bytes
    whole: bool
    added: bool = False  # the signed part lies beside others, as lists and gateways leave it
    headers: bool = False
    changed_headers: bool = False

    @property
    def forms(self) -> tuple[bytes, ...]:
        """The content as it lies here, and with the line ends that it was signed with (RFC 8551 section 3.1.1)."""
        canonical = _LONE_LF.sub(b"\r\n", self.content)
        return (self.content,) if canonical == self.content else (self.content, canonical)


def find(raw: bytes) -> Signed | None:
    """The signature of a message; None if it has none by S/MIME."""
    block, body = split_message(raw)
    root, _ = build(block, body)
    if _is_clear(root):
        return _clear(root, block)
    if _is_opaque(root):
        return _opaque(root, block)
    inner = next(filter(_is_clear, _walk(root)), None)
    if inner is not None:
        found = _clear(inner, Block())
        return Signed(found.data, found.content, whole=False, added=True)
    inner = next(filter(_is_opaque, _walk(root)), None)
    if inner is None:
        return None
    opaque = _opaque(inner, Block())
    return Signed(opaque.data, opaque.content, whole=False) if opaque else None


def _walk(part: Part) -> list[Part]:
    return [one for child in part.children for one in (child, *_walk(child))]


def _is_clear(part: Part) -> bool:
    return part.kind == "multipart/signed" and any(one.kind in SIGNATURES for one in part.children[1:])


def _is_opaque(part: Part) -> bool:
    return not part.children and is_pkcs7(part) and cms.signed_content(part.content()[0]) is not None


def _clear(part: Part, outer: Block) -> Signed:
    content, signature = pieces(part)[0], part.children[1]
    data = signature.content()[0] if signature.kind in SIGNATURES else b""
    covered = split_part(content)[0]
    return Signed(
        data=cms.signed_data(data) if len(data) <= LARGEST else None,
        content=content,
        whole=len(part.children) == 2,
        added=len(part.children) > 2,
        headers=_protects(covered),
        changed_headers=_protects(covered) and _differs(covered, outer),
    )


def _opaque(part: Part, outer: Block) -> Signed | None:
    data = part.content()[0]
    signed = cms.signed_data(data)
    content = cms.signed_content(data)
    if content is None:
        return None
    if len(data) - len(content) > max(LARGEST, len(content) // 50):  # streamed content has a head in each piece
        signed = None
    covered = split_part(content)[0]
    protects = _protects(covered)
    return Signed(signed, content, whole=True, headers=protects, changed_headers=protects and _differs(covered, outer))


def _protects(covered: Block) -> bool:
    """Its writer signed the header, too: `hp="clear"` (RFC 9788), or `protected-headers` before it."""
    params = content_type(covered.first("content-type"))[1]
    marked = params.get("hp") == "clear" or params.get("protected-headers", "").lower() == "v1"
    return marked and bool(covered.all("from"))


def _differs(covered: Block, outer: Block) -> bool:
    return any(_said(covered, name) != _said(outer, name) for name in PROTECTED if covered.all(name))


def _said(block: Block, name: str) -> tuple[str, ...]:
    """What a field says, however it is folded and encoded. Of From only the address: lists add to the name."""
    if name == "from":
        return tuple(address_key(first_address(value)) for value in block.all(name))
    return tuple("".join(decode_header(value).split()) for value in block.all(name))
