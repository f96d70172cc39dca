"""Every page of the demo company can be looked at, in every language."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tramita.domain.codes import State
from tramita.models import Item, Person, SeenMessage
from tramita.services import demo

LISTS = ("/inbox", "/owned", "/queues", "/queues/invoices", "/recent", "/mail/unhandled", "/new/ticket", "/new/case")


@pytest.mark.django_db
def test_every_page_of_the_demo_company_can_be_looked_at(data_dir) -> None:
    """UI.md: every item but Drafts, which only their writers see, the lists and the tray, in turn in each language."""
    demo.load(at=datetime.now(UTC) - timedelta(minutes=1))
    readers = [Client() for _ in demo.LOGINS]
    for reader, email in zip(readers, demo.LOGINS, strict=True):
        reader.force_login(Person.objects.get(email=email))
    trays = [f"/mail/unhandled?mail={pk}" for pk in SeenMessage.objects.values_list("pk", flat=True)]
    items = [f"/items/{item.reference}" for item in Item.objects.exclude(state=State.DRAFT)]

    refused = {
        path: code
        for number, path in enumerate([*LISTS, *items, *trays])
        if (code := readers[number % len(readers)].get(path).status_code) != 200
    }

    assert not refused
