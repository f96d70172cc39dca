"""Four ways to do the same: with a mouse, by keys alone, by touch on a phone, and with scripts off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import let_in, open_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page

PHONE = {"width": 390, "height": 844}
FARTHEST = 150  # stops of the Tab key on one page

# Where the focus is can be seen, and nothing lies over it (WCAG 2.4.7, 2.4.11): the ring is the element's own, or that
# of what stands for it
SEEN = """one => {
  const ring = look => (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none"
  let stands = one.matches(".visually-hidden") ? one.parentElement : one
  const end = "form:not(.composer form), section, body"
  while (stands && !ring(getComputedStyle(stands)) && !stands.matches(end)) stands = stands.parentElement
  if (!stands || !ring(getComputedStyle(stands))) return "no ring"
  const box = stands.getBoundingClientRect()
  const x = Math.min(innerWidth - 1, Math.max(0, box.x + Math.min(box.width / 2, 20)))
  const y = box.y + Math.min(box.height / 2, 20)
  if (y < 0 || y >= innerHeight) return "out of sight"
  const top = document.elementFromPoint(x, y)
  return stands.contains(top) || top?.contains(stands) ? "" : `under ${top?.className}`
}"""


class Hands:
    """With a mouse, at a desk."""

    window: dict[str, Any] = {}

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.page: Page = context.new_page()
        self.site = site

    @property
    def narrow(self) -> bool:
        return self.window.get("viewport") == PHONE

    @property
    def scripts(self) -> bool:
        return bool(self.window.get("java_script_enabled", True))

    def open(self, path: str) -> None:
        """As by a bookmark."""
        self.page.goto(f"{self.site}{path}")

    def button(self, name: str, within: str = "main") -> None:
        self.press(self.page.locator(within).get_by_role("button", name=name, exact=True))

    def link(self, name: str, within: str = "main") -> None:
        self.press(self.page.locator(within).get_by_role("link", name=name, exact=True).first)

    def press(self, what: Locator) -> None:
        what.click()

    def write(self, where: Locator, words: str) -> None:
        self.press(where)
        self.page.keyboard.type(words)

    def choose(self, where: Locator, option: str) -> None:
        where.select_option(label=option)

    def switch_to_note(self) -> None:
        self.press(self.page.locator(".segments label", has_text="Note"))


class Touch(Hands):
    """By a thumb, on a phone."""

    window = {"viewport": PHONE, "has_touch": True, "is_mobile": True}

    def press(self, what: Locator) -> None:
        what.tap()


class NoScripts(Hands):
    """With a mouse, where no script runs."""

    window = {"java_script_enabled": False}


class Keys(Hands):
    """By the Tab key and what every browser knows; no shortcut of ours, and no click."""

    def reach(self, what: Locator) -> None:
        """Tab until the focus is there, where everybody can see it."""
        what.wait_for(state="attached")
        for _ in range(FARTHEST):
            if what.evaluate("one => one === document.activeElement"):
                assert (what.evaluate(SEEN), what) == ("", what)
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not come to {what}")

    def press(self, what: Locator) -> None:
        self.reach(what)
        self.page.keyboard.press("Enter")

    def write(self, where: Locator, words: str) -> None:
        self.reach(where)
        self.page.keyboard.type(words)

    def choose(self, where: Locator, option: str) -> None:
        self.reach(where)
        self.page.keyboard.type(option)

    def switch_to_note(self) -> None:
        self.reach(self.page.locator("#write-reply"))
        self.page.keyboard.press("ArrowRight")


WAYS: dict[str, type[Hands]] = {"mouse": Hands, "keys": Keys, "touch": Touch, "no scripts": NoScripts}


def hands_of(way: str | type[Hands], chromium: Browser, site: str, who: Any) -> Iterator[Hands]:
    """This person's hands, signed in. An error of a script fails the test."""
    kind = WAYS[way] if isinstance(way, str) else way
    context = open_browser(chromium, **kind.window)
    let_in(context, site, who)
    context.set_default_timeout(10_000)
    hands = kind(context, site)
    troubles: list[str] = []
    hands.page.on("pageerror", lambda error: troubles.append(str(error)))
    yield hands
    context.close()
    assert troubles == []
