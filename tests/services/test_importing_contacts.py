"""Organisations and contacts from a sheet: idempotent, each fault by its row, the other rows taken."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.desk import MONDAY
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.errors import Invalid, NotPermitted
from tramita.models import ConfigurationChange, Organisation, Person, Version
from tramita.services import importing_contacts
from tramita.ui import sheets

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HEADS = "address;name;organisation;organisation_name;parent;domains;language;time_zone;manager;active"
GOOD = [
    ";;north;North Group;;north.example;;;;",
    "lu@north.example;Lu Ramos;north-west;North West;north;nw.example, west.example;es;Europe/Madrid;;",
    "mo@north.example;Mo Vidal;north;;;;pt_BR;;yes;",
    "al@north.example;;north-west;;;;;;no;no",
]


@pytest.fixture
def root() -> Actor:
    return factories.administrator()


def take(rows: list[str], by: Actor) -> list[str]:
    return [one.what for one in importing_contacts.take("\n".join([HEADS, *rows]), by=by, at=MONDAY)]


def test_rows_become_organisations_and_contacts_and_the_same_sheet_again_changes_nothing(root: Actor) -> None:
    """CT-5, CT-7: parents, domains, managers, languages, time zones; the configuration tells who changed it."""
    assert take(GOOD, root) == ["created"] * 4
    west = Organisation.objects.select_related("parent").get(key="north-west")
    people = {one.email: one for one in Person.objects.filter(email__endswith="@north.example")}
    lu, mo, al = (people[f"{name}@north.example"] for name in ("lu", "mo", "al"))

    assert (west.name, west.parent and west.parent.key) == ("North West", "north")
    assert west.domains == ["nw.example", "west.example"]
    assert (lu.organisation, lu.language, lu.time_zone, lu.role) == (west, "es", "Europe/Madrid", Role.REQUESTER)
    assert (mo.role, mo.language, mo.is_active) == (Role.MANAGER, "pt-br", True)
    assert (al.name, al.is_active) == ("al@north.example", False)
    assert {one.by_id for one in ConfigurationChange.objects.filter(section="organisations")} == {root.id}
    assert take(GOOD, root) == ["left"] * 4
    assert take(["mo@north.example;Mo V.;;;;;;;no;"], root) == ["changed"]
    mo.refresh_from_db()
    assert (mo.name, mo.role, mo.language) == ("Mo V.", Role.REQUESTER, "pt-br")


def test_each_row_that_is_wrong_says_why_and_the_others_are_taken(root: Actor) -> None:
    """CT-7: by its line; half a row is not taken."""
    rows = [
        "no-address;Somebody;;;;;;;;",
        "x@north.example;X;nowhere;;;;;;;",
        "y@north.example;Y;north;North;gone;;;;;",
        "z@north.example;Z;;;;;xx;;;",
        "m@north.example;M;;;;;;;yes;",
        "q@north.example;Q;;;;;;;perhaps;",
        f"{factories.agent().email};Ana;;;;;fr;;;",
        "ok@north.example;Ok;;;;;;;;",
    ]

    found = importing_contacts.take("\n".join([HEADS, *rows]), by=root, at=MONDAY)

    refused = {one.line: one.fault for one in found if one.what == "refused"}
    assert sorted(refused) == [2, 3, 4, 5, 6, 7, 8]
    fields = {
        line: [fault.field for fault in error.errors] for line, error in refused.items() if isinstance(error, Invalid)
    }
    assert fields == {
        2: ["email"],
        3: ["organisation"],
        4: ["parent"],
        5: ["language"],
        6: ["organisation"],
        7: ["manager"],
    }
    assert [one.what for one in found][-1] == "created"
    assert not Organisation.objects.filter(key="north").exists()
    assert Person.objects.filter(email__endswith="@north.example").count() == 1


def test_a_sheet_that_is_none_is_refused_whole(root: Actor) -> None:
    """CT-7, SEC-2, Z-14."""
    for text in ("", "a,b\n1,2", HEADS, "\n".join([HEADS, *["a@b.example;A;;;;;;;;"] * 1001])):
        with pytest.raises(Invalid) as refused:
            importing_contacts.take(text, by=root, at=MONDAY)
        assert [fault.field for fault in refused.value.errors] == ["sheet"]
    with pytest.raises(NotPermitted):
        importing_contacts.take(HEADS, by=factories.leader(), at=MONDAY)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_comes_back_as_a_sheet(root: Actor, client: Client, kind: str) -> None:
    """CT-7: with its columns and an example; what became of the rows is told on the page."""
    client.force_login(Person.objects.get(pk=root.id))
    template: Any = client.get(f"/contacts/import?template={kind}")
    assert template.content.startswith(b"PK" if kind == "xlsx" else b"\xef\xbb\xbfaddress,name")
    rows = [("", "", "acme", "Acme", "", "", "", "", "", ""), ("no-address", "N", "", "", "", "", "", "", "", "")]
    made = {"csv": sheets.csv_file, "xlsx": sheets.xlsx_file}[kind](importing_contacts.COLUMNS, rows)

    said = client.post("/contacts/import", {"sheet": SimpleUploadedFile(f"c.{kind}", made)}).content.decode()
    again = client.post("/contacts/import", {"sheet": SimpleUploadedFile("c.xlsx", b"PK\x03\x04 no sheet")})

    assert ("Created: 1" in said, "Not taken: 1" in said, "no-address" in said) == (True, True, True)
    assert again.status_code == 422
    assert Organisation.objects.filter(key="acme", name="Acme").exists()


def declare(sort: str, *fields: dict[str, Any]) -> None:
    definition = factories.definition("properties", sort)
    Version.objects.filter(definition=definition).update(body={"key": sort, "fields": list(fields)})


def test_own_properties_have_columns_and_a_value_that_does_not_fit_is_named(root: Actor) -> None:
    """D-22, CT-7: of contacts and organisations, each as it is declared; an empty cell leaves what is there."""
    declare(
        "contacts",
        {"name": "size", "type": "number", "title": "Size"},
        {"name": "vip", "type": "boolean", "title": "VIP"},
    )
    declare("organisations", {"name": "Tier", "type": "choice", "title": "Tier", "choices": ["gold", "tin"]})
    heads = "address;organisation;organisation_name;contact.size;contact.vip;organisation.tier"
    rows = [
        "lu@north.example;north;North;7;yes;gold",
        "mo@north.example;north;;1,5;;",
        "al@north.example;;;many;;",
        "bo@north.example;;;;perhaps;",
        "cy@north.example;east;East;;;lead",
    ]

    def sheet(*some: str) -> list[importing_contacts.RowOutcome]:
        return importing_contacts.take("\n".join([heads, *some]), by=root, at=MONDAY)

    found = sheet(*rows)

    faults = [(one.line, one.fault.errors[0].field) for one in found if isinstance(one.fault, Invalid)]
    assert faults == [(4, "contact.size"), (5, "contact.vip"), (6, "organisation.Tier")]
    kept = dict(Person.objects.filter(email__endswith="@north.example").values_list("email", "properties"))
    assert kept == {"lu@north.example": {"size": 7, "vip": True}, "mo@north.example": {"size": 1.5}}
    assert dict(Organisation.objects.values_list("key", "properties")) == {"north": {"Tier": "gold"}}
    assert [one.what for one in sheet(*rows[:2])] == ["left", "left"]
    assert [one.what for one in sheet("lu@north.example;north;;8;;tin")] == ["changed"]
    assert Person.objects.get(email="lu@north.example").properties == {"size": 8, "vip": True}
    assert Organisation.objects.get(key="north").properties == {"Tier": "tin"}
