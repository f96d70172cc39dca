"""The numbers by which programs know states, kinds, reasons and colours."""

from tramita.domain.codes import DueStatus, Kind, Reason, State


def test_states_and_kinds_have_the_numbers_that_integrations_know() -> None:
    """API-1."""
    assert [state.number for state in State] == [0, 1, 2, 3, 4, 5]
    assert {kind: kind.number for kind in Kind} == {Kind.CASE: 1, Kind.TICKET: 2, Kind.ACTION: 3}


def test_the_colours_of_a_due_date_have_their_numbers() -> None:
    """SLA-14."""
    assert [status.number for status in DueStatus] == [-2, 1, 0, -1]


def test_reasons_have_the_numbers_that_the_specification_gives() -> None:
    """API-3."""
    theirs = {0, 1, 2, 4, 5, 6, 7, 9, 10, 11, 14, 17, 18, 19, 20, 21}

    assert {int(reason) for reason in Reason} == theirs | set(range(100, 107))
