"""Every page of the demo company can be looked at, in every language."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tramita.domain.codes import State
from tramita.models import Item, Person, SeenMessage
from tramita.services import demo

MAIL = ("inbox", "sent", "outbox", "scheduled", "unhandled", "unhandled/replay", "blocked", "deleted")
LISTS = ("/inbox", "/owned", "/queues", "/queues/invoices", "/recent", "/new/ticket", "/new/case", "/settings/")
BOXES = ("/settings/mailboxes", "/settings/mailboxes/invoices@desk.example")


@pytest.mark.one_database
@pytest.mark.django_db
def test_every_page_of_the_demo_company_can_be_looked_at(data_dir) -> None:
    """UI.md: every item but Drafts, which only their writers see, the lists and the tray, in turn in each language."""
    demo.load(at=datetime.now(UTC) - timedelta(minutes=1))
    readers = [Client() for _ in demo.LOGINS]
    for reader, email in zip(readers, demo.LOGINS, strict=True):
        reader.force_login(Person.objects.get(email=email))
    waiting = SeenMessage.objects.filter(outcome__in=("unhandled", "failed"))
    trays = [f"/mail/unhandled?mail={pk}" for pk in waiting.values_list("pk", flat=True)]
    mail = [f"/mail/{name}" for name in MAIL for _ in readers]  # each in every language
    items = [f"/items/{item.reference}" for item in Item.objects.exclude(state=State.DRAFT)]

    refused = {
        path: code
        for number, path in enumerate([*mail, *LISTS, *items, *trays])
        if (code := readers[number % len(readers)].get(path).status_code) != 200
    }
    vera = readers[[*demo.LOGINS].index("vera@desk.example")]
    refused |= {path: code for path in BOXES if (code := vera.get(path).status_code) != 200}

    assert not refused
