"""The wait types against the table of SPEC section 6."""

from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.codes import Kind, WaitType
from tramita.domain.facts import Facts, Given
from tramita.domain.waits import CLOCK, LONGEST_DAYS, WAITS, Pausing, check, offered, pauses_clock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# rule, type, Ticket, Case, Action (a: a person may choose it, s: only the system), state after, clock
TABLE = """
W-1 more_information a a a to_do       flag
W-2 until            a a a to_do       never
W-3 pause            - a - in_progress flag
W-4 split            s - - closed      flag
W-5 case_launched    s - - closed      flag
W-6 sub_case         - - s closed      flag
"""


def faults(kind: Kind, **given: object) -> dict[str, str]:
    return {error.field: error.code for error in check(Facts(kind=kind, given=Given(now=NOW, **given)))}  # type: ignore[arg-type]


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_each_wait_type_is_as_the_specification_says(line: str) -> None:
    """W-1 to W-6, W-8, CG-3."""
    rule, name, *cells, after, clock = line.split()
    wait = WAITS[WaitType(name)]

    assert (wait.rule, wait.after, wait.pausing) == (rule, after, clock)
    for kind, cell in zip([Kind.TICKET, Kind.CASE, Kind.ACTION], cells, strict=True):
        assert (kind in wait.kinds) == (cell != "-")
        assert (kind in wait.by_agent) == (cell == "a")
    assert wait.by_hand == ("a" in cells)


def test_the_panel_offers_each_kind_its_own_waits() -> None:
    """W-1, W-2, W-3, C-62, A-4."""
    assert offered(Kind.TICKET) == (WaitType.MORE_INFORMATION, WaitType.UNTIL)
    assert offered(Kind.CASE) == (WaitType.MORE_INFORMATION, WaitType.UNTIL, WaitType.PAUSE)
    assert offered(Kind.ACTION) == (WaitType.MORE_INFORMATION, WaitType.UNTIL)


@pytest.mark.parametrize("wait_type", WaitType)
def test_the_flag_stops_the_clock_in_every_wait_but_until(wait_type: WaitType) -> None:
    """SLA-5 to SLA-9, CG-3."""
    assert pauses_clock(wait_type, adds_wait_time=True) == (wait_type is not WaitType.UNTIL)
    assert not pauses_clock(wait_type, adds_wait_time=False)


def test_an_installation_may_decide_otherwise() -> None:
    """CG-3: the table is data."""
    own = {WaitType.UNTIL: Pausing.FLAG, WaitType.PAUSE: Pausing.ALWAYS}

    assert pauses_clock(WaitType.UNTIL, adds_wait_time=True, table=own)
    assert pauses_clock(WaitType.PAUSE, adds_wait_time=False, table=own)
    assert pauses_clock(WaitType.SPLIT, adds_wait_time=True, table=own)


def test_the_clock_table_knows_every_wait() -> None:
    """CG-3."""
    assert set(CLOCK) == set(WaitType)


def test_days_belong_to_a_ticket_that_waits_for_information() -> None:
    """W-9, C-61."""
    wanted = {"wait_type": WaitType.MORE_INFORMATION, "days": 5, "close_if_no_response": True}

    assert faults(Kind.TICKET, **wanted) == {}
    for kind in (Kind.CASE, Kind.ACTION):
        assert faults(kind, **wanted) == {"days": "not_for_this_wait", "close_if_no_response": "not_for_this_wait"}


def test_days_do_not_belong_to_a_wait_until_a_date() -> None:
    """W-9, W-2."""
    until = NOW + timedelta(days=1)

    assert faults(Kind.TICKET, wait_type=WaitType.UNTIL, until=until, days=5) == {"days": "not_for_this_wait"}


@pytest.mark.parametrize(("days", "good"), [(-1, False), (0, False), (1, True), (3650, True), (3651, False)])
def test_a_number_of_days_is_a_sane_one(days: int, good: bool) -> None:
    """W-9, Z-14."""
    assert LONGEST_DAYS == 3650
    found = faults(Kind.TICKET, wait_type=WaitType.MORE_INFORMATION, days=days)

    assert found == ({} if good else {"days": "out_of_range"})


def test_a_wait_for_information_needs_no_days() -> None:
    """W-10."""
    assert faults(Kind.TICKET, wait_type=WaitType.MORE_INFORMATION) == {}


def test_only_a_wait_until_has_a_date() -> None:
    """W-12."""
    found = faults(Kind.CASE, wait_type=WaitType.PAUSE, until=NOW + timedelta(days=1))

    assert found == {"until": "not_for_this_wait"}


def test_the_date_of_a_wait_until_is_given_aware_and_ahead() -> None:
    """W-12, Z-13."""
    assert faults(Kind.TICKET, wait_type=WaitType.UNTIL) == {"until": "required"}
    assert faults(Kind.TICKET, wait_type=WaitType.UNTIL, until=NOW) == {"until": "in_the_past"}
    assert faults(Kind.TICKET, wait_type=WaitType.UNTIL, until=datetime(2030, 1, 1)) == {"until": "invalid"}  # noqa: DTZ001
    assert faults(Kind.TICKET, wait_type=WaitType.UNTIL, until=NOW + timedelta(minutes=1)) == {}
