"""Mail that did not go out, where its writer looks: on the message, on the item's row, with what may be decided."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk
from tests.services.test_posting import Way, way
from tests.web.conftest import Browser
from tests.web.reading import fresh, text_of, words_of
from tramita.gateways import smtp
from tramita.models import Delivery, Item, Message
from tramita.services import mailing, posting, working

__all__ = ["way"]  # a fixture


def troubled(desk: Desk, way: Way, error: smtp.SendError, **more: object) -> Message:
    """A mail of Ana's that met this error."""
    now = timezone.now()
    item = desk.ticket()
    working.start(item, by=desk.ana, at=now)
    given = {"to": [desk.rui.email], "text": "Booked back.", "by": desk.ana, "at": now}
    message = mailing.send(item, **given | more)
    way.answers = [error]
    for delivery in posting.claim(at=now):
        posting.post(delivery, at=now)
    return message


def test_an_uncertain_mail_offers_both_answers_where_it_stands(desk: Desk, ana: Client, way: Way) -> None:
    """MAIL-111, MAIL-113."""
    message = troubled(desk, way, smtp.UncertainError("cut after <DATA>"))

    page = ana.get(f"/items/{message.item.reference}")
    rows = ana.get("/inbox")

    assert "Nobody knows whether this mail arrived" in words_of(page)
    assert "cut after &lt;DATA&gt;" in text_of(page)
    assert {"Send again", "It arrived", "Do not send it"} <= {label for label in LABELS if label in words_of(page)}
    assert "Mail problem" in words_of(rows)


LABELS = ("Send again", "It arrived", "Do not send it", "Send it now")


@pytest.mark.parametrize(("press", "state"), [("resend", 0), ("arrived", 1), ("give-up", 5)])
def test_a_button_decides_and_the_mark_goes(desk: Desk, ana: Client, way: Way, press: str, state: int) -> None:
    """MAIL-113: without scripts."""
    message = troubled(desk, way, smtp.UncertainError("cut"))

    answer = ana.post(f"/items/{message.item.reference}/mails/{message.pk}/{press}", follow=True)

    assert answer.status_code == 200
    assert Delivery.objects.get(message=message).state == state
    assert "Nobody knows" not in text_of(ana.get(f"/items/{message.item.reference}?tab=comms")).split("data-row")[0]
    assert "Mail problem" not in words_of(ana.get("/inbox"))


def test_a_decision_that_came_too_late_says_so(desk: Desk, ana: Client, way: Way) -> None:
    """MAIL-113, Z-2."""
    message = troubled(desk, way, smtp.UncertainError("cut"))
    posting.settle_as_sent(message, by=desk.leo, at=timezone.now() + timedelta(seconds=1))

    answer = ana.post(f"/items/{message.item.reference}/mails/{message.pk}/resend")

    assert answer.status_code == 409
    assert "There is nothing to decide on this mail any more." in words_of(answer)


def test_who_may_not_send_mail_there_decides_nothing(desk: Desk, as_: Browser, ana: Client, way: Way) -> None:
    """SEC-2: nor a mail of another item."""
    message = troubled(desk, way, smtp.UncertainError("cut"))
    other = desk.ticket()

    assert as_(desk.eve).post(f"/items/{message.item.reference}/mails/{message.pk}/resend").status_code == 404
    assert ana.post(f"/items/{other.reference}/mails/{message.pk}/resend").status_code == 404
    assert ana.get(f"/items/{message.item.reference}/mails/{message.pk}/resend").status_code == 405
    assert fresh(Item.objects.get(pk=message.item_id)).mail_trouble


def test_a_refused_recipient_is_named_and_the_others_are_known_to_have_it(desk: Desk, ana: Client, way: Way) -> None:
    """MAIL-112, MAIL-113."""
    way.refused = {desk.marta.email or "": smtp.RefusedError("550 no such user")}
    message = troubled(desk, way, None, cc=[desk.marta.email])  # type: ignore[arg-type]

    page = words_of(ana.get(f"/items/{message.item.reference}"))

    assert "This mail did not reach everybody" in page
    assert f"{desk.marta.email} 550 no such user" in page
    assert "The other recipients have got it." in page


def test_a_mail_that_is_held_says_why_in_the_language_of_the_reader(desk: Desk, ana: Client, way: Way) -> None:
    """MAIL-116, Z-12."""
    message = troubled(desk, way, None, send_at=timezone.now() + timedelta(hours=1))  # type: ignore[arg-type]
    working.to_do(Item.objects.get(pk=message.item_id), by=desk.ana, at=timezone.now())
    later = timezone.now() + timedelta(hours=2)
    for delivery in posting.claim(at=later):
        posting.post(delivery, at=later)

    ana.post("/settings/", {"language": "fr", "theme": "system"})
    page = words_of(ana.get(f"/items/{message.item.reference}"))

    assert "L’élément a changé d’état depuis la rédaction du courriel." in page
    assert "L’envoyer maintenant" in page


def test_a_recipient_that_was_taken_out_is_named(desk: Desk, ana: Client, way: Way) -> None:
    """MAIL-122."""
    message = troubled(desk, way, None, cc=["invoices@desk.example"])  # type: ignore[arg-type]

    page = words_of(ana.get(f"/items/{message.item.reference}"))

    assert "without invoices@desk.example (ours, or named twice)" in page


def test_a_well_item_asks_nothing_more_of_the_database(desk: Desk, ana: Client, django_assert_num_queries) -> None:
    """DESIGN section 4: the mark is a column."""
    from tramita.queries.outbox import troubles

    item = desk.ticket()

    with django_assert_num_queries(0):
        assert troubles(item) == {}
