"""What fields and cards ask for, hide and refuse."""

from typing import Any

import pytest

from tramita.domain.cards import CardDefinition, Declared, FieldDefinition
from tramita.domain.cel import parse

F = FieldDefinition
REFUND = parse('fields.kind == "refund"')
GOODS = F("goods", "table", columns=(F("article", mandatory=True), F("price", "number")))
KNOWN = Declared(
    {
        "kind": F("kind", "choice", choices=("query", "refund"), mandatory=True),
        "amount": F("amount", "number", mandatory=True, show_when=REFUND),
        "iban": F("iban", mandatory=True),
        "reason": F("reason", show_when=parse("fields.amount > 1000"), mandatory=True),
        "goods": GOODS,
        "number": F("number", read_only=True),
        "channel": F("channel", read_only=True, default="desk"),
    },
    (CardDefinition("about", "About", ("kind", "amount")), CardDefinition("bank", "Bank", ("iban",), REFUND)),
)


def places(given: dict[str, Any], before: dict[str, Any] | None = None, *, submitted: bool = False) -> list[str]:
    return [fault.field for fault in KNOWN.faults(before or {}, given, submitted=submitted)]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (F("a"), "words", 7),
        (F("a", "number"), 12.5, True),
        (F("a", "boolean"), False, "no"),
        (F("a", "date"), "2026-12-24", "2026-12-24T09:00"),
        (F("a", "datetime"), "2026-12-24T09:00:00+01:00", "soon"),
        (F("a", "choice", choices=("Europe / Poland",)), "Europe / Poland", "Europe"),
        (F("a", "link"), "https://a.example/1", "javascript:alert(1)"),
    ],
)
def test_a_field_takes_what_its_type_says(field: FieldDefinition, good: object, bad: object) -> None:
    """D-20: of a choice with levels, the whole path; null always can."""
    assert not [*field.faults_of(good, "a"), *field.faults_of(None, "a")]
    assert [fault.field for fault in field.faults_of(bad, "a")] == ["a"]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("paper", "goods"),
        ([[]], "goods.0"),
        ([{}, {"article": 7}], "goods.1.article"),
        ([{"colour": "red"}], "goods.0.colour"),
        ([{}] * 201, "goods"),
    ],
)
def test_a_table_names_the_cell_that_is_wrong(value: object, place: str) -> None:
    """D-20."""
    assert [fault.field for fault in GOODS.faults_of(value, "goods")] == [place]


def test_a_card_and_a_field_are_shown_by_the_value_of_another() -> None:
    """D-21: what is hidden counts as empty for what it would show itself."""
    always = {"kind", "goods", "number", "channel"}

    assert KNOWN.shown({"kind": "query", "amount": 5000}) == always
    assert KNOWN.shown({"kind": "refund", "amount": 5}) == always | {"amount", "iban"}
    assert KNOWN.shown({"kind": "refund", "amount": 5000}) == always | {"amount", "iban", "reason"}


def test_only_what_is_shown_is_demanded() -> None:
    """D-21, T-2: also of a row that has begun its mandatory cells."""
    assert KNOWN.missing({"kind": "query"}) == ()
    assert KNOWN.missing({"kind": "refund", "goods": [{}, {"price": 3}]}) == (
        "fields.amount",
        "fields.iban",
        "fields.goods.1.article",
    )


def test_read_only_holds_from_submission_on_and_with_a_default_from_the_start() -> None:
    """D-21: what it says already may be said again."""
    assert places({"number": "1"}) == []
    assert places({"number": "2"}, {"number": "1"}, submitted=True) == ["fields.number"]
    assert places({"channel": "mail"}, {"channel": "desk"}) == ["fields.channel"]
    assert places({"channel": "desk"}, {"channel": "desk"}, submitted=True) == []


def test_what_was_submitted_loses_nothing_mandatory_and_gains_nothing_empty() -> None:
    """D-21, decision 0038: a partial change is asked only for what it touches."""
    query, refund = {"kind": "query"}, {"kind": "refund", "amount": 5}

    assert places({"kind": None}, query, submitted=True) == ["fields.kind"]
    assert places({"kind": "refund"}, query, submitted=True) == ["fields.amount", "fields.iban"]
    assert places({"number": None}, refund, submitted=True) == []  # the IBAN was missing before
    assert places({"kind": "query", "amount": None}, refund, submitted=True) == []  # hidden with the same change


def test_a_table_keeps_filled_rows_and_null_takes_a_value_away() -> None:
    """D-20."""
    rows = [{}, {"article": "Paper", "price": None}, {"article": ""}]

    assert KNOWN.merged({"kind": "query", "x": 1}, {"goods": rows, "x": None}) == {
        "kind": "query",
        "goods": [{"article": "Paper"}],
    }
    assert KNOWN.merged({"goods": [{"article": "Paper"}]}, {"goods": [{}]}) == {}


def test_cards_stand_in_their_order_and_what_is_on_none_comes_last() -> None:
    """D-20."""
    laid = [(card.name, [one.name for one in fields]) for card, fields in KNOWN.laid_out()]

    assert laid == [
        ("about", ["kind", "amount"]),
        ("bank", ["iban"]),
        ("", ["reason", "goods", "number", "channel"]),
    ]


def test_a_field_that_decides_about_itself_is_found() -> None:
    """D-21."""
    one = F("one", show_when=parse("fields.two == 1"))
    two = F("two", "number", show_when=parse("fields.one != null"))

    assert Declared({"one": one, "two": two}).circle() == "one"
    assert KNOWN.circle() is None


def test_titles_and_choices_are_said_in_the_language_of_the_reader() -> None:
    """H-8: else in English, else as written."""
    one = F("a", "choice", "Amount", choices=("low",), titles={"pl": "Kwota"}, labels={"low": {"en": "Low"}})

    assert [one.called("pl"), one.called("fr"), one.label_of("low", "pl"), one.label_of("gone", "pl")] == [
        "Kwota",
        "Amount",
        "Low",
        "gone",
    ]
