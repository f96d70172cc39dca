"""Contacts from a sheet over HTTP (CT-5, CT-7)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test.client import encode_multipart

from tests import factories
from tests.api.callers import Caller, Callers, ask, fields, problem
from tests.api.in_process import desk_of
from tests.desk import Desk
from tramita.models import Organisation, Person

pytestmark = pytest.mark.django_db
SHEET = b"address,name,organisation,organisation_name\nlucia@acme.es,Luc\xc3\xada,acme,Acme\nrui,Rui,acme,\n"


@pytest.fixture
def root() -> Caller:
    return ask(Person.objects.get(pk=factories.administrator().id))


def given(by: Caller, content: bytes, headers: dict[str, str] | None = None) -> HttpResponse:
    """A form with this sheet."""
    body = encode_multipart("boundary", {"sheet": SimpleUploadedFile("contacts.csv", content, "text/csv")})
    kind = "multipart/form-data; boundary=boundary"
    return by.send("POST", "/contacts/import", body, headers, content_type=kind)


def test_each_row_of_a_sheet_is_taken_by_itself(root: Caller) -> None:
    """CT-7: what is wrong with a row is told; the same sheet again changes nothing."""
    columns = root.get("/contacts/import").json()["columns"]

    first, again = (given(root, SHEET).json()["results"] for _ in range(2))

    assert {"address", "name", "organisation"} <= set(columns)
    assert [(one["line"], one["outcome"]) for one in first] == [(2, "created"), (3, "refused")]
    assert (first[1]["code"], bool(first[1]["reason"])) == ("validation_failed", True)
    assert [one["outcome"] for one in again] == ["left", "refused"]
    assert Person.objects.get(email="lucia@acme.es").organisation == Organisation.objects.get(key="acme")


def test_with_a_key_a_row_that_is_refused_takes_nothing_back(root: Caller) -> None:
    """INTERFACES 5: rows are committed by themselves, and the answer is given again."""
    key = {"Idempotency-Key": "k1"}

    first, again = (given(root, SHEET, key).json() for _ in range(2))

    assert first == again
    assert Person.objects.filter(email="lucia@acme.es").count() == 1


def test_what_is_no_sheet_and_who_may_not(root: Caller, caller: Callers, desk: Desk) -> None:
    """422 and 403: nothing is taken."""
    unknown = problem(given(root, b"x,y\n1,2\n"), 422, "validation_failed")
    nothing = root.send("POST", "/contacts/import", b"", content_type="multipart/form-data; boundary=b")
    missing = problem(nothing, 422, "validation_failed")

    assert fields(unknown) == {"sheet": "unknown_columns"}
    assert list(fields(missing)) == ["sheet"]
    for one in (caller.ana, caller.leo, caller.rui, caller.robot):
        problem(given(one, SHEET), 403, "not_permitted")
        problem(one.get("/contacts/import"), 403, "not_permitted")


def test_a_program_brings_in_contacts() -> None:
    """INTERFACES 5: by the client."""
    rows = desk_of(Person.objects.get(pk=factories.administrator().id)).import_contacts("contacts.csv", SHEET)

    assert [one["outcome"] for one in rows] == ["created", "refused"]
