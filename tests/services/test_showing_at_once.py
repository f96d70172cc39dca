"""Two workers at once: each mail is made ready once."""

import pytest

from tests.desk import MONDAY, Desk, build
from tests.hostile import mail
from tests.services.test_races import at_once
from tramita.models import Message
from tramita.services import receiving, showing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_dir")]


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def test_two_workers_clean_each_mail_once(office: Desk) -> None:
    """MAIL-9 in spirit, MEASURED section 7."""
    for number in range(8):
        receiving.receive(mail(f"<p>{number}</p>", number=number), source="import", at=MONDAY)

    def work() -> list[object]:
        return [showing.show(taken, at=MONDAY) for taken in showing.claim(at=MONDAY, limit=5)]

    results = [one for some in at_once(work, work) for one in some] + work()

    assert results == [Message.Shown.CLEAN] * 8
    assert not Message.objects.filter(shown=Message.Shown.WAITING).exists()
