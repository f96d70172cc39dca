"""The worker tells, and writes the mails with news that are due."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.desk import MONDAY, Desk
from tramita.models import Notification
from tramita.services import working
from tramita.worker.loop import drain

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_tells_what_happened_and_mails_it_once_the_burst_is_over(desk: Desk, data_dir: Path) -> None:
    """N-1: what becomes due by doing it is done in the same run."""
    working.assign(desk.ticket(by=desk.leo), to=desk.ana.id, by=desk.leo, at=MONDAY)

    first = drain(at=MONDAY)
    second = drain(at=MONDAY + timedelta(minutes=6))

    assert (first["notify"] > 0, first["news_mailed"]) == (True, 0)
    assert (second["notify"], second["news_mailed"], second["mail_done"]) == (0, 1, 1)
    assert [path.suffix for path in (data_dir / "outgoing").iterdir()] == [".eml"]
    assert Notification.objects.get(person=desk.ana.id).mail == Notification.Mail.DONE
