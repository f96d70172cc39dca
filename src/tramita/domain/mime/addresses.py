"""Address lists. The structure is found on the raw value, names are decoded afterwards (MAIL-23, MAIL-27)."""

import re

from tramita.domain.mime.charsets import decode, one_line
from tramita.domain.mime.model import Address
from tramita.domain.mime.words import decode_header, unfold

MOST = 2_000  # addresses read from one field

_TOKEN = re.compile(
    r'"((?:[^"\\]++|\\.)*+)"'  # quoted string
    r"|<([^<>]*)(?:>|\Z)"  # address in angles, perhaps unclosed
    r"|([,;:()<>\"\\])"  # structure, or a stray mark
    r"|([^,;:()<>\"\\]+)",  # plain words
    re.DOTALL,
)
_UNQUOTED = re.compile(_TOKEN.pattern.replace('"(', '(?!)"(', 1), re.DOTALL)
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
_IN_TEXT = re.compile(r"[^\s<>,;:\"'()\[\]]{1,200}@[^\s<>,;:\"'()\[\]]{1,255}")


def addresses(value: bytes, charset: str | None = None) -> tuple[Address, ...]:
    """Every address of a From, To, Cc or Reply-To value. Groups are opened,
    `<>` and comments are no address."""
    tokens = _tokens(unfold(value).decode("latin-1"))
    found = [_address(element, charset) for element in _elements(tokens)[:MOST]]
    return tuple(one for one in found if one and one.address)


def first_address(value: bytes) -> str:
    """The bare address of a Return-Path or Delivered-To; empty for `<>`."""
    found = addresses(value)
    return found[0].address if found else ""


def _tokens(value: str) -> list[tuple[str, str]]:
    """(kind, text): quoted, angle, mark, comment, word. Encoded words stay whole, whatever they hold."""
    tokens: list[tuple[str, str]] = []
    at, depth, comment = 0, 0, []  # type: int, int, list[str]
    balanced = value.count(")") >= value.count("(")
    closed = True  # once a quote finds no end, no later one does: not to be searched again and again
    while at < len(value):
        word = _WORD.match(value, at)
        found = word or (_TOKEN if closed else _UNQUOTED).match(value, at)
        assert found  # noqa: S101 - the alternatives cover every character
        at = found.end()
        text = found.group()
        closed &= text != '"'
        if depth or (text == "(" and balanced and not word):
            depth += (text == "(") - (text == ")")
            comment.append(text)
            if not depth:
                tokens.append(("comment", "".join(comment)[1:-1]))
                comment = []
            continue
        tokens.append(("word", text) if word else _token(found))
    return [*tokens, ("comment", "".join(comment)[1:])] if comment else tokens


def _token(found: re.Match[str]) -> tuple[str, str]:
    quoted, angle, mark, word = found.groups()
    if quoted is not None:
        return "quoted", re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)
    if angle is not None:
        return "angle", angle.strip()
    return ("mark", mark) if mark is not None else ("word", word)


def _elements(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Cut at commas and semicolons; what stands before a group's colon is its name."""
    elements: list[list[tuple[str, str]]] = [[]]
    for kind, text in tokens:
        if kind == "mark" and text in ",;":
            elements.append([])
        elif kind == "mark" and text == ":" and _is_group_name(elements[-1]):
            elements[-1] = []
        elif kind == "mark" and text in '"<>\\()':
            continue  # a stray mark
        else:
            elements[-1].append((kind, text))
    return [element for element in elements if any(text.strip() for _, text in element)]


def _is_group_name(element: list[tuple[str, str]]) -> bool:
    return not any(kind == "angle" or (kind == "word" and "@" in text) for kind, text in element)


def _address(element: list[tuple[str, str]], charset: str | None) -> Address | None:
    angles = [text for kind, text in element if kind == "angle" and "@" in text]
    if angles or any(kind == "angle" for kind, _ in element):
        bare = angles[-1] if angles else next(text for kind, text in element if kind == "angle")
        if not bare:
            return _stray(element, charset)
        names = [(kind, text) for kind, text in element if kind != "angle"]
        return Address(_name(names, charset), _spec(bare))
    return _without_angles(element, charset)


def _stray(element: list[tuple[str, str]], charset: str | None) -> Address | None:
    """`"jane@customer.example" <>`: the address stands where the name should."""
    text = " ".join(text for kind, text in element if kind in ("word", "quoted"))
    found = _IN_TEXT.search(text)
    return Address("", _spec(found.group())) if found else None


def _without_angles(element: list[tuple[str, str]], charset: str | None) -> Address | None:
    joined = _join_local_part([(kind, text) for kind, text in element if kind != "comment"])
    comments = [(kind, text) for kind, text in element if kind == "comment"]
    words = [text for text in joined if text]
    spec = next((word for word in reversed(words) if "@" in word), words[-1] if len(words) == 1 else "")
    if not spec:
        return None
    rest = [("word", word) for word in words if word is not spec]
    return Address(_name([*rest, *comments], charset), _spec(spec))


def _join_local_part(tokens: list[tuple[str, str]]) -> list[str]:
    """Words, with a quoted local part put back before its `@`, and `=?…?=@domain` kept in one piece."""
    text = "".join(f'"{text}"' if kind == "quoted" else text for kind, text in tokens)
    return re.findall(r'"[^"]*"(?:@\S*)?|[^\s"]+', re.sub(" ?@ ?", "@", " ".join(text.split())))


def _spec(bare: str) -> str:
    """The address itself: no route, no `mailto:`, never decoded (RFC 2047 section 5)."""
    bare = re.sub(r"^(?:mailto:|smtp:)", "", bare.strip().strip("'"), flags=re.IGNORECASE)
    if bare.startswith("@") and ":" in bare:
        bare = bare.rpartition(":")[2]
    if " " in bare and not bare.startswith('"'):
        bare = next((word for word in reversed(bare.split()) if "@" in word), bare.replace(" ", ""))
    return one_line(decode(bare.encode("latin-1"), "utf-8")[0]).strip()


def _name(tokens: list[tuple[str, str]], charset: str | None) -> str:
    """The display name; comments serve where there is no other."""
    words = " ".join(text.strip() for kind, text in tokens if kind != "comment" and text.strip())
    if not words:
        words = " ".join(text.strip() for kind, text in tokens if kind == "comment")
    return decode_header(words.encode("latin-1"), charset).strip().strip('"').strip()
