"""What people type into the search box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.search_terms import Term, Wanted, read


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("invoice", (Term(("invoice",), prefix=True),)),
        ("invoice twice", (Term(("invoice",)), Term(("twice",), prefix=True))),
        ("invoice ", (Term(("invoice",)),)),
        ('"Badge recon', (Term(("badge", "recon")),)),
        ('"faktura Łódź" zaplac', (Term(("faktura", "lodz")), Term(("zaplac",), prefix=True))),
        ("lucia@acme.es", (Term(("lucia", "acme", "es"), prefix=True),)),
        ("recon* now", (Term(("recon",), prefix=True), Term(("now",), prefix=True))),
        ("re: invoice", (Term(("re",)), Term(("invoice",), prefix=True))),
        ("from:Rui twice", (Term(("xfromxrui",)), Term(("twice",), prefix=True))),
        ('to:"Ana Lima" ', (Term(("xtoxana", "xtoxlima")),)),
        ("!!! ???", ()),
    ],
)
def test_words_phrases_and_beginnings_are_read(typed: str, terms: tuple[Term, ...]) -> None:
    """H-6: a wildcard at the end only."""
    assert read(typed).terms == terms


def test_fields_narrow_and_are_no_words() -> None:
    """Issue 4: field filters."""
    assert read('state:waiting in:note queue:"invoices" bank') == Wanted(
        (Term(("bank",), prefix=True),), {"state": "waiting", "in": "note", "queue": "invoices"}
    )
    assert read("type:case bank ").fields == {"kind": "case"}


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(typed: str) -> None:
    """Every term holds words without anything that a query language could take for its own."""
    for term in read(typed).terms:
        assert term.words
        assert all(word.isalnum() for word in term.words)
