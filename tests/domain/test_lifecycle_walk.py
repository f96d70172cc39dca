"""Anyone may press anything, in any order: what is offered works, what is not is refused, and the states hold."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tramita.domain.codes import Kind, Method, Role, State, WaitType
from tramita.domain.errors import Conflict, GuardFailed, Invalid, NotPermitted
from tramita.domain.facts import Facts, Given
from tramita.domain.lifecycle import Row
from tramita.domain.lifecycles import LIFECYCLES

# the grid looks at each row: what only a long walk finds is for `make soak`, a quarter of a million steps for each kind
pytestmark = pytest.mark.soak
WALKS, STEPS = (5_000, 50) if os.environ.get("TRAMITA_SOAK") else (15, 40)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VERBS = st.sampled_from(sorted({verb for lifecycle in LIFECYCLES.values() for verb in lifecycle.all_verbs}))

CIRCUMSTANCES = [
    "assigned",
    "holds",
    "is_creator",
    "may_assign",
    "days_given",
    "close_if_no_response",
    "window_open",
    "childless",
    "children_closed",
    "has_problem",
    "step_over",
    "has_steps",
    "first_part",
    "review_part",
    "did_first_part",
    "nothing_to_await",
    "close_if_none",
]
FLAWS = {
    "missing": ("title",),
    "days": 0,
    "until": NOW,
    "reason": "",
    "note_required": True,
    "open_checklist": ("Papers signed",),
    "confirmed": False,
    "target_valid": False,
    "target_running": False,
    "children": 1,
}


@st.composite
def givens(draw: st.DrawFn) -> Given:
    """Input that is right but for some flaws; few draws, as a walk is long."""
    wait_type = draw(st.none() | st.sampled_from(WaitType))
    right = Given(
        now=NOW,
        wait_type=wait_type,
        until=NOW + timedelta(days=1) if wait_type is WaitType.UNTIL else None,
        method=draw(st.none() | st.sampled_from(Method)),
        passed=draw(st.sampled_from([None, True, False])),
        reason="The bank is closed",
        confirmed=True,
        children=2,
    )
    flaws = draw(st.sets(st.sampled_from(sorted(FLAWS)), max_size=2))
    return replace(right, **{name: FLAWS[name] for name in flaws})


class AnyoneMayPressAnything(RuleBasedStateMachine):
    """A walk over one lifecycle; what is not the state changes at random between two presses."""

    kind: Kind

    def __init__(self) -> None:
        super().__init__()
        self.lifecycle = LIFECYCLES[self.kind]
        self.facts = Facts(kind=self.kind)
        self.was_closed = False

    @rule(
        verb=VERBS,
        role=st.sampled_from(Role),
        given=givens(),
        true=st.sets(st.sampled_from(CIRCUMSTANCES)),
    )
    def press(self, verb: str, role: Role, given: Given, true: set[str]) -> None:
        self.facts = replace(self.facts, given=given, **{name: name in true for name in CIRCUMSTANCES})
        if verb not in self.lifecycle.verbs(replace(self.facts, given=Given()), by={role}):
            with pytest.raises((Conflict, NotPermitted)):
                self.lifecycle.decide(verb, self.facts, by={role})
            return
        try:
            followed = self.lifecycle.decide(verb, self.facts, by={role})
        except (Invalid, GuardFailed, NotPermitted):
            return  # the input was wrong or did not fit, which no button can know
        self.follow(followed, role)

    def follow(self, followed: Row, role: Role) -> None:
        assert self.facts.state in followed.sources
        assert role in followed.who
        waits = followed.to is State.WAITING
        chosen = followed.wait_type or self.facts.given.wait_type
        self.facts = replace(self.facts, state=followed.to, wait_type=WaitType(chosen) if waits and chosen else None)

    @invariant()
    def a_wait_always_has_a_type_of_its_kind(self) -> None:
        """S-9."""
        if self.facts.state is State.WAITING:
            assert any(self.facts.wait_type in row.waits for row in self.lifecycle.rows)
        else:
            assert self.facts.wait_type is None

    @invariant()
    def closed_is_closed(self) -> None:
        """S-12."""
        assert not self.was_closed or self.facts.state is State.CLOSED
        self.was_closed = self.facts.state is State.CLOSED

    @invariant()
    def an_action_is_never_a_draft_and_never_stays_resolved(self) -> None:
        """A-1, A-20."""
        if self.kind is Kind.ACTION:
            assert self.facts.state not in {State.DRAFT, State.RESOLVED}


class TicketWalk(AnyoneMayPressAnything):
    """T-20 to T-54."""

    kind = Kind.TICKET


class CaseWalk(AnyoneMayPressAnything):
    """C-40 to C-60."""

    kind = Kind.CASE


class ActionWalk(AnyoneMayPressAnything):
    """A-30 to A-47."""

    kind = Kind.ACTION


for walk in (TicketWalk, CaseWalk, ActionWalk):
    walk.TestCase.settings = settings(max_examples=WALKS, stateful_step_count=STEPS)

TestAnyoneMayPressAnythingOnATicket = TicketWalk.TestCase
TestAnyoneMayPressAnythingOnACase = CaseWalk.TestCase
TestAnyoneMayPressAnythingOnAnAction = ActionWalk.TestCase
