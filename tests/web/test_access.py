"""Who may open a page."""

import pytest
from django.test import Client

from tests.desk import Desk
from tests.web.conftest import Browser

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


@pytest.mark.parametrize("page", PAGES)
def test_the_work_manager_is_for_staff(as_: Browser, desk: Desk, page: str) -> None:
    """SEC-1: Rui asks, and has no desk."""
    assert as_(desk.rui).get(page).status_code == 403


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

    for verb in ("start", "assign", "wait", "resolve", "note", "reply", "edit", "submit", "discard", "abort", "launch"):
        assert ana.get(f"/items/{item.reference}/{verb}").status_code == 405


def test_a_form_from_elsewhere_is_refused(desk: Desk, as_: Browser) -> None:
    """DESIGN decision 13: CSRF everywhere."""
    item = desk.ticket()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = as_(desk.ana).cookies

    assert strict.post(f"/items/{item.reference}/start").status_code == 403
