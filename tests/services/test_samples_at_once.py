"""Four importers take the samples in at once, in any order: the same items as one alone (MAIL.md section 9)."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.helpdesk import SERVICE, Helpdesk, build
from tests.samples import expected, world
from tests.services.test_races import at_once, sound
from tests.services.test_samples import starts
from tramita.models import Item, Message, SeenMessage

pytestmark = pytest.mark.django_db(transaction=True)
IMPORTERS = 4


@pytest.fixture
def helpdesk(transactional_db: None) -> Helpdesk:
    return build()


def importer(helpdesk: Helpdesk, names: list[str]) -> Callable[[], Counter[str]]:
    """Imports these, and counts what was said."""
    mailboxes = {name: expected()[name]["ingest"].get("mailbox") for name in names}

    def work() -> Counter[str]:
        return Counter(helpdesk.receive(name, mailbox=mailboxes[name]).outcome for name in names)

    return work


@pytest.mark.parametrize("seed", range(2))
def test_four_importers_make_the_same_items_as_one(helpdesk: Helpdesk, seed: int) -> None:
    """MAIL-3, MAIL-9, M-23."""
    orders = [random.Random(seed + number).sample(sorted(expected()), len(expected())) for number in range(IMPORTERS)]

    said = sum(at_once(*[importer(helpdesk, names) for names in orders]), Counter())

    assert Item.objects.count() == len(helpdesk.items) + sum(map(starts, expected()))
    assert said["failed"] == 0
    assert not SeenMessage.objects.filter(outcome__in=("", "failed")).exists()
    assert all(sound(item) for item in Item.objects.all())


@pytest.mark.parametrize("turn", range(3))
def test_copies_of_one_mail_at_two_mailboxes_at_once_start_each_item_once(helpdesk: Helpdesk, turn: int) -> None:
    """MAIL-80, MAIL-3: 142 and 143."""
    copies = [name for name in sorted(expected()) if name.startswith(("142", "143"))]

    at_once(*[importer(helpdesk, names) for names in (copies, copies[::-1]) * 2])

    new = Item.objects.exclude(pk__in=[item.pk for item in helpdesk.items.values()])
    assert sorted(new.values_list("process__key", flat=True)) == [f"{SERVICE}/desk", f"{SERVICE}/facilities"]
    answers = Message.objects.filter(outgoing=True, automatic=True)
    assert sorted(answers.values_list("sender_address", flat=True)) == sorted(world()["routes"])
