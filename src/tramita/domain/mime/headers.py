"""The header block: found, repaired, cut into fields (MAIL-26, MAIL-28). Works on bytes."""

import re
from dataclasses import dataclass, field

MAX_BLOCK = 1024 * 1024  # bytes (MAIL-21)
MAX_FIELD = 256 * 1024
MAX_LINES = 20_000

BREAK = re.compile(rb"\r{0,3}\n|\r")  # bounded: a run of a million CR must not be scanned from each of them
_BLANK = re.compile(rb"(?:\A|\r{0,3}\n)(?:\r{0,3}\n|\r)|\r\r(?!\r{0,2}\n)")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_KNOWN = re.compile(
    rb"(?:x-|content-|list-|arc-|dkim-|resent-|received|return-path|from|to|cc|bcc|subject|date|sender|reply-to"
    rb"|message-id|in-reply-to|references|mime-version|delivered-to|envelope-to|precedence|auto-submitted|status"
    rb"|authentication-results|thread-|importance|priority|user-agent|organi[sz]ation|comments|keywords|errors-to"
    rb"|disposition-notification-to|domainkey-signature|autocrypt|feedback-id|lines|mailing-list|original-)",
    re.IGNORECASE,
)
# the last line before the blank one that is no text: a name with a blank in it, or a value wrapped without one
_TORN = re.compile(rb"[A-Za-z][\w]{0,30}-[\w-]{1,40}(?: [\w-]{1,40}){1,3}:|[^\s]{80,}\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a message or part, in order, and what was repaired on the way."""

    fields: tuple[tuple[str, bytes], ...] = ()
    defects: tuple[str, ...] = ()
    index: dict[str, list[bytes]] = field(default_factory=dict)

    def all(self, name: str) -> list[bytes]:
        """Every value of this field; `name` in lower case."""
        return self.index.get(name, [])

    def first(self, name: str) -> bytes | None:
        """The first value that is not empty (MAIL-28)."""
        return next((value for value in self.all(name) if value.strip()), None)


def split_message(raw: bytes) -> tuple[Block, bytes]:
    """A whole message: its fields and its body. Junk before the first field is passed over (MAIL-26)."""
    start = _after_junk(raw)
    return _split(raw[start:] if start else raw, known_only=True)


def split_part(raw: bytes) -> tuple[Block, bytes]:
    """A part between boundaries: it may begin with its blank line and have no field at all."""
    if raw[:1] in (b"\n", b"\r"):
        return Block(), raw[BREAK.match(raw).end() :]  # type: ignore[union-attr]
    return _split(raw, known_only=False)


def _after_junk(raw: bytes) -> int:
    """Where the fields begin: after a byte order mark, blank lines and an mbox `From ` line."""
    at = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    at += len(raw[at : at + 4096]) - len(raw[at : at + 4096].lstrip(b" \t\r\n\x00"))
    if raw[at : at + 5] in (b"From ", b">From"):
        end = BREAK.search(raw, at)
        at = end.end() if end else at
    return at


def _split(raw: bytes, *, known_only: bool) -> tuple[Block, bytes]:
    blank = _BLANK.search(raw, 0, MAX_BLOCK)
    head, body = (raw[: blank.start()], raw[blank.end() :]) if blank else (raw[:MAX_BLOCK], raw[MAX_BLOCK:])
    lines = _lines(head)
    kinds = [_kind(line) for line in lines]
    last = _last_field(lines, kinds)
    if last < 0 or (known_only and not any(_KNOWN.match(line) for line in lines)):
        return Block(defects=("no_header_fields",) if raw.strip() else ("empty_message",)), raw
    rest = _trailing_text(lines, kinds, last)
    if blank and rest == len(lines) - 1 and _TORN.match(lines[rest]):
        rest = len(lines)
    defects = [] if blank or len(raw) < MAX_BLOCK else ["header_block_too_long"]
    if rest < len(lines):
        offset = sum(len(line) for line in lines[:rest])
        body, lines, kinds = raw[offset:], lines[:rest], kinds[:rest]
        defects.append("missing_blank_line")
    fields, more = _fields(lines[:MAX_LINES], kinds[:MAX_LINES])
    if len(lines) > MAX_LINES:
        defects.append("too_many_header_lines")
    return _block(fields, (*defects, *more)), body


def _lines(head: bytes) -> list[bytes]:
    """Lines with their line ends, so that offsets can be summed."""
    if b"\r\r" not in head:
        return head.splitlines(keepends=True)
    lines, at = [], 0
    for found in BREAK.finditer(head):
        lines.append(head[at : found.end()])
        at = found.end()
    return [*lines, head[at:]] if at < len(head) else lines


def _kind(line: bytes) -> str:
    if line[:1] in (b" ", b"\t"):
        return "more"
    return "field" if _FIELD.match(line) else "junk"


def _last_field(lines: list[bytes], kinds: list[str]) -> int:
    return max((at for at, kind in enumerate(kinds) if kind == "field"), default=-1)


def _trailing_text(lines: list[bytes], kinds: list[str], last: int) -> int:
    """Where a body without its blank line begins: junk that no known field follows. `len(lines)` if none."""
    seen_junk = len(lines)
    for at in range(len(lines) - 1, -1, -1):
        if kinds[at] == "junk":
            seen_junk = at
        elif kinds[at] == "field" and _KNOWN.match(lines[at]):
            break
    return seen_junk


def _fields(lines: list[bytes], kinds: list[str]) -> tuple[list[tuple[str, bytes]], list[str]]:
    fields: list[tuple[str, list[bytes]]] = []
    defects: list[str] = []
    for line, kind in zip(lines, kinds, strict=True):
        if kind == "field":
            found = _FIELD.match(line)
            assert found  # noqa: S101 - the kind says so
            fields.append((found.group(1).decode("ascii"), [found.group(2)]))
        elif fields:
            fields[-1][1].append(line if kind == "more" else b" " + line)
            if kind == "junk":
                defects.append("damaged_header_line")
        elif line.strip():
            defects.append("junk_before_headers")
    return [(name, _bounded(b"".join(value), defects)) for name, value in fields], defects


def _bounded(value: bytes, defects: list[str]) -> bytes:
    if len(value) > MAX_FIELD:
        defects.append("header_field_too_long")
        return value[:MAX_FIELD]
    return value.rstrip(b"\r\n")


def _block(fields: list[tuple[str, bytes]], defects: tuple[str, ...]) -> Block:
    index: dict[str, list[bytes]] = {}
    for name, value in fields:
        index.setdefault(name.lower(), []).append(value)
    return Block(tuple(fields), tuple(dict.fromkeys(defects)), index)
