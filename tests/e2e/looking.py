"""axe on what a page shows, in the looks that style sheets make of it.

A theme changes colours, a window's width changes places: light or dark, at a desk or on a phone, four looks. Each page
is looked at in the one of its turn, what all pages have, the bars, in all four; in a soak (`SOAK`) everything is. The
first look asks everything, those that follow only what colours and places decide, of the page's main part.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES: Mapping[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    "iframes": False,  # a mail's frame runs no script; it is looked at by itself
    "preload": False,  # it would fetch the style sheet again for one rule, a third of its time
}
# of a page that was asked everything already: markup has not changed
SEEN_ANEW: Mapping[str, Any] = {
    **RULES,
    "runOnly": [
        "color-contrast",
        "link-in-text-block",
        "target-size",
        "scrollable-region-focusable",
    ],
}
SOAK = bool(os.environ.get("TRAMITA_SOAK"))
# of the style sheet, the same one on every page
ORIENTATION: Mapping[str, Any] = {"runOnly": ["css-orientation-lock"], "preload": True, "iframes": False}
# high ones, for what a window cuts off would count as a target that is too small
DESK, PHONE = {"width": 1280, "height": 2400}, {"width": 390, "height": 3200}
ASK = """async ([where, options]) => {
  for (let left = 5; left && document.getAnimations().length; left--) {
    document.getAnimations().forEach(one => one.finish())
    await new Promise(requestAnimationFrame)
  }
  return axe.run(where ?? document, options).then(told => told.violations.map(
  one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 200)).slice(0, 3).join(" | ")}`))
}"""
LOOKS = (("light", DESK), ("dark", PHONE), ("dark", DESK), ("light", PHONE))


def looks(turn: int) -> Sequence[tuple[str, Mapping[str, int]]]:
    """A theme and a window's size each, that of this turn first."""
    return [LOOKS[(turn + more) % len(LOOKS)] for more in range(len(LOOKS) if SOAK else 1)]


class Findings(dict[str, list[str]]):
    """What axe found, by the page and its look: its language, theme and width."""

    def __init__(self, language: str = "en") -> None:
        super().__init__()
        self.language = language
        self.pages = 0

    def look_at(
        self,
        page: Page,
        name: str,
        *,
        part: str | None = None,
        main: str = "main",
        turn: int | None = None,
        **rules: bool,
    ) -> None:
        """In the look of this turn, which is the next one if none is given. `part`: look at nothing else.

        On a phone nothing may be wider than the window.
        """
        everything = {**RULES, "rules": {rule.replace("_", "-"): {"enabled": on} for rule, on in rules.items()}}
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        for number, (scheme, size) in enumerate(looks(self.pages if turn is None else turn)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            set_size(page, size)
            where = part or (main if number else None)
            found = page.evaluate(ASK, [where, SEEN_ANEW if number else everything])
            if size is PHONE and page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                found.append("wider than the window")
            if found:
                self[f"{name}, {self.language}, {scheme}, {size['width']}"] = found
        self.pages += 1
        set_size(page, DESK)


def set_size(page: Page, size: Mapping[str, int]) -> None:
    """A page is laid out anew for a size that it has, too."""
    if page.viewport_size != size:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict of its shape
