"""Content-Type and Content-Disposition: a word and its parameters (RFC 2045, RFC 2231, and real life)."""

import re
from urllib.parse import unquote_to_bytes

from tramita.domain.mime.charsets import decode, one_line
from tramita.domain.mime.words import decode_header, unfold

_TYPE = re.compile(r"\s*\"?([^\s;/\"=,]+)\s*/\s*([^\s;\"=,]+)")
_PARAM = re.compile(
    r"([A-Za-z0-9_.%-]{1,60}(?:\*\d{0,3}\*?)?)\s{0,20}=\s{0,20}(\"(?:[^\"\\]|\\.)*\"?|[^;]*)", re.DOTALL
)
_SEGMENT = re.compile(r"(.+?)\*(\d{0,3})(\*?)$")
_TOKEN = re.compile(r"[^\s;,\"()]+")
_STARLESS = re.compile(rb"^([A-Za-z0-9][A-Za-z0-9-]{2,20})'[A-Za-z-]{0,8}'([^']*%[0-9A-Fa-f]{2}[^']*)$")
FREE_TEXT = ("name", "filename")  # unquoted values of these may hold blanks


def content_type(value: bytes | None, charset: str | None = None) -> tuple[str, dict[str, str]]:
    """`("text/plain", {"charset": …})`; an empty type where there is none that can be read."""
    text = unfold(value or b"").decode("latin-1")
    found = _TYPE.match(text)
    if not found:
        return "", parameters(text, charset)
    kind = one_line(f"{found.group(1)}/{found.group(2)}".lower())
    return kind[:120], parameters(text[found.end() :], charset)


def disposition(value: bytes | None, charset: str | None = None) -> tuple[str, dict[str, str]]:
    """`("attachment", {"filename": …})`."""
    text = unfold(value or b"").decode("latin-1")
    word = re.match(r"\s*\"?([A-Za-z-]+)\"?\s*(?![\s=*])", text)
    return (word.group(1).lower() if word else ""), parameters(text, charset)


def parameters(text: str, charset: str | None = None) -> dict[str, str]:
    """Name in lower case → value as text. The first of two wins; RFC 2231 segments are joined in order.

    `charset`: of raw 8-bit values that are not UTF-8 (MAIL-24).
    """
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAM.finditer(text[:65_536]):
        name = found.group(1).lower()
        value = _unquoted(found.group(2), free=name.startswith(FREE_TEXT))
        part = _SEGMENT.match(name)
        if part:
            number = int(part.group(2) or 0)
            encoded = bool(part.group(3)) or not part.group(2)
            segments.setdefault(part.group(1), {}).setdefault(number, (value, encoded))
        else:
            plain.setdefault(name, value)
    result = {name: decode_header(_starless(value.encode("latin-1")), charset) for name, value in plain.items()}
    return result | {name: _joined(parts) for name, parts in segments.items()}


def _starless(value: bytes) -> bytes:
    """`charset''percent-text` where the star after the name was forgotten."""
    found = _STARLESS.match(value)
    return decode(unquote_to_bytes(found.group(2)), found.group(1).decode("ascii"))[0].encode() if found else value


def _unquoted(value: str, *, free: bool) -> str:
    if value.startswith('"'):
        inner = value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]
        return re.sub(r"\\([\"\\])", r"\1", inner)  # only these: C:\temp is a name, not an escape
    if free:
        value = value.strip()
        return value[1:-1] if len(value) > 2 and value[0] == value[-1] == "'" else value
    token = _TOKEN.search(value)
    return token.group() if token else ""


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """RFC 2231: `charset'language'percent-text` in the first segment, the rest as marked."""
    data, charset = bytearray(), None
    for at, number in enumerate(sorted(parts)):
        value, encoded = parts[number]
        if encoded and at == 0 and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        data += unquote_to_bytes(value.encode("latin-1")) if encoded else value.encode("latin-1")
    if b"=?" in data:
        return decode_header(bytes(data))
    return one_line(decode(bytes(data), charset or "utf-8")[0])
