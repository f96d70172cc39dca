"""A tree of HTML narrowed to what a mail needs: elements, attributes, addresses and style by allow-lists (MAIL-43).

What is remote is put aside and counted, what is active goes with all that is in it, what is unknown loses its tag.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from tramita.gateways.allow_list import (
    ATTRIBUTES,
    CLASSES,
    COLOURS,
    DISPLAYS,
    DROPPED,
    EVERYWHERE,
    PROPERTIES,
    QUOTE_CLASSES,
    QUOTE_IDS,
    RENAMED,
    SCHEMES,
)

if TYPE_CHECKING:
    from turbohtml import Element, Node

DEEPEST = 256
MOST_LINKS = 5_000
LONGEST_ADDRESS = 2_000
LONGEST_PICTURE = 400_000  # characters of a picture written into its address
MOST_ATTRIBUTES = 200  # of one element
MOST_CELLS = 100  # that one cell may span

NUMBERS = frozenset({"width", "height", "border", "cellpadding", "cellspacing", "size", "start", "value"})

_NUMBER = re.compile(r"[+-]?[\d.]{1,8}(?:px|%)?")
_PLAIN = re.compile(r"[\w\s#%.,'\"!+/-]*")
_COLOUR_FUNCTION = re.compile(r"\b(?:rgb|hsl)a?\([\d\s.,%/-]{1,60}\)", re.IGNORECASE)
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}|(?:rgb|hsl)a?\([\d\s.,%/-]{1,60}\)", re.IGNORECASE)
_REMOTE_URL = re.compile(r"url\(\s{0,9}['\"]?\s{0,9}((?:https?:)?//[^'\"()\s]{1,2000})", re.IGNORECASE)
_DATA_PICTURE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\u2028-\u202f\ufeff]+")
_NAMED_HOST = re.compile(r"(?:https?://|www\.|^)((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})\b", re.IGNORECASE)


class TooMuchError(Exception):
    """Over a limit: `size`, `depth`, `links`, `nodes`, `time`, `fault`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def key(name: str) -> str:
    """The form in which content ids, locations and names are compared (MAIL-35)."""
    return unquote(name).strip().strip("<>").strip().casefold()


def is_data_picture(address: str) -> bool:
    """A picture written out in its address; never svg, which is a document."""
    return len(address) <= LONGEST_PICTURE and bool(_DATA_PICTURE.fullmatch(address.strip()))


class Pruner:
    """One walk over one mail. `parts`: its own pictures, by the keys that the HTML may use."""

    def __init__(self, parts: Mapping[str, str]) -> None:
        self.parts = parts
        self.remote = 0
        self.coloured = False
        self.links = 0
        self.quotes: list[Element] = []  # what mail programs put around, or before, what they quote

    def prune(self, body: "Element", *, most: int) -> None:
        """Narrow everything in it. Raises: TooMuchError; before that no step costs more than the one walk."""
        for element in _elements(body, most=most):
            if element.tag in DROPPED or element.namespace.value != "html":
                element.decompose()
                continue
            element.tag = RENAMED.get(element.tag, element.tag)
            if _is_quote(element):
                self.quotes.append(element)
            self._attributes(element)
        self._body(body)

    def _body(self, body: "Element") -> None:
        """What the body itself sets would go with it: it becomes a box around all."""
        from turbohtml import Element

        self._attributes(body)
        kept = {name: value for name, value in body.attrs.items() if name in ("style", "bgcolor", "dir", "lang")}
        if kept:
            body.wrap_children(Element("div", kept))

    def _attributes(self, element: "Element") -> None:
        if len(element.attrs) > MOST_ATTRIBUTES:
            raise TooMuchError("nodes")
        given = {name.lower(): _text(value) for name, value in element.attrs.items()}
        for name in list(element.attrs):
            del element.attrs[name]
        allowed = EVERYWHERE | ATTRIBUTES.get(element.tag, frozenset())
        for name, value in given.items():
            if name in allowed and not name.startswith("data-") and name not in ("href", "src", "style", "open"):
                self._plain(element, name, value)
        classes = CLASSES.get(element.tag, frozenset()) - {"target"}
        if found := classes.intersection(given.get("class", "").split()):
            element.attrs["class"] = " ".join(sorted(found))
        self._style(element, given.get("style", ""))
        self._background(element, given.get("background", ""), given.get("style", ""))
        if element.tag == "a":
            self._link(element, given.get("href", ""))
        elif element.tag == "img":
            self._picture(element, given)

    def _plain(self, element: "Element", name: str, value: str) -> None:
        if name in ("bgcolor", "color"):
            if not _COLOUR.fullmatch(value.strip()):
                return
            self.coloured = True
        elif name in ("colspan", "rowspan", "span"):
            value = str(min(int(value), MOST_CELLS)) if value.isascii() and value.isdigit() else "1"
        elif name in NUMBERS and not _NUMBER.fullmatch(value.strip()):
            return
        element.attrs[name] = value[:LONGEST_ADDRESS]

    def _style(self, element: "Element", style: str) -> None:
        kept = []
        for declaration in style[:10_000].split(";"):
            name, colon, value = declaration.partition(":")
            name, value = name.strip().lower(), value.strip()
            if name == "background" and _COLOUR.fullmatch(value):
                name = "background-color"
            if colon and name in PROPERTIES and _harmless(name, value):
                self.coloured |= name in COLOURS
                kept.append(f"{name}: {value}")
        if kept:
            element.attrs["style"] = "; ".join(kept)

    def _background(self, element: "Element", address: str, style: str) -> None:
        found = [address] if address.strip() else []
        found += _REMOTE_URL.findall(style) if "url" in style.lower() else []
        for one in filter(None, map(remote_address, found)):
            self.remote += 1
            if element.tag in ("table", "td", "th", "tr"):
                element.attrs["data-tramita-background"] = one

    def _link(self, element: "Element", href: str) -> None:
        target = _CONTROLS.sub("", href)[:LONGEST_ADDRESS]
        if target.partition(":")[0].lower() not in SCHEMES or ":" not in target:
            return
        self.links += 1
        if self.links > MOST_LINKS:
            raise TooMuchError("links")
        element.attrs["href"] = target
        self._told(element, target)

    def _told(self, element: "Element", target: str) -> None:
        """A reader sees where it leads (MAIL-44)."""
        element.attrs["title"] = target
        host = _host(target)
        named = _NAMED_HOST.search(element.text[:300].strip()) if host else None
        if named and not _same_site(named.group(1), host):
            _say_target(element, host)

    def _picture(self, element: "Element", given: Mapping[str, str]) -> None:
        address = _CONTROLS.sub("", given.get("src", ""))
        if part := self._part(address):
            element.attrs["data-tramita-part"] = part
        elif is_data_picture(address):
            element.attrs["src"] = address
        elif far := remote_address(address):
            self._remote(element, far)
        elif given.get("srcset"):
            self.remote += 1  # several of them: none is kept
        elif not given.get("alt", "").strip():
            element.extract()

    def _remote(self, element: "Element", address: str) -> None:
        self.remote += 1
        element.attrs["data-tramita-remote"] = address

    def _part(self, address: str) -> str | None:
        name = key(address[4:] if address[:4].lower() == "cid:" else address)
        return self.parts.get(name) if name else None


