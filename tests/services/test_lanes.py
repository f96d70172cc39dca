"""A mailbox sends no faster than its provider takes it, and no other mailbox waits for that (MAIL-112)."""

from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way, way
from tramita.gateways import smtp
from tramita.models import Delivery, Item, Lane, Mailbox, Message, Route
from tramita.services import lanes, mailing, posting
from tramita.worker import loop

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)

__all__ = ["way"]  # a fixture


@pytest.fixture
def slow(desk: Desk) -> Desk:
    Mailbox.objects.update(outgoing={"messages_a_minute": 3})
    return desk


def write(desk: Desk, item: Item, count: int, at: datetime = MONDAY, begin: int = 0, **more: object) -> None:
    for number in range(begin, begin + count):
        given = {"to": [desk.rui.email], "subject": f"Mail {number:03}", "text": "Hello.", "quote": False}
        mailing.send(item, **given | more, by=desk.ana, at=at)


def subjects(way: Way) -> list[str]:
    names = [name for name, _, _ in way.sent]
    found = {one.message_id.partition("@")[0]: one.subject for one in Message.objects.filter(outgoing=True)}
    return [found[name.partition("-")[2]].partition("] ")[2] for name in names]


def other_mailbox(desk: Desk) -> Item:
    """An item whose mail leaves from a mailbox without a limit."""
    other = Mailbox.objects.create(address="plain@desk.example")
    Route.objects.create(mailbox=other, address="plain@desk.example", process=desk.definitions["plain"])
    return desk.ticket(category="acme/main/finance/plain")


def test_no_minute_sees_more_mails_than_the_limit_and_all_leave_in_their_order(slow: Desk, way: Way) -> None:
    """MAIL-112."""
    write(slow, slow.ticket(), 8)
    left: list[int] = []

    for step in range(0, 200, 5):
        before = len(way.sent)
        loop.mail_out(at=MONDAY + step * SECOND)
        left += [step] * (len(way.sent) - before)

    assert subjects(way) == [f"Mail {number:03}" for number in range(8)]
    assert left[:3] == [0, 0, 0]
    assert all(later - sooner >= 60 for sooner, later in zip(left, left[3:], strict=False))
    assert left[-1] <= 135


def test_a_mailbox_that_must_wait_delays_no_other(slow: Desk, way: Way) -> None:
    """MAIL-112, MAIL-10."""
    other = other_mailbox(slow)
    write(slow, slow.ticket(), 60)
    write(slow, other, 5, at=MONDAY + SECOND, begin=500)

    for _ in range(3):
        loop.mail_out(at=MONDAY + 2 * SECOND)

    assert [one for one in subjects(way) if one >= "Mail 500"] == [f"Mail {number}" for number in range(500, 505)]
    assert len(way.sent) == 3 + 5


def test_waiting_is_no_try_and_keeps_its_place(slow: Desk, way: Way) -> None:
    """MAIL-112: later mail does not overtake."""
    item = slow.ticket()
    write(slow, item, 4)
    loop.mail_out(at=MONDAY)
    write(slow, item, 1, at=MONDAY + 30 * SECOND, begin=4)

    waiting = Delivery.objects.filter(state=0).order_by("next_at")
    assert [(one.tries, one.next_at) for one in waiting] == [(0, MONDAY), (0, MONDAY + 30 * SECOND)]
    assert loop.mail_out(at=MONDAY + 59 * SECOND)["mail_out"] == 0
    loop.mail_out(at=MONDAY + 62 * SECOND)
    assert subjects(way)[3:] == ["Mail 003", "Mail 004"]


def test_a_lane_is_with_one_worker_at_a_time_and_comes_free_when_that_one_dies(slow: Desk, way: Way) -> None:
    """MAIL-112: their order holds with two workers."""
    write(slow, slow.ticket(), 6)

    first = posting.claim(at=MONDAY)
    assert (len(first), posting.claim(at=MONDAY)) == (3, [])

    later = MONDAY + 3 * MINUTE
    assert [row.id for row in posting.claim(at=later)] == [row.id for row in first]
    lanes.let_go(first)  # it was thought dead, and comes back
    assert posting.claim(at=later) == []


def test_whoever_claimed_them_more_than_the_limit_is_never_handed_over(slow: Desk, way: Way) -> None:
    """MAIL-112: the limit is counted where the bytes go; what may not go is put back as it stood."""
    write(slow, slow.ticket(), 4)
    three = posting.claim(at=MONDAY)
    Lane.objects.update(lease_until=MONDAY)
    (fourth,) = posting.claim(at=MONDAY)

    assert [posting.post(one, at=MONDAY) for one in three] == [posting.Result.DONE] * 3
    assert posting.post(fourth, at=MONDAY) is posting.Result.LATER

    assert (len(way.sent), Delivery.objects.get(pk=fourth.id).tries) == (3, 0)


def test_a_mail_to_many_goes_in_as_many_parts_as_the_provider_asks_for(desk: Desk, way: Way) -> None:
    """MAIL-112, MAIL-111: the same mail under the same id, each recipient once."""
    Mailbox.objects.update(outgoing={"recipients_a_mail": 2})
    people = [f"p{number}@acme.example" for number in range(5)]
    write(desk, desk.ticket(), 1, to=people[:2], cc=people[2:4], bcc=people[4:])

    while loop.mail_out(at=MONDAY)["mail_out"]:
        pass

    assert [list(to) for _, to, _ in way.sent] == [people[:2], people[2:4], people[4:]]
    assert len({raw for _, _, raw in way.sent}) == 1
    assert Delivery.objects.get().state == Delivery.State.DONE


def test_who_is_refused_in_one_part_is_named_when_all_parts_have_gone(desk: Desk, way: Way) -> None:
    """MAIL-112, MAIL-113."""
    Mailbox.objects.update(outgoing={"recipients_a_mail": 2})
    people = [f"p{number}@acme.example" for number in range(4)]
    write(desk, desk.ticket(), 1, to=people)
    way.refused = {"p1@acme.example": smtp.RefusedError("550 nobody")}

    while loop.mail_out(at=MONDAY)["mail_out"]:
        way.refused = {}

    row = Delivery.objects.get()
    assert (len(way.sent), row.state, row.payload["to"]) == (2, Delivery.State.FAILED, ["p1@acme.example"])
    assert row.payload["partly"]
