"""The page of a mail on the wrong item: two ways out (MAIL-78, M-25)."""

from pathlib import Path

import pytest
from django.test import Client

from tests import factories
from tests.desk import Desk
from tests.services.test_receiving import started
from tramita.models import Item, Message, Person


@pytest.fixture
def message(desk: Desk, data_dir: Path) -> Message:
    """Rui's mail, on the Ticket that it started."""
    return started(desk).messages.get(outgoing=False)


def as_(person_id: int | None) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=person_id))
    return client


def address(message: Message, verb: str = "") -> str:
    return f"/items/{message.item.reference}/mails/{message.pk}{verb}"


def test_the_item_leads_to_the_page_of_each_mail_that_came_in(desk: Desk, message: Message) -> None:
    """MAIL-82: an operator can move it."""
    client = as_(desk.ana.id)

    assert f'href="{address(message)}"' in client.get(f"/items/{message.item.reference}").content.decode()
    page = client.get(address(message)).content.decode()
    assert f'action="{address(message, "/move")}"' in page
    assert "acme/main/finance/plain" in page


def test_a_mail_is_moved_on_the_page(desk: Desk, message: Message) -> None:
    """MAIL-78."""
    other = desk.ticket()

    answer = as_(desk.ana.id).post(address(message, "/move"), {"to": other.reference.lower()}, follow=True)

    assert Message.objects.get(pk=message.pk).item_id == other.pk
    assert f'The mail is on <a href="/items/{other.reference}">' in answer.content.decode()


@pytest.mark.parametrize(("to", "status"), [("nonsense", 422), ("", 422), ("itself", 422)])
def test_a_wrong_reference_is_said_beside_its_field(desk: Desk, message: Message, to: str, status: int) -> None:
    """MAIL-78."""
    given = message.item.reference if to == "itself" else to

    answer = as_(desk.ana.id).post(address(message, "/move"), {"to": given})

    assert answer.status_code == status
    assert 'id="f-to-error"' in answer.content.decode()
    assert f'value="{given}"' in answer.content.decode()


def test_an_item_of_its_own_is_started_on_the_page(desk: Desk, message: Message) -> None:
    """M-25."""
    client = as_(desk.ana.id)

    answer = client.post(address(message, "/create"), {"process": "category:acme/main/finance/plain"})
    refused = client.post(address(message, "/create"), {"process": ""})

    assert (answer.status_code, Item.objects.latest("id").process.key) == (302, "acme/main/finance/plain")
    assert refused.status_code == 422
    assert 'id="f-process-error"' in refused.content.decode()


def test_who_may_not_see_the_item_sees_no_mail_of_it(desk: Desk, message: Message) -> None:
    """SEC-2."""
    client = as_(desk.eve.id)

    assert client.get(address(message)).status_code == 404
    assert client.post(address(message, "/move"), {"to": "1-T"}).status_code == 404


def test_a_mail_of_another_item_is_not_there(desk: Desk, message: Message) -> None:
    """MAIL-78."""
    other = desk.ticket()

    assert as_(desk.ana.id).get(f"/items/{other.reference}/mails/{message.pk}").status_code == 404


def test_who_may_not_write_mail_is_offered_no_way_out(desk: Desk, message: Message) -> None:
    """SEC-2."""
    reader = factories.person("Ria Reader", grants={"acme": ["view", "work"]})
    client = as_(reader.pk)

    assert address(message) not in client.get(f"/items/{message.item.reference}").content.decode()
    assert client.post(address(message, "/move"), {"to": desk.ticket().reference}).status_code == 403
