"""WCAG 2.2 AA on every page, in light and dark, wide and narrow (UI: everyone can use it).

In five languages: axe looks at each page in the one that its name gives it, and tests/web/test_every_page.py shows that
a page is the same in all five but for its words. What axe judges besides markup is colours, which no language changes,
and sizes: each page finds its place at 320 px in a language that is longer than all five. `make soak` looks at each
page in each language, theme and width.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests import pseudo
from tests.desk import Desk
from tests.e2e.conftest import let_in, open_browser
from tests.e2e.looking import ASK, LOOKS, ORIENTATION, SOAK, Findings
from tests.pages import CUSTOMERS, VISITORS, Pages, furnish, names, troubles
from tramita.config.sessions import SessionStore
from tramita.models import Person
from tramita.queries import people
from tramita.ui.labels import LANGUAGES

PDF: FilePayload = {"name": "statement.pdf", "mimeType": "application/pdf", "buffer": b"the statement"}


@pytest.fixture
def furnished(desk: Desk, data_dir: Path, settings: Any) -> Pages:
    """A desk with something of every kind."""
    return furnish(desk, settings, data_dir)


@pytest.fixture
def window(chromium: Browser, site: str, desk: Desk) -> Page:
    """Ana's, who administers the desk."""
    page = open_browser(chromium, base_url=site).new_page()
    let_in(page.context, site, desk.ana)
    return page


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Page:
    """Nobody has signed in here."""
    return open_browser(chromium, base_url=site).new_page()


@pytest.fixture
def customer(chromium: Browser, site: str, desk: Desk) -> Page:
    """Marta's, who asks and decides."""
    page = open_browser(chromium, base_url=site).new_page()
    let_in(page.context, site, people.actor_by_id(desk.marta.pk))
    return page


def without_policy(route: Route) -> None:
    """A mail's frame as axe can look at it: it is a script, and none runs there."""
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "content-security-policy"}
    route.fulfill(response=answer, headers=kept)


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible(window: Page, visitor: Page, customer: Page, furnished: Pages, language: str) -> None:
    """WCAG 2.2 AA: no finding of axe, what folds away opened too."""
    Person.objects.update(language=language)
    found = Findings(language)
    others = dict.fromkeys(VISITORS, visitor) | dict.fromkeys(CUSTOMERS, customer)
    window.goto("/inbox")
    for turn in range(len(LOOKS)):
        found.look_at(window, "the bars of every page", main="body", turn=turn)
    assert window.evaluate(ASK, [None, ORIENTATION]) == []

    for name, path, turn in spoken(furnished, language):
        page, frame = others.get(name, window), path.endswith("/frame")
        if frame:
            page.route("**/frame", without_policy)
        page.goto(path)
        open_all(page)
        main = "main" if page.locator(".shell").count() else "body"
        # the page around the frame has the heading
        found.look_at(page, path, main=main, turn=turn, page_has_heading_one=not frame)
        if frame:  # a page with routes keeps no file from one page to the next: it would load all of them each time
            page.unroute_all()
    for page in (window, visitor, customer):
        page.context.close()

    assert found == {}


def spoken(pages: Pages, language: str) -> Iterator[tuple[str, str, int]]:
    """Name, address and turn of what is looked at in this language: a page has the same one in every run."""
    for name, paths in pages.paths.items():
        for turn, path in enumerate(paths, start=crc32(name.encode())):
            if SOAK or list(LANGUAGES)[turn % len(LANGUAGES)] == language:
                yield name, path, turn


def open_all(page: Page) -> None:
    """What folds away inside the page; a menu lies over what it opens from."""
    page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach(one => { one.open = true })")


@pytest.mark.soak
def test_every_menu_is_accessible(window: Page, furnished: Pages) -> None:
    """WCAG 2.2 AA: each kind of menu, opened alone, the palette too."""
    found, seen = Findings(), set()
    for name, path in furnished.each():
        if name not in ("inbox", "queue", "item", "unhandled", "mailbox"):
            continue
        window.goto(path)
        for number, said in enumerate(window.locator("details.menu > summary").all_inner_texts()):
            if said in seen:
                continue
            seen.add(said)
            window.evaluate("at => { document.querySelectorAll('details.menu')[at].open = true }", number)
            found.look_at(window, f"{path} {said}", part="details.menu[open]")
            window.evaluate("at => { document.querySelectorAll('details.menu')[at].open = false }", number)
    window.keyboard.press("Control+k")
    found.look_at(window, "the palette", part="dialog")
    window.context.close()

    assert len(seen) > 8
    assert found == {}


