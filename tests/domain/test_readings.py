"""Where the sources contradict each other: the readings that were chosen, as the tables have them (SPEC section 28)."""

from datetime import UTC, datetime

import pytest

from tramita.domain.codes import Kind, Method, Reason, Role, State, WaitType
from tramita.domain.facts import Facts, Given
from tramita.domain.legacy import mapped
from tramita.domain.lifecycle import Row
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.resolution import RESOLUTIONS
from tramita.domain.waits import WAITS, check

AWAKE = ("wake", "time_out", "date_reached")


def rows(kind: Kind, *verbs: str) -> list[Row]:
    return [row for row in LIFECYCLES[kind].rows if row.verb in verbs]


def test_there_are_six_states() -> None:
    """CG-1: Closed is one of them, for each kind."""
    assert len(State) == 6
    assert all(any(row.to is State.CLOSED for row in LIFECYCLES[kind].rows) for kind in Kind)


def test_an_action_passes_through_resolved_and_is_closed() -> None:
    """CG-2: complete or unable, at once; what was imported as either is Closed."""
    ends = [row for row in rows(Kind.ACTION, "resolve") if row.methods and row.to is not State.TO_DO]

    assert {(row.through, row.to) for row in ends} == {(State.RESOLVED, State.CLOSED)}
    assert {method for row in ends for method in row.methods} == {Method.COMPLETE, Method.UNABLE_TO_COMPLETE}
    for was in ("Resolved", "Unable to complete"):
        row = mapped(Kind.ACTION, was)
        assert row is not None
        assert row.standing.state is State.CLOSED


@pytest.mark.parametrize("kind", Kind)
def test_what_wakes_is_to_do_and_highlighted(kind: Kind) -> None:
    """CG-6, CG-39: a Ticket whose days passed comes back, or closes if that was asked for."""
    woken = [row for row in rows(kind, *AWAKE) if row.to is not State.CLOSED]
    closed = [row.rule for row in rows(kind, *AWAKE) if row.to is State.CLOSED]

    assert woken
    assert {(row.to, row.highlight) for row in woken} == {(State.TO_DO, True)}
    assert closed == (["T-40"] if kind is Kind.TICKET else [])


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.CASE])
def test_what_is_reopened_is_to_do(kind: Kind) -> None:
    """CG-8: for new information by mail and feedback, by a person by hand."""
    reopened = rows(kind, "reopen", "feedback")

    assert {row.to for row in reopened} == {State.TO_DO}
    for row in reopened:
        by_hand = Role.AGENT in row.who
        assert row.reason is (Reason.BY_RESOURCE if by_hand else Reason.NEW_INFORMATION)


def test_the_wait_of_a_ticket_is_ended_by_hand() -> None:
    """CG-9: In Progress is chosen again, on the Ticket too."""
    (row,) = rows(Kind.TICKET, "resume")

    assert (row.rule, row.sources, row.to) == ("T-34", {State.WAITING}, State.IN_PROGRESS)


def test_what_starts_by_mail_api_or_trigger_is_to_do_and_no_action_is_a_draft() -> None:
    """CG-13, CG-16: Draft is for what a person starts by hand."""
    created = [row for kind in Kind for row in rows(kind, "create") if row.rule != "A-46"]
    actions = LIFECYCLES[Kind.ACTION].rows

    assert {row.to for row in created} == {State.TO_DO}
    assert not any(State.DRAFT in {row.to, *row.sources} for row in actions)


def test_third_party_information_is_the_wait_for_more_information() -> None:
    """CG-18: an older name of the same wait, on a Case."""
    row = mapped(Kind.CASE, "Paused - waiting for more information")

    assert row is not None
    assert row.standing.wait_type is WaitType.MORE_INFORMATION
    assert WAITS[WaitType.MORE_INFORMATION].kinds == frozenset(Kind)


def test_answered_is_one_method_whatever_it_was_called() -> None:
    """CG-29."""
    found = [mapped(Kind.TICKET, was) for was in ("Resolved", "Resolved - manual response")]

    assert {row.standing.method for row in found if row} == {Method.REPLIED}
    assert [method for method, line in RESOLUTIONS.items() if line.rule == "R-1"] == [Method.REPLIED]


def test_a_wait_for_information_has_no_date() -> None:
    """CG-38: a slip of the other languages; it lasts until an answer comes."""
    given = Given(wait_type=WaitType.MORE_INFORMATION, until=datetime(2026, 3, 9, tzinfo=UTC))

    assert [fault.field for fault in check(Facts(given=given))] == ["until"]


def test_the_owner_of_a_problem_case_has_four_ways() -> None:
    """CG-10: rework, a Pause, going on; the fourth, to launch by hand, is no move (C-11)."""
    at_hand = {row.verb for row in LIFECYCLES[Kind.CASE].rows if State.TO_DO in row.sources and Role.AGENT in row.who}

    assert {"rework", "wait", "start"} <= at_hand
    assert any(WaitType.PAUSE in row.waits for row in rows(Kind.CASE, "wait"))


def test_a_case_starts_by_a_person_or_by_itself() -> None:
    """CG-19: by hand as a Draft or at once, and by mail, Action, trigger or program without anybody."""
    created = rows(Kind.CASE, "create")

    assert {Role.SYSTEM in row.who for row in created} == {True, False}
    assert any(row.sources == {None} and row.to is State.DRAFT for row in rows(Kind.CASE, "draft"))


@pytest.mark.parametrize("kind", Kind)
def test_what_a_robot_rejects_is_for_people(kind: Kind) -> None:
    """CG-40: to human resources, which is no department; only the robot that has it does so."""
    rejected = rows(kind, "reject")

    assert {(row.to, row.reason, row.who == {Role.ROBOT}) for row in rejected} == {
        (State.TO_DO, Reason.ROBOT_REJECTED, True)
    }
