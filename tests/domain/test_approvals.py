"""When an approval may be asked for, and who may end it how."""

from itertools import product

import pytest

from tramita.domain.approvals import ENDS, Part, end, expect_open, level_says
from tramita.domain.codes import ApprovalState, Kind, State
from tramita.domain.errors import Conflict, NotPermitted

FINAL = [state for state in ApprovalState if state is not ApprovalState.AWAITING]
MAY = {
    "approve": {Part.MANAGER, Part.SUBSTITUTE},
    "reject": {Part.MANAGER, Part.SUBSTITUTE},
    "cancel": {Part.MANAGER, Part.ASKER, Part.AGENT, Part.ACCOUNT_MANAGER},
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", State)
def test_it_is_asked_for_only_in_an_open_ticket(kind: Kind, state: State) -> None:
    """AP-7, CG-50."""
    open_ticket = kind is Kind.TICKET and state in {State.TO_DO, State.IN_PROGRESS, State.WAITING}

    if open_ticket:
        expect_open(kind, state)
    else:
        with pytest.raises(Conflict) as caught:
            expect_open(kind, state)
        assert caught.value.code == "approval_not_possible"


@pytest.mark.parametrize("verb", ENDS)
@pytest.mark.parametrize("part", Part)
def test_managers_decide_and_four_kinds_of_people_cancel(verb: str, part: Part) -> None:
    """AP-9, AP-11, AP-12, AP-14."""
    if part in MAY[verb]:
        assert end(verb, ApprovalState.AWAITING, {part}) is ENDS[verb].to
    else:
        with pytest.raises(NotPermitted):
            end(verb, ApprovalState.AWAITING, {part})


@pytest.mark.parametrize("verb", ENDS)
@pytest.mark.parametrize("state", FINAL)
def test_what_has_ended_ends_no_second_time(verb: str, state: ApprovalState) -> None:
    """AP-15, AP-24, CG-31."""
    with pytest.raises(Conflict) as caught:
        end(verb, state, set(Part), ended_by="Marta Vidal")

    assert caught.value.code == "already_decided"
    assert ("Marta Vidal" in str(caught.value)) == (state is not ApprovalState.EXPIRED)


@pytest.mark.parametrize("verb", ENDS)
def test_who_has_no_part_in_it_is_told_so_first(verb: str) -> None:
    """AP-11, AP-14: even when it has ended."""
    with pytest.raises(NotPermitted):
        end(verb, ApprovalState.APPROVED, set())


SAYS = (ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.AWAITING)


def test_a_level_agrees_when_enough_do_and_declines_when_enough_cannot_any_more() -> None:
    """EA-2, Z-16: all of them, one of them, or so many."""
    for count in (1, 2, 3, 4):
        for said in product(SAYS, repeat=count):
            expect_of(said)


def expect_of(said: tuple[ApprovalState, ...]) -> None:
    yes, no = said.count(ApprovalState.APPROVED), said.count(ApprovalState.REJECTED)

    def expected(*, agrees: bool, declines: bool) -> ApprovalState:
        return ApprovalState.APPROVED if agrees else ApprovalState.REJECTED if declines else ApprovalState.AWAITING

    assert level_says(said, every=True, least=1) is expected(agrees=yes == len(said), declines=no > 0)
    if yes + no < 2:  # of one, nobody says a second time
        assert level_says(said, every=False, least=1) is expected(agrees=yes > 0, declines=no > 0)
    for least in range(2, len(said) + 1):
        assert level_says(said, every=False, least=least) is expected(
            agrees=yes >= least, declines=yes < least and no > len(said) - least
        )
