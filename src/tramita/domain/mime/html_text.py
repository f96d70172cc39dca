"""HTML to readable text, for search, notification and quoting (MAIL-42). One pass, linear, bounded.

Not a sanitiser and not a browser: entities decoded, links kept, hidden preheaders left out. Own scanner: the
standard parser of older Pythons takes quadratic time on unclosed markup.
"""

import html as entities
import re
from collections.abc import Iterator

MAX_CHARS = 1_000_000
MAX_TAGS = 50_000  # after so many, the rest is stripped without looking
MAX_QUOTE = 20

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})")
_MARKUP = re.compile(r"<(?=/?[a-zA-Z]|[!?/])")
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_HREF = re.compile(r"\bhref\s{0,9}=\s{0,9}(?:\"([^\"]{1,2000})\"|'([^']{1,2000})'|([^\s>\"']{1,2000}))", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all"
    r"|(?:font-size|max-height|line-height)\s{0,9}:\s{0,9}0(?:px|pt|em|%)?\s{0,9}(?:[;\"'!]|$)|opacity\s{0,9}:\s{0,9}0\s{0,9}[;\"'!]",
    re.IGNORECASE,
)
_HIDDEN_ATTRIBUTE = re.compile(r"\shidden(?:\s|=|$|/)", re.IGNORECASE)
_SKIPPED = {
    "style",
    "script",
    "title",
    "template",
    "noscript",
    "textarea",
    "select",
    "object",
    "svg",
    "math",
    "iframe",
}
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_LISTS = ("ul", "ol")
_BLOCKS = {
    "p": 2, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "blockquote": 2, "ul": 2, "ol": 2,
    "dl": 2, "pre": 2,
    "table": 1, "div": 1, "tr": 1, "section": 1, "article": 1, "header": 1, "footer": 1, "address": 1,
    "center": 1,
    "form": 1, "fieldset": 1, "dt": 1, "dd": 1, "caption": 1, "figure": 1, "body": 1, "html": 1,
    "thead": 1, "tbody": 1,
    "li": 1, "main": 1, "aside": 1, "nav": 1,
}  # fmt: skip


def html_to_text(html: str) -> str:
    """The text that a reader sees, without a blank line at either end."""
    if "<" not in html and "&" not in html:
        return html.strip()
    html = html[:MAX_CHARS]
    writer = _Writer(hide=True)
    writer.read(html)
    if writer.hidden_name:  # a hidden element that never ends would hide all the rest
        writer = _Writer(hide=False)
        writer.read(html)
    return writer.text()


def _tokens(html: str) -> Iterator[tuple[str, str, str]]:
    """("text", …), ("open", name, attributes), ("close", name, …)."""
    at, tags, missing = 0, 0, set()  # type: int, int, set[str]
    while at < len(html):
        markup = _MARKUP.search(html, at)
        tags += 1
        if not markup or tags > MAX_TAGS:
            break
        begin = markup.start()
        if begin > at:
            yield "text", html[at:begin], ""
        at = begin
        tag = _TAG.match(html, begin)
        if tag:
            end = _tag_end(html, tag.end())
            if end < 0:
                return  # cut inside a tag
            name = tag.group(2).lower()
            yield ("close" if tag.group(1) else "open"), name, html[tag.end() : end]
            at = end + 1
            if not tag.group(1) and name in ("style", "script", "title", "textarea") and name not in missing:
                at = _after_raw(html, at, name, missing)
        elif html.startswith("<!--", begin):
            at = _after(html, "-->", begin + 4, missing) or _after(html, ">", begin, missing) or len(html)
        else:
            at = _after(html, ">", begin, missing) or len(html)
    if at < len(html):
        rest = html[at:]
        yield "text", re.sub(r"<[^<>]{0,500}>", " ", rest) if tags > MAX_TAGS else rest, ""


def _tag_end(html: str, at: int) -> int:
    """The `>` that is not inside quotes, looked for a few times only."""
    begin, end = at, html.find(">", at)
    for _ in range(5):
        inside = html[begin:end]
        if end < 0 or (inside.count('"') % 2 == 0 and inside.count("'") % 2 == 0) or end - begin > 4_000:
            break
        further = html.find(">", end + 1)
        if further < 0 or further - begin > 4_000 or "<" in html[end + 1 : further].rstrip("/"):
            break
        end = further
    return end


def _after(html: str, mark: str, at: int, missing: set[str]) -> int:
    """Where the text goes on after the mark, 0 if there is none; asked once in vain,
    it is not searched again."""
    found = -1 if mark in missing else html.find(mark, at)
    if found < 0:
        missing.add(mark)
        return 0
    return found + len(mark)


