"""The Mail views as pages (M-20, M-17, M-22, MAIL-113)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.desk import Desk
from tests.services.test_receiving import mail, receive
from tests.web.conftest import Browser
from tests.web.reading import errors_of, text_of, words_of
from tramita.models import BlockedAddress, Delivery, Item, Message
from tramita.services import mailing

VIEWS = ("inbox", "sent", "outbox", "scheduled", "blocked", "deleted")


def written(desk: Desk, text: str = "Booked back.", **more: object) -> Delivery:
    """A mail that Ana wrote on a Ticket of Rui's."""
    item = desk.ticket()
    message = mailing.send(item, to=[desk.rui.email], text=text, by=desk.ana, at=timezone.now(), **more)
    return Delivery.objects.get(message=message)


def later(desk: Desk) -> Delivery:
    """One that is to leave tomorrow."""
    return written(desk, send_at=timezone.now() + timedelta(days=1))


def test_what_came_in_leads_to_its_item(desk: Desk, ana: Client) -> None:
    """M-20: with its outcome."""
    receive(mail(), at=timezone.now())
    item = Item.objects.get()

    page = ana.get("/mail/inbox")

    assert f'href="/items/{item.reference}"' in text_of(page)
    assert "rui@acme.example Invoice 991 Created" in words_of(page)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (0, "Queued"),
        (2, "Failed"),
        (3, "Nobody knows whether it arrived."),
        (4, "Held back"),
    ],
)
def test_the_outbox_says_what_is_the_matter(desk: Desk, ana: Client, state: int, said: str) -> None:
    """MAIL-113: with the server's own words."""
    delivery = written(desk)
    Delivery.objects.update(state=state, error="550 5.1.1 no such user")

    words = words_of(ana.get("/mail/outbox"))

    assert said in words
    assert "550 5.1.1 no such user" in words
    assert delivery.message is not None
    assert delivery.message.subject in words


def test_a_scheduled_mail_says_who_and_when(desk: Desk, ana: Client) -> None:
    """M-17."""
    later(desk)

    words = words_of(ana.get("/mail/scheduled"))

    assert f"{desk.ana.name} wrote it" in words
    assert "Send now Cancel mail" in words
    assert "Everything has been sent" in words_of(ana.get("/mail/outbox"))


def test_a_scheduled_mail_is_sent_now(desk: Desk, ana: Client) -> None:
    """M-17: and the item's timeline says so."""
    delivery = later(desk)

    said = words_of(ana.post(f"/mail/outbox/{delivery.pk}/send-now", follow=True))

    delivery.refresh_from_db()
    assert "The mail is sent now." in said
    assert delivery.next_at <= timezone.now()
    assert "scheduled" not in delivery.payload
    assert delivery.item is not None
    assert "Mail sent before its time" in words_of(ana.get(f"/items/{delivery.item.reference}?tab=timeline"))


def test_a_scheduled_mail_is_cancelled(desk: Desk, ana: Client) -> None:
    """M-17."""
    delivery = later(desk)

    assert "The mail was cancelled." in words_of(ana.post(f"/mail/outbox/{delivery.pk}/cancel", follow=True))
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.CANCELLED


def test_what_a_worker_has_taken_is_neither_sent_again_nor_cancelled(desk: Desk, ana: Client) -> None:
    """M-17, MAIL-115: a late click says so."""
    delivery = later(desk)
    Delivery.objects.update(fence=1, state=1)

    for verb in ("send-now", "cancel"):
        said = words_of(ana.post(f"/mail/outbox/{delivery.pk}/{verb}", {"from": "outbox"}, follow=True))
        assert "It is too late: the mail is on its way." in said
    delivery.refresh_from_db()
    assert delivery.state == Delivery.State.DONE


def test_a_held_mail_is_sent_after_all(desk: Desk, ana: Client) -> None:
    """Z-12, MAIL-116."""
    delivery = written(desk)
    Delivery.objects.update(state=4)

    response = ana.post(f"/mail/outbox/{delivery.pk}/send-now", {"from": "outbox"})

    delivery.refresh_from_db()
    assert (response.headers["Location"], delivery.state) == ("/mail/outbox", 0)


@pytest.mark.parametrize(("verb", "state"), [("resend", 0), ("arrived", 1), ("give-up", 5)])
def test_what_failed_or_is_uncertain_is_decided(desk: Desk, ana: Client, verb: str, state: int) -> None:
    """MAIL-111, MAIL-113: one click."""
    delivery = written(desk)
    Delivery.objects.update(state=3)

    page = text_of(ana.get("/mail/outbox"))
    response = ana.post(f"/mail/outbox/{delivery.pk}/{verb}", {"from": "outbox"})

    delivery.refresh_from_db()
    assert f"/mail/outbox/{delivery.pk}/{verb}" in page
    assert (response.headers["Location"], delivery.state) == ("/mail/outbox", state)


