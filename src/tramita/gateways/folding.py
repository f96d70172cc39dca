"""Quoted history in a tree of HTML, folded and never cut (MAIL-41); and a guess how tall a mail will be."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from turbohtml import Element, Node

_BLOCKS = """
    address article blockquote center div dl dd dt figure footer h1 h2 h3 h4 h5 h6 header hr
    li nav ol p pre section table td th tr ul
"""
BLOCKS = frozenset(_BLOCKS.split())
LINE, GAP = 22, 14  # pixels
EXTRA = dict.fromkeys(("blockquote", "dl", "figure", "h3", "h4", "hr", "ol", "p", "pre", "ul"), GAP)
EXTRA |= {"h1": 44, "h2": 34, "td": 14, "table": 6}
CHARS_A_LINE = 68
FEWEST = 12  # characters that make a beginning of quoted words unmistakable
SHORTEST, TALLEST, GENEROUS = 64, 640, 1.1
_SPACES = re.compile(r"[\s\u00a0>]+")
_HIDDEN = re.compile(r"display: none|visibility: hidden|max-height: 0", re.IGNORECASE)
_TALL = re.compile(r"(?:^|; )height: (\d{1,4})(?:px)?(?:;|$)", re.IGNORECASE)


def fold(body: "Element", quotes: Sequence["Element"], *, reply: str, text: str) -> bool:
    """Put what is not new behind a fold of ours. `quotes` bear the marks of mail programs, in order.

    False: nothing is quoted, or nothing but quoted, or answers stand between.
    """
    new, whole = _squashed(reply), _squashed(text)
    if not new or new == whole:
        return False
    if not whole.startswith(new):
        return _fold_alone(body, quotes)
    start: Node | None = quotes[0] if quotes else _by_words(body, whole[len(new) :])
    if start is None:
        return False
    while start.parent is not None and start.parent is not body and _is_first(start):
        start = start.parent
    if start is body or not _words_before(start, body):
        return False
    start.wrap_siblings(_details())
    return True


def _fold_alone(body: "Element", quotes: Sequence["Element"]) -> bool:
    """New words stand below what they answer: each quotation is folded by itself, the outermost ones."""
    inside = set(quotes)
    outer = [one for one in quotes if inside.isdisjoint(one.ancestors)]
    rest = _squashed(body.text)
    for one in outer:
        rest = rest.replace(_squashed(one.text), "", 1)
    if not outer or not rest:
        return False
    for one in outer:
        one.wrap(_details())
    return True


def _details() -> "Element":
    from turbohtml import Element

    return Element("details", {}, [Element("summary")])


def _by_words(body: "Element", quoted: str) -> "Element | None":
    """The block that begins as the quoted history does, where no program marked it."""
    begin = quoted[:40]
    for one in body.iter_elements(("div", "p", "table", "blockquote")):
        said = _squashed(one.text[:400])
        if len(said) >= FEWEST and (said.startswith(begin) or quoted.startswith(said)):
            return one
    return None


def _is_first(element: "Node") -> bool:
    return not any(_said(one) for one in element.previous_siblings)


def _words_before(start: "Node", body: "Element") -> bool:
    at: Node = start
    while at is not body and at.parent is not None:
        if any(_said(one) for one in at.previous_siblings):
            return True
        at = at.parent
    return False


def _said(node: "Node") -> bool:
    return bool(node.text.strip()) or any(True for _ in node.iter_elements("img", include_self=True))


def _squashed(text: str) -> str:
    """Without blanks and quote marks: programs differ in these only."""
    return _SPACES.sub("", text)


def height(body: "Element") -> int:
    """Pixels at the width of a desk, within bounds: the frame has its place before it is loaded, and nothing jumps.

    A little too much rather than too little: what is below stands still either way.
    """
    from turbohtml import Element, Text

    pixels, chars = 2.0 * GAP, 0
    waiting: list[Node] = list(reversed(list(body.children)))
    while waiting and pixels < TALLEST:
        node = waiting.pop()
        if isinstance(node, Text):
            chars += len(" ".join(node.data.split()))
            continue
        if not isinstance(node, Element) or _HIDDEN.search(str(node.attrs.get("style") or "")):
            continue
        if node.tag in BLOCKS or node.tag == "br":
            pixels += _lines(chars) + (LINE if node.tag == "br" and not chars else 0) + EXTRA.get(node.tag, 0)
            chars = 0
        pixels += _own_height(node)
        if node.tag == "details":
            pixels += LINE + 2 * GAP
        else:
            waiting.extend(reversed(list(node.children)))
    return int(min(max((pixels + _lines(chars)) * GENEROUS, SHORTEST), TALLEST))


def _lines(chars: int) -> int:
    return math.ceil(chars / CHARS_A_LINE) * LINE


def _own_height(node: "Element") -> int:
    """Of a picture: as it says, else that of one of middling size; one that is not loaded takes a line."""
    if node.tag != "img":
        return 0
    if "data-tramita-remote" in node.attrs:
        return LINE if str(node.attrs.get("alt") or "").strip() else 4
    said = str(node.attrs.get("height") or "").removesuffix("px")
    styled = _TALL.search(str(node.attrs.get("style") or ""))
    return min(int(styled.group(1) if styled else said if said.isdigit() else 120), TALLEST)
