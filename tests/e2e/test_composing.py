"""Writing a mail in a real browser: nothing typed is lost, and what was sent too soon comes back."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests import factories
from tests.desk import Desk, publish
from tests.e2e.conftest import open_browser, sign_in, written
from tramita.gateways.storage import storage
from tramita.models import Delivery, Item, Message
from tramita.services import posting, working

KEPT = re.compile("Draft saved")
AT_MOST = 3000  # milliseconds from the first key (UI: nothing typed is lost)
PDF: FilePayload = {"name": "statement.pdf", "mimeType": "application/pdf", "buffer": b"the statement"}


@pytest.fixture
def item(desk: Desk, data_dir: object) -> Item:
    """A Ticket in Ana's hands, with a mail and its file."""
    one = desk.ticket()
    working.start(one, by=desk.ana, at=timezone.now())
    mail = factories.mail(one, at=timezone.now(), sender_address=desk.rui.email)
    factories.attachment(one, mail)
    return Item.objects.get(pk=one.pk)


def saved(page: Page) -> None:
    """The draft is on the server."""
    expect(page.locator(".reply-form [data-said]")).to_have_text(KEPT, timeout=AT_MOST)


def test_a_browser_that_dies_loses_three_seconds_at_most(
    chromium: Browser, page: Page, site: str, desk: Desk, item: Item
) -> None:
    """UI: drafts come back after a crash, on another machine too; M-17."""
    doomed = open_browser(chromium)
    window = doomed.new_page()
    sign_in(window, site, desk)
    window.goto(f"{site}/items/{item.reference}")
    window.get_by_role("textbox", name="Reply").press_sequentially("It was booked twice.")
    saved(window)
    doomed.set_offline(True)  # nothing leaves it any more: as good as dead
    window.get_by_role("textbox", name="Reply").press_sequentially(" And th")
    doomed.close()

    page.goto(f"{site}/items/{item.reference}")

    expect(written(page)).to_have_value(re.compile("It was booked twice."))


def test_what_is_typed_is_kept_when_the_page_is_left(page: Page, site: str, item: Item) -> None:
    """UI: at once, by a link as by a tab that closes."""
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("textbox", name="Reply").fill("Half a sentence")
    with page.expect_response(re.compile("/drafts/reply")):
        page.get_by_role("link", name="Queues").first.click()

    page.goto(f"{site}/items/{item.reference}")

    expect(written(page)).to_have_value("Half a sentence")


def test_two_windows_do_not_eat_each_others_words(page: Page, site: str, item: Item) -> None:
    """UI: the second one gets both texts, while it is being typed into."""
    other = page.context.new_page()
    for window in (page, other):
        window.goto(f"{site}/items/{item.reference}")
    page.get_by_role("textbox", name="Reply").fill("From the first window.")
    saved(page)

    other.get_by_role("textbox", name="Reply").fill("From the second window.")

    expect(other.get_by_text("You wrote this in two windows.")).to_be_visible()
    expect(other.get_by_role("textbox", name="Reply")).to_have_text(re.compile("first window.*second window", re.S))


def test_a_mail_that_was_sent_too_soon_comes_back(page: Page, site: str, item: Item) -> None:
    """MAIL-115: by keyboard; the button can be reached, and says when it is too late."""
    page.goto(f"{site}/items/{item.reference}")
    page.keyboard.press("r")
    page.keyboard.type("It goes back on Friday.")
    page.keyboard.press("Control+Enter")
    undo = page.locator(".toast").get_by_role("button", name="Undo")
    expect(page.locator("#toasts[aria-live=polite]")).to_contain_text("The mail goes out in 10 seconds.")
    undo.focus()
    page.keyboard.press("Enter")

    expect(written(page)).to_have_value("It goes back on Friday.")
    expect(page.locator(".message").first).to_contain_text("Taken back, not sent")

    page.get_by_role("button", name="Send", exact=True).click()
    expect(undo).to_be_visible()
    assert posting.claim(at=timezone.now() + timedelta(minutes=1))
    undo.click()
    expect(page.get_by_role("alert")).to_contain_text("It is too late: the mail is on its way.")


def test_a_mail_waits_for_its_time_and_can_be_cancelled(page: Page, site: str, item: Item) -> None:
    """M-17: who, when, in which zone."""
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("textbox", name="Reply").fill("Happy new year.")
    page.locator("#send-later > summary").click()
    page.get_by_label("When to send it").fill("2031-01-01T09:00")
    page.get_by_role("button", name="Schedule").click()

    going = page.locator(".going")
    expect(going).to_contain_text("Goes out Wed 1 Jan 2031 09:00 (UTC), scheduled by Ana Lima")
    expect(going.get_by_role("button", name="Send now")).to_be_visible()
    going.get_by_role("button", name="Cancel").click()

    expect(written(page)).to_have_value("Happy new year.")
    assert Delivery.objects.get().state == Delivery.State.CANCELLED


