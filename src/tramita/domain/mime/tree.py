"""The tree of parts, cut at the boundaries by searching, not line by line (MAIL-21, MAIL-32)."""

import re
from dataclasses import dataclass, field

from tramita.domain.mime.headers import BREAK, Block, split_part
from tramita.domain.mime.params import content_type, disposition
from tramita.domain.mime.transfer import encoding_name, known, undo

MAX_DEPTH = 100  # levels
MAX_PARTS = 1_000
COST = 500  # bytes that one place found stands for
MAX_PASSES = 30  # the bytes searched for boundaries, in multiples of the message

_GUESS = re.compile(rb"(?:\A|[\r\n])--([^\s-][^\r\n]{0,198}?)[ \t]{0,9}(?:\r{0,3}\n|\r)(?=[A-Za-z-]{3,40}:|\r|\n)")
_TYPE_OK = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


@dataclass(slots=True)
class Part:
    """A node; `children` only for a multipart that could be opened."""

    block: Block
    body: bytes
    kind: str
    params: dict[str, str]
    disposition: str
    filename: str
    too_deep: bool = False
    children: list["Part"] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        """The transfer encoding's name."""
        return encoding_name(self.block.first("content-transfer-encoding"))

    @property
    def is_multipart(self) -> bool:
        """It was opened."""
        return self.kind.startswith("multipart/") and bool(self.children)

    def content(self) -> tuple[bytes, bool]:
        """The decoded bytes, and whether they were damaged."""
        return undo(self.body, self.encoding)


@dataclass(slots=True)
class Reading:
    """What is left of the limits, and the defects met so far."""

    bytes_left: int
    parts_left: int = MAX_PARTS
    defects: dict[str, None] = field(default_factory=dict)

    def note(self, defect: str) -> None:
        """Each defect is told once."""
        self.defects[defect] = None


def build(block: Block, body: bytes, *, default: str = "text/plain") -> tuple[Part, tuple[str, ...]]:
    """The whole tree under a header block, and what was wrong with it."""
    reading = Reading(bytes_left=max(1_000_000, len(body) * MAX_PASSES))
    root = _part(block, body, reading, level=0, default=default)
    return root, tuple(reading.defects)


def pieces(part: Part) -> list[bytes]:
    """What stands between the boundaries of a multipart, byte for byte: what its children were read from."""
    return _pieces(part, Reading(bytes_left=max(1_000_000, len(part.body) * MAX_PASSES)))


def filename(block: Block, charset: str | None = None, params: dict[str, str] | None = None) -> str:
    """What the disposition calls it, else the type; empty if neither does."""
    placed = disposition(block.first("content-disposition"), charset)[1]
    typed = content_type(block.first("content-type"), charset)[1] if params is None else params
    return placed.get("filename") or placed.get("name") or typed.get("name") or typed.get("filename") or ""


def _part(block: Block, body: bytes, reading: Reading, *, level: int, default: str) -> Part:
    kind, params = _declared(block, reading, default)
    placed, _ = disposition(block.first("content-disposition"))
    part = Part(block, body, kind, params, placed, filename(block, params=params))
    if not known(part.encoding):
        reading.note("unknown_transfer_encoding")
    if kind.startswith("multipart/"):
        _open(part, reading, level)
    return part


def _declared(block: Block, reading: Reading, default: str) -> tuple[str, dict[str, str]]:
    """The first Content-Type that can be read; the parameters of all where none can."""
    values = block.all("content-type")
    read = [content_type(value) for value in values]
    for kind, params in read:
        if _TYPE_OK.fullmatch(kind):
            return kind, params
    if values:
        reading.note("bad_content_type")
    return default, {name: value for _, params in read for name, value in params.items()}


def _open(part: Part, reading: Reading, level: int) -> None:
    if level >= MAX_DEPTH:
        reading.note("too_deep")
        part.too_deep = True
        return
    pieces = _pieces(part, reading)
    inner = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    for at, piece in enumerate(pieces):
        if reading.parts_left <= 0:
            reading.note("too_many_parts")
            part.children.append(_rest(pieces[at:]))
            return
        reading.parts_left -= 1
        block, body = split_part(piece)
        if "no_header_fields" in block.defects:
            block = Block()
        for defect in block.defects:
            reading.note(defect)
        part.children.append(_part(block, body, reading, level=level + 1, default=inner))


def _rest(pieces: list[bytes]) -> Part:
    return Part(Block(), b"\n".join(pieces), "application/octet-stream", {}, "attachment", "more-parts.bin")


def _pieces(part: Part, reading: Reading) -> list[bytes]:
    """The raw parts; empty when no boundary can be found."""
    declared = part.params.get("boundary", "").rstrip().encode("utf-8", "replace")
    bodies = [part.body]
    if part.encoding in ("base64", "quoted-printable"):
        bodies.append(part.content()[0])  # not allowed, yet sent
    for body in bodies:
        pieces = _cut(body, declared, reading) if declared else []
        if pieces:
            return pieces
    guess = _GUESS.search(part.body)
    if guess and guess.group(1) != declared:
        reading.note("boundary_guessed")
        return _cut(part.body, guess.group(1).removesuffix(b"--"), reading)
    reading.note("boundary_never_appears" if declared else "boundary_missing")
    return []


def _cut(body: bytes, boundary: bytes, reading: Reading) -> list[bytes]:
    """What stands between delimiter lines. The line end before a delimiter belongs to it (RFC 2046)."""
    pieces: list[bytes] = []
    start, closed = -1, False
    for begin, end, last in _delimiters(body, b"--" + boundary, reading):
        if start >= 0 and not closed:
            pieces.append(body[start:begin])
        start, closed = end, last
    if start >= 0 and not closed:
        reading.note("boundary_not_closed")
        rest = body[start:].rstrip(b" \t\r\n")
        mark = b"--" + boundary + b"--"
        pieces.append(rest.removesuffix(mark) if rest.endswith(mark) else body[start:])  # at the end of a line of text
    return pieces


def _delimiters(body: bytes, mark: bytes, reading: Reading) -> list[tuple[int, int, bool]]:
    """(where the part before ends, where the next begins, is it the closing one)."""
    found: list[tuple[int, int, bool]] = []
    at = 0
    while reading.bytes_left > 0 and len(found) <= 2 * MAX_PARTS:
        begin = body.find(mark, at)
        reading.bytes_left -= (begin if begin >= 0 else len(body)) - at + COST
        if begin < 0:
            return found
        at = begin + len(mark)
        line = _line_after(body, at)
        if line is not None and (begin == 0 or body[begin - 1] in b"\r\n"):
            end, last = line
            found.append((_before_line_end(body, begin), end, last))
            at = max(at, end - 2)
    reading.note("too_many_parts" if reading.bytes_left > 0 else "too_much_to_search")
    return found


def _line_after(body: bytes, at: int) -> tuple[int, bool] | None:
    """A delimiter line holds nothing more than `--` and blanks, else it is another boundary's."""
    last = body[at : at + 2] == b"--"
    at += 2 * last
    while body[at : at + 1] in (b" ", b"\t"):
        at += 1
    if at >= len(body):
        return at, last
    found = BREAK.match(body, at)
    if found:
        return found.end(), last
    return (at, last) if last else None


def _before_line_end(body: bytes, at: int) -> int:
    if at and body[at - 1] == 0x0A:
        at -= 1
        while at and body[at - 1] == 0x0D:
            at -= 1
    elif at and body[at - 1] == 0x0D:
        at -= 1
    return at
