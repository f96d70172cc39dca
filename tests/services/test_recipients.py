"""Which addresses create items (M-23), whichever way a mail comes in."""

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tramita.models import Item, Mailbox, Route, SeenMessage
from tramita.services import receiving

pytestmark = pytest.mark.django_db
ONE, TWO, UNROUTED = "invoices@desk.example", "suppliers@desk.example", "hello@desk.example"
PLAIN, ELSE = "facilities@desk.example", "somebody@else.example"


@pytest.fixture
def office(desk: Desk, data_dir: object) -> Desk:
    """Three routed addresses in two mailboxes, and a mailbox without a route."""
    box = Mailbox.objects.create(address=PLAIN)
    Route.objects.create(mailbox=box, address=PLAIN, process=desk.definitions["plain"])
    Mailbox.objects.create(address=UNROUTED)
    return desk


@pytest.mark.parametrize("source", ["import", "smtp"])
@pytest.mark.parametrize(
    ("to", "cc", "bcc", "items", "tray"),
    [
        (ONE, "", "", 1, None),
        (ELSE, ONE, "", 1, None),
        (f"{ONE}, {TWO}", "", "", 2, None),
        (ONE, PLAIN, "", 2, None),
        (ONE, TWO, PLAIN, 2, None),
        (ONE, "", PLAIN, 1, None),
        (ELSE, "", PLAIN, 0, PLAIN),
        (ELSE, "", ONE, 0, ONE),
        (UNROUTED, "", "", 0, UNROUTED),
        (f"{ONE}, {UNROUTED}", "", "", 1, None),
        (f"{UNROUTED}, {ONE}", "", "", 1, None),
        (f"{ONE}, {ONE.upper()}", ONE, "", 1, None),
    ],
    ids=lambda value: str(value).replace("@desk.example", "") if value else "-",
)
def test_routed_addresses_in_to_and_cc_make_an_item_each(
    office: Desk, source: str, to: str, cc: str, bcc: str, items: int, tray: str | None
) -> None:
    """M-23, M-5, MAIL-14: only blind copies, or no route: the tray of the mailbox that got it."""
    first = bcc or to.partition(",")[0]
    arrived = {"mailbox": first} if source == "import" else {"envelope": {"sender": "", "recipients": [first]}}

    outcome = receiving.receive(mail(to=to, **({"cc": cc} if cc else {})), source=source, at=MONDAY, **arrived)

    assert Item.objects.count() == items == len(outcome.items)
    waiting = list(SeenMessage.objects.filter(outcome="unhandled").values_list("mailbox", flat=True))
    assert waiting == ([tray] if tray else [])