def test_a_canned_text_comes_to_the_cursor_with_its_file(page: Page, site: str, item: Item) -> None:
    """M-19: found while typing, filled, editable, its file attached; a file of one's own beside it."""
    key = storage(settings.TRAMITA_STORAGE_URL).put(b"terms")
    files = [{"name": "terms.pdf", "content_type": "application/pdf", "sha256": key}]
    publish("canned_text", "Refund", texts={"en": "{{requester}}, it is on its way."}, files=files)
    publish("canned_text", "Ask for the order", texts={"en": "Which order?"})
    page.goto(f"{site}/items/{item.reference}")
    reply = page.get_by_role("textbox", name="Reply")
    reply.fill("Dear , bye.")
    page.locator("#reply-files").set_input_files(PDF)
    expect(page.locator(".attached .file")).to_contain_text("statement.pdf")
    reply.focus()
    # not by keys: the editor hears of a caret that they move with the next frame, and no hand is faster than that
    page.locator(".written").evaluate("(one) => one.editor.commands.setTextSelection(1 + 'Dear '.length)")
    page.get_by_role("button", name="Canned texts").click()
    expect(page.get_by_role("searchbox", name="Search canned texts")).to_be_focused()
    page.keyboard.type("fund")
    expect(page.get_by_role("button", name=re.compile("Ask for the order"))).to_be_hidden()
    page.get_by_role("button", name=re.compile("^Refund")).click()

    expect(written(page)).to_have_value("Dear Rui Sousa, it is on its way., bye.")
    expect(page.locator(".attached .file")).to_have_count(2)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message").first).to_contain_text("terms.pdf")
    assert {one.filename for one in Message.objects.get(outgoing=True).attachments.all()} == {
        "terms.pdf",
        "statement.pdf",
    }


def test_files_can_be_dropped_and_pasted(page: Page, site: str, item: Item) -> None:
    """M-18: where people let go of them."""
    page.goto(f"{site}/items/{item.reference}")
    for event, transfer in (("drop", "dataTransfer"), ("paste", "clipboardData")):
        page.evaluate(
            """([event, transfer]) => {
              const files = new DataTransfer()
              files.items.add(new File(["x"], `${event}.txt`, {type: "text/plain"}))
              const happening = new Event(event, {bubbles: true, cancelable: true})
              Object.defineProperty(happening, transfer, {value: files})
              document.querySelector("#reply-text").dispatchEvent(happening)
            }""",
            [event, transfer],
        )
        expect(page.locator(".attached .file", has_text=f"{event}.txt")).to_be_visible()


def test_strangers_are_asked_about_before_anything_leaves(page: Page, site: str, item: Item) -> None:
    """M-16."""
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("textbox", name="Reply").fill("See below.")
    page.get_by_label("Cc", exact=True).fill("eve@else.example, bob@else.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Not everybody you write to is known on this item.")
    page.get_by_label(re.compile("eve@else.example")).uncheck()

    page.get_by_role("button", name="Send anyway").click()

    expect(page.locator(".message").first).to_contain_text("Cc bob@else.example")


def test_all_of_it_works_with_scripts_off(chromium: Browser, site: str, desk: Desk, item: Item) -> None:
    """STYLE section 7: save, attach, a canned text, answer a chosen mail, send, undo, discard."""
    publish("canned_text", "Refund", texts={"en": "It is on its way."})
    page = open_browser(chromium, java_script_enabled=False).new_page()
    sign_in(page, site, desk)
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_role("link", name="Reply to this mail of Rui Sousa").click()
    reply = page.get_by_role("textbox", name="Reply")
    reply.fill("Dear Rui,")
    page.get_by_role("button", name="Save draft").first.click()
    expect(page.locator(".reply-form [data-said]")).to_have_text(KEPT)
    page.locator("#attach > summary").click()
    page.locator("#reply-files").set_input_files(PDF)
    page.get_by_label(re.compile("invoice.pdf")).check()
    page.locator("#attach").get_by_role("button", name="Attach").click()
    expect(page.locator(".attached .file")).to_have_count(2)
    page.get_by_role("button", name="Take invoice.pdf out").click()
    page.get_by_role("button", name="Canned texts").click()
    page.get_by_role("button", name=re.compile("^Refund")).click()
    expect(reply).to_have_value("Dear Rui,\n\nIt is on its way.")

    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message").first).to_contain_text("statement.pdf")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(reply).to_have_value("Dear Rui,\n\nIt is on its way.")
    page.get_by_role("button", name="Discard the draft").first.click()
    expect(reply).to_have_value("")
    page.context.close()