def _after_raw(html: str, at: int, name: str, missing: set[str]) -> int:
    found = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
    if not found:
        missing.add(name)
        return at
    return found.start()


class _Writer:
    """Gathers words into lines. `hidden_name` is the element whose content is being left out."""

    def __init__(self, *, hide: bool) -> None:
        self.hide = hide
        self.hidden_name = ""
        self._hidden_depth = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._empty = 2  # blank lines just written
        self._blank = False  # a blank is due before the next word
        self._quote = 0
        self._pre = 0
        self._links: list[tuple[str, int]] = []
        self._lists: list[int] = []  # of each that is open the next number, 0 where there are none

    def read(self, html: str) -> None:
        for kind, value, rest in _tokens(html):
            if self.hidden_name:
                self._inside_hidden(kind, value)
            elif kind == "text":
                self._words(value)
            elif kind == "open":
                self._open(value, rest)
            else:
                self._close(value)

    def text(self) -> str:
        self._break(1)
        return "\n".join(self._lines).strip("\n")

    def _inside_hidden(self, kind: str, value: str) -> None:
        if kind != "text" and value == self.hidden_name:
            self._hidden_depth += 1 if kind == "open" else -1
            if not self._hidden_depth:
                self.hidden_name = ""

    def _open(self, name: str, rest: str) -> None:
        closed = rest.endswith("/") and name not in _SKIPPED
        if self._is_hidden(name, rest) and not closed:
            self.hidden_name, self._hidden_depth = name, 1
            return
        if name == "br":
            self._new_line()
        elif name == "hr":
            self._break(1)
            self._put("---")
            self._break(1)
        elif name in ("td", "th"):
            self._blank = bool(self._line)
        elif name == "a":
            found = _HREF.search(rest)
            self._links.append(
                (entities.unescape(next(filter(None, found.groups()))) if found else "", len(self._line))
            )
        if name in _BLOCKS:
            self._break(_BLOCKS[name])
            self._quote = min(MAX_QUOTE, self._quote + (name == "blockquote"))
            self._pre += name == "pre"
            if name in _LISTS:
                self._lists.append(int(name == "ol"))
            elif name == "li":
                self._item()

    def _close(self, name: str) -> None:
        if name == "a" and self._links:
            self._link(*self._links.pop())
        if name in _BLOCKS:
            self._break(1)
            if name == "blockquote":
                self._end_quote()
            elif name in _LISTS and self._lists:
                self._lists.pop()
            self._pre = max(0, self._pre - (name == "pre"))
            self._break(_BLOCKS[name])

    def _item(self) -> None:
        number = self._lists[-1] if self._lists else 0
        self._put(f"{number}. " if number else "- ")
        if number:
            self._lists[-1] += 1

    def _end_quote(self) -> None:
        """A quotation ends with its last words, not with an empty line of it."""
        empty = ("> " * self._quote).rstrip()
        while self._quote and self._lines and self._lines[-1] == empty:
            self._lines.pop()
            self._empty = 0
        self._quote = max(0, self._quote - 1)

    def _is_hidden(self, name: str, rest: str) -> bool:
        if name in _VOID:
            return False
        if name in _SKIPPED:
            return self.hide or name in ("style", "script", "title")
        return self.hide and bool(rest) and bool(_HIDDEN.search(rest) or _HIDDEN_ATTRIBUTE.search(rest))

    def _link(self, target: str, start: int) -> None:
        target = target.strip()
        if not target.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            return
        shown = "".join(self._line[start:]).strip()
        bare = target.partition(":")[2].lstrip("/").rstrip("/")
        if shown and bare not in shown:
            self._put(f" <{target}>")

    def _words(self, text: str) -> None:
        text = entities.unescape(text) if "&" in text else text
        if self._pre:
            first, *others = text.split("\n")
            self._put(first)
            for line in others:
                self._new_line()
                self._put(line)
            return
        words = _SPACES.sub(" ", text)
        if words[:1] == " ":
            self._blank, words = bool(self._line), words[1:]
        if words:
            self._put((" " if self._blank else "") + words.removesuffix(" "))
            self._blank = words.endswith(" ")

    def _put(self, words: str) -> None:
        if words:
            self._line.append(words)

    def _new_line(self) -> None:
        line = "".join(self._line).rstrip()
        self._empty = 0 if line else self._empty + 1
        if self._empty <= 2 or self._pre:
            self._lines.append(("> " * self._quote + line).rstrip())
        self._line, self._blank = [], False
        self._links = [(target, 0) for target, _ in self._links]

    def _break(self, wanted: int) -> None:
        """End the line; leave a blank one if `wanted` is two."""
        if self._line:
            self._new_line()
        if wanted == 2 and not self._empty:
            self._new_line()