@pytest.mark.soak
def test_what_is_said_of_troubles_is_accessible(window: Page, furnished: Pages) -> None:
    """WCAG 2.2 AA: pages for what is missing, refused, broken and away."""
    found = Findings()
    for status, content in troubles().items():
        window.route(f"**/trouble-{status}", lambda route, _request, body=content: route.fulfill(body=body))
        window.goto(f"/trouble-{status}")
        # what does not answer is asked again by the page itself: there is nothing to read on it, and nothing is lost
        found.look_at(window, status, main="body", meta_refresh=status != "503")
    window.context.close()

    assert found == {}


def decide(page: Page, pages: Pages, found: Findings) -> None:
    """The two panels of a manager, the agent's form."""
    for number in (0, 1):
        page.goto(pages.paths["approve-by-mail"][0])
        page.locator("details[name=decision] > summary").nth(number).click()
        found.look_at(page, f"decision {number}")
    page.goto(pages.paths["item"][0])
    page.locator("#approval > summary").click()
    found.look_at(page, "asking for an approval")


def compose(page: Page, pages: Pages, found: Findings) -> None:
    """The editor, a link, files, canned texts, the question about strangers, the notice."""
    page.goto(f"/items/{pages.items[0].reference}")
    page.get_by_role("textbox", name="Reply").click()
    expect(page.locator(".written")).to_be_focused()
    found.look_at(page, "the empty editor")
    page.keyboard.type("acme.example ")
    page.get_by_role("button", name="Link", exact=True).click()
    page.locator("#reply-files").set_input_files(PDF)
    expect(page.locator(".attached .file")).to_be_visible()
    found.look_at(page, "a link and a file")
    page.get_by_role("button", name="Canned texts").click()
    expect(page.locator("#canned")).to_be_visible()
    found.look_at(page, "canned texts")
    page.get_by_label("Cc", exact=True).fill("eve@else.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#outsiders")).to_be_visible()
    found.look_at(page, "strangers")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".toast")).to_be_visible()
    found.look_at(page, "the notice", main="body")


def file(page: Page, pages: Pages, found: Findings) -> None:
    """The Files tab with its forms open, a file of each kind, a refusal."""
    page.goto(f"/items/{pages.items[0].reference}?tab=files")
    page.locator("#file-files").set_input_files(PDF)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="statement.pdf").first).to_be_visible()
    open_all(page)
    page.get_by_role("button", name="Add the link").click()
    expect(page.locator("#link-url-error")).to_be_visible()
    open_all(page)
    found.look_at(page, "files")


def refuse(page: Page, pages: Pages, found: Findings) -> None:
    """What is missing, beside its field."""
    for path, button in (
        ("/new/ticket", "Submit"),
        (pages.paths["moving-mail"][0], "Move"),
        (pages.paths["unhandled"][1], "Create route"),
        ("/mail/blocked", "Block"),
    ):
        page.goto(path)
        page.get_by_role("button", name=button, exact=True).last.click()
        page.locator("main .error").first.wait_for()
        found.look_at(page, f"{path} refused")
    password_was_right(page)
    page.goto("/accounts/code")
    found.look_at(page, "the second step", main="body")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Sign in").click()
    page.locator("main .error").first.wait_for()
    found.look_at(page, "a wrong code", main="body")


def password_was_right(page: Page) -> None:
    """As the first step leaves it, for who has a second factor."""
    key = next(one["value"] for one in page.context.cookies() if one["name"] == "sessionid")
    session = SessionStore(key)
    person = Person.objects.get(pk=session["_auth_user_id"])
    session["second_step"] = {"person": person.pk, "since": timezone.now().isoformat(), "after": ""}
    session.save()


@pytest.mark.soak
@pytest.mark.parametrize("work", [decide, compose, file, refuse], ids=lambda work: work.__name__)
def test_what_work_brings_up_is_accessible(
    window: Page, furnished: Pages, work: Callable[[Page, Pages, Findings], None]
) -> None:
    """WCAG 2.2 AA: what no address shows by itself."""
    found = Findings()

    work(window, furnished, found)
    window.context.close()

    assert found == {}


@pytest.fixture
def stranger(desk: Desk, settings: Any, tmp_path: Path) -> str:
    """Who works here reads the language that nobody speaks, and is longer than all."""
    settings.LANGUAGE_CODE = code = pseudo.put_in(tmp_path / "locale", settings)
    Person.objects.update(language=code)
    return code


def test_no_page_scrolls_sideways_in_the_longest_language(window: Page, stranger: str, furnished: Pages) -> None:
    """UI: at 320 px too, and their language: nothing that a script put there is untranslated."""
    known, wide, untranslated = names(), {}, {}
    window.set_viewport_size({"width": 320, "height": 640})
    for _name, path in furnished.each():
        window.goto(path)
        over = window.evaluate(
            "[document.documentElement, document.querySelector('main') ?? document.body].map(one => one.scrollWidth)"
        )
        if max(over) > 320:
            wide[path] = over
        if said := pseudo.untranslated(window.content(), known):
            untranslated[path] = said
    window.context.close()

    assert wide == {}
    assert untranslated == {}
