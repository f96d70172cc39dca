"""Words as search compares them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.folding import fold, words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Łódź", "lodz"),
        ("Ação À FAZER", "acao a fazer"),
        ("Straße", "strasse"),
        ("Œuvre Ærø", "oeuvre aero"),
        ("ﬁlter Ⅻ", "filter xii"),
        ("İstanbul ısı", "istanbul isi"),
    ],
)
def test_accents_and_case_make_no_difference(written: str, folded: str) -> None:
    """H-6: ł too, which no database folds."""
    assert fold(written) == folded


def test_words_are_letters_and_figures() -> None:
    """H-6."""
    assert words("Invoice 991/2026: it's twice_paid (lucia@acme.example)") == [
        "invoice", "991", "2026", "it", "s", "twice", "paid", "lucia", "acme", "example",
    ]  # fmt: skip


@given(st.text(max_size=200))
def test_folding_again_changes_nothing(text: str) -> None:
    """H-6: what is indexed and what is looked for meet."""
    once = words(text)

    assert words(" ".join(once)) == once
