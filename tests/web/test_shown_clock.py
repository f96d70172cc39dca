"""The explanation of a due date adds up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tramita.services import waiting
from tramita.web import shown_clock
from tramita.web.shown_clock import why

DAY = timedelta(days=1)


def test_what_ran_and_what_is_left_add_up_to_the_promise(desk: Desk) -> None:
    """Z-15: three days, of which one has passed."""
    item = desk.ticket(category="acme/main/finance/plain")

    shown = why(item, MONDAY + DAY)

    assert shown is not None
    assert [(line.clock, line.counted) for line in shown.lines] == [("running", "24 h 00 m"), ("left", "48 h 00 m")]
    assert shown.sum == "72 h 00 m counted"
    assert [bar.clock for bar in shown.strip] == ["running", "left"]
    assert shown.strip[1].width > shown.strip[0].width


def test_a_pause_is_shown_and_not_counted(desk: Desk) -> None:
    """Z-15, SLA-5: a day of work, a day of waiting."""
    item = desk.ticket(category="acme/main/finance/invoice-query")
    waiting.wait(item, type="more_information", by=desk.ana, at=MONDAY + timedelta(hours=2))

    shown = why(item, MONDAY + DAY)

    assert shown is not None
    assert [line.clock for line in shown.lines if line.seconds or line.clock != "running"] == [
        *("running", "paused", "left")
    ]
    assert shown.sum == "2 h 00 m counted"


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("start", ""),
        ("fields.delivery", ", counted from the field “delivery”"),
        ("schedule.payday", ", counted from the date “payday” of the schedule"),
        ("parent.start", ", counted from the start of the Case"),
        ("parent.due", ", counted from the due date of the Case"),
        ("sub.check.start", ", counted from the start of “check”"),
        ("sub.check.due", ", counted from the due date of “check”"),
        ("sub.check.end", ", counted from the end of “check”"),
    ],
)
def test_what_a_rule_counts_from_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch, base: str, said: str) -> None:
    """Z-15, SLA-2: what moves the date, where that is not the start of the item."""
    item, real = desk.ticket(category="acme/main/finance/plain"), shown_clock.clock_of

    def counted(*given: Any) -> Any:
        found = real(*given)
        return replace(found, rule=replace(found.rule, base=base))

    monkeypatch.setattr(shown_clock, "clock_of", counted)
    shown = why(item, MONDAY + DAY)

    assert shown is not None
    assert shown.rule.partition("”")[2] == said
