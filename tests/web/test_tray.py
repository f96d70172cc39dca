"""The tray as people use it: what it shows, what may be done, who may, who is told (M-21, M-22, MAIL-7, MAIL-143)."""

import re
from datetime import datetime
from email.message import EmailMessage
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import Desk
from tests.hostile import PICTURE
from tests.services.test_receiving import mail, receive
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.models import Alert, BlockedAddress, Item, Mailbox, Person, Route, SeenMessage
from tramita.queries.tray import get_shown
from tramita.web.mail_frame import SIGNERS
from tramita.worker import loop

CATEGORY = "category:acme/main/finance/plain"
PROBE = "<script>alert(1)</script>"


def stray(text: str = "It came twice.", **given: str) -> SeenMessage:
    """A mail that no route takes."""
    receive(mail(text, **{"to": "cuentas@desk.example"} | given), at=timezone.now())
    return SeenMessage.objects.latest("pk")


@pytest.fixture
def root(desk: Desk) -> Actor:
    """Who configures."""
    return make.administrator()


def test_the_tray_says_how_many_and_how_many_of_the_last_day(desk: Desk, ana: Client) -> None:
    """M-21: on the page and in the menu."""
    stray("One")
    receive(mail("Old", to="cuentas@desk.example"), at=datetime.fromisoformat("2026-01-02T10:00+00:00"))

    words = words_of(ana.get("/mail/unhandled"))

    assert "2 in all, 1 in 24 hours" in words
    assert "Unhandled mail + 1 in 24 hours, 2 in all" in words_of(ana.get("/inbox"))


def test_an_open_mail_says_why_it_is_here(desk: Desk, ana: Client) -> None:
    """MAIL-7, MAIL-82: what was looked for, step by step."""
    seen = stray(subject="Re: invoice", reply_to="7c1e@molina.example", to="invoice@desk.example")

    words = words_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))

    assert "Why it is here: No route for any of its addresses" in words
    assert "It answers 7c1e@molina.example: no mail of ours" in words
    assert "Route for invoice@desk.example: none. The nearest is invoices@desk.example" in words


def test_what_the_sender_wrote_is_never_markup(desk: Desk, ana: Client) -> None:
    """MAIL-43, DESIGN decision 13: text, names, files, source."""
    name = f'attachment; filename="{PROBE}.html"'
    seen = stray(PROBE, subject=PROBE, Content_Disposition=name, Content_Type="text/html")

    for path in (f"/mail/unhandled?mail={seen.pk}", f"/mail/unhandled/{seen.pk}/source"):
        page = text_of(ana.get(path))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_raw_bytes_and_files_are_downloads(desk: Desk, ana: Client) -> None:
    """MAIL-46, MAIL-57."""
    seen = stray("x", Content_Type="application/pdf", Content_Disposition='attachment; filename="a.pdf"')

    original = ana.get(f"/mail/unhandled/{seen.pk}/original.eml")
    file = ana.get(f"/mail/unhandled/{seen.pk}/files/0")

    assert original.getvalue().startswith(b"From: Rui Sousa")
    for response in (original, file):
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert ana.get(f"/mail/unhandled/{seen.pk}/files/1").status_code == 404


def test_defects_and_trace_are_shown(desk: Desk, ana: Client) -> None:
    """MAIL-141, MAIL-7."""
    seen = stray("x", Content_Type="text/plain; charset=nonsense-8", Date="tomorrow")
    SeenMessage.objects.update(trace={"matched": {"rule": "none", "tried": ["a", "b"]}, "version": "0.3", "own": None})

    words = words_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))

    assert re.search(r"\d defects? of the message", words)
    assert "matched rule: none · tried: a, b version 0.3" in words


def test_a_mail_whose_bytes_are_gone_can_still_be_deleted(desk: Desk, ana: Client) -> None:
    """MAIL-18."""
    seen = stray()
    SeenMessage.objects.update(raw="0" * 64)

    page = ana.get(f"/mail/unhandled?mail={seen.pk}")

    assert "not kept any more" in words_of(page)
    assert f"/mail/unhandled/{seen.pk}/delete" in text_of(page)
    assert f"/mail/unhandled/{seen.pk}/create-item" not in text_of(page)
    assert ana.get(f"/mail/unhandled/{seen.pk}/original.eml").status_code == 404


