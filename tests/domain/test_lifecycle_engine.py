"""The engine: what a table may not say, which error comes first, what an error carries."""

import pytest

from tramita.domain.codes import Kind, Method, Reason, Role, State, WaitType
from tramita.domain.errors import GuardFailed, Invalid, NotPermitted, TransitionNotAllowed
from tramita.domain.facts import Facts, Given
from tramita.domain.guards import ASSIGNED, HOLDS
from tramita.domain.lifecycle import AGENT, LEADER, ROBOT, SYSTEM, Lifecycle, Row, row
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.tickets import TICKET

ANA, LEO, ROBO, RUI = {Role.AGENT}, {Role.TEAM_LEADER}, {Role.ROBOT}, {Role.REQUESTER}
BEGIN = row("T-21", "create", {None}, State.TO_DO, AGENT)
START = row("T-25", "start", {State.TO_DO}, State.IN_PROGRESS, AGENT | ROBOT)


def lifecycle(*rows: Row) -> Lifecycle:
    return Lifecycle(Kind.TICKET, rows)


def test_a_table_with_a_state_that_nothing_reaches_is_refused() -> None:
    """S-1."""
    with pytest.raises(ValueError, match="starts in resolved, which nothing reaches"):
        lifecycle(BEGIN, row("T-47", "close", {State.RESOLVED}, State.CLOSED, SYSTEM))


def test_a_table_that_answers_twice_is_refused() -> None:
    """S-1."""
    with pytest.raises(ValueError, match="T-25 and T-54 both answer start"):
        lifecycle(BEGIN, START, row("T-54", "start", {State.TO_DO}, State.TO_DO, LEADER))


@pytest.mark.parametrize(
    "other",
    [
        row("T-54", "start", {State.TO_DO}, State.TO_DO, SYSTEM),
        row("T-54", "start", {State.TO_DO}, State.TO_DO, LEADER, ASSIGNED),
        row("T-54", "start", {State.TO_DO}, State.TO_DO, LEADER, only=[HOLDS]),
        row("T-54", "start", {State.IN_PROGRESS}, State.TO_DO, LEADER),
        row("T-54", "release", {State.TO_DO}, State.TO_DO, LEADER),
    ],
    ids=["who", "condition", "person", "state", "verb"],
)
def test_rows_that_differ_in_who_or_when_stand_side_by_side(other: Row) -> None:
    """S-6, T-54."""
    assert lifecycle(BEGIN, START, other).rows == (BEGIN, START, other)


def test_rows_told_apart_by_the_callers_choice_stand_side_by_side() -> None:
    """T-35, T-36, A-41, A-42, W-1, W-2."""
    chosen = [
        row("T-35", "resolve", {State.TO_DO}, State.RESOLVED, AGENT, methods={Method.REPLIED}),
        row("T-36", "resolve", {State.TO_DO}, State.CLOSED, AGENT, methods={Method.REJECTED_SPAM}),
        row("T-30", "wait", {State.TO_DO}, State.WAITING, AGENT, waits={WaitType.MORE_INFORMATION}),
        row("T-31", "wait", {State.TO_DO}, State.WAITING, AGENT, waits={WaitType.UNTIL}),
        row("A-41", "review", {State.TO_DO}, State.TO_DO, AGENT, passed=False),
        row("A-42", "review", {State.TO_DO}, State.CLOSED, AGENT, passed=True),
    ]

    assert len(lifecycle(BEGIN, *chosen).rows) == 7


def test_a_table_with_a_move_out_of_a_final_state_is_refused() -> None:
    """S-12."""
    with pytest.raises(ValueError, match="T-44 reopen leaves a final state: closed"):
        lifecycle(BEGIN, row("T-44", "reopen", {State.CLOSED}, State.TO_DO, AGENT))


def test_a_table_with_a_wait_without_a_type_is_refused() -> None:
    """S-9."""
    with pytest.raises(ValueError, match="T-30 wait leads into a wait without a type"):
        lifecycle(BEGIN, row("T-30", "wait", {State.TO_DO}, State.WAITING, AGENT))


def test_what_the_state_forbids_names_what_it_allows() -> None:
    """STYLE 5, INTERFACES 5: 409 with `state` and `allowed`."""
    facts = Facts(state=State.IN_PROGRESS, assigned=True, holds=True)

    with pytest.raises(TransitionNotAllowed) as refused:
        TICKET.decide("reopen", facts, by=ANA)

    assert refused.value.code == "transition_not_allowed"
    assert refused.value.state == "in_progress"
    assert refused.value.allowed == sorted(
        ["release", "assign", "to-do", "wait", "split", "convert", "resolve", "merge"]
    )


