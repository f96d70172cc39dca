"""Cards on forms and on the item's page, as people and their browsers meet them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.desk import Desk, publish
from tests.web.reading import errors_of, fresh, text_of, words_of
from tramita.domain.codes import State
from tramita.models import Definition, Item, Person, Version
from tramita.services import launching

CLAIM = "acme/main/finance/claim"
FIELDS = {
    "kind": {"name": "kind", "type": "choice", "title": "Kind", "choices": ["query", "refund"], "mandatory": True},
    "amount": {"name": "amount", "type": "number", "title": "Amount", "titles": {"pl": "Kwota"}},
    "iban": {
        "name": "iban",
        "title": "IBAN",
        "mandatory": True,
        "show_when": {"field": "fields.kind", "op": "==", "value": "refund"},
    },
    "region": {"name": "region", "type": "choice", "title": "Region", "choices": ["Europe / Poland", "Europe / Spain"]},
    "call_at": {"name": "call_at", "type": "datetime", "title": "Call at"},
    "goods": {
        "name": "goods",
        "type": "table",
        "title": "Goods",
        "columns": [{"name": "article", "title": "Article", "mandatory": True}, {"name": "price", "type": "number"}],
    },
    "channel": {"name": "channel", "title": "Channel", "read_only": True, "default": "desk"},
}
CARDS = [
    {"name": "claim", "title": "The claim", "fields": ["kind", "amount", "iban"]},
    {"name": "", "fields": ["region", "call_at", "goods", "channel"]},
]


@pytest.fixture
def claims(desk: Desk) -> Desk:
    """A category with cards."""
    service = Definition.objects.get(key="acme/main/finance")
    desk.definitions["claim"] = publish("category", CLAIM, service, queue="invoices", fields=FIELDS, cards=CARDS)
    return desk


def form(desk: Desk, **given: Any) -> dict[str, Any]:
    """A new Ticket that lacks nothing but its fields."""
    plain = {"title": "Paper", "description": "It is wet.", "category": CLAIM, "requester": desk.rui.email}
    return plain | {"then": "submit", "fields.kind": "query"} | given


def claim(desk: Desk, **fields: Any) -> Item:
    return desk.ticket(category=CLAIM, fields={"kind": "query"} | fields)


def edit(browser: Client, item: Item, **given: Any) -> Any:
    sent = {"panel": "fields", "version": item.version, "fields.kind": "query"} | given
    return browser.post(f"/items/{item.reference}/edit", sent)


def test_a_new_ticket_is_submitted_with_what_its_cards_hold(claims: Desk, ana: Client) -> None:
    """D-20, D-21, T-2, Z-13: the moment is read in the person's zone, empty rows are none."""
    ana.post(
        "/new/ticket",
        form(
            claims,
            **{"fields.amount": "12.5", "fields.region": "Europe / Spain", "fields.call_at": "2026-03-02T10:00"},
            **{"fields.goods": "", "fields.goods.0.article": "Paper", "fields.goods.0.price": "3"},
            **{"fields.goods.1.article": "", "fields.goods.1.price": ""},
        ),
    )

    assert Item.objects.get().fields == {
        "kind": "query",
        "amount": 12.5,
        "region": "Europe / Spain",
        "call_at": "2026-03-02T10:00:00+00:00",
        "goods": [{"article": "Paper", "price": 3}],
        "channel": "desk",
    }


def test_what_is_wrong_is_said_beside_its_field_the_first_has_the_focus_and_what_was_typed_stays(
    claims: Desk, ana: Client
) -> None:
    """D-21, T-3: all at once, in cells of a table too."""
    sent = {"fields.amount": "much", "fields.goods": "", "fields.goods.0.article": "", "fields.goods.0.price": "dear"}

    response = ana.post("/new/ticket", form(claims, **sent))

    page = text_of(response)
    assert response.status_code == 422
    assert errors_of(response) == {
        "new-fields-amount": "Give a number.",
        "new-fields-goods-0-price": "Give a number.",
    }
    assert page.count("autofocus") == 1
    assert page.index("autofocus") > page.index('id="new-fields-amount"')
    assert 'value="dear"' in page
    assert not Item.objects.exists()


def test_what_a_value_shows_is_demanded_and_what_it_hides_is_kept(claims: Desk, ana: Client) -> None:
    """D-21, T-3."""
    refused = ana.post("/new/ticket", form(claims, **{"fields.kind": "refund"}))
    assert errors_of(refused) == {"new-fields-iban": "This is needed."}

    looked = ana.post("/new/ticket", form(claims, **{"fields.iban": "ES1", "then": "look"}))

    assert looked.status_code == 200
    assert 'id="new-fields-iban"' not in text_of(looked)
    assert '<input type="hidden" name="fields.iban" value="ES1">' in text_of(looked)
    assert not Item.objects.exists()


