"""What stands at the side of an item, and what is marked as new on it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import MONDAY, Desk, publish
from tests.web.conftest import Browser
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.models import Defect, Definition, Item, TimeSpent
from tramita.services import editing, launching, receiving, tracking, working

pytestmark = pytest.mark.usefixtures("data_dir")


def write(item: Item | None, desk: Desk, text: str) -> Item:
    """A mail of Rui's: it starts a Ticket, or joins the one that is given."""
    subject = f"Re: [{item.reference}] Invoice" if item else "Invoice"
    head = f"From: {desk.rui.email}\r\nTo: invoices@desk.example\r\nSubject: {subject}\r\nMessage-ID: <{text}@x.es>"
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


def test_the_clock_has_buttons_that_need_no_script(desk: Desk, ana: Client) -> None:
    """TL-5, UI: Time 0:12."""
    item = desk.ticket()
    tracking.add(item, begun_at=MONDAY, minutes=12, by=desk.ana, at=timezone.now())
    tracking.add(item, begun_at=MONDAY, minutes=88, by=desk.leo, at=timezone.now())
    address = f"/items/{item.reference}"
    assert "in hours and minutes: 0:12 all 1:40" in words_of(ana.get(address))

    ana.post(f"{address}/clock", {"do": "go-on"})
    assert TimeSpent.objects.filter(person=desk.ana.id, ended_at=None, item=item).exists()
    assert 'value="go-on" aria-label="Start the clock" title="Start the clock" hidden' in text_of(ana.get(address))
    told = ana.post(f"{address}/clock", {"do": "pause", "quiet": "yes"}).json()
    assert (told["own"] // 60, told["all"] // 60, told["running"], told["paused"]) == (12, 100, False, True)
    ana.post(f"{address}/clock", {"do": "go-on", "quiet": "yes"})
    assert not TimeSpent.objects.get(ended_at=None).by_hand
    ana.post(f"{address}/clock", {"do": "slept", "seconds": "900", "focus": "yes"})
    assert fresh(item).version == item.version


def test_a_session_is_corrected_by_a_form_and_refused_beside_its_field(desk: Desk, ana: Client) -> None:
    """TL-5: no overlap into the future, no minutes below none."""
    item = desk.ticket()
    row = tracking.add(item, begun_at=MONDAY, minutes=12, by=desk.ana, at=timezone.now())
    address, soon = f"/items/{item.reference}/time", timezone.now() + timedelta(hours=1)

    refused = ana.post(f"{address}/{row.pk}", {"begun_at": f"{soon:%Y-%m-%dT%H:%M}", "minutes": "5"})
    assert (refused.status_code, errors_of(refused)) == (
        422,
        {f"session-{row.pk}-begun": "It would end in the future."},
    )
    assert "add-minutes" in errors_of(ana.post(f"{address}/add", {"begun_at": "2026-03-02T10:00", "minutes": "-3"}))

    ana.post(f"{address}/{row.pk}", {"begun_at": "2026-03-02T10:00", "minutes": "75"})
    assert "1:15 Ana Lima" in words_of(ana.get(address))
    assert "You 1:15, all 1:15" in words_of(ana.get(address))


def test_the_clock_can_be_hidden_and_still_counts(desk: Desk, ana: Client) -> None:
    """TL-5: a wish of the person."""
    item, address = desk.ticket(), "/settings/"
    ana.post(address, {"language": "en", "time_zone": "", "theme": "system"})

    page = text_of(ana.get(f"/items/{item.reference}"))
    assert '<section class="section" id="time" hidden>' in page
    assert "time-tracker" in page
    ana.post(address, {"language": "en", "time_zone": "", "theme": "system", "time": "on"})
    assert '<section class="section" id="time">' in text_of(ana.get(f"/items/{item.reference}"))


def test_the_card_of_defects_is_there_only_with_categories(desk: Desk, ana: Client, as_: Browser) -> None:
    """D-1, D-2: without a script; what is refused stays typed beside its fault."""
    item = desk.ticket()
    address = f"/items/{item.reference}"
    assert "Add a defect" not in words_of(ana.get(address))
    publish("defect_category", "acme/main/finance/billing", Definition.objects.get(key="acme/main/finance"))

    refused = ana.post(f"{address}/defects", {"description": "Twice.", "party": "us"})
    assert errors_of(refused) == {"defect-category": "Choose one of the categories."}
    assert ">Twice.</textarea>" in text_of(refused)
    ana.post(f"{address}/defects", {"description": "Twice.", "party": "us", "category": "acme/main/finance/billing"})
    (row,) = Defect.objects.all()
    as_(desk.leo).post(f"{address}/defects/{row.pk}", {"do": "resolve"})

    page = words_of(ana.get(address))
    assert "Twice. acme/main/finance/billing · Our team resolved" in page
    assert "Defect resolved: acme/main/finance/billing · Twice. · Leo Roy" in words_of(
        ana.get(f"{address}?tab=timeline")
    )
    ana.post(f"{address}/defects/{row.pk}", {"do": "remove"})
    assert not Defect.objects.exists()
