"""Which leaves are the body and which are attachments: every leaf is one of them (MAIL-31, MAIL-35)."""

import hashlib
import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from tramita.domain.mime import cms, rtf, tnef
from tramita.domain.mime.charsets import Guess, clean, decode, guessed, one_line
from tramita.domain.mime.headers import split_message, split_part
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.mime.model import Attachment
from tramita.domain.mime.names import made_up, safe_name, unique
from tramita.domain.mime.tree import Part, build, filename
from tramita.domain.mime.wordings import pasted_files, unenriched, unflowed
from tramita.domain.mime.words import decode_header

_META = re.compile(rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:src|href|background)\s{0,9}=\s{0,9}[\"']?\s{0,9}([^\"'\s>]{1,1000})|(cid:[^\"'\s>)]{1,500})",
    re.IGNORECASE,
)
_NEVER_BODY = {f"text/{kind}" for kind in ("calendar", "vcard", "x-vcard", "directory", "rfc822-headers")}
_NEVER_BODY |= {f"text/{kind}" for kind in ("csv", "rtf", "css", "xml")}
_RICH = ("text/rtf", "application/rtf", "text/richtext-rtf")
_MESSAGES = ("message/rfc822", "message/global", "message/news")
MAX_HTML = 2_000_000  # characters searched for pictures
MAX_ID = 300  # characters of a content id or location
_UNWRAPS = 5  # signed mail inside signed mail


