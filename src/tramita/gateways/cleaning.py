"""HTML of mails made harmless (MAIL-43 to MAIL-45): turbohtml reads it, `pruning` narrows it, nh3 is the gate.

What a mail points at outside of itself is counted and put aside in attributes of ours, which a page may turn back:
`data-tramita-remote` (a picture), `data-tramita-background`, and `data-tramita-part` for a picture of the mail itself.

It runs in a process of its own with limits of time and memory (`gateways.apart`): what strangers wrote is cleaned by
the worker, never in a page request; what one of us writes when it is kept (decision 0028).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tramita.gateways import allow_list, folding, pruning
from tramita.gateways.pruning import TooMuchError

if TYPE_CHECKING:
    import nh3
    import turbohtml

MOST_CHARS = 1024 * 1024
MOST_NODES = 100_000
MOST_CLEAN = 2 * MOST_CHARS
LISTS = ("ul", "ol")

__all__ = ["Cleaned", "TooMuchError", "clean", "written"]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What may be shown, and what a page must know of it."""

    html: str
    remote: int = 0  # pictures, fonts and backgrounds that were not loaded
    coloured: bool = False  # it sets colours, and counts on white paper
    height: int = 0  # a guess in CSS pixels at the width of a desk
    folded: bool = False


def clean(html: str, *, parts: Mapping[str, str] | None = None, reply: str = "", text: str = "") -> Cleaned:
    """The body of a mail by an allow-list. `parts` names its pictures by the keys of `pruning.key`.

    `reply` and `text` are the mail's new words and all of them: what is not new is folded, never cut (MAIL-41).
    Raises: TooMuchError, over a limit.
    """
    body = _parsed(html)
    if body is None:
        return Cleaned("")
    pruned = pruning.Pruner(parts or {})
    pruned.prune(body, most=MOST_NODES)
    folded = folding.fold(body, pruned.quotes, reply=reply, text=text)
    narrowed = body.inner_html
    if len(narrowed) > MOST_CLEAN:  # attributes of ours and references for characters make it longer
        raise TooMuchError("size")
    made = _gate().clean(narrowed)
    height = folding.height(body)
    return Cleaned(made.strip(), pruned.remote, pruned.coloured, height, folded)


def written(html: str, *, pictures: Iterable[str] = ()) -> str:
    """What one of us wrote, ready to be kept and sent: through the same parser, walk and gate (MAIL-43, MAIL-120).

    `pictures` are the content ids of those that go along; every other one is taken out. Cleaning it again changes
    nothing. Raises: TooMuchError, over a limit.
    """
    body = _parsed(html)
    if body is None:
        return ""
    pruning.PrunerOfOurs({pruning.key(one): one for one in pictures}).prune(body, most=MOST_NODES)
    _tight(body)
    narrowed = body.inner_html
    if len(narrowed) > MOST_CLEAN:
        raise TooMuchError("size")
    return _IMG.sub(_placed, _gate().clean(narrowed)).strip()


_IMG = re.compile(r'<img(?: [^\s=">]+="[^"]*")*>')  # as nh3 writes it; a `<` in words is always written `&lt;`


def _placed(tag: re.Match[str]) -> str:
    return re.sub(r' data-tramita-part="([^"]*)"', r' src="cid:\1"', tag.group())


def _tight(body: "turbohtml.Element") -> None:
    """A list item of one paragraph, and lists below it, is written without it: so a text version has it on a line."""
    import turbohtml

    for item in body.find_all("li"):
        inner = [one for one in item.children if isinstance(one, turbohtml.Element)]
        if inner and inner[0].tag == "p" and not inner[0].attrs and all(one.tag in LISTS for one in inner[1:]):
            inner[0].unwrap()


def _parsed(html: str) -> "turbohtml.Element | None":
    import turbohtml

    if len(html) > MOST_CHARS:
        raise TooMuchError("size")
    root = turbohtml.parse(html, positions=False, allow_declarative_shadow_roots=False).root
    return root.find("body") if root is not None else None


@cache
def _gate() -> "nh3.Cleaner":
    """The last word: whatever the steps before let through, only this leaves."""
    import nh3

    attributes: dict[str, set[str]] = {tag: set(names) for tag, names in allow_list.ATTRIBUTES.items()}
    attributes["*"] = set(allow_list.EVERYWHERE)
    return nh3.Cleaner(
        tags=set(allow_list.TAGS),
        clean_content_tags=set(allow_list.DROPPED - allow_list.VOID),
        attributes=attributes,
        attribute_filter=_last_look,
        allowed_classes={tag: set(names) for tag, names in allow_list.CLASSES.items()},
        filter_style_properties=set(allow_list.PROPERTIES),
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=set(allow_list.SCHEMES) | {"data"},
        url_relative="deny",
    )


def _last_look(_tag: str, name: str, value: str) -> str | None:
    """`data:` only for pictures: nh3 knows schemes, not where they stand."""
    if name == "src":
        return value if pruning.is_data_picture(value) else None
    if name == "href" and value.strip().lower().startswith("data:"):
        return None
    return value


def as_json(cleaned: Cleaned) -> dict[str, Any]:
    """To send it to another process."""
    return {name: getattr(cleaned, name) for name in Cleaned.__slots__}
