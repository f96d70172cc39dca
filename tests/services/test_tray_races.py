"""Several people at the tray at once: one wins, the others are told, and nothing is made twice (M-21, Z-2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.desk import MONDAY, Desk, build
from tests.services.test_races import at_once
from tests.services.test_receiving import mail, receive
from tramita.domain.errors import Conflict
from tramita.models import Item, Mailbox, Message, Route, SeenMessage
from tramita.services import replaying
from tramita.services import tray as putting_away

pytestmark = pytest.mark.django_db(transaction=True)

LATER = MONDAY + timedelta(hours=1)
CATEGORY = "acme/main/finance/plain"


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed, with a mail that nobody took and a route that would take it by now."""
    desk = build()
    receive(mail(to="cuentas@desk.example"))
    process, box = desk.definitions["plain"], Mailbox.objects.get()
    Route.objects.create(mailbox=box, address="cuentas@desk.example", process=process)
    return desk


def tasks(office: Desk) -> dict[str, Callable[[], Any]]:
    """What Ana and Leo may do with it; each read it before."""
    copies = [SeenMessage.objects.get() for _ in range(3)]
    return {
        "create": lambda: putting_away.create_item(copies[0], category=CATEGORY, by=office.ana, at=LATER),
        "delete": lambda: putting_away.delete(copies[1], by=office.leo, at=LATER),
        "replay": lambda: replaying.replay(copies[2], by=office.leo, at=LATER),
    }


@pytest.mark.parametrize(
    ("one", "other"), [("create", "create"), ("create", "delete"), ("create", "replay"), ("delete", "replay")]
)
def test_of_two_who_deal_with_one_mail_one_wins(office: Desk, one: str, other: str) -> None:
    """M-21, M-22: the loser gets a conflict, or hears that it was done before."""
    may = tasks(office)

    told = at_once(may[one], may[other])

    lost = [said for said in told if isinstance(said, Conflict) or getattr(said, "outcome", "") == "duplicate"]
    seen = SeenMessage.objects.get()
    assert len(lost) == 1, told
    assert seen.outcome in ("created", "deleted")
    assert Item.objects.count() == Message.objects.filter(outgoing=False).count() == len(seen.items)
    assert (seen.outcome == "created") == (Item.objects.count() == 1)


def test_a_rehearsal_beside_the_real_thing_keeps_nothing(office: Desk) -> None:
    """MAIL-143."""
    ids = [SeenMessage.objects.get().pk]

    told, _item = at_once(
        lambda: list(replaying.replay_several(ids, by=office.ana, at=LATER, dry_run=True)), tasks(office)["create"]
    )

    assert all(one.outcome.outcome in ("created", "duplicate") for one in told)
    assert Item.objects.count() == Message.objects.filter(outgoing=False).count() == 1
