"""Declared fields in lists: columns, the chart, the filter that a bar is, files."""

import csv
from io import StringIO
from urllib.parse import quote

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.desk import Desk, publish
from tests.web.reading import text_of, words_of
from tests.web.test_charts import chart
from tramita.domain.narrowing import MOST_OWN, read
from tramita.models import Definition, Person, View

CLAIM = "acme/main/finance/claim"
FIELDS = {
    "kind": {
        "name": "kind",
        "type": "choice",
        "title": "Kind of claim",
        "titles": {"pl": "Rodzaj"},
        "choices": ["late", "wet"],
        "labels": {"wet": {"en": "Arrived wet"}},
    },
    "amount": {"name": "amount", "type": "number", "title": "Amount"},
    "urgent": {"name": "urgent", "type": "boolean", "title": "Urgent"},
    "goods": {"name": "goods", "type": "table", "columns": [{"name": "article"}]},
}
QUEUE = "/queues/invoices"


@pytest.fixture
def claims(desk: Desk) -> Desk:
    """Three claims in a queue, and a Ticket without fields."""
    service = Definition.objects.get(key="acme/main/finance")
    publish("category", CLAIM, service, queue="invoices", fields=FIELDS)
    wet = {"kind": "wet", "amount": 12.5, "urgent": True}
    for title, fields in (("One", wet), ("Two", {"kind": "wet"}), ("Three", {"kind": "late", "urgent": False})):
        desk.ticket(title=title, category=CLAIM, fields=fields)
    desk.ticket(title="Plain")
    return desk


def test_a_list_shows_columns_of_fields_in_the_words_of_its_reader(claims: Desk, ana: Client) -> None:
    """D-20, H-8; what people wrote is no markup."""
    claims.ticket(title="Odd", fields={"kind": "<b>odd</b>"})
    address = f"{QUEUE}?col=state&col=fields.kind&col=fields.amount&col=fields.urgent"

    page = ana.get(address)

    assert "Kind of claim Amount Urgent" in words_of(page)
    assert "Arrived wet 12.5 Yes" in words_of(page)
    assert "<b>odd" not in text_of(page)
    Person.objects.filter(pk=claims.ana.id).update(language="pl")
    assert "Rodzaj" in words_of(ana.get(address))


def test_a_chart_by_a_field_narrows_to_what_a_bar_counts(claims: Desk, ana: Client) -> None:
    """H-3: display by any custom field; what has no value is a bar as well."""
    bars = {row[0]: row[1] for row in chart(ana, f"{QUEUE}?chart=fields.kind")}
    narrowed = words_of(ana.get(f"{QUEUE}?fields.kind=wet"))
    without = words_of(ana.get(f"{QUEUE}?fields.kind=none"))

    assert bars == {"Arrived wet": "2", "late": "1", "None": "1"}
    assert "Kind of claim: Arrived wet" in narrowed
    assert ("One" in narrowed, "Three" in narrowed, "Plain" in narrowed) == (True, False, False)
    assert ("Plain" in without, "One" in without) == (True, False)


@pytest.mark.parametrize(("field", "value", "found"), [("urgent", "true", "One"), ("amount", "12.5", "One")])
def test_a_filter_knows_values_of_every_type_on_both_databases(
    claims: Desk, ana: Client, field: str, value: str, found: str
) -> None:
    """D-20, H-3."""
    bars = {row[0] for row in chart(ana, f"{QUEUE}?chart=fields.{field}")}

    assert ({"Yes", "No"} if field == "urgent" else {"12.5"}) <= bars
    page = words_of(ana.get(f"{QUEUE}?fields.{field}={value}"))
    assert (found in page, "Two" in page) == (True, False)


def test_a_file_has_the_columns_of_fields(claims: Desk, ana: Client) -> None:
    """D-20, H-4."""
    address = f"{QUEUE}?col=fields.kind&fields.kind=wet&export=csv"

    rows = list(csv.reader(StringIO(ana.get(address).content.decode("utf-8-sig"))))

    assert rows[0] == ["Reference", "Title", "Kind of claim"]
    assert sorted(row[1:] for row in rows[1:]) == [["One", "Arrived wet"], ["Two", "Arrived wet"]]


def test_a_view_keeps_columns_and_filters_of_fields(claims: Desk, ana: Client) -> None:
    """H-7, D-20; the form offers what is declared and no tables, and Apply keeps the filter of a bar."""
    look = "col=state&col=fields.amount&fields.kind=wet"
    ana.post(f"/views/new?{look}", {"title": "Wet", "shared": "", **dict(part.split("=") for part in look.split("&"))})

    view = View.objects.get()
    form = text_of(ana.get(f"{QUEUE}?panel=filter&fields.kind=wet"))

    assert view.narrowing == {"fields.kind": ["wet"]}
    assert "fields.amount" in view.columns
    assert '<option value="fields.urgent">Urgent</option>' in form
    assert "fields.goods" not in form
    assert '<input type="hidden" name="fields.kind" value="wet">' in form


def test_names_that_are_no_names_never_reach_a_statement(claims: Desk, ana: Client) -> None:
    """A name of a field has letters, digits and “_”; there are eight at most."""
    wrong = "fields.kind' OR 1=1 --"

    page = words_of(ana.get(f"{QUEUE}?{quote(wrong)}=x&col={quote(wrong)}&chart={quote(wrong)}"))

    assert ("One" in page, "Plain" in page) == (True, True)
    assert len(read({f"fields.f{n}": ["x"] for n in range(20)})) == MOST_OWN


def test_columns_and_bars_of_fields_cost_no_statement(
    claims: Desk, ana: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Six statements, as for any list."""
    ana.get(QUEUE)

    with django_assert_num_queries(5):
        ana.get(f"{QUEUE}?col=fields.kind&chart=fields.kind&fields.urgent=true")