def test_a_script_gets_only_the_cards(claims: Desk, ana: Client) -> None:
    """D-21: by the same address, for the category that was just chosen."""
    asked = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "cards-new"}

    response = ana.post("/new/ticket", {"category": CLAIM, "fields.kind": "refund", "then": "look"}, **asked)

    assert text_of(response).lstrip().startswith('<div class="cards" id="cards-new"')
    assert 'id="new-fields-iban"' in text_of(response)


def test_rows_come_and_go_without_a_script_and_nothing_is_saved(claims: Desk, ana: Client) -> None:
    """D-20: the new row has the focus."""
    item = claim(claims, goods=[{"article": "Paper"}, {"article": "Toner"}])
    typed = {"fields.goods": "", "fields.goods.0.article": "Paper", "fields.goods.1.article": "Ink"}

    more = text_of(edit(ana, item, **typed, row="goods"))
    less = text_of(edit(ana, item, **typed, row="goods.0"))

    assert 'id="fields-fields-goods-2-article"' in more
    assert more.index("autofocus") > more.index('id="fields-fields-goods-2-article"')
    assert 'value="Ink"' in less
    assert 'id="fields-fields-goods-1-article"' not in less
    assert fresh(item).version == item.version


def test_fields_are_changed_in_place_as_the_page_showed_them(claims: Desk, ana: Client) -> None:
    """D-20, Z-2: a stale page is refused and keeps what was typed."""
    item = claim(claims, call_at="2026-03-02T10:00:00+00:00", goods=[{"article": "Paper", "price": 3.5}])
    page = text_of(ana.get(f"/items/{item.reference}"))
    assert 'value="2026-03-02T10:00"' in page
    assert "The claim" in page
    assert 'name="fields.channel"' not in page  # read-only

    edit(ana, item, **{"fields.amount": "7", "fields.goods": "", "fields.iban": ""})
    assert fresh(item).fields["amount"] == 7
    assert "goods" not in fresh(item).fields
    assert "Fields changed: amount, goods" in words_of(ana.get(f"/items/{item.reference}?tab=timeline"))

    stale = edit(ana, item, **{"fields.amount": "8"})
    assert stale.status_code == 412
    assert 'value="8"' in text_of(stale)


def test_a_draft_is_completed_with_the_cards_of_the_category_it_gets(claims: Desk, ana: Client) -> None:
    """D-21, T-1, T-23."""
    ana.post("/new/ticket", {"title": "Paper", "then": "draft"})
    item = Item.objects.get()
    address = f"/items/{item.reference}/edit"
    whole = form(claims, panel="draft", version=item.version, primary_contact=claims.rui.email)

    looked = ana.post(address, whole | {"then": "look"})
    refused = ana.post(address, whole | {"fields.kind": "refund"})

    assert 'id="draft-fields-kind"' in text_of(looked)
    assert "draft-fields-iban" in errors_of(refused)
    ana.post(address, whole | {"version": fresh(item).version})
    assert fresh(item).state is State.TO_DO
    assert fresh(item).fields == {"kind": "query", "channel": "desk"}


def test_an_action_shows_the_cards_of_its_case(desk: Desk, ana: Client) -> None:
    """G-11, D-20: to read; they are changed on the Case."""
    version = desk.definitions["onboarding"].current
    assert version
    Version.objects.filter(pk=version.pk).update(body=version.body | {"fields": FIELDS, "cards": CARDS})
    case = desk.case(fields={"kind": "query", "amount": 12})
    [action] = launching.launch(case, action="bank-check", by=desk.ana, at=timezone.now())

    page = ana.get(f"/items/{action.reference}")

    assert "The claim Kind query Amount 12" in words_of(page)
    assert f'href="/items/{case.reference}#fields"' in text_of(page)
    assert 'name="fields.kind"' not in text_of(page)


def test_values_are_read_in_the_words_and_zone_of_the_reader(claims: Desk, ana: Client) -> None:
    """H-8, D-20, Z-13: titles by language, tables as tables; hidden ones are not told."""
    item = claim(claims, amount=4812.5, iban="ES1", call_at="2026-03-02T10:00:00+00:00", goods=[{"article": "Paper"}])
    Person.objects.filter(pk=claims.ana.id).update(language="pl", time_zone="Europe/Warsaw")

    said = words_of(ana.get(f"/items/{item.reference}"))

    assert "Kwota 4812,5" in said
    assert "2 marca 2026 11:00" in said
    assert "Paper" in said
    assert "ES1" not in said
