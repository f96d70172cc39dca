"""A test run in the Builder (BU-5)."""

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.services.test_trials import PATH, vera
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.domain.actors import Actor
from tramita.models import Item, Trial

__all__ = ["vera"]  # fixtures
pytestmark = pytest.mark.django_db
PAGE = f"/builder/case-types/{PATH}?tab=test"
TRIAL = f"/builder/trials/{PATH}"
START = {"do": "begin", "short_description": "Bodegas Llorente", "requester": "rui@acme.example"}


@pytest.fixture
def desk(db: None) -> None:
    """What is configured comes from the example."""


@pytest.fixture
def browser(vera: Actor, as_: Browser) -> Client:
    return as_(vera)


def test_a_process_is_run_on_the_page_and_wiped(browser: Client) -> None:
    """BU-5: it says that nothing of it is live, offers what may happen, shows the mails that nobody got."""
    browser.post(TRIAL, {**START, "fields": "volume: 42000"})
    begun = text_of(browser.get(PAGE))
    moves = re.findall(r'name="do" value="(\w+:\d+)"', begun)
    browser.post(TRIAL, {"do": "mail_answers:1", "seen": "0"})
    browser.post(TRIAL, {"do": "complete:1", "seen": "1"})
    after = words_of(browser.get(PAGE))
    old = browser.post(TRIAL, {"do": "complete:1", "seen": "1"})
    browser.post(TRIAL, {"do": "wipe"})

    assert moves == ["resolve:0", "mail_answers:1", "complete:1", "unable:1"]
    assert "Nothing of it is in live work" in begun
    assert "thank you for your interest in working with us" in " ".join(begun.split())
    assert "Check the bank account" in after
    assert (old.status_code, "in another window" in words_of(old)) == (409, True)
    assert not Trial.objects.exists()
    assert not Item.objects.exists()


def test_what_cannot_begin_says_why_beside_its_field(browser: Client, data_dir: Path) -> None:
    """BU-5, UI: what was typed stays."""
    answer = browser.post(TRIAL, {**START, "fields": "volume: many"})

    page = text_of(answer)
    assert answer.status_code == 422
    assert 'id="f-fields-error"' in page
    assert "volume: many" in page


def test_a_category_is_run_on_its_page(browser: Client) -> None:
    """BU-5, BU-4, M-24: also one that is only a draft yet; without a route for tests it begins by hand."""
    path = "acme/main/purchasing/question"
    page, trial = f"/builder/categories/{path}", f"/builder/category-trials/{path}"
    new = {"kind": "category", "service": "acme/main/purchasing", "key": "question", "title": "Question"}
    browser.post("/builder/new", new)
    form = text_of(browser.get(f"{page}?tab=test"))
    start = {
        "do": "begin",
        "of": "draft",
        "title": "Who pays?",
        "description": "We ask.",
        "requester": "rui@acme.example",
    }
    browser.post(trial, start)
    begun = text_of(browser.get(f"{page}?tab=test"))
    browser.post(trial, {"do": "resolve:0", "seen": "0"})

    assert ('name="title"' in form, 'name="route"' in form) == (True, False)
    assert re.findall(r'name="do" value="(\w+:\d+)"', begun) == ["resolve:0", "ask:0"]
    after = text_of(browser.get(f"{page}?tab=test"))
    assert ("Closed" in after, re.findall(r'name="do" value="(\w+:\d+)"', after)) == (True, [])
    assert not Item.objects.exists()
