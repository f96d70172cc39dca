#!/usr/bin/env python3
"""The pictures of docs/screenshots, taken from the running product with the demo company: `make screenshots`.

Starts `tramita run --demo` in a folder of its own, signs in as Ana, as Leo for what he may do to many, as Vera for what
she configures, or as Helen, who asks and approves, and photographs the pages below with the Chromium of this machine.
A picture may have 150 KB at most.
"""

import base64
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 150 * 1024
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SAID = re.compile(
    r"Sign in with the password (?P<password>\S+) as$.*^Tramita is at (?P<address>http://\S+)", re.M | re.S
)

Show = Callable[[Page], None]


def main() -> int:
    """Take them all; exit code 1 if one is too large."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with product() as (address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, (theme, size, show) in PICTURES.items():
            context = browser.new_context(base_url=address, viewport=size, color_scheme=theme, locale="en-GB")
            if show is not sign_in_page:
                sign_in(context.new_page(), password, WHO.get(show, "ana@desk.example"))
            photograph(context.pages[0] if context.pages else context.new_page(), name, show)
            context.close()
        browser.close()
    large = [file.name for file in FOLDER.glob("*.png") if file.stat().st_size > LARGEST]
    for name in large:
        sys.stderr.write(f"screenshots: {name} has more than {LARGEST // 1024} KB\n")
    return 1 if large else 0


def photograph(page: Page, name: str, show: Show) -> None:
    """One picture, of what stands still."""
    show(page)
    page.wait_for_load_state("load")
    picture = page.screenshot(animations="disabled", caret="hide")
    page.goto("about:blank")
    (FOLDER / f"{name}.png").write_bytes(with_palette(page, picture))


# The colours that fill the picture stay exact, then those that would be missed most: the edges of letters become
# the nearest of 256, and a small green ring stays green.
TO_PALETTE = """async data => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob())
  const {width, height} = image
  const canvas = new OffscreenCanvas(width, height).getContext("2d")
  canvas.drawImage(image, 0, 0)
  const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer)
  const counts = new Map()
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1)
  const channels = pixel => [pixel & 255, pixel >> 8 & 255, pixel >> 16 & 255]
  const distance = (one, other) => one.reduce((sum, value, i) => sum + (value - other[i]) ** 2, 0)
  const colours = [...counts].map(([pixel, count]) => ({pixel, count, rgb: channels(pixel)}))
  colours.sort((a, b) => b.count - a.count)
  const palette = []
  const add = colour => {
    for (const one of colours) {
      const away = distance(one.rgb, colour.rgb)
      if (one.away === undefined || away < one.away) Object.assign(one, {away, index: palette.length})
    }
    palette.push(colour.rgb)
  }
  const missed = one => one.away * one.count
  colours.slice(0, 32).forEach(add)
  while (palette.length < 256) add(colours.reduce((a, b) => (missed(b) > missed(a) ? b : a)))
  const nearest = new Map(colours.map(one => [one.pixel, one.index]))
  const indices = Uint8Array.from(pixels, pixel => nearest.get(pixel))
  let text = ""
  for (let i = 0; i < indices.length; i += 8192) text += String.fromCharCode(...indices.subarray(i, i + 8192))
  return {width, height, palette: palette.flat(), indices: btoa(text)}
}"""


def with_palette(page: Page, picture: bytes) -> bytes:
    """The same picture as a PNG of at most 256 colours."""
    counted = page.evaluate(TO_PALETTE, base64.b64encode(picture).decode())
    width, height, indices = counted["width"], counted["height"], base64.b64decode(counted["indices"])
    rows = b"".join(b"\0" + indices[start : start + width] for start in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", header), (b"PLTE", bytes(counted["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def sign_in(page: Page, password: str, who: str) -> None:
    """Somebody comes to their Inbox, or to the portal."""
    page.goto("/")
    page.get_by_label("E-mail").fill(who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/portal" if who == HELEN else "**/inbox")


def sign_in_page(page: Page) -> None:
    page.goto("/")


def inbox(page: Page) -> None:
    page.goto("/inbox")


def queue(page: Page) -> None:
    page.goto("/queues/invoices")


def ticket(page: Page) -> None:
    open_from(page, "/inbox", "Factura 991 cobrada dos veces")


def problem_case(page: Page) -> None:
    open_from(page, "/inbox", "Talleres Ibarra")


def refused_ticket(page: Page) -> None:
    """A new Ticket, handed in without what is mandatory."""
    page.goto("/new/ticket")
    page.get_by_label("Title").first.fill("Invoice 1040 sent to the wrong address")
    page.get_by_role("button", name="Submit").click()
    page.get_by_text("This is needed.").first.wait_for()


def unhandled(page: Page) -> None:
    open_from(page, "/mail/unhandled", "Cambio de cuenta bancaria")


def tray_open(page: Page) -> None:
    """With all that an administrator may do."""
    open_from(page, "/mail/unhandled", "certidão permanente")


def mail_outbox(page: Page) -> None:
    page.goto("/mail/outbox")


def mailbox_settings(page: Page) -> None:
    page.goto("/settings/mailboxes/invoices@desk.example")


def builder_flow(page: Page) -> None:
    """A process as it flows, with where its Cases are."""
    page.goto("/builder/case-types/acme/main/finance/supplier-onboarding")


def builder_board(page: Page) -> None:
    """The same, as it is drawn."""
    page.goto("/builder/edit/case-types/acme/main/finance/supplier-onboarding")


def builder_calendar(page: Page) -> None:
    page.goto("/builder/desk/calendars")
    page.goto(page.locator("main table a").first.get_attribute("href") or "/builder/desk/calendars")
    page.goto(f"{page.url}?year=2027#year")


def bulk_bar(page: Page) -> None:
    """Some items are ticked."""
    page.goto("/queues/invoices")
    for number in range(3):
        page.locator("tbody .tick").nth(number).check()
    page.locator(".bulk-bar").wait_for()


def bulk_job(page: Page) -> None:
    """Three items were tagged, and each says what came of it."""
    bulk_bar(page)
    page.locator(".bulk-bar summary", has_text="More").click()
    page.get_by_role("button", name="Tag…").click()
    page.get_by_label("Tags").fill("year-end")
    page.get_by_role("button", name="Change 3 items").click()
    page.get_by_role("status").get_by_role("link").first.wait_for()  # the list again, and a word about it
    page.goto("/bulk")
    open_from(page, "/bulk", "Tag: year-end")
    page.get_by_text("3 of 3, it has ended.").wait_for()


def view(page: Page) -> None:
    """All work, in groups, with a chart and columns of one's own."""
    page.goto("/team?state=to_do&state=in_progress&group=organisation&col=process&col=state&col=due")


