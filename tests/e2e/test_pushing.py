"""A manager's browser is told: on the page that is looked at, else by the system; a press leads to the request.

Chromium's own push service is on the internet, where tests do not go: what our push service handed over is decrypted as
a browser does and given to the service worker by the developer tools. All before and after that is the real thing.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from tests.approving import Customer, customer
from tests.desk import Desk
from tests.e2e.conftest import let_in, open_browser
from tests.fakes.push import Browser as Receiver
from tests.fakes.push import push_service
from tests.fakes.web import Web
from tramita.models import Person
from tramita.services import approvals, push_subscriptions, pushing
from tramita.ui.notices import sentence

SHOWN = (
    "navigator.serviceWorker.ready.then((ready) => ready.getNotifications()).then((all) => all.map((one) => one.title))"
)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def service(settings: Any) -> Iterator[Web]:
    settings.TRAMITA_PUSH_INSIDE = frozenset({"localhost"})
    with push_service() as running:
        yield running


class Told:
    """Hands what arrives for a receiver to the service worker of a page."""

    def __init__(self, page: Page, site: str, receiver: Receiver) -> None:
        self.tools, self.site, self.receiver = page.context.new_cdp_session(page), site, receiver
        self.registrations: list[str] = []
        self.told = 0
        self.tools.on("ServiceWorker.workerRegistrationUpdated", self._known)
        self.tools.send("ServiceWorker.enable")
        while not self.registrations:
            page.evaluate("() => new Promise(requestAnimationFrame)")

    def _known(self, event: dict[str, Any]) -> None:
        self.registrations += [one["registrationId"] for one in event["registrations"]]

    def push(self) -> None:
        pushing.push_due(say=sentence, at=timezone.now())
        for news in self.receiver.told()[self.told :]:
            self.told += 1
            given = {"origin": self.site, "registrationId": self.registrations[0], "data": json.dumps(news)}
            self.tools.send("ServiceWorker.deliverPushMessage", given)


def test_a_manager_is_told_on_the_page_and_by_the_system_when_none_is_looked_at(
    chromium: Browser, site: str, acme: Customer, service: Web
) -> None:
    """AP-17, AP-24: different for an active and an inactive tab; that another decided takes its place."""
    context = open_browser(chromium, viewport={"width": 390, "height": 844})
    context.grant_permissions(["notifications"], origin=site)
    let_in(context, site, acme.marta)
    receiver = Receiver(service, "marta")
    push_subscriptions.subscribe(**receiver.given, by=Person.objects.get(pk=acme.marta.id), at=timezone.now())
    page = context.new_page()
    page.goto(f"{site}/portal/notifications")
    expect(page.get_by_role("button", name="Tell me in this browser")).to_be_visible()
    page.evaluate(
        "navigator.serviceWorker.register('/push-worker.js', { scope: '/' }).then(() => navigator.serviceWorker.ready)"
    )
    told = Told(page, site, receiver)

    now = timezone.now()
    first = approvals.ask(acme.ticket(), type="refund", by=acme.desk.ana, at=now)
    told.push()
    box = page.get_by_role("status").filter(has_text="Ana Lima asks for your approval: Refund above limit")
    expect(box).to_be_visible()
    assert page.evaluate(SHOWN) == []
    approvals.approve(first.pk, by=acme.sofia, at=timezone.now())
    told.push()
    expect(page.get_by_text("Already approved by Sofia Prado: Refund above limit")).to_be_visible()
    expect(box).to_be_hidden()
    page.get_by_role("link", name="Open the request").click()
    expect(page).to_have_url(f"{site}/portal/approvals/{first.pk}")

    second = approvals.ask(acme.ticket(), type="refund", by=acme.desk.leo, at=timezone.now())
    page.goto("about:blank")  # nothing of ours is looked at
    told.push()
    page.goto(f"{site}/portal")
    page.wait_for_function(f"{SHOWN}.then((all) => all.length)")
    assert page.evaluate(SHOWN) == ["Leo Roy asks for your approval: Refund above limit"]
    assert second.pk != first.pk
    context.close()
