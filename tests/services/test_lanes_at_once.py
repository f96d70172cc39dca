"""Two workers and a mailbox that may send three mails a minute (MAIL-112)."""

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_lanes import MINUTE, SECOND, Way, subjects, way, write
from tests.services.test_races import at_once, office
from tramita.models import Delivery, Mailbox
from tramita.worker import loop

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["office", "way"]  # fixtures


def test_two_workers_send_no_more_than_the_limit_each_mail_once_and_in_order(office: Desk, way: Way) -> None:
    """MAIL-112, MAIL-110."""
    Mailbox.objects.update(outgoing={"messages_a_minute": 3})
    write(office, office.ticket(), 9)

    for minute in range(3):
        now = MONDAY + minute * (MINUTE + SECOND)
        for _ in range(3):
            at_once(lambda now=now: loop.mail_out(at=now), lambda now=now: loop.mail_out(at=now))
        assert len(way.sent) == 3 * (minute + 1)

    assert subjects(way) == [f"Mail {number:03}" for number in range(9)]
    assert Delivery.objects.filter(state=Delivery.State.DONE).count() == 9
