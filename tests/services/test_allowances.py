"""What a token may ask, counted for all processes together."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from tramita.models import Allowance
from tramita.services.allowances import forget_idle, take_portion
from tramita.ui.allowance import Portions

pytestmark = pytest.mark.django_db


def asked(*processes: Portions, at=NOW, a_minute: int = 600, times: int = 2000) -> int:
    """How many of these requests, spread over the processes, were let through."""
    return sum(processes[number % len(processes)].take("t", a_minute, at=at) == 0 for number in range(times))


def test_all_processes_together_let_through_what_one_token_may_ask() -> None:
    """INTERFACES 5: rate limits are of a token, whichever process answers."""
    four = [Portions() for _ in range(4)]

    at_once = asked(*four)
    half_a_minute_later = asked(*four, at=NOW + timedelta(seconds=30))

    assert at_once == 600
    assert half_a_minute_later == 300


def test_a_minute_asked_evenly_is_let_through_whole() -> None:
    """INTERFACES 5."""
    two = [Portions(), Portions()]
    moments = [NOW + timedelta(milliseconds=100 * number) for number in range(1200)]

    refused = [two[number % 2].take("t", 600, at=at) for number, at in enumerate(moments)]

    assert not any(refused)


def test_a_portion_costs_one_statement_and_a_refusal_none(django_assert_num_queries) -> None:
    """Reads stay reads: of 12,000 requests a minute the database hears fifty times."""
    here = Portions()

    with django_assert_num_queries(3):  # a savepoint around it
        assert asked(here, a_minute=12_000, times=240) == 240
    asked(here, a_minute=12_000, times=12_000)
    with django_assert_num_queries(0):
        assert here.take("t", 12_000, at=NOW) == 1


def test_who_waits_as_long_as_told_is_let_through() -> None:
    """INTERFACES 5: 429 with Retry-After."""
    here = Portions()
    for _ in range(3):
        here.take("t", 3, at=NOW)

    seconds = here.take("t", 3, at=NOW)

    assert seconds == 20
    assert here.take("t", 3, at=NOW + timedelta(seconds=seconds - 1)) == 1
    assert here.take("t", 3, at=NOW + timedelta(seconds=seconds)) == 0


def test_what_a_process_did_not_spend_lapses() -> None:
    """Nobody asks twice as much by waiting a day."""
    here = Portions()
    here.take("t", 600, at=NOW)

    assert asked(here, at=NOW + timedelta(days=1)) == 600


def test_idle_tokens_keep_no_row() -> None:
    take_portion("busy", a_minute=60, at=NOW + timedelta(days=1))
    take_portion("idle", a_minute=60, at=NOW - timedelta(hours=1))

    gone = forget_idle(at=NOW + timedelta(days=1))

    assert gone == 1
    assert Allowance.objects.get().key == "busy"