def test_an_unknown_verb_is_refused_like_a_forbidden_one() -> None:
    """INTERFACES 5."""
    with pytest.raises(TransitionNotAllowed):
        TICKET.decide("explode", Facts(state=State.TO_DO), by=ANA)


def test_a_condition_that_does_not_hold_says_which() -> None:
    """R-13, R-17."""
    with pytest.raises(GuardFailed, match="The feedback window has passed") as refused:
        TICKET.decide("reopen", Facts(state=State.RESOLVED), by=ANA)

    assert refused.value.status == 409
    assert refused.value.allowed == []


def test_the_condition_named_is_the_one_in_the_way_of_those_who_ask() -> None:
    """T-26."""
    with pytest.raises(GuardFailed, match="Nobody has it"):
        TICKET.decide("release", Facts(state=State.TO_DO), by=LEO)


def test_the_state_is_told_before_the_right() -> None:
    """INTERFACES 5: what is impossible for everybody is 409 whoever asks."""
    with pytest.raises(TransitionNotAllowed):
        TICKET.decide("start", Facts(state=State.CLOSED), by=RUI)
    with pytest.raises(GuardFailed):
        TICKET.decide("reopen", Facts(state=State.RESOLVED), by=RUI)


def test_what_others_may_is_not_permitted() -> None:
    """STYLE 5: 403."""
    with pytest.raises(NotPermitted, match="Your role may not do this"):
        TICKET.decide("start", Facts(state=State.TO_DO), by=RUI)
    with pytest.raises(NotPermitted, match="Only the one who has it"):
        TICKET.decide("to-do", Facts(state=State.IN_PROGRESS, assigned=True), by=ANA)


def test_the_right_is_told_before_the_input() -> None:
    """INTERFACES 5: 403 before 422."""
    with pytest.raises(NotPermitted):
        TICKET.decide("submit", Facts(state=State.DRAFT, given=Given(missing=("title",))), by=RUI)


def test_missing_input_hides_no_button() -> None:
    """T-2, T-23, INTERFACES 5 `allowed`."""
    facts = Facts(state=State.DRAFT, given=Given(missing=("title",)))

    assert {"submit", "resolve"} <= TICKET.verbs(facts, by=ANA)


@pytest.mark.parametrize(("verb", "field"), [("wait", "type"), ("resolve", "method")])
def test_a_choice_not_made_names_its_field(verb: str, field: str) -> None:
    """S-9: a wait without a type is not valid; likewise a resolution without a method."""
    with pytest.raises(Invalid) as refused:
        TICKET.decide(verb, Facts(state=State.TO_DO), by=ANA)

    assert [(error.field, error.code) for error in refused.value.errors] == [(field, "required")]


def test_the_row_tells_all_that_a_service_writes() -> None:
    """S-13, T-40, API-3."""
    facts = Facts(state=State.WAITING, wait_type=WaitType.MORE_INFORMATION, days_given=True, close_if_no_response=True)

    followed = TICKET.decide("time_out", facts, by={Role.SYSTEM})

    assert (followed.rule, followed.to, followed.method) == ("T-40", State.CLOSED, Method.NO_RESPONSE)
    assert (followed.reason, followed.highlight, followed.wait_type) == (Reason.TIME_OUT, False, None)


def test_a_row_that_leads_into_one_wait_names_it() -> None:
    """W-4, T-32."""
    followed = TICKET.decide("split", Facts(state=State.TO_DO, given=Given(children=2)), by=ANA)

    assert followed.wait_type is WaitType.SPLIT


def test_whoever_has_several_roles_has_the_rights_of_each() -> None:
    """SEC-1."""
    facts = Facts(state=State.IN_PROGRESS, assigned=True)

    assert "release" not in TICKET.verbs(facts, by=ANA)
    assert "release" in TICKET.verbs(facts, by=ANA | LEO)


@pytest.mark.parametrize("kind", Kind)
def test_every_row_says_what_it_does_and_where_the_item_stands_then(kind: Kind) -> None:
    """L-1 to L-4."""
    assert all(r.says.endswith(".") and r.listed and r.rule for r in LIFECYCLES[kind].rows)
