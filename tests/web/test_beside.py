"""What stands at the side of an item, and what is marked as new on it."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.web.reading import fresh, text_of, words_of
from tramita.models import Item
from tramita.services import editing, launching, receiving, working

pytestmark = pytest.mark.usefixtures("data_dir")


def write(item: Item | None, desk: Desk, text: str) -> Item:
    """A mail of Rui's: it starts a Ticket, or joins the one that is given."""
    subject = f"Re: [{item.reference}] Invoice" if item else "Invoice"
    head = f"From: {desk.rui.email}\r\nTo: invoices@desk.example\r\nSubject: {subject}\r\nMessage-ID: <{text}@x.example>"
    (reference,) = receiving.receive(f"{head}\r\n\r\n{text}\r\n".encode(), source="import", at=timezone.now()).items
    return Item.objects.get(number=int(reference.split("-")[0]))


def marked(page: object) -> list[str]:
    """The words of the messages that have a dot."""
    return re.findall(r'<article class="message"[^>]* data-fresh.*?<p class="words">(\w+)', text_of(page), re.DOTALL)


def test_new_mail_has_a_dot_until_an_update_is_submitted(desk: Desk, ana: Client) -> None:
    """TL-3, L-8: looking takes no dot away, and what was new before the update is not new again with the next mail."""
    item = write(None, desk, "First")
    address = f"/items/{item.reference}"
    assert marked(ana.get(address)) == marked(ana.get(address)) == ["First"]
    assert "Invoice New mail" in words_of(ana.get("/queues/invoices"))

    working.start(item, by=desk.ana, at=timezone.now())
    assert marked(ana.get(address)) == []
    assert "New mail" not in words_of(ana.get("/inbox"))

    write(fresh(item), desk, "Second")
    assert marked(ana.get(address)) == ["Second"]
    editing.edit(fresh(item), changes={"title": "Invoice 991"}, by=desk.leo, at=timezone.now())
    assert marked(ana.get(address)) == []


def test_the_timeline_says_who_ticked_what(desk: Desk, ana: Client) -> None:
    """D-10, D-12: and an unchanged checklist says nothing."""
    action = launching.launch(desk.case(), action="bank-check", by=desk.ana, at=timezone.now())[0]
    working.start(action, by=desk.ana, at=timezone.now())
    address = f"/items/{action.reference}"

    for done in (["IBAN checked"], ["IBAN checked"], []):
        ana.post(f"{address}/edit", {"version": fresh(action).version, "panel": "checklist", "done": done})

    page = words_of(ana.get(f"{address}?tab=timeline"))
    assert page.count("Ticked: IBAN checked · Ana Lima") == page.count("No longer ticked: IBAN checked · Ana Lima") == 1
    assert "Checklist 0/1" in page
