"""Extension properties: declared for a sort of thing, given to each, exported, shown."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests import factories
from tests.api.callers import Caller, token_for
from tests.factories import NOW
from tests.web.reading import words_of

from tramita.domain.actors import SYSTEM
from tramita.models import Organisation, Person, Version
from tramita.queries import definitions, people
from tramita.services import starting
from tramita.services.definitions import WrongConfiguration, apply, export

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
DECLARED = """
properties:
  users: {phone: text}
  contacts: {room: text}
  organisations: {size: number}
  customers: {segment: {type: choice, choices: [{gold: {pl: Złoty}}, silver], title: {en: Segment, pl: Grupa}}}
  contracts: {ends: date, number: text}
  services: {critical: boolean}
"""
GIVEN = """
queues:
  invoices: {title: Invoices}
organisations:
  acme: {name: Acme, properties: {size: 120}}
users:
  ana@desk.example: {name: Ana, role: agent, queues: [invoices], properties: {phone: "2041"}}
contacts:
  rui@acme.example: {name: Rui, organisation: acme, properties: {room: B 12}}
customers:
  acme:
    organisation: acme
    properties: {segment: gold}
    contracts:
      main:
        properties: {number: AC-17, ends: 2027-12-31}
        services:
          finance:
            properties: {critical: true}
            ticket_categories: {query: {title: Query, queue: invoices}}
"""


@pytest.fixture
def applied(file: Write) -> None:
    definitions.forget()
    apply([file(DECLARED), file(GIVEN)], by=SYSTEM, at=NOW)


def test_properties_are_kept_and_exported_as_they_were_given(applied: None, file: Write) -> None:
    """D-22: an export changes nothing, in whatever order a database keeps keys."""
    assert Person.objects.get(email="ana@desk.example").properties == {"phone": "2041"}
    assert Person.objects.get(email="rui@acme.example").properties == {"room": "B 12"}
    assert Organisation.objects.get().properties == {"size": 120}
    contract = Version.objects.get(definition__kind="contract").body
    assert contract["properties"] == {"number": "AC-17", "ends": "2027-12-31"}

    text = export()
    said = apply([file(text)], by=SYSTEM, at=NOW)

    assert said.created == said.changed == []
    assert export() == text


def test_what_is_given_must_stay_declared_though_its_section_is_in_no_file(applied: None, file: Write) -> None:
    """D-22: together the sections make sense; what was there is named as applied before."""
    with pytest.raises(WrongConfiguration) as caught:
        apply([file("properties:\n  users: {room: text}")], by=SYSTEM, at=NOW)

    assert "users/ana@desk.example/properties/phone as applied before: users have no property “phone”" in str(
        caught.value.lines()
    )
    said = apply([file(GIVEN.replace("size: 120", "size: 130"))], by=SYSTEM, at=NOW)
    assert said.changed == ["organisations/acme"]


def test_an_item_shows_the_properties_of_its_customer_and_the_api_those_of_people(
    applied: None, client: Client
) -> None:
    """D-22, H-8."""
    ana = Person.objects.get(email="ana@desk.example")
    item = starting.start_ticket(
        title="Paid twice",
        description="See the copy",
        category="acme/main/finance/query",
        requester="rui@acme.example",
        by=people.actor_for(ana),
        at=NOW,
    )
    Person.objects.filter(pk=ana.pk).update(language="pl")
    client.force_login(ana)

    said = words_of(client.get(f"/items/{item.reference}"))
    contact = words_of(client.get(f"/contacts/{item.requester_id}"))
    caller = Caller(token_for(ana))
    users, contacts = (caller.get(path).json()["results"] for path in ("/users", "/contacts"))

    assert "Size 120 Grupa Złoty Ends 31 grudnia 2027 Number AC-17 Critical Tak" in said
    assert "Room B 12" in contact
    assert [one["properties"] for one in (*users, *contacts)] == [{"phone": "2041"}, {"room": "B 12"}]
    assert caller.get("/organisations").json()["results"][0]["properties"] == {"size": 120}
    assert factories.person().properties is None
