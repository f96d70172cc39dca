"""Subjects and threads of what we send."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.codes import Kind
from tramita.domain.references import Reference
from tramita.domain.subjects import (
    MOST_BYTES,
    references_header,
    subject_with_reference,
    thread_index,
    title_from,
    without_reference,
)

TICKET = Reference(Kind.TICKET, 40308)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("The lift", "[40308-T] The lift"),
        ("Re: The lift", "Re: [40308-T] The lift"),
        ("AW: Re: RE[2]: [40308-T] The lift", "Re: [40308-T] The lift"),
        ("ODP: [40308-t] The lift [40308-T]", "Re: [40308-T] The lift"),
        ("[10040-C] and 40308-T", "[40308-T] [10040-C] and"),
        ("", "[40308-T]"),
    ],
)
def test_the_reference_stands_once_and_re_is_not_doubled(subject: str, expected: str) -> None:
    """MAIL-119."""
    assert subject_with_reference(subject, TICKET) == expected
    assert subject_with_reference(expected, TICKET) == expected


def test_an_answer_says_re() -> None:
    """MAIL-119."""
    assert subject_with_reference("The lift", TICKET, reply=True) == "Re: [40308-T] The lift"


def test_a_subject_has_a_limit() -> None:
    """MAIL-119."""
    assert len(subject_with_reference("x" * 5_000, TICKET)) <= 240


def test_the_title_of_a_continuation_has_no_old_reference() -> None:
    """MAIL-76."""
    assert without_reference("Re: [09001-T] Keys for room 118", "09001-T") == "Re: Keys for room 118"
    assert without_reference("109001-T stays", "09001-T") == "109001-T stays"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [("Re: Fwd: WG: The lift", "The lift"), (None, "It is stuck."), ("  ", "It is stuck.")],
)
def test_an_item_is_named_by_subject_or_first_words(subject: str | None, expected: str) -> None:
    """MAIL-119, M-4."""
    assert title_from(subject, "\n  It is stuck.\nSince noon.") == expected


def test_references_keep_the_first_and_the_newest() -> None:
    """MAIL-118."""
    theirs = [f"{number:03}{'x' * 60}@customer.example" for number in range(100)]

    kept = references_header(theirs, "last@customer.example")

    assert kept[0] == theirs[0]
    assert kept[-1] == "last@customer.example"
    assert kept[-2] == theirs[-1]
    assert sum(len(one) + 3 for one in kept) < MOST_BYTES


def test_a_hostile_id_is_not_handed_back() -> None:
    """MAIL-55, MAIL-118."""
    assert references_header(["good@a.example", "bad\r\nBcc: x@y", "with blank@z"], None) == ("good@a.example",)


HEAD = b"\x01\xdc\x11\x22\x33\x44" + b"g" * 16  # of a conversation that began in 2025
BEGAN = base64.b64encode(HEAD).decode()


def test_an_answer_adds_one_step_to_the_thread_that_outlook_knows() -> None:
    """MAIL-118."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    once = thread_index(BEGAN, at=at)
    twice = thread_index(once or "", at=at + timedelta(days=900))

    assert once
    assert twice
    assert base64.b64decode(once)[:22] == HEAD
    assert [len(base64.b64decode(one)) for one in (once, twice)] == [27, 32]
    assert base64.b64decode(twice)[27] & 0x80, "after 1.7 years the step counts in coarser units"


@given(theirs=st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda one: base64.b64encode(one).decode())))
def test_what_is_no_thread_index_is_not_handed_back(theirs: str) -> None:
    """MAIL-118, MAIL-55."""
    answer = thread_index(theirs, at=datetime(2026, 3, 2, tzinfo=UTC))

    assert answer is None or len(base64.b64decode(answer)) in range(27, 70, 5)
