"""The whole portal on a phone: by keys alone, and where no script runs (UI portal)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Locator, expect

from tests.approving import Customer, customer, fresh
from tests.desk import Desk, offer
from tests.e2e.hands import PHONE, Hands, Keys, NoScripts, hands_of
from tramita.domain.codes import ApprovalState, State
from tramita.models import Approval, Feedback, Item, Person
from tramita.queries.people import actor_by_id
from tramita.services import resolving, working

STATEMENT: FilePayload = {"name": "statement.pdf", "mimeType": "application/pdf", "buffer": b"the statement"}


class KeysOnAPhone(Keys):
    """A phone with a keyboard, or a desk at 400 %."""

    window = {"viewport": PHONE}


class PhoneWithoutScripts(NoScripts):
    """Whatever the reason."""

    window = {"viewport": PHONE, "java_script_enabled": False}


WAYS = {"keys": KeysOnAPhone, "no scripts": PhoneWithoutScripts}


@pytest.fixture
def acme(desk: Desk, data_dir: Path) -> Customer:
    found = customer(desk)
    offer(desk.definitions["invoice-query"])
    return found


@pytest.fixture(params=WAYS)
def rui(request: pytest.FixtureRequest, chromium: Browser, site: str, acme: Customer) -> Iterator[Hands]:
    """Who asks."""
    yield from hands_of(WAYS[request.param], chromium, site, actor_by_id(acme.desk.rui.pk))


@pytest.fixture(params=WAYS)
def marta(request: pytest.FixtureRequest, chromium: Browser, site: str, acme: Customer) -> Iterator[Hands]:
    """Who decides."""
    yield from hands_of(WAYS[request.param], chromium, site, acme.marta)


def looked(hands: Hands, heading: str) -> None:
    """The page has come, and nothing of it is wider than the phone."""
    expect(hands.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    assert hands.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], hands.page.url


def tick(hands: Hands, what: Locator) -> None:
    """A choice that looks like a button: its label is what one sees."""
    if isinstance(hands, Keys):
        hands.reach(what)
        hands.page.keyboard.press("Space")
    else:
        what.locator("xpath=..").click()


def test_who_asks_asks_answers_and_rates(rui: Hands, acme: Customer) -> None:
    """UI portal, SS-1, SS-2, M-8, T-45: a new request with a file, an answer, and a word on what was done."""
    page, desk = rui.page, acme.desk
    rui.open("/portal")
    looked(rui, "My requests")
    rui.link("New request")
    looked(rui, "New request")
    rui.press(page.locator("main .choices a").first)
    page.get_by_label("Title").wait_for()
    rui.write(page.get_by_label("Title"), "Invoice 991 twice")
    rui.write(page.get_by_label("Description"), "It came twice.")
    page.get_by_label("Files").set_input_files(STATEMENT)
    rui.button("Send the request")
    looked(rui, "Invoice 991 twice")
    item = Item.objects.get(title="Invoice 991 twice")
    rui.write(page.get_by_label("Your message"), "The second one is wrong.")
    rui.button("Send")
    expect(page.locator(".message", has_text="The second one is wrong.")).to_be_visible()

    working.start(fresh(item), by=desk.ana, at=timezone.now())
    resolving.resolve(fresh(item), method="replied", by=desk.ana, at=timezone.now())
    rui.open("/portal")
    rui.link("Invoice 991 twice")
    looked(rui, "Is it done?")
    tick(rui, page.locator("input[name=rating]").first)
    rui.write(page.get_by_label("What you want to tell us"), "Thank you.")
    rui.button("Yes, it is done")
    expect(page.get_by_text("You said that it is done, and gave")).to_be_visible()

    assert Feedback.objects.get().done
    assert fresh(item).state is State.RESOLVED
    assert list(item.attachments.values_list("filename", flat=True)) == ["statement.pdf"]


def test_who_manages_reads_and_decides(marta: Hands, acme: Customer) -> None:
    """UI portal, AP-11, AP-12, AP-19, AP-21, TO-1: the list, all of the request, each decision confirmed; members."""
    page = marta.page
    first, second = (acme.ticket(title=title, at=timezone.now()) for title in ("Invoice 991 twice", "Invoice 992"))
    for item in (first, second):
        acme.asked(item, comment="Please.", at=timezone.now())
    marta.open("/portal")
    looked(marta, "My requests")
    marta.link("Approve actions (2)", "nav")
    for left, item, verb, said in ((1, first, "Approve", "Approved"), (0, second, "Reject", "Rejected")):
        looked(marta, f"Approve actions ({left + 1})")
        marta.press(page.locator(".request-card", has_text=item.reference).get_by_role("link"))
        looked(marta, "Refund above limit")
        marta.press(page.locator("summary", has_text=verb))
        if verb == "Reject":
            marta.write(page.get_by_label("Reason, if you like to give one"), "Too dear.")
        marta.button(f"Yes, {verb.lower()}")
        expect(page.locator("main").get_by_text(said, exact=True).first).to_be_visible()
        marta.link(f"Approve actions ({left})", "nav")
    marta.link("My organisation", "nav")
    looked(marta, "Requests of my organisation")
    marta.link("Invoice 992")
    looked(marta, "Invoice 992")
    marta.link("Members", "nav")
    looked(marta, "Members")
    marta.press(page.locator("summary", has_text="New member"))
    marta.write(page.get_by_label("Name", exact=True), "Nova Nunes")
    marta.write(page.get_by_label("E-mail"), "nova@acme.example")
    marta.choose(page.get_by_label("Organisation", exact=True), "Acme Group")
    marta.button("Invite by mail")
    expect(page.locator("main [role=status]")).to_contain_text("Nova Nunes")

    states = {one.item_id: (one.state, one.reason) for one in Approval.objects.all()}
    assert states == {first.pk: (ApprovalState.APPROVED, ""), second.pk: (ApprovalState.REJECTED, "Too dear.")}
    assert Person.objects.get(email="nova@acme.example").organisation == acme.group