def test_a_mail_becomes_an_item_that_opens(desk: Desk, ana: Client) -> None:
    """M-21, M-25, M-20."""
    seen = stray()

    response = ana.post(f"/mail/unhandled/{seen.pk}/create-item", {"category": CATEGORY})

    item = Item.objects.get()
    assert response.headers["Location"] == f"/items/{item.reference}"
    seen.refresh_from_db()
    assert (seen.outcome, seen.handled_by_id) == ("created", desk.ana.id)


def test_a_mail_becomes_a_case(desk: Desk, ana: Client) -> None:
    """M-21."""
    ana.post(f"/mail/unhandled/{stray().pk}/create-item", {"category": "case_type:acme/main/finance/onboarding"})

    assert Item.objects.get().reference.endswith("-C")


def test_only_what_one_may_start_is_offered(desk: Desk, as_: Browser) -> None:
    """SEC-2: with the names of what is above it."""
    seen = stray(to="x@desk.example")
    SeenMessage.objects.update(mailbox="invoices@desk.example")
    part = make.agent("Part", grants={"acme/main/finance/plain": ["view", "create", "mail"]})
    Route.objects.filter(process=desk.definitions["invoice-query"]).update(process=desk.definitions["plain"])

    page = text_of(as_(part).get(f"/mail/unhandled?mail={seen.pk}"))

    assert 'value="category:acme/main/finance/plain"' in page
    assert "invoice-query" not in page
    assert f"/{seen.pk}/block" not in page
    refused = as_(part).post(
        f"/mail/unhandled/{seen.pk}/create-item", {"category": "category:acme/main/finance/pushed"}
    )
    assert refused.status_code == 403


def test_a_form_without_a_choice_comes_back_with_its_fault(desk: Desk, ana: Client) -> None:
    """UI: a validation message stands beside its field."""
    response = ana.post(f"/mail/unhandled/{stray().pk}/create-item", {"category": ""})

    assert response.status_code == 422
    assert set(errors_of(response)) == {"f-category"}


def test_of_two_who_deal_with_one_mail_the_second_is_told(desk: Desk, ana: Client, as_: Browser) -> None:
    """M-21, Z-2: by whom, and what became of it."""
    seen = stray()
    ana.post(f"/mail/unhandled/{seen.pk}/create-item", {"category": CATEGORY})

    for path in ("create-item", "delete", "replay", "block"):
        response = as_(desk.leo).post(f"/mail/unhandled/{seen.pk}/{path}", {"category": CATEGORY})
        words = words_of(response)
        assert response.status_code == 409
        assert "Somebody dealt with this mail meanwhile" in words
        assert f"{desk.ana.name}," in words
        assert Item.objects.get().reference in words
    assert as_(desk.eve).post(f"/mail/unhandled/{seen.pk}/delete").status_code == 404


def test_one_mail_and_many_are_deleted(desk: Desk, ana: Client) -> None:
    """M-21, M-22."""
    one, two, three = stray("One"), stray("Two"), stray("Three")

    ana.post(f"/mail/unhandled/{one.pk}/delete")
    said = words_of(ana.post("/mail/unhandled/delete", {"mail": [one.pk, two.pk, three.pk]}, follow=True))

    assert "2 mails were deleted." in said
    assert "Somebody else dealt with the others meanwhile." in said
    assert set(SeenMessage.objects.values_list("outcome", "handled_by")) == {("deleted", desk.ana.id)}
    assert "Tick some mails first." in words_of(ana.post("/mail/unhandled/delete", {}, follow=True))


def test_the_deletion_audit_is_read_only_and_its_source_is_for_who_audits(
    desk: Desk, ana: Client, as_: Browser, root: Actor
) -> None:
    """M-22, MAIL section 10."""
    seen = stray()
    ana.post(f"/mail/unhandled/{seen.pk}/delete")

    assert f"{desk.ana.name}," in words_of(ana.get("/mail/deleted"))
    assert f"/mail/unhandled/{seen.pk}/source" not in text_of(ana.get("/mail/deleted"))
    assert ana.get(f"/mail/unhandled/{seen.pk}/source").status_code == 404
    assert f"/mail/unhandled/{seen.pk}/source" in text_of(as_(root).get("/mail/deleted"))
    assert "It came twice." in words_of(as_(root).get(f"/mail/unhandled/{seen.pk}/source"))


