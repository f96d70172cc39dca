"""Why this due date: the entries folded, equal to the columns (Z-15)."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock, State, WaitType
from tramita.domain.due_dates import ClockState
from tramita.queries import due
from tramita.services.clockwork import under_rule

pytestmark = pytest.mark.django_db

NOW = make.NOW
HOUR = timedelta(hours=1)


@pytest.fixture
def rule():
    return make.definition("due_rule", "plain", within="8 hours", add_wait_time=True, allow_override=True).current


@pytest.fixture
def ticket(rule):
    """Submitted at NOW, waited from one hour later until three hours later."""
    item = make.ticket(
        due_rule=rule, due_at=NOW + 8 * HOUR, clock=Clock.RUNNING, fields={"delivery": "2026-03-09T09:00+00:00"}
    )
    waits = {"state": State.WAITING, "wait_type": WaitType.MORE_INFORMATION}
    make.entry(item, "waited", at=NOW + HOUR, **waits, due_at=None, clock=Clock.PAUSED, seconds_left=7 * 3600)
    woken = {"state": State.TO_DO, "wait_type": None, "due_at": NOW + 10 * HOUR, "clock": Clock.RUNNING}
    make.entry(item, "woken", at=NOW + 3 * HOUR, **woken, seconds_left=None)
    return item


def held(item):
    return ClockState(item.due_at, item.clock, item.seconds_left)


def test_the_due_date_is_told_as_intervals_with_reasons(ticket, django_assert_num_queries):
    """Z-15, INTERFACES section 5."""
    due.explain(ticket, NOW)  # the rule's version is read once in the life of a process

    with django_assert_num_queries(1):
        told = due.explain(ticket, NOW + 4 * HOUR)

    assert (told["rule"], told["calendar"], told["at"]) == ("plain", None, NOW + 10 * HOUR)
    assert [(one["reason"], one["running"], one["seconds"]) for one in told["intervals"]] == [
        ("to_do", True, 3600),
        ("more_information", False, 7200),
        ("to_do", True, 7 * 3600),
    ]


def test_the_entries_give_the_columns_that_the_item_keeps(ticket):
    """Z-15, DESIGN decision 7."""
    assert due.clock_of(ticket, NOW + 4 * HOUR).state == held(ticket)


def test_a_date_set_by_a_person_counts(ticket):
    """SLA-15."""
    to = NOW + 30 * HOUR
    make.entry(ticket, "due_changed", at=NOW + 4 * HOUR, data={"to": to.isoformat()}, due_at=to)

    told = due.explain(ticket, NOW + 5 * HOUR)

    assert due.clock_of(ticket, NOW + 5 * HOUR).state == held(ticket)
    assert (told["at"], told["intervals"][-1]["reason"]) == (to, "due_changed")


def test_another_rule_gives_the_date_the_item_would_have_had_from_the_start(ticket):
    """T-11, T-12."""
    longer = make.definition("due_rule", "longer", within="3 days", add_wait_time=False).current

    columns = under_rule(ticket, longer.pk, at=NOW + 4 * HOUR)
    make.entry(ticket, "category_changed", at=NOW + 4 * HOUR, due_rule_id=longer.pk, **columns)

    assert columns == {"due_at": NOW + timedelta(days=3), "clock": Clock.RUNNING, "seconds_left": None}
    assert due.clock_of(ticket, NOW + 4 * HOUR).state == held(ticket)


def test_a_rule_may_count_from_a_field(ticket):
    """SLA-2."""
    counted = make.definition("due_rule", "before_delivery", within="-1 day", base="fields.delivery").current

    assert under_rule(ticket, counted.pk, at=NOW)["due_at"] == NOW + timedelta(days=6)


def test_without_a_rule_there_is_no_date(ticket):
    """SLA-1."""
    assert under_rule(ticket, None, at=NOW) == {"due_at": None, "clock": Clock.RUNNING, "seconds_left": None}
    assert due.explain(make.ticket(), NOW)["rule"] is None


def test_what_is_changed_in_memory_and_not_yet_written_counts(ticket):
    """T-11: an edit takes the item first."""
    ticket.state, ticket.wait_type = State.WAITING, WaitType.MORE_INFORMATION

    assert under_rule(ticket, ticket.due_rule_id, at=NOW + 4 * HOUR)["clock"] is Clock.PAUSED