@dataclass(slots=True)
class Segment:
    """A stretch of the body: plain text, HTML, or the same in both."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Found:
    """What a subtree holds."""

    segments: list[Segment] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)


class Sorter:
    """Walks the tree once. `charset` is the first one a part declares, for its silent neighbours (MAIL-24)."""

    def __init__(self, guess: Guess | None) -> None:
        self.guess = guess
        self.charset: str | None = None
        self.defects: dict[str, None] = {}
        self.encrypted = self.signed = False
        self._signed_levels = 0
        self._tnef_body: Segment | None = None

    def read(self, root: Part) -> Found:
        """The body and the attachments of a message; names made unique, inline ones marked."""
        declared = (part.params.get("charset") for part in leaves(root))
        self.charset = next(filter(None, declared), None) or self._guessed(root)
        found = self._walk(root, alone=True)
        if not _words(found):
            found.segments = [one for one in (self._tnef_body or self._rich_body(root),) if one] or found.segments
        return found

    def _guessed(self, root: Part) -> str | None:
        """The charset of a text that declares none, for header fields that declare none either (MAIL-24)."""
        texts = (part.content()[0] for part in leaves(root) if part.kind in ("text/plain", "text/html"))
        data = next((data for data in texts if not data.isascii()), b"")
        try:
            data.decode()
        except UnicodeDecodeError:
            return guessed(data, self.guess)
        return None

    def _rich_body(self, root: Part) -> Segment | None:
        """A mail that says something in rich text only; the original stays an attachment."""
        rich = next((one for one in leaves(root) if one.kind in _RICH and one.disposition != "attachment"), None)
        if rich is None or (rich.filename and rich is not root):
            return None
        text, is_html = rtf.read(rich.content()[0])
        return Segment(html=text) if is_html else Segment(plain=text.strip())

    def _walk(self, part: Part, *, alone: bool = False) -> Found:
        if part.kind.startswith("multipart/"):
            return self._multipart(part) if part.children else self._unopened(part)
        if part.kind in _MESSAGES:
            return Found(files=[self._enclosed(part)])
        if self._is_tnef(part):
            return self._tnef(part)
        if is_pkcs7(part):
            return self._opaque(part)
        if self._is_body(part, alone=alone):
            return self._text(part)
        return Found(files=[self._file(part)])

    def _multipart(self, part: Part) -> Found:
        self.encrypted |= part.kind == "multipart/encrypted"
        self.signed |= part.kind == "multipart/signed"
        if part.kind == "multipart/alternative":
            return self._alternative(part)
        if part.kind == "multipart/related":
            return self._related(part)
        if part.kind == "multipart/encrypted":
            return Found(files=[self._file(one) for one in leaves(part)])
        return _together([self._walk(one) for one in part.children])

    def _unopened(self, part: Part) -> Found:
        """No boundary to be found: all of it is text (MAIL-32). Too deep: it is kept as a file (MAIL-21)."""
        if not part.body.strip():
            return Found()
        if part.too_deep:
            return Found(files=[self._file(part)])
        return Found(segments=[Segment(plain=self._decoded(part, None))])

    def _alternative(self, part: Part) -> Found:
        """The first plain text and the last HTML say the same; what else there is becomes an attachment."""
        offers = [self._walk(one) for one in part.children]
        files = [one for offer in offers for one in offer.files]
        rich = next((offer for offer in reversed(offers) if any(one.html for one in offer.segments)), None)
        plain = next((offer for offer in offers if offer is not rich and _words(offer)), None)
        for child, offer in zip(part.children, offers, strict=True):
            if offer is not rich and offer is not plain and _words(offer):
                files += [self._file(leaf) for leaf in leaves(child) if self._is_body(leaf, alone=False)]
        if rich is None:
            return Found(plain.segments if plain else [], files)
        text = _words(plain) if plain else next((one.plain for one in rich.segments if one.plain and one.html), None)
        return Found([Segment(plain=text, html=join_html(rich.segments))], files)

    def _related(self, part: Part) -> Found:
        """The root is the body (RFC 2387); the others are its pictures."""
        start = part.params.get("start", "").strip("<> ")
        root = next((one for one in part.children if start and _content_id(one) == start), part.children[0])
        found = [
            self._walk(one) if one is root or self._has_body(one) else self._all_files(one) for one in part.children
        ]
        return _together(found)

    def _has_body(self, part: Part) -> bool:
        """Text without a name or an id, put beside the root by careless programs."""
        return part.is_multipart or (self._is_body(part, alone=False) and not part.block.first("content-id"))

    def _all_files(self, part: Part) -> Found:
        if part.kind in _MESSAGES or self._is_tnef(part):
            return self._walk(part)
        return Found(files=[self._file(part)])

    def _is_body(self, part: Part, *, alone: bool) -> bool:
        if not part.kind.startswith("text/") or part.kind in _NEVER_BODY or part.disposition == "attachment":
            return False
        if alone:
            return True
        return part.kind in ("text/plain", "text/html") and not part.filename

    def _text(self, part: Part) -> Found:
        text = self._decoded(part, part.params.get("charset"))
        if part.kind == "text/html":
            return Found([Segment(html=text)])
        if part.kind in ("text/enriched", "text/richtext"):
            return Found([Segment(plain=unenriched(text))])
        if part.params.get("format", "").lower() == "flowed":
            text = unflowed(text, delete_space=part.params.get("delsp", "").lower() == "yes")
        start = text.lstrip()[:40]
        self.encrypted |= start.startswith("-----BEGIN PGP MESSAGE-----")
        self.signed |= start.startswith("-----BEGIN PGP SIGNED MESSAGE-----")
        text, pasted = pasted_files(text)
        files = [attachment(safe_name(one.name), "application/octet-stream", one.data) for one in pasted]
        return Found([Segment(plain=text)], files)

    def _decoded(self, part: Part, label: str | None) -> str:
        data, damaged = part.content()
        if damaged:
            self.defects["damaged_body"] = None
        if label is None and part.kind == "text/html":
            meta = _META.search(data[:4096])
            label = meta.group(1).decode("ascii") if meta else None
        text, honest = decode(data, label, others=(self.charset,), guess=self.guess)
        if not honest:
            self.defects["wrong_charset"] = None
        return clean(text)

    def _file(self, part: Part) -> Attachment:
        data, damaged = (part.body, False) if part.kind.startswith("multipart/") else part.content()
        if damaged:
            self.defects["damaged_attachment"] = None
        name = safe_name(decode_header(self._name(part).encode("utf-8", "replace")))
        if part.kind == "application/applefile" and name:
            name = f"._{name}"  # as a Mac calls what belongs to a file but is not the file
        made = attachment(name, part.kind, data, inline=part.disposition == "inline", damaged=damaged)
        location = one_line(decode(part.block.first("content-location") or b"")[0]).strip()
        return replace(made, content_id=_content_id(part) or location[:MAX_ID] or None)

    def _name(self, part: Part) -> str:
        """As the part gives it; raw 8-bit that is not UTF-8 is read in the charset of the body (MAIL-24)."""
        return part.filename if part.filename.isascii() or not self.charset else filename(part.block, self.charset)

    def _enclosed(self, part: Part) -> Attachment:
        """Mail inside mail, byte for byte; its own subject is its name (MAIL-37)."""
        data, damaged = part.content()
        name = part.filename
        if not name.strip():
            block, _ = split_message(data[:65_536])
            subject = decode_header(block.first("subject") or b"")[:100].replace("/", "-").replace("\\", "-")
            name = f"{subject}.eml" if subject.strip() else ""
        made = attachment(safe_name(name), part.kind, data, damaged=damaged)
        return replace(made, content_id=_content_id(part) or None)

    def _is_tnef(self, part: Part) -> bool:
        name = part.filename.lower()
        return part.kind in ("application/ms-tnef", "application/vnd.ms-tnef") or name in (
            "winmail.dat",
            "win.dat",
        )

    def _tnef(self, part: Part) -> Found:
        """The original and what is inside it (MAIL-36)."""
        original = self._file(part)
        inside = tnef.read(original.content)
        if inside is None:
            self.defects["damaged_tnef"] = None
            return Found(files=[original])
        files = [
            replace(attachment(safe_name(one.name), one.kind, one.data), content_id=one.content_id[:MAX_ID] or None)
            for one in inside.files
        ]
        if inside.text or inside.html:  # Outlook sends the same words as a plain part; these serve where it did not
            self._tnef_body = Segment(inside.text and clean(inside.text), inside.html and clean(inside.html))
        return Found(files=[original, *files])

    def _opaque(self, part: Part) -> Found:
        """S/MIME: what is only signed is shown without any key, what is encrypted is kept (MAIL-39)."""
        original = self._file(part)
        inner = cms.signed_content(original.content) if self._signed_levels < _UNWRAPS else None
        if inner is None:
            self.encrypted |= cms.is_enveloped(original.content)
            return Found(files=[original])
        block, body = split_part(inner)
        tree, defects = build(block, body)
        self.defects |= dict.fromkeys(defects)
        self._signed_levels += 1
        self.signed = True
        found = self._walk(tree, alone=True)
        return Found(found.segments, [*found.files, original])

    def finish(self, files: list[Attachment], html: str | None) -> tuple[Attachment, ...]:
        """Names for the nameless, no two alike, and `inline` as the HTML that is shown says (MAIL-35)."""
        shown = references(html) if html else set()
        taken: set[str] = set()
        done = []
        for number, one in enumerate(files, 1):
            name = unique(one.filename or made_up(one.content_type, number), taken)
            used = {
                _key(one.content_id or ""),
                _key(one.filename),
            } - {""}
            inline = bool(used & shown) if html else one.inline and one.content_type.startswith("image/")
            done.append(replace(one, filename=name, inline=inline))
        return tuple(done)


def is_pkcs7(part: Part) -> bool:
    """S/MIME that is not beside its content but around it."""
    named = part.kind == "application/octet-stream" and part.filename.lower() == "smime.p7m"
    return named or "pkcs7-mime" in part.kind


def leaves(part: Part) -> Iterator[Part]:
    """Every node that was not opened further."""
    if not part.children:
        yield part
    for child in part.children:
        yield from leaves(child)


def attachment(name: str, kind: str, data: bytes, *, inline: bool = False, damaged: bool = False) -> Attachment:
    """With its size and hash."""
    digest = hashlib.sha256(data).hexdigest()
    return Attachment(name, kind, len(data), inline, digest, damaged=damaged, content=data)


def join_text(segments: list[Segment]) -> str:
    """All of the body as text, in order (MAIL-42 for the parts that are only HTML)."""
    texts = [one.plain if (one.plain or "").strip() else html_to_text(one.html or "") for one in segments]
    kept = [text for text in texts if text]
    return "\n".join(text if at == len(kept) - 1 else text.rstrip("\n") + "\n" for at, text in enumerate(kept))


def join_html(segments: list[Segment]) -> str | None:
    """All of the body as HTML, or None if none of it is; plain stretches are escaped."""
    if not any(one.html for one in segments):
        return None
    return "\n".join(
        one.html or f"<pre>{entities.escape(one.plain or '')}</pre>" for one in segments if one.html or one.plain
    )


def references(html: str) -> set[str]:
    """What the HTML points at: content ids, locations, bare names; in the form of `_key`."""
    found = set()
    for match in _REFERENCE.finditer(html[:MAX_HTML]):
        target = entities.unescape(match.group(1) or match.group(2))
        found.add(_key(target[4:] if target[:4].lower() == "cid:" else target))
    return found


def _key(name: str) -> str:
    return unquote(name).strip().strip("<>").strip().casefold()


def _content_id(part: Part) -> str:
    return one_line(decode(part.block.first("content-id") or b"")[0]).strip().strip("<>").strip()[:MAX_ID]


def _together(found: list[Found]) -> Found:
    return Found([one for each in found for one in each.segments], [one for each in found for one in each.files])


def _words(offer: Found) -> str:
    return join_text(offer.segments) if any((one.plain or one.html or "").strip() for one in offer.segments) else ""
