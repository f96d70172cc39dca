"""axe on what a page shows, in the looks that style sheets make of it.

A theme changes colours, a window's width changes places, so each page is looked at twice, and one after the other in
turn: light at a desk and dark on a phone, or dark at a desk and light on a phone. What all pages have, the bars and
each kind of part, is seen in all four. The first look is at all of the page and asks everything; the second one is at
its main part, and asks what colours and places decide.
"""

from __future__ import annotations

from collections.abc import Mapping
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
LOOKS = ((("light", DESK), ("dark", PHONE)), (("dark", DESK), ("light", PHONE)))


class Findings(dict[str, list[str]]):
    """What axe found, by the page and its look."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = 0

    def look_at(self, page: Page, name: str, *, part: str | None = None, main: str = "main", **rules: bool) -> None:
        """In two looks; on a phone nothing may be wider than the window. `part`: look at nothing else."""
        everything = {**RULES, "rules": {rule.replace("_", "-"): {"enabled": on} for rule, on in rules.items()}}
        page.evaluate(AXE_SCRIPT)
        for (scheme, size), options in zip(LOOKS[self.pages % 2], (everything, SEEN_ANEW), strict=True):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a dict of its shape
            found = page.evaluate(ASK, [part or (main if size is PHONE else None), options])
            if size is PHONE and page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
                found.append("wider than the window")
            if found:
                self[f"{name}, {scheme}, {size['width']}"] = found
        self.pages += 1
        page.set_viewport_size(DESK)  # type: ignore[arg-type]  # a dict of its shape
