"""Due-date rules: the first date, windows and waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.domain.test_calendars import WARSAW, calendar, warsaw
from tramita.domain.definitions import DueRuleDefinition
from tramita.domain.due_rules import (
    DueRule,
    build_due_rule,
    check_override,
    counted_from,
    first_due,
    steps,
    wait_end,
    window_end,
)
from tramita.domain.errors import Invalid

LISBON = ZoneInfo("Europe/Lisbon")
MONDAY = warsaw(2026, 3, 2, 10)


def rule(within: str, *, office: bool = True, **options: object) -> DueRule:
    written = replace(DueRuleDefinition("drawn", within), **options)
    return build_due_rule(written, calendar=calendar() if office else None, zone=LISBON, field="due_rules.drawn")


@pytest.mark.parametrize(
    ("within", "due"),
    [
        ("90 minutes", (2026, 3, 2, 11, 30)),
        ("5 hours", (2026, 3, 2, 15, 0)),
        ("5 working hours", (2026, 3, 2, 15, 30)),
        ("16 working hours", (2026, 3, 4, 10, 0)),
        ("2 working days", (2026, 3, 4, 10, 0)),
        ("5 working days", (2026, 3, 9, 10, 0)),
        ("5 days", (2026, 3, 7, 10, 0)),
        ("1 week 2 hours", (2026, 3, 9, 12, 0)),
        ("1 working day 2 working hours", (2026, 3, 3, 12, 0)),
    ],
)
def test_a_rule_promises_a_date_from_the_start_of_the_item(within: str, due: tuple[int, ...]) -> None:
    """SLA-1, SLA-2, SLA-3: plain days stay calendar days, also with a calendar."""
    assert first_due(rule(within), MONDAY) == warsaw(*due)


@pytest.mark.parametrize(
    ("within", "options", "names"),
    [
        ("1 working day 2 working hours", {}, ["start", "days", "hours"]),
        ("2 working days", {"move_to_end_of_day": True}, ["start", "days", "moved"]),
        ("3 working hours", {}, ["start", "hours"]),
    ],
)
def test_the_steps_of_a_rule_lead_to_its_date(within: str, options: dict[str, object], names: list[str]) -> None:
    """SLA-1, UI “Due rules”: days, then hours, then what moves it."""
    drawn = rule(within, **options)

    found = steps(drawn, MONDAY)

    assert [name for name, _at in found] == names
    assert found[-1][1] == first_due(drawn, MONDAY)


def test_days_without_a_calendar_are_days_of_the_installation() -> None:
    """SLA-1, Z-13: the same wall-clock time, over the spring change."""
    start = datetime(2026, 3, 27, 15, tzinfo=LISBON)

    assert first_due(rule("3 days", office=False), start) == datetime(2026, 3, 30, 15, tzinfo=LISBON)
    assert first_due(rule("72 hours", office=False), start) == datetime(2026, 3, 30, 16, tzinfo=LISBON)


@pytest.mark.parametrize(
    ("within", "due"),
    [("-2 working days", (2026, 2, 26, 10)), ("-90 minutes", (2026, 3, 2, 8, 30)), ("1 day", (2026, 3, 3, 10))],
)
def test_a_rule_may_count_from_a_date_that_somebody_fills_in(within: str, due: tuple[int, ...]) -> None:
    """SLA-1, SLA-2: before it or after it."""
    by_delivery = rule(within, base="fields.delivery")

    assert first_due(by_delivery, warsaw(2026, 1, 5, 9), base=MONDAY) == warsaw(*due)
    assert by_delivery.base_field == "delivery"


def test_a_rule_whose_field_is_empty_promises_nothing_yet() -> None:
    """SLA-2."""
    assert first_due(rule("1 day", base="fields.delivery"), MONDAY) is None


@pytest.mark.parametrize(
    ("within", "plain", "moved"),
    [
        ("7 working hours", (2026, 3, 2, 17, 30), (2026, 3, 3, 9, 0)),
        ("2.5 working hours", (2026, 3, 2, 12, 30), (2026, 3, 2, 12, 30)),  # lunch is not the end of the day
        ("10 hours", (2026, 3, 2, 20, 0), (2026, 3, 3, 9, 0)),
        ("21 hours", (2026, 3, 3, 7, 0), (2026, 3, 3, 7, 0)),  # before the day begins
        ("5 days", (2026, 3, 7, 10, 0), (2026, 3, 9, 9, 0)),  # Saturday
    ],
)
def test_a_date_at_the_end_of_the_day_may_move_to_the_next_morning(
    within: str, plain: tuple[int, ...], moved: tuple[int, ...]
) -> None:
    """SLA-1."""
    within = within.replace("2.5 working hours", "150 working minutes")

    assert first_due(rule(within), MONDAY) == warsaw(*plain)
    assert first_due(rule(within, move_to_next_morning=True), MONDAY) == warsaw(*moved)


@pytest.mark.parametrize(
    ("within", "due"),
    [
        ("1 working hour", (2026, 3, 2, 17, 30)),
        ("7 working hours", (2026, 3, 2, 17, 30)),
        ("10 hours", (2026, 3, 3, 17, 30)),
        ("5 days", (2026, 3, 9, 17, 30)),
    ],
)
def test_a_date_may_move_to_the_end_of_its_working_day(within: str, due: tuple[int, ...]) -> None:
    """SLA-1: after the end of the day, to that of the next working day."""
    assert first_due(rule(within, move_to_end_of_day=True), MONDAY) == warsaw(*due)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"within": "16 working hours"}, "within"),
        ({"within": "soon"}, "within"),
        ({"within": "-1 day"}, "within"),
        ({"within": "1 day", "move_to_end_of_day": True}, "move_to_end_of_day"),
        ({"within": "1 day", "move_to_next_morning": True}, "move_to_next_morning"),
        ({"within": "1 day", "base": "delivery"}, "base"),
        ({"within": "1 day", "base": "fields."}, "base"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_name_of_the_field(options: dict[str, object], field: str) -> None:
    """SLA-1, SLA-3."""
    with pytest.raises(Invalid) as refused:
        rule(**{"office": False, **options})  # type: ignore[arg-type]

    assert [error.field for error in refused.value.errors] == [f"due_rules.drawn.{field}"]
    assert "%" not in str(refused.value)


def test_a_date_cannot_move_both_ways() -> None:
    """SLA-1."""
    with pytest.raises(Invalid, match="next morning"):
        rule("1 day", move_to_end_of_day=True, move_to_next_morning=True)


@pytest.mark.parametrize("when", [window_end, wait_end])
def test_days_of_a_window_or_a_wait_are_working_days_when_there_is_a_calendar(when) -> None:
    """R-13, R-15, W-11, CG-22: the same time of day, moved to the next working moment."""
    friday_evening = warsaw(2026, 3, 6, 20)

    assert when(friday_evening, 2, calendar=calendar(), zone=LISBON) == warsaw(2026, 3, 11, 9)
    assert when(friday_evening, 2, calendar=None, zone=WARSAW) == warsaw(2026, 3, 8, 20)


def test_a_holiday_makes_a_window_longer() -> None:
    """R-15."""
    office = calendar(off=(date(2026, 3, 3),))

    assert window_end(MONDAY, 1, calendar=office, zone=LISBON) == warsaw(2026, 3, 4, 10)


def test_without_a_number_of_days_a_ticket_waits_for_ever() -> None:
    """W-10."""
    assert wait_end(MONDAY, None, calendar=calendar(), zone=LISBON) is None


def test_without_a_configured_window_there_is_none() -> None:
    """R-13: the item closes at once."""
    assert window_end(MONDAY, None, calendar=None, zone=LISBON) is None


def test_a_second_resolution_starts_a_fresh_window() -> None:
    """R-14, R-19: the end depends on the newest resolution alone."""
    second = MONDAY + timedelta(days=1)

    assert window_end(second, 5, calendar=None, zone=WARSAW) == second + timedelta(days=5)


def test_only_a_rule_that_allows_it_lets_a_person_set_the_date() -> None:
    """SLA-15."""
    check_override(rule("1 day", allow_override=True))

    for refusing in (rule("1 day"), None):
        with pytest.raises(Invalid) as refused:
            check_override(refusing)
        assert refused.value.errors[0].field == "due"


def test_a_rule_counts_in_its_own_unit() -> None:
    """SLA-12: working time if the rule uses it."""
    friday, monday = warsaw(2026, 3, 6, 16, 30), warsaw(2026, 3, 9, 10)

    assert rule("2 working days").between(friday, monday) == 2 * 3600
    assert rule("2 days").between(friday, monday) == 65.5 * 3600
    assert rule("2 working days").after(friday, 2 * 3600) == monday
    assert rule("2 days").after(friday, 3600) == friday + timedelta(hours=1)
    assert first_due(rule("2 days"), datetime(2026, 3, 6, tzinfo=UTC)) == datetime(2026, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("named", "office", "due"),
    [
        ("2026-03-06T12:00", True, warsaw(2026, 3, 6, 12)),
        ("2026-03-06T12:00", False, datetime(2026, 3, 6, 12, tzinfo=LISBON)),
        ("2026-03-06T12:00+01:00", False, warsaw(2026, 3, 6, 12)),
        ("2026-03-06", True, warsaw(2026, 3, 6, 17, 29)),
        ("2026-03-07", True, warsaw(2026, 3, 9, 17, 29)),
        ("2026-03-06", False, datetime(2026, 3, 6, 23, 59, tzinfo=LISBON)),
        ("", True, None),
    ],
)
def test_a_rule_counts_from_a_named_date(named: str, office: bool, due: datetime | None) -> None:
    """SLA-2, BU-6: of the Case's schedule, or a field; a day without a time is its last minute, a working day's."""
    scheduled = rule("0 days", office=office, base="schedule.payday")
    by_field = rule("0 days", office=office, base="fields.payday")

    found = counted_from(scheduled, {}, {"payday": named, "cutoff": "2026-03-01"}, {})

    assert found == counted_from(by_field, {"payday": named}, {}, {}) == due
    assert first_due(scheduled, MONDAY, base=found) == due


def test_a_rule_with_a_date_that_is_not_there_gives_no_due_date() -> None:
    """SLA-2, BU-6."""
    scheduled = rule("-2 working days", base="schedule.payday")

    assert counted_from(scheduled, {"payday": "2026-03-06"}, {}, {}) is None
    assert first_due(scheduled, MONDAY, base=None) is None


@pytest.mark.parametrize(
    ("within", "said", "base", "due"),
    [
        ("fields.many days", 3, "start", warsaw(2026, 3, 5, 16)),
        ("fields.many days", 2.1, "start", warsaw(2026, 3, 5, 16)),
        ("fields.many weeks", 0.5, "start", warsaw(2026, 3, 6, 16)),
        ("fields.many hours", 1.5, "start", warsaw(2026, 3, 2, 17, 30)),
        ("fields.many working hours", 2, "start", warsaw(2026, 3, 3, 9, 30)),
        ("fields.many days", 0, "start", warsaw(2026, 3, 2, 16)),
        ("-fields.many days", 2, "parent.due", warsaw(2026, 2, 28, 16)),
        ("-fields.many days", 2.5, "parent.due", warsaw(2026, 2, 28, 16)),
        ("fields.many days", -2, "parent.due", warsaw(2026, 2, 28, 16)),
        ("fields.many days", -2, "start", None),
        ("fields.many days", None, "start", None),
        ("fields.many days", "3", "start", None),
        ("fields.many days", True, "start", None),
        ("fields.many days", float("inf"), "start", None),
        ("fields.many weeks", 2000, "start", None),
    ],
)
def test_a_field_says_how_many(within: str, said: object, base: str, due: datetime | None) -> None:
    """SLA-2: a part of a day is a whole one; what is no number, or not forwards from the start, gives no date."""
    monday = warsaw(2026, 3, 2, 16)
    read = rule(within, base=base)

    assert first_due(read, monday, base=monday) is None
    assert first_due(read.filled({"many": said}), monday, base=monday) == due
    assert read.written == within