def test_a_sender_is_blocked_and_the_mail_goes(desk: Desk, ana: Client) -> None:
    """M-20, CG-59."""
    seen = stray()

    ana.post(f"/mail/unhandled/{seen.pk}/block", {"address": "rui@acme.example", "delete": "on"})

    assert BlockedAddress.objects.get().address == "rui@acme.example"
    assert SeenMessage.objects.get().outcome == "deleted"
    assert receive(mail("Two")).reason == "blocked"


def test_what_cannot_be_blocked_is_said_and_kept(desk: Desk, ana: Client) -> None:
    """UI: what was typed stays."""
    response = ana.post(f"/mail/unhandled/{stray().pk}/block", {"address": "nothing", "delete": "on"})

    assert response.status_code == 422
    assert errors_of(response).keys() == {"f-block-address"}
    assert 'value="nothing"' in text_of(response)
    assert SeenMessage.objects.get().outcome == "unhandled"


def test_who_does_not_configure_makes_no_route(desk: Desk, ana: Client) -> None:
    """SEC-1."""
    seen = stray()

    assert "/create-route" not in text_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))
    form = {"to": "new@desk.example", "process": CATEGORY, "mailbox": "invoices@desk.example"}
    assert ana.post(f"/mail/unhandled/{seen.pk}/create-route", form).status_code == 403


def test_a_mail_is_replayed_and_says_what_became_of_it(desk: Desk, ana: Client) -> None:
    """MAIL-143."""
    seen = stray()

    still = words_of(ana.post(f"/mail/unhandled/{seen.pk}/replay", follow=True))
    Route.objects.create(
        mailbox=Mailbox.objects.get(), address="cuentas@desk.example", process=desk.definitions["plain"]
    )
    done = words_of(ana.post(f"/mail/unhandled/{seen.pk}/replay", follow=True))

    assert "It is still here: No route for any of its addresses." in still
    assert f"Processed again: Created {Item.objects.get().reference}." in done


def test_what_a_filter_took_for_spam_is_let_through(desk: Desk, ana: Client) -> None:
    """MAIL-58: one click; other mail has no such button."""
    plain, spam = stray("One"), stray("Two", X_Spam_Flag="YES", to="invoices@desk.example")

    pages = [text_of(ana.get(f"/mail/unhandled?mail={one.pk}")) for one in (plain, spam)]
    said = words_of(ana.post(f"/mail/unhandled/{spam.pk}/not-spam", follow=True))

    assert [page.count("/not-spam") for page in pages] == [0, 1]
    assert f"Processed again: Created {Item.objects.get().reference}." in said


def test_ticked_mails_are_rehearsed_then_replayed(desk: Desk, ana: Client) -> None:
    """MAIL-143: the rest stays."""
    one, two = stray("One"), stray("Two")
    Route.objects.create(
        mailbox=Mailbox.objects.get(), address="cuentas@desk.example", process=desk.definitions["plain"]
    )

    rehearsed = text_of(ana.post("/mail/unhandled/replay", {"mail": [one.pk]}))
    assert f'type="hidden" name="mail" value="{one.pk}"' in rehearsed
    ana.post("/mail/unhandled/replay", {"mail": [one.pk], "what": "replay"})

    assert Item.objects.count() == 1
    two.refresh_from_db()
    assert two.outcome == "unhandled"


