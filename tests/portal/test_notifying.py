"""The switch by which a browser tells its owner, also while no page is open (AP-17, N-4)."""

from pathlib import Path

import pytest
from django.test import Client

from tests.approving import Customer, customer
from tests.desk import Desk
from tests.fakes.push import Browser
from tests.fakes.web import Web
from tests.portal.test_pages import browser
from tests.web.reading import words_of
from tramita.models import Person, PushSubscription

pytestmark = pytest.mark.django_db
AGENT = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    return customer(desk)


@pytest.fixture
def marta(acme: Customer) -> Client:
    return browser(Person.objects.get(pk=acme.marta.id))


@pytest.fixture
def given() -> dict[str, str]:
    with Web() as web:
        return Browser(web, "marta").given | {"endpoint": "https://push.example/marta"}


def test_a_browser_is_switched_on_listed_and_switched_off(marta: Client, given: dict[str, str]) -> None:
    """AP-17: the list needs no JavaScript."""
    assert marta.post("/push/subscribe", given, **AGENT).status_code == 204
    assert marta.post("/push/subscribe", given, **AGENT).status_code == 204
    (kept,) = PushSubscription.objects.all()
    assert "Firefox, Linux" in words_of(marta.get("/portal/notifications"))

    left = marta.post("/push/unsubscribe", {"number": kept.pk}, follow=True)

    assert "Firefox, Linux" not in words_of(left)
    assert not PushSubscription.objects.exists()
    marta.post("/push/subscribe", given)
    assert marta.post("/push/unsubscribe", {"endpoint": given["endpoint"]}).status_code == 204
    assert not PushSubscription.objects.exists()


def test_who_signs_out_leaves_nothing_behind_for_the_next(marta: Client, given: dict[str, str]) -> None:
    """AP-17: whoever sits down there next hears nothing that was meant for somebody else."""
    marta.post("/push/subscribe", given)

    marta.post("/accounts/logout/")

    assert not PushSubscription.objects.exists()


def test_nobody_switches_for_others_and_what_no_browser_says_is_refused(
    acme: Customer, marta: Client, given: dict[str, str]
) -> None:
    """AP-17, SEC-2."""
    marta.post("/push/subscribe", given)
    kept, rui = PushSubscription.objects.get(), browser(acme.desk.rui)

    rui.post("/push/unsubscribe", {"number": kept.pk})
    rui.post("/push/unsubscribe", {"endpoint": given["endpoint"]})
    refused = rui.post("/push/subscribe", given | {"endpoint": "http://169.254.169.254/"})

    assert PushSubscription.objects.get() == kept
    assert refused.status_code == 422
    assert [Client().post(f"/push/{name}", given).status_code for name in ("subscribe", "unsubscribe")] == [401, 401]
    assert marta.get("/push-worker.js").headers["Content-Type"].startswith("text/javascript")


def test_staff_have_the_switch_among_their_settings(acme: Customer, given: dict[str, str]) -> None:
    """N-1, N-4."""
    ana = browser(Person.objects.get(pk=acme.desk.ana.id))
    ana.post("/push/subscribe", given, **AGENT)

    said = words_of(ana.get("/settings/"))
    left = ana.post("/push/unsubscribe", {"number": PushSubscription.objects.get().pk})

    assert "Firefox, Linux" in said
    assert left.headers["Location"] == "/settings/"
