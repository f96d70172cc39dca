"""What is told by itself, what people choose, and when it is quiet."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tramita.domain.notices import USUAL, Channel, Event, Tie, Wishes, code

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW).astimezone(UTC)


def test_only_what_is_meant_for_one_person_alone_is_mailed_by_itself() -> None:
    """N-1: sensible defaults; a queue is silent until somebody wants to hear of it."""
    mailed = {pair for pair, channels in USUAL.items() if Channel.MAIL in channels}

    assert {tie for tie, _ in mailed} == {Tie.ME}
    assert all(not channels for (tie, _), channels in USUAL.items() if tie is Tie.QUEUE)


def test_a_choice_takes_the_place_of_what_is_usual_and_of_nothing_else() -> None:
    """N-1."""
    wishes = Wishes({code(Tie.INBOX, Event.MAIL): ["mail"], code(Tie.INBOX, Event.STATE): []})

    assert wishes.channels(Tie.INBOX, Event.MAIL) == {Channel.MAIL}
    assert wishes.channels(Tie.INBOX, Event.STATE) == frozenset()
    assert wishes.channels(Tie.INBOX, Event.OVERDUE) == USUAL[Tie.INBOX, Event.OVERDUE]
    assert wishes.channels(Tie.QUEUE, Event.STATE) == frozenset()


def test_no_mails_means_no_mail_whatever_is_chosen() -> None:
    """MAIL-124."""
    wishes = Wishes({code(Tie.INBOX, Event.MAIL): ["hub", "mail"]}, mails=False)

    assert wishes.channels(Tie.INBOX, Event.MAIL) == {Channel.HUB}
    assert Channel.MAIL not in wishes.channels(Tie.ME, Event.ASSIGNED)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-02T21:59", None),
        ("2026-03-02T22:00", "2026-03-03T06:30"),
        ("2026-03-03T03:00", "2026-03-03T06:30"),
        ("2026-03-03T06:30", None),
        ("2026-03-29T01:59", "2026-03-29T06:30"),  # the night in which the clock goes forward
        ("2026-10-25T02:30", "2026-10-25T06:30"),  # and back
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning_on_the_persons_clock(now: str, end: str | None) -> None:
    """N-1."""
    wishes = Wishes(quiet_from=time(22), quiet_until=time(6, 30))

    assert wishes.quiet_till(at(now), WARSAW) == (at(end) if end else None)


def test_an_end_that_the_clock_jumps_over_is_after_the_jump() -> None:
    """N-1: 02:30 does not exist on that night."""
    wishes = Wishes(quiet_from=time(1), quiet_until=time(2, 30))

    end = wishes.quiet_till(at("2026-03-29T01:30"), WARSAW)

    assert end is not None
    assert end.astimezone(WARSAW).strftime("%H:%M") == "03:30"


@pytest.mark.parametrize("hours", [(None, None), (time(8), None), (time(8), time(8))])
def test_without_two_ends_nothing_is_quiet(hours: tuple[time | None, time | None]) -> None:
    """N-1."""
    assert Wishes(quiet_from=hours[0], quiet_until=hours[1]).quiet_till(at("2026-03-02T08:00"), WARSAW) is None