def search(page: Page) -> None:
    page.goto("/search?q=invoice")


def portal(page: Page) -> None:
    page.goto("/portal")


LEO = "leo@desk.example"
HELEN = "helen@acme.example"
CONFIGURED = (tray_open, mailbox_settings, builder_flow, builder_board, builder_calendar)
WHO = dict.fromkeys(CONFIGURED, "vera@desk.example") | {bulk_bar: LEO, bulk_job: LEO, portal: HELEN}


def open_from(page: Page, path: str, title: str) -> None:
    page.goto(path)
    page.goto(page.get_by_role("link", name=title).first.get_attribute("href") or path)


PICTURES: dict[str, tuple[str, dict[str, int], Show]] = {
    "sign-in": ("light", DESKTOP, sign_in_page),
    "inbox-light": ("light", DESKTOP, inbox),
    "inbox-dark": ("dark", DESKTOP, inbox),
    "inbox-phone": ("light", PHONE, inbox),
    "queue": ("light", DESKTOP, queue),
    "ticket-light": ("light", DESKTOP, ticket),
    "ticket-dark": ("dark", DESKTOP, ticket),
    "ticket-phone": ("light", PHONE, ticket),
    "case-problem": ("light", DESKTOP, problem_case),
    "new-ticket-refused": ("light", DESKTOP, refused_ticket),
    "unhandled-mail": ("light", DESKTOP, unhandled),
    "tray-open": ("light", DESKTOP, tray_open),
    "mail-outbox": ("light", DESKTOP, mail_outbox),
    "mailbox-settings": ("light", DESKTOP, mailbox_settings),
    "builder-flow": ("light", DESKTOP, builder_flow),
    "builder-board": ("dark", DESKTOP, builder_board),
    "builder-calendar": ("light", DESKTOP, builder_calendar),
    "bulk-bar": ("light", DESKTOP, bulk_bar),
    "bulk-job": ("light", DESKTOP, bulk_job),
    "view": ("light", DESKTOP, view),
    "search": ("dark", DESKTOP, search),
    "portal-phone": ("light", PHONE, portal),
}


@contextmanager
def product() -> Iterator[tuple[str, str]]:
    """Address and password of the product with the demo company, in a folder that is thrown away."""
    folder = tempfile.mkdtemp(prefix="tramita-screenshots-")
    command = [sys.executable, "-m", "tramita.config.command", "run", "--demo", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        address, password = said_by(process)
        let_in(HELEN, password, folder)
        yield address, password
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def let_in(address: str, password: str, folder: str) -> None:
    """Customers of the demo come by the link of a mail; for the picture one has a password."""
    command = [sys.executable, "-m", "tramita.config.command", "user", "create", address, "--password-stdin"]
    subprocess.run(command, cwd=folder, input=password, text=True, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def said_by(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What the command printed about how to get in."""
    said = ""
    for line in process.stdout or ():
        said += line
        if found := SAID.search(said):
            return found["address"], found["password"]
    sys.exit("screenshots: the product did not start")


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    sys.exit("screenshots: there is no Chromium on this machine")


if __name__ == "__main__":
    sys.exit(main())
