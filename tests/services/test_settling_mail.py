"""A person decides on a mail that did not go out, and lists show that somebody must (MAIL-111, MAIL-113)."""

from datetime import timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way, post, way, written
from tramita.domain.errors import Conflict, NotPermitted
from tramita.gateways import smtp
from tramita.models import Delivery, Item, Message
from tramita.queries.outbox import troubles
from tramita.queries.worklists import in_queue, page
from tramita.services import ledger, mail_trouble, posting

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

__all__ = ["way"]  # a fixture


def marked(item: Item) -> bool:
    """The item's mark, by its column, its entries and its list, which must agree."""
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    return held.mail_trouble


@pytest.fixture
def uncertain(desk: Desk, way: Way) -> Message:
    message = written(desk, desk.ticket())
    way.answers = [smtp.UncertainError("cut after DATA")]
    post()
    return message


def test_an_uncertain_mail_is_shown_in_lists_and_on_its_item(desk: Desk, uncertain: Message) -> None:
    """MAIL-113."""
    item = Item.objects.get(pk=uncertain.item_id)

    rows = page(in_queue(item.queue_id), desk.ana, now=MONDAY, tonight=MONDAY + HOUR).rows

    assert [row.mail_trouble for row in rows] == [True]
    assert troubles(item)[uncertain.pk].state == "uncertain"
    assert troubles(item)[uncertain.pk].error == "cut after DATA"


def test_it_is_sent_again_under_the_same_id_when_a_person_says_so(desk: Desk, way: Way, uncertain: Message) -> None:
    """MAIL-111, MAIL-113."""
    posting.resend(uncertain, by=desk.ana, at=MONDAY + HOUR)
    assert not marked(uncertain.item)

    assert post(MONDAY + HOUR) == [posting.Result.DONE]
    assert uncertain.message_id.encode() in way.sent[0][2]
    assert uncertain.item.entries.get(type="mail_resent").actor_id == desk.ana.id


def test_it_is_never_sent_again_when_a_person_says_that_it_arrived(desk: Desk, way: Way, uncertain: Message) -> None:
    """MAIL-111."""
    posting.settle_as_sent(uncertain, by=desk.ana, at=MONDAY + HOUR)

    assert not marked(uncertain.item)
    assert post(MONDAY + timedelta(days=3)) == []
    assert Delivery.objects.get(message=uncertain).state == Delivery.State.DONE


@pytest.mark.parametrize("decide", [posting.resend, posting.settle_as_sent, posting.give_up])
def test_only_who_may_send_mail_there_decides_and_only_once(desk: Desk, uncertain: Message, decide: object) -> None:
    """MAIL-111, SEC-2."""
    with pytest.raises(NotPermitted):
        decide(uncertain, by=desk.eve, at=MONDAY + HOUR)
    decide(uncertain, by=desk.ana, at=MONDAY + HOUR)

    with pytest.raises(Conflict):
        posting.settle_as_sent(uncertain, by=desk.ana, at=MONDAY + HOUR)


def test_a_failed_mail_did_not_arrive_whoever_says_so(desk: Desk, way: Way) -> None:
    """MAIL-111."""
    message = written(desk, desk.ticket())
    way.answers = [smtp.RefusedError("550 no such user")]
    post()

    with pytest.raises(Conflict):
        posting.settle_as_sent(message, by=desk.ana, at=MONDAY + HOUR)
    posting.give_up(message, by=desk.ana, at=MONDAY + HOUR)

    assert not marked(message.item)
    assert post(MONDAY + HOUR) == []


def test_an_item_stays_marked_until_its_last_mail_is_decided_on(desk: Desk, way: Way) -> None:
    """MAIL-113."""
    item = desk.ticket()
    first = written(desk, item)
    second = written(desk, Item.objects.get(pk=item.pk), text="Another one.")
    way.answers = [smtp.RefusedError("550 no"), smtp.RefusedError("550 no")]
    post()

    posting.give_up(first, by=desk.ana, at=MONDAY + HOUR)
    assert marked(item)
    posting.give_up(second, by=desk.ana, at=MONDAY + HOUR)
    assert not marked(item)


def test_a_mail_is_late_after_a_quarter_of_an_hour_and_well_when_it_left(desk: Desk, way: Way) -> None:
    """MAIL-113."""
    item = desk.ticket()
    message = written(desk, item)
    way.answers = [smtp.NotNowError("no connection")]
    post()

    assert mail_trouble.tell_late(at=MONDAY + 14 * MINUTE) == 0
    assert mail_trouble.tell_late(at=MONDAY + 15 * MINUTE) == 1
    assert mail_trouble.tell_late(at=MONDAY + 16 * MINUTE) == 0
    assert marked(item)
    late = troubles(Item.objects.get(pk=item.pk))[message.pk]
    assert (late.state, late.next_at) == ("late", MONDAY + MINUTE)

    assert post(MONDAY + 16 * MINUTE) == [posting.Result.DONE]
    assert not marked(item)
    assert item.entries.filter(type="mail_left").exists()


def test_a_mail_that_no_worker_took_is_late_too(desk: Desk) -> None:
    """MAIL-113."""
    written(desk, desk.ticket(), send_at=MONDAY + HOUR)

    assert mail_trouble.tell_late(at=MONDAY + HOUR) == 0
    assert mail_trouble.tell_late(at=MONDAY + HOUR + 15 * MINUTE) == 1


def test_a_worker_that_lost_a_mail_to_another_hands_nothing_over(desk: Desk, way: Way) -> None:
    """MAIL-110, MAIL-111: its lease ran out while it waited for its turn."""
    written(desk, desk.ticket())
    (slow,) = posting.claim(at=MONDAY)
    (quick,) = posting.claim(at=MONDAY + HOUR)

    assert posting.post(slow, at=MONDAY + HOUR) is posting.Result.LOST
    assert posting.post(quick, at=MONDAY + HOUR) is posting.Result.DONE
    assert len(way.sent) == 1


def test_a_mail_that_breaks_the_code_is_set_aside_and_the_next_goes(desk: Desk, way: Way) -> None:
    """MAIL-113."""
    written(desk, desk.ticket())
    written(desk, desk.ticket())
    way.answers = [ZeroDivisionError("bug")]  # type: ignore[list-item]

    results = post()

    assert results == [posting.Result.UNCERTAIN, posting.Result.DONE]


def test_a_stage_writes_only_to_those_it_names(desk: Desk, way: Way, settings: object) -> None:
    """MAIL-127."""
    settings.TRAMITA_SEND_ONLY_TO = frozenset({"@inside.example", desk.marta.email})
    held = written(desk, desk.ticket())
    written(desk, desk.ticket(), to=[desk.rui.email, desk.marta.email], cc=["ana@inside.example"])

    assert post() == [posting.Result.HELD, posting.Result.DONE]

    assert [set(to) for _, to, _ in way.sent] == [{desk.marta.email, "ana@inside.example"}]
    assert not marked(held.item)