@pytest.mark.parametrize("state", [2, 3, 4])
def test_what_did_not_go_out_need_not_be_sent(desk: Desk, ana: Client, state: int) -> None:
    """MAIL-113: as the item offers it, for failed, uncertain and held mail."""
    delivery = written(desk)
    Delivery.objects.update(state=state)

    assert "Do not send it" in words_of(ana.get("/mail/outbox"))
    said = words_of(ana.post(f"/mail/outbox/{delivery.pk}/give-up", {"from": "outbox"}, follow=True))

    delivery.refresh_from_db()
    assert "The mail is not sent any more." in said
    assert delivery.state == Delivery.State.CANCELLED


def test_who_does_not_see_the_item_does_nothing_with_its_mail(desk: Desk, as_: Browser) -> None:
    """SEC-2."""
    delivery = later(desk)

    for verb in ("send-now", "cancel", "give-up"):
        assert as_(desk.eve).post(f"/mail/outbox/{delivery.pk}/{verb}").status_code == 404
    assert Message.objects.filter(pk=delivery.message_id, deliveries__state=0).exists()


def test_addresses_are_blocked_and_let_in_again(desk: Desk, ana: Client) -> None:
    """M-20."""
    ana.post("/mail/blocked", {"address": "@shop.example"})
    row = BlockedAddress.objects.get()
    shown = words_of(ana.get("/mail/blocked"))

    said = words_of(ana.post(f"/mail/blocked/{row.pk}/remove", follow=True))

    assert f"@shop.example the whole domain {desk.ana.name}" in shown
    assert "Mail from @shop.example comes in again." in said
    assert not BlockedAddress.objects.exists()
    assert ana.post(f"/mail/blocked/{row.pk}/remove").status_code == 302


def test_what_is_no_address_is_refused_beside_its_field(desk: Desk, ana: Client) -> None:
    """M-20, 422."""
    response = ana.post("/mail/blocked", {"address": "shop"})

    assert response.status_code == 422
    assert set(errors_of(response)) == {"f-address"}
    assert 'value="shop"' in text_of(response)


def test_who_sees_a_part_of_the_desk_blocks_nobody(desk: Desk, as_: Browser) -> None:
    """SEC-2."""
    BlockedAddress.objects.create(address="a@b.example", at=timezone.now())

    page = text_of(as_(desk.eve).get("/mail/blocked"))

    assert "a@b.example" in page
    assert "<form" not in page.split("<main", 1)[1].split("</main>")[0]
    assert as_(desk.eve).post("/mail/blocked", {"address": "@shop.example"}).status_code == 403


def test_a_view_is_narrowed_and_its_pages_stay_so(desk: Desk, ana: Client) -> None:
    """M-24: filter and search go along."""
    for number in range(52):
        receive(mail(str(number), subject=f"Invoice {number}"), at=timezone.now())
    receive(mail("Other", subject="Other"), at=timezone.now())

    page = text_of(ana.get("/mail/inbox?mailbox=invoices@desk.example&q=invoice"))
    address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")

    assert ">Other<" not in page
    assert "q=invoice" in address
    assert text_of(ana.get(address)).count("<li data-row>") == 2
    assert "Nothing matches this filter" in words_of(ana.get("/mail/inbox?q=zzz"))


@pytest.mark.parametrize("many", [1, 55])
def test_a_mail_view_costs_six_statements_whatever_its_length(
    desk: Desk, ana: Client, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """DESIGN section 4: session and person included."""
    for number in range(many):
        receive(mail(str(number)), at=timezone.now())
        later(desk)

    for name in VIEWS:
        with django_assert_max_num_queries(6):
            ana.get(f"/mail/{name}")


def test_who_asks_for_things_sees_no_mail_view(desk: Desk, as_: Browser) -> None:
    """SEC-1."""
    for name in VIEWS:
        assert as_(desk.rui).get(f"/mail/{name}").status_code == 403
        assert Client().get(f"/mail/{name}").status_code == 302


def test_what_people_wrote_is_never_markup(desk: Desk, ana: Client) -> None:
    """DESIGN decision 13."""
    probe = "<script>alert(1)</script>"
    receive(mail(probe, subject=probe), at=timezone.now())
    Delivery.objects.filter(pk=written(desk, text=probe, subject=probe).pk).update(state=2, error=probe)

    for name in VIEWS:
        assert "<script>alert" not in text_of(ana.get(f"/mail/{name}"))
