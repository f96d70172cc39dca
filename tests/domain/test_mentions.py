"""`@ana` in a note: who is meant, and what is text like any other."""

import pytest

from tramita.domain.mentions import MOST, Nameable, may_mention, mentions, parts

ANA, ANNE, LEO = (
    Nameable(1, "Ana Lima", "ana.lima@desk.example"),
    Nameable(2, "Anne Roy", "anne@desk.example"),
    Nameable(3, "Leo Roy", "leo@desk.example"),
)
OTHER_LEO = Nameable(4, "Leo Sol", "sol@desk.example")


def meant(text: str, *people: Nameable) -> list[tuple[int, str]]:
    return [(one.person.id, one.typed) for one in mentions(text, people or (ANA, ANNE, LEO))]


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("@ana look", "@ana"),
        ("Look, @Ana Lima: it is yours", "@Ana Lima"),
        ("@analima", "@analima"),
        ("@ana.lima.", "@ana.lima"),
        ("(@ANA.LIMA@desk.example)", "@ANA.LIMA@desk.example"),
        ("first line\n@Ana", "@Ana"),
    ],
)
def test_somebody_is_meant_by_name_handle_or_address(text: str, typed: str) -> None:
    """TL-1: without JavaScript it is typed."""
    assert meant(text) == [(1, typed)]


@pytest.mark.parametrize(
    "text",
    [
        "write to ana@desk.example",
        "@nobody",
        "@anabel",
        "@ana@other.example",
        "user@ana",
        "@",
        "@ ana",
        "a.@ana",
    ],
)
def test_what_names_nobody_is_text(text: str) -> None:
    """TL-1."""
    assert meant(text) == []


def test_a_name_that_fits_two_people_is_nobodys() -> None:
    """TL-1: the whole name tells them apart; what stands before one's @ is one's own."""
    third = Nameable(5, "Leo Lima", "lima@desk.example")

    assert meant("@leo @Leo Sol", third, OTHER_LEO) == [(4, "@Leo Sol")]
    assert meant("@leo", LEO, OTHER_LEO) == [(3, "@leo")]


def test_everybody_is_meant_once_and_not_without_end() -> None:
    """TL-1."""
    many = [Nameable(number, f"P{number}", "") for number in range(60)]

    assert meant("@ana and again @ana, @Leo") == [(1, "@ana"), (3, "@Leo")]
    assert len(meant(" ".join(f"@P{number}" for number in range(60)), *many)) == MOST


def test_a_note_without_a_name_asks_nobody() -> None:
    """The usual note costs nothing more."""
    assert not may_mention("Called ana@desk.example at 9 @ home.")
    assert may_mention("Ask @ana")


def test_names_are_shown_and_the_rest_stays_as_it_was() -> None:
    """TL-1."""
    text = "@ana.lima: ask @ana, not @anabel <b>"

    pieces = list(parts(text, [("@ana.lima", "@Ana Lima"), ("@ana", "@Ana Lima")]))

    assert pieces == [("@Ana Lima", True), (": ask ", False), ("@Ana Lima", True), (", not @anabel <b>", False)]
    assert list(parts("plain", [])) == [("plain", False)]
