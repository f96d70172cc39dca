"""A mail and its answer come in at the same moment, by two importers: one item (MAIL-79, MAIL-80)."""

from collections.abc import Callable

import pytest

from tests.desk import MONDAY, Desk, build
from tests.services.test_joining import conversation, with_id
from tests.services.test_races import at_once, sound
from tests.services.test_receiving import mail
from tramita.models import Item
from tramita.services import receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(transactional_db: None) -> Desk:
    return build()


def importer(raws: list[bytes]) -> Callable[[], list[str]]:
    return lambda: [receiving.receive(raw, source="import", at=MONDAY).outcome for raw in raws]


@pytest.mark.parametrize("turn", range(3))
def test_a_mail_and_its_answer_at_once_make_one_item(desk: Desk, turn: int) -> None:
    """MAIL-79."""
    first, answer = conversation(desk)

    at_once(importer([first]), importer([answer]))

    item = Item.objects.get()
    assert item.messages.filter(outgoing=False).count() == 2
    assert sound(item)


def test_a_long_thread_in_every_order_at_once_loses_nothing_and_ends(desk: Desk) -> None:
    """MAIL-79, MAIL-80: nobody waits for who waits for them."""
    rui = desk.rui.email
    thread = [
        with_id(mail(f"Mail {number}", sender=rui, reply_to=f"{number - 1}@acme.example"), f"{number}@acme.example")
        for number in range(1, 6)
    ]

    at_once(importer(thread), importer(thread[::-1]), importer(thread[2:] + thread[:2]))

    assert sum(item.messages.filter(outgoing=False).count() for item in Item.objects.all()) == 5
    assert all(sound(item) for item in Item.objects.all())