class PrunerOfOurs(Pruner):
    """The same walk over what one of us writes: nothing is put aside or said of it, for it is on its way out.

    A picture from elsewhere goes, for only those of the mail itself are sent along.
    """

    def _told(self, element: "Element", target: str) -> None:
        element.attrs.pop("title", None)

    def _picture(self, element: "Element", given: Mapping[str, str]) -> None:
        super()._picture(element, given)
        if not {"src", "data-tramita-part"} & set(element.attrs) and element.parent is not None:
            element.extract()

    def _remote(self, element: "Element", address: str) -> None:
        """It would be one that its reader's program asks for, or does not show."""

    def _background(self, element: "Element", address: str, style: str) -> None:
        """None is sent."""


def remote_address(address: str) -> str | None:
    """The address of something outside, as https; None for whatever else stands there."""
    plain = _CONTROLS.sub("", address)[:LONGEST_ADDRESS]
    if plain.startswith("//"):
        plain = f"https:{plain}"
    try:
        parts = urlsplit(plain)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "\\" in plain:
        return None
    return parts._replace(scheme="https").geturl()


def _elements(body: "Element", *, most: int) -> "Iterable[Element]":
    """Every element below, in order, before anything is changed: limits are met first, recursion never."""
    from turbohtml import Element

    found: list[Element] = []
    waiting: list[tuple[Node, int]] = [(child, 1) for child in reversed(list(body.children))]
    nodes = 0
    while waiting:
        node, depth = waiting.pop()
        nodes += 1
        if nodes > most:
            raise TooMuchError("nodes")
        if not isinstance(node, Element):
            continue
        if depth > DEEPEST:
            raise TooMuchError("depth")
        found.append(node)
        if node.tag not in DROPPED:
            waiting.extend((child, depth + 1) for child in reversed(list(node.children)))
    return found


def _is_quote(element: "Element") -> bool:
    """It bears one of the marks of MAIL-41."""
    if element.tag == "blockquote" and _text(element.attrs.get("type")).lower() == "cite":
        return True
    classes = _text(element.attrs.get("class")).split()
    return _text(element.attrs.get("id")) in QUOTE_IDS or not QUOTE_CLASSES.isdisjoint(classes)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _harmless(name: str, value: str) -> bool:
    """Plain words and numbers, and colours; nothing that loads, computes or reaches out of its place."""
    if len(value) > 300 or not _PLAIN.fullmatch(_COLOUR_FUNCTION.sub("", value)):
        return False
    if name == "display":
        return value.lower().replace("!important", "").strip() in DISPLAYS
    return not (name.startswith("margin") or name == "text-indent") or "-" not in value


def _host(target: str) -> str:
    try:
        return urlsplit(target).hostname or ""
    except ValueError:
        return ""


def _same_site(named: str, host: str) -> bool:
    """What the words say and where it leads: one within the other."""
    said, real = named.lower().removeprefix("www."), host.lower().removeprefix("www.")
    return real == said or real.endswith(f".{said}") or said.endswith(f".{real}")


def _say_target(element: "Element", host: str) -> None:
    """A link whose words name another site than it leads to says so (MAIL-44)."""
    from turbohtml import Element, Text

    element.append(Element("small", {"class": "target"}, [Text(f" ({host})")]))