def test_a_large_replay_goes_on_after_fifty(desk: Desk, ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-143: a bounded job; what could not be placed is not tried for ever."""
    monkeypatch.setattr("tramita.services.replaying.MOST", 2)
    ids = [stray(str(number)).pk for number in range(5)]

    first = text_of(ana.post("/mail/unhandled/replay", {"what": "replay"}))
    second = text_of(ana.post("/mail/unhandled/replay", {"what": "replay", "after": ids[1]}))
    third = text_of(ana.post("/mail/unhandled/replay", {"what": "replay", "after": ids[3]}))

    assert f'name="after" value="{ids[1]}"' in first
    assert f'name="after" value="{ids[3]}"' in second
    assert 'name="after"' not in third
    assert "Go on with the next" not in third


def test_a_replay_that_takes_long_answers_with_what_is_done(
    desk: Desk, ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """UI: the page can be left."""
    monkeypatch.setattr("tramita.web.tray_actions.PATIENCE", -1.0)
    ids = [stray(str(number)).pk for number in range(3)]

    page = text_of(ana.post("/mail/unhandled/replay", {"what": "replay"}))

    assert f'name="after" value="{ids[0]}"' in page


def test_the_list_is_narrowed_by_mailbox_and_keeps_so(desk: Desk, ana: Client) -> None:
    """M-21: the forms lead back to the same list."""
    here, nowhere = stray("One"), stray("Two", subject="Elsewhere")
    SeenMessage.objects.filter(pk=here.pk).update(mailbox="invoices@desk.example")

    page = text_of(ana.get("/mail/unhandled?mailbox=invoices@desk.example"))
    without = text_of(ana.get("/mail/unhandled?mailbox=-"))

    assert "Elsewhere" not in page
    assert f"/mail/unhandled/{here.pk}/delete?mailbox=invoices%40desk.example" in page
    assert "Elsewhere" in without
    after = ana.post(f"/mail/unhandled/{nowhere.pk}/delete?mailbox=-")
    assert after.headers["Location"] == "/mail/unhandled?mailbox=-"


@pytest.mark.parametrize("many", [1, 60])
def test_the_tray_costs_a_bounded_number_of_statements(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: ten with a message open, whatever their number."""
    for number in range(many):
        stray(str(number))

    with django_assert_max_num_queries(10):
        ana.get("/mail/unhandled")


def test_the_tray_goes_on_below_its_last_row(desk: Desk, ana: Client) -> None:
    """DESIGN section 4: keyset paging."""
    made = {stray(str(number)).pk for number in range(53)}

    first = text_of(ana.get("/mail/unhandled"))
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = text_of(ana.get(address))

    ids = [set(map(int, re.findall(r'name="mail" value="(\d+)"', page))) for page in (first, second)]
    assert (len(ids[0]), len(ids[1]), ids[0] | ids[1]) == (50, 3, made)


def test_nonsense_in_an_address_is_not_a_fault_of_ours(desk: Desk, ana: Client) -> None:
    """A link that was cut leads somewhere."""
    stray()

    assert ana.get("/mail/unhandled?after=x&mail=²").status_code == 200
    assert ana.get("/mail/unhandled?mail=999").status_code == 404
    assert ana.post("/mail/unhandled/delete", {"mail": ["x", "9" * 40]}).status_code == 302


def test_alerts_are_told_to_who_looks_after_the_desk(desk: Desk, ana: Client, as_: Browser, root: Actor) -> None:
    """MAIL-11, MAIL-12: calmly, on the pages about mail."""
    about = {"mailbox": "invoices@desk.example"}
    Alert.objects.create(
        key="mailbox:invoices@desk.example:token",
        kind="mailbox_token",
        about=about,
        since=timezone.now(),
        at=timezone.now(),
    )

    told = words_of(as_(root).get("/mail/unhandled"))

    assert "invoices@desk.example : A mailbox must be authorised again" in told
    assert "Mailboxes 1" in told
    assert "must be authorised" not in words_of(ana.get("/mail/unhandled"))
    assert "Mailboxes" not in words_of(ana.get("/inbox"))


def test_who_asks_for_things_has_no_tray(desk: Desk, as_: Browser) -> None:
    """SEC-1."""
    seen = stray()

    assert as_(desk.rui).get("/mail/unhandled").status_code == 403
    assert as_(desk.rui).post(f"/mail/unhandled/{seen.pk}/delete").status_code == 403
    assert Client().get("/mail/unhandled").status_code == 302


# MAIL-7, MAIL-43 to MAIL-46: shown like a mail on an item


HTML = '<p onclick="x()">Good <b>day</b><script>alert(1)</script></p><img src="cid:logo"><img src="https://far.example/a.png">'


def framed(
    html: str = HTML, *, clean: bool = True, to: str = "cuentas@desk.example", file: bytes = PICTURE
) -> SeenMessage:
    """A mail with a layout and a picture of its own that no route takes."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "eve@evil.example", to, "With a layout"
    made.set_content("Good day")
    made.add_alternative(html, subtype="html")
    made.get_payload()[1].add_related(file, maintype="image", subtype="png", cid="<logo>", filename="logo.png")
    receive(made.as_bytes(), at=timezone.now())
    if clean:
        loop.drain(at=timezone.now(), only="show")
    return SeenMessage.objects.latest("pk")


def test_a_mail_of_the_tray_is_shown_with_its_layout_in_a_frame(desk: Desk, ana: Client) -> None:
    """MAIL-7, MAIL-43, MAIL-44: the same frame as on an item."""
    seen = framed()

    page = text_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))
    response = ana.get(f"/mail/unhandled/{seen.pk}/frame")
    frame = text_of(response)

    assert f'src="/mail/unhandled/{seen.pk}/frame"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "1 picture from elsewhere was not loaded." in page
    assert "<p>Good <b>day</b></p>" in frame
    assert "alert" not in frame
    assert "far.example" not in frame
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "far.example" in text_of(ana.get(f"/mail/unhandled/{seen.pk}/frame?pictures=1"))


def test_its_own_pictures_come_by_the_key_of_the_frame(desk: Desk, ana: Client, client: Client) -> None:
    """MAIL-35, decision 20: without cookies, for this reader and this picture alone; and they are not listed."""
    seen = framed()
    address = re.findall(r'src="(/mail/unhandled/[^"]+)"', text_of(ana.get(f"/mail/unhandled/{seen.pk}/frame")))[0]

    response = Client().get(unescape(address))

    assert (response.content, response["Content-Type"]) == (PICTURE, "image/png")
    assert Client().get(unescape(address).replace("pictures/1", "pictures/2")).status_code == 404
    assert Client().get(address.partition("?")[0]).status_code == 404
    assert "logo.png" not in text_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))


def test_what_is_no_picture_is_never_drawn(desk: Desk, ana: Client) -> None:
    """MAIL-57: whatever it calls itself."""
    seen = framed(file=b"<svg onload=alert(1)>")

    assert "pictures/1" not in text_of(ana.get(f"/mail/unhandled/{seen.pk}/frame"))
    key = SIGNERS["tray-picture"].sign(f"{desk.ana.id}.{seen.pk}.1")
    assert ana.get(f"/mail/unhandled/{seen.pk}/pictures/1", {"key": key}).status_code == 404


def test_until_the_worker_has_been_its_text_is_shown(desk: Desk, ana: Client) -> None:
    """MAIL-45: nothing is cleaned in a page request."""
    seen = framed(clean=False)

    words = words_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))

    assert "Good day" in words
    assert "Its layout is being made ready." in words
    assert ana.get(f"/mail/unhandled/{seen.pk}/frame").status_code == 404


def test_over_a_limit_of_the_cleaner_its_text_stays(desk: Desk, ana: Client) -> None:
    """MAIL-45."""
    seen = framed("<div>" * 40_000)

    words = words_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))

    assert "nested too deeply" in words
    assert "Good day" in words


def test_the_frame_is_for_those_who_may_see_the_mail(desk: Desk, ana: Client, client: Client) -> None:
    """M-21, DESIGN decision 11: by grants, and again for each picture."""
    seen = framed()
    eve = Client()
    eve.force_login(Person.objects.get(pk=desk.eve.id))
    key = SIGNERS["tray-picture"].sign(f"{desk.eve.id}.{seen.pk}.1")

    assert eve.get(f"/mail/unhandled/{seen.pk}/frame").status_code == 404
    assert Client().get(f"/mail/unhandled/{seen.pk}/pictures/1", {"key": key}).status_code == 404
    with pytest.raises(NotFound):
        get_shown(desk.eve, seen.pk)


def test_a_mail_that_was_dealt_with_is_shown_no_more(desk: Desk, ana: Client) -> None:
    """M-21."""
    seen = framed()
    ana.post(f"/mail/unhandled/{seen.pk}/delete")

    assert ana.get(f"/mail/unhandled/{seen.pk}/frame").status_code == 404


def test_a_file_that_harms_is_had_by_a_second_click_only(desk: Desk, ana: Client) -> None:
    """MAIL-57: in the tray as on an item."""
    seen = stray("MZ", Content_Type="text/x-odd", Content_Disposition='attachment; filename="bill.exe"')

    refused = ana.get(f"/mail/unhandled/{seen.pk}/files/0")

    assert (refused.status_code, "This is a program" in words_of(refused)) == (403, True)
    assert ana.get(f"/mail/unhandled/{seen.pk}/files/0?anyway=1").content.startswith(b"MZ")


def test_an_invitation_in_the_tray_is_read(desk: Desk, ana: Client) -> None:
    """MAIL-7, MAIL-38."""
    lines = ["METHOD:REQUEST", "BEGIN:VEVENT", "SUMMARY:Audit", "DTSTART:20260701T100000Z", "END:VEVENT"]
    seen = stray("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]), Content_Type="text/calendar")
    loop.drain(at=timezone.now(), only="show")

    assert "Audit Invitation" in words_of(ana.get(f"/mail/unhandled?mail={seen.pk}"))
