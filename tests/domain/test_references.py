"""References, in every form in which people write and paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.codes import Kind
from tramita.domain.references import Reference, found_in, parse

TICKET, CASE, ACTION = (
    Reference(Kind.TICKET, 40308),
    Reference(Kind.CASE, 10040),
    Reference(Kind.ACTION, 10040, 2),
)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("40308-T", TICKET),
        ("40308-t", TICKET),
        (" [40308-T] ", TICKET),
        ("40308 T", TICKET),
        ("40308.T", TICKET),
        ("40308T", TICKET),
        ("40.308-T", TICKET),
        ("40 308-T", TICKET),
        ("40308–T", TICKET),
        ("40308 - T", TICKET),
        ("(40308-T).", TICKET),
        ("“40308-T”,", TICKET),
        ("10040-C", CASE),
        ("10040-C-A2", ACTION),
        ("10040-c-a2", ACTION),
        ("10040.C.A2", ACTION),
        ("10040 C A2", ACTION),
        ("https://desk.example/items/40308-T", TICKET),
        ("https://desk.example/items/40308-T/", TICKET),
        ("http://desk.example:8000/items/10040-C-A2?tab=timeline#e5", ACTION),
        ("/items/10040-C", CASE),
        ("<https://desk.example/items/10040-C>", CASE),
    ],
)
def test_a_reference_is_read_in_any_form_people_paste(text: str, reference: Reference) -> None:
    """G-6."""
    assert parse(text) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        "40308",
        "T",
        "-T",
        "40308-X",
        "40308-A2",
        "40308-T-A2",
        "10040-C-A",
        "40308-TT",
        "x40308-T",
        "Invoice 40308-T",
        "https://desk.example/items/",
        "٤-T",
        "1" * 19 + "-T",
        "9" * 500 + "-T",
    ],
)
def test_anything_else_is_no_reference(text: str) -> None:
    """G-6."""
    assert parse(text) is None


@given(
    st.builds(Reference, st.sampled_from([Kind.TICKET, Kind.CASE]), st.integers(0, 10**18 - 1), st.just(0))
    | st.builds(Reference, st.just(Kind.ACTION), st.integers(0, 10**18 - 1), st.integers(0, 10**9 - 1))
)
def test_what_is_written_is_read_again(reference: Reference) -> None:
    """G-6."""
    assert parse(str(reference)) == reference
    assert parse(str(reference).lower()) == reference
    assert list(found_in(f"Re: [{reference}] Invoice")) == [reference]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """G-6."""
    parse(text)
    list(found_in(text))


def test_the_references_in_a_subject_are_found_and_nothing_like_them() -> None:
    """G-6, MAIL-70."""
    subject = "AW: [40308-T] siehe 10040-C-A2, 10040-c; nicht 7-Test, A12-C, 3-C-A2-B"

    assert list(found_in(subject)) == [TICKET, ACTION, CASE]
