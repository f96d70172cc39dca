"""The Actions of a Case."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock
from tramita.queries.actions import actions_of

pytestmark = pytest.mark.django_db

NOW = make.NOW


def test_actions_come_by_state_then_due_date_then_time_left(django_assert_num_queries):
    """C-6."""
    ana, case = make.agent(), make.case()
    running = {"clock": Clock.RUNNING}
    closed = make.action(case, closed=True)
    more_left, less_left = (make.action(case, waiting=True, clock=Clock.PAUSED, seconds_left=s) for s in (900, -60))
    no_date = make.action(case)
    later, sooner = (make.action(case, due_at=NOW + timedelta(hours=h), **running) for h in (5, 1))
    busy = make.action(case, in_progress=True)
    make.case(parent=case)
    make.action()

    with django_assert_num_queries(1):
        actions = actions_of(case, ana)

    assert actions == [sooner, later, no_date, busy, less_left, more_left, closed]


def test_whoever_may_not_see_the_case_sees_none_of_its_actions():
    """SEC-2."""
    case = make.case(process=make.definition("case_type", "acme/main/finance/onboarding"))
    make.action(case)

    assert len(actions_of(case, make.agent(grants={"acme": ["view"]}))) == 1
    assert actions_of(case, make.agent(grants={"blue": ["view"]})) == []
