"""Rich text in a real browser: the module of django-prose-editor under our content policy, and what is sent."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.test_composing import item, saved
from tramita.models import Draft, Item, Message
from tramita.services import composing_mail

__all__ = ["item"]  # a fixture

PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="  # one pixel
)
GIVE = """([event, transfer, picture, where]) => {
  const files = new DataTransfer()
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))
  files.items.add(new File([bytes], "dot.png", {type: "image/png"}))
  const place = document.querySelector(where)
  const {x, y} = place.getBoundingClientRect()
  const Kind = event === "drop" ? DragEvent : ClipboardEvent
  const happening = new Kind(event, {bubbles: true, cancelable: true, clientX: x + 1, clientY: y + 1})
  Object.defineProperty(happening, transfer, {value: files})
  place.dispatchEvent(happening)
}"""


def editor(page: Page, site: str, item: Item) -> None:
    page.goto(f"{site}/items/{item.reference}")
    page.keyboard.press("r")
    expect(page.locator(".written[contenteditable]")).to_be_focused()


def test_a_mail_is_written_with_everything_and_sent(page: Page, site: str, item: Item) -> None:
    """UI, MAIL-120: bold, italic, lists, a link, a quotation, a picture that is pasted; Ctrl+Enter sends."""
    editor(page, site, item)
    keys = page.keyboard
    keys.type("Dear ")
    keys.press("Control+b")
    keys.type("Rui")
    keys.press("Control+b")
    keys.press("Enter")
    page.get_by_role("button", name="Numbered list").click()
    keys.type("one")
    keys.press("Enter")
    keys.type("two")
    keys.press("Enter")
    keys.press("Enter")
    page.get_by_role("button", name="Quotation").click()
    keys.type("it came twice")
    keys.press("Enter")
    keys.press("Enter")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_label("Address")).to_be_focused()
    keys.type("acme.example/terms")
    keys.press("Enter")
    page.evaluate(GIVE, ["paste", "clipboardData", PICTURE, ".written"])
    shown = page.locator(".written img[draggable]")
    expect(shown).to_be_visible()
    assert page.evaluate("document.querySelector('.written img').naturalWidth") == 1
    saved(page)
    draft = Draft.objects.get()
    assert draft.text.startswith("Dear Rui\n\n1. one\n2. two\n\n> it came twice")
    keys.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("The mail goes out in")

    message = Message.objects.get(outgoing=True)
    assert "<strong>Rui</strong>" in message.html
    assert '<a href="https://acme.example/terms"' in message.html
    raw = composing_mail.composed(message)
    assert b"multipart/related" in raw
    assert f"<{message.attachments.get().content_id}>".encode() in raw
    frame = page.frame_locator(f'iframe[name="mail-{message.pk}"]')
    expect(frame.locator("strong")).to_have_text("Rui")
    assert frame.locator("img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 1


def test_the_module_is_fetched_when_somebody_writes(page: Page, site: str, item: Item) -> None:
    """UI: a first load stays light; what is typed until the module is there is kept."""
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "prose_editor" in request.url else None)
    page.goto(f"{site}/items/{item.reference}")
    page.wait_for_load_state("networkidle")
    assert fetched == []

    page.keyboard.press("r")
    page.keyboard.type("Typed at once, and nothing of it is lost on the way.")

    expect(page.locator(".written")).to_have_text("Typed at once, and nothing of it is lost on the way.")
    assert len(fetched) == 1


def test_a_draft_comes_back_as_it_looked(page: Page, site: str, item: Item) -> None:
    """M-17, UI: drafts keep what words look like; a change of the addressee alone costs none of it."""
    editor(page, site, item)
    page.keyboard.press("Control+i")
    page.keyboard.type("soon")
    saved(page)
    page.goto(f"{site}/items/{item.reference}")
    page.get_by_label("Cc", exact=True).fill("marta@acme.example")
    saved(page)
    expect(page.locator(".reply-form [name=draft]")).to_have_value(re.compile("[2-9]"))
    page.goto(f"{site}/items/{item.reference}")

    page.get_by_role("textbox", name="Reply").focus()

    expect(page.locator(".written em")).to_have_text("soon")


def test_a_dropped_picture_stands_in_the_text_and_other_files_go_along(page: Page, site: str, item: Item) -> None:
    """UI, M-18."""
    editor(page, site, item)
    page.evaluate(GIVE, ["drop", "dataTransfer", PICTURE, ".written p"])
    expect(page.locator(".written img[draggable]")).to_have_count(1)
    page.locator("#reply-files").set_input_files([{"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"a"}])
    expect(page.locator(".reply-form .attached .file")).to_have_count(1)

    page.locator("[data-pick]").set_input_files([{"name": "bad.png", "mimeType": "image/png", "buffer": b"<svg/>"}])

    expect(page.locator(".reply-form .uploads [data-failed]")).to_contain_text("“bad.png” is no picture")
    expect(page.locator(".written img[draggable]")).to_have_count(1)


def test_every_file_is_told_by_its_name(page: Page, site: str, item: Item) -> None:
    """M-18: one that is refused costs none of the others."""
    from tests.desk import publish
    from tramita.queries import definitions

    publish("settings", "settings", file_types=["pdf"])
    definitions.forget()
    page.goto(f"{site}/items/{item.reference}")
    files = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": name.encode()}
        for name in ("a.pdf", "tool.exe", "b.pdf")
    ]

    page.locator("#reply-files").set_input_files(files)  # type: ignore[arg-type]  # a list of dicts

    expect(page.locator(".reply-form .attached .file")).to_have_count(2)
    expect(page.locator(".reply-form .uploads [data-failed]")).to_have_text(
        re.compile("“tool.exe” is of a type that is not taken here")
    )
