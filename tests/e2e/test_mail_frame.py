"""A mail's own HTML in a real browser: what it may do, and what it may not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.conftest import open_browser, sign_in
from tests.hostile import HOSTILE, PICTURE, mail

TOGETHER = 10  # mails on one item
HARMLESS = re.compile(r"harmless (\d+)")

if TYPE_CHECKING:
    from tests.desk import Desk
    from tramita.models import Message


@pytest.fixture(autouse=True)
def _storage(data_dir: object) -> None:
    """Raw mail has a folder."""


def received(*mails: bytes) -> list[Message]:
    """Each on an item of its own, and cleaned; in the order in which they came."""
    from django.utils import timezone

    from tramita.models import Message
    from tramita.services import receiving
    from tramita.worker import loop

    for raw in mails:
        outcome = receiving.receive(raw, source="import", at=timezone.now())
        assert outcome.outcome in ("created", "appended"), outcome
    loop.drain(at=timezone.now(), only="show")
    return list(Message.objects.filter(outgoing=False).order_by("id"))[-len(mails) :]


def test_no_hostile_mail_runs_anything_or_asks_anybody(page: Page, site: str, desk: Desk) -> None:
    """MAIL-43, MAIL-44: every hostile body at once and one by one; no script, no request that leaves, no move."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))

    page.set_viewport_size({"width": 1280, "height": 20_000})  # frames load where they are seen
    mails = list(enumerate(HOSTILE))
    for group in (mails[start : start + TOGETHER] for start in range(0, len(mails), TOGETHER)):
        [first] = received(mail(group[0][1], number=group[0][0]))
        belongs = f"Subject: [{first.item.reference}] ".encode()
        received(*(mail(html, number=number).replace(b"Subject: ", belongs) for number, html in group[1:]))
        page.goto(f"{site}/items/{first.item.reference}")
        expect(page.locator("iframe.mail-frame")).to_have_count(len(group))
        said = {body.inner_text() for body in (frame.locator("body") for frame in page.frames[1:])}
        assert {number for number, _ in group} == {int(found) for one in said for found in HARMLESS.findall(one)}
        assert page.evaluate("window.pwned") is None
        assert page.url.startswith(site)
        assert len(page.context.pages) == 1

    page.wait_for_load_state("networkidle")
    own = urlsplit(site).netloc
    assert [url for url in asked if urlsplit(url).netloc != own and not url.startswith("data:")] == []


def test_pictures_of_the_mail_are_in_place_without_cookies(page: Page, site: str, desk: Desk) -> None:
    """MAIL-35: the frame has an origin of its own, so its pictures come by a key."""
    [message] = received(mail('<p>See <img src="cid:logo" alt="Logo" width="40"></p>', pictures={"logo": PICTURE}))
    cookies: list[str | None] = []

    def note(request: Request) -> None:
        if "/parts/" in request.url:
            cookies.append(request.all_headers().get("cookie"))

    page.on("requestfinished", note)
    page.goto(f"{site}/items/{message.item.reference}")

    picture = page.frame_locator("iframe.mail-frame").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 1)
    assert cookies == [None]
    assert page.locator(".file").count() == 0


def test_remote_pictures_come_only_when_they_are_asked_for(page: Page, site: str, desk: Desk) -> None:
    """MAIL-44: one click, without a reload of the page."""
    [message] = received(mail('<p>News <img src="https://track.example/open.gif" alt="Offer"></p>'))
    far: list[str] = []
    page.context.route("https://track.example/**", lambda route: (far.append(route.request.url), route.abort()))
    page.goto(f"{site}/items/{message.item.reference}")
    expect(page.frame_locator("iframe.mail-frame").locator("img[data-blocked]")).to_have_count(1)
    assert far == []

    with page.context.expect_event("requestfailed"):
        page.get_by_role("link", name="Show pictures").click()

    expect(page.frame_locator("iframe.mail-frame").locator("img[src]")).to_have_count(1)
    assert far == ["https://track.example/open.gif"]
    assert page.url.endswith(message.item.reference)


def test_a_link_opens_beside_the_desk(page: Page, site: str, desk: Desk) -> None:
    """MAIL-44: a window of its own that knows nothing of ours, out of the sandbox."""
    [message] = received(mail(f'<p><a href="{site}/accounts/login/?next=/x">elsewhere</a></p>'))
    page.goto(f"{site}/items/{message.item.reference}")

    with page.context.expect_page() as opened:
        page.frame_locator("iframe.mail-frame").get_by_role("link", name="elsewhere").click()

    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]
    assert page.url.endswith(message.item.reference)


def test_a_mail_is_read_with_scripts_off(chromium: Browser, site: str, desk: Desk) -> None:
    """STYLE section 7: the frame, its pictures and its fold need none."""
    [message] = received(mail('<p>News <img src="https://track.example/open.gif" alt="Offer"></p>'))
    page = open_browser(chromium, java_script_enabled=False).new_page()
    page.context.route("https://track.example/**", lambda route: route.abort())
    sign_in(page, site, desk)
    page.goto(f"{site}/items/{message.item.reference}")

    expect(page.frame_locator("iframe.mail-frame").locator("body")).to_contain_text("News")
    page.get_by_role("link", name="Show pictures").click()

    expect(page.frame_locator("iframe.mail-frame").locator("img[src]")).to_have_count(1)
    page.context.close()


def test_the_frame_is_reached_by_the_keyboard_and_nothing_jumps(page: Page, site: str, desk: Desk) -> None:
    """UI: its height is known before it is loaded."""
    lines = "".join(f"<p>Line {number}</p>" for number in range(30))
    [message] = received(mail(f'<p><a href="https://a.example/">first link</a></p>{lines}'))
    page.goto(f"{site}/items/{message.item.reference}")
    frame = page.locator("iframe.mail-frame")
    before = frame.bounding_box()
    expect(page.frame_locator("iframe.mail-frame").locator("body")).to_contain_text("Line 29")

    link = page.frame_locator("iframe.mail-frame").get_by_role("link", name="first link")
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("node => node.ownerDocument.activeElement === node"):
            break

    expect(link).to_be_focused()
    assert frame.bounding_box() == before


def stray(raw: bytes) -> int:
    """In the tray, and cleaned."""
    from django.utils import timezone

    from tramita.models import SeenMessage
    from tramita.services import receiving
    from tramita.worker import loop

    outcome = receiving.receive(
        raw.replace(b"invoices@desk.example", b"x@desk.example"), source="import", at=timezone.now()
    )
    assert outcome.outcome == "unhandled", outcome
    loop.drain(at=timezone.now(), only="show")
    return SeenMessage.objects.latest("pk").pk


def test_no_hostile_mail_runs_anything_in_the_tray_either(page: Page, site: str, desk: Desk) -> None:
    """MAIL-7, MAIL-43, MAIL-44: the same walls, and its own pictures by a key. A few, for the frame is made alike."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))

    for number, html in list(enumerate(HOSTILE))[::6]:
        page.goto(f"{site}/mail/unhandled?mail={stray(mail(html, number=number))}")
        frame = page.frame_locator("iframe.mail-frame")
        expect(frame.locator("body")).to_contain_text(f"harmless {number}")
        assert page.evaluate("window.pwned") is None
        assert page.url.startswith(site)

    own = urlsplit(site).netloc
    assert [url for url in asked if urlsplit(url).netloc != own and not url.startswith("data:")] == []
