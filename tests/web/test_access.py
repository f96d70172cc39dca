"""Who may open a page, and what every page has in common."""

import re

import pytest
from django.test import Client

from tests.desk import Desk
from tests.web.conftest import Browser
from tests.web.reading import text_of

PAGES = [
    "/inbox",
    "/owned",
    "/queues",
    "/queues/invoices",
    "/recent",
    "/search?q=1-T",
    "/new/ticket",
    "/new/case",
    "/mail/unhandled",
    "/settings/",
    "/settings/shortcuts",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_a_visitor_to_sign_in_first(client: Client, desk: Desk, page: str) -> None:
    """INTERFACES section 7: `/` leads to the sign-in page when nobody is signed in."""
    response = client.get(page)

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/?next=/")


@pytest.mark.parametrize("page", [page for page in PAGES if page != "/inbox"])
def test_the_work_manager_is_for_staff(as_: Browser, desk: Desk, page: str) -> None:
    """SEC-1: Rui asks, and has no desk."""
    assert as_(desk.rui).get(page).status_code == 403


def test_who_asks_is_led_to_the_portal_and_staff_to_the_desk(as_: Browser, desk: Desk) -> None:
    """INTERFACES section 7: `/` is the Work Manager for staff, the portal for requesters."""
    assert as_(desk.rui).get("/", follow=True).redirect_chain[-1][0] == "/portal"
    assert as_(desk.ana).get("/portal", follow=True).redirect_chain[-1][0] == "/inbox"


@pytest.mark.parametrize("page", [page for page in PAGES if "search" not in page])
def test_staff_opens_every_page(ana: Client, page: str) -> None:
    """Issue of all lists and forms, under the strict policy and out of caches."""
    response = ana.get(page)

    assert response.status_code == 200
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "no-store" in response.headers["Cache-Control"]


def test_an_item_outside_the_grants_looks_like_none(as_: Browser, desk: Desk) -> None:
    """SEC-2: Eve works for another customer; missing and invisible look the same."""
    item = desk.ticket()

    hidden, missing = as_(desk.eve).get(f"/items/{item.reference}"), as_(desk.eve).get("/items/99999-T")

    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_nothing_is_decided_by_following_a_link(ana: Client, desk: Desk) -> None:
    """DESIGN decision 13: only a form that is sent changes something."""
    item = desk.ticket()

    for verb in ("start", "assign", "wait", "resolve", "note", "edit", "submit", "discard", "abort", "launch"):
        assert ana.get(f"/items/{item.reference}/{verb}").status_code == 405


def test_a_form_from_elsewhere_is_refused(desk: Desk, as_: Browser) -> None:
    """DESIGN decision 13: CSRF everywhere."""
    item = desk.ticket()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_(desk.ana).cookies

    assert strict.post(f"/items/{item.reference}/start").status_code == 403


HTMX = {"hx-request": "true", "hx-current-url": "http://testserver/inbox"}


def test_a_swap_gets_the_main_part_and_the_bars_that_changed(ana: Client) -> None:
    """STYLE section 7: the page includes what htmx receives, so that the two cannot differ."""
    whole, part = ana.get("/settings/shortcuts"), ana.get("/settings/shortcuts", headers=HTMX)

    assert "HX-Request" in part.headers["Vary"]
    page, main = text_of(whole), text_of(part)
    assert "<!doctype html>" not in main
    assert "<title>Keyboard shortcuts" in main
    start = '<main id="main"'
    assert main[main.index(start) : main.index("</main>")] == page[page.index(start) : page.index("</main>")]


def test_a_refused_form_keeps_its_address(desk: Desk, ana: Client) -> None:
    """Reloading then shows the item, not a form's address."""
    item = desk.ticket()

    refused = ana.post(f"/items/{item.reference}/wait", {"version": item.version}, headers=HTMX)

    assert refused.status_code == 422
    assert refused.headers["HX-Push-Url"] == "false"


def test_signing_in_again_takes_the_whole_window(client: Client, desk: Desk) -> None:
    """A session that ended: the sign-in page never stands inside the shell."""
    response = client.get("/owned", headers=HTMX)

    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/inbox"


def test_what_is_missing_takes_the_whole_window(ana: Client) -> None:
    """404 and 403 have no bars."""
    response = ana.get("/items/99999-T", headers=HTMX)

    assert (response.status_code, response.headers["HX-Retarget"]) == (404, "body")


@pytest.mark.parametrize("page", ["/accounts/login/", *PAGES])
def test_every_button_says_what_it_does_to_its_form(client: Client, ana: Client, page: str) -> None:
    """INTERFACES 7, the sign-in page is a plain form: programs that press buttons look for the one that submits."""
    visitor = client if page.startswith("/accounts") else ana

    buttons = re.findall(r"<button\b[^>]*>", text_of(visitor.get(page)))

    assert all(re.search(r'\btype="(?:submit|button)"', one) for one in buttons), buttons
