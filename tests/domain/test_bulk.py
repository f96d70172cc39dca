"""What can be done to many items at once needs nothing that differs from one to the next."""

from tramita.domain.actors import STAFF
from tramita.domain.bulk import LASTING, MOVES, NEEDS, TOUCHES, Bulk, can_be_undone
from tramita.domain.codes import Kind
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.permissions import VERBS


def test_a_move_of_many_is_one_that_asks_a_person_for_nothing() -> None:
    """BK-2: no row of it has a check on what was filled in; a wait, a resolution or an abort does."""
    rows = [row for kind in Kind for row in LIFECYCLES[kind].rows if row.who & STAFF]

    assert not [row.rule for row in rows if row.verb in (*MOVES, Bulk.RELEASE) and row.checks]
    assert {"wait", "resolve", "submit"} <= {row.verb for row in rows if row.checks}
    assert set(MOVES) <= set(VERBS)


def test_every_change_says_what_keeps_its_undo_away_or_has_none() -> None:
    """Z-7: an undo of what nobody can take back is not offered. Following is in no ledger, and
    tags are in no column."""
    followings, tags = {Bulk.FOLLOW, Bulk.UNFOLLOW}, {Bulk.TAG, Bulk.UNTAG}

    assert {one for one in Bulk if not can_be_undone(one)} == LASTING == {Bulk.REOPEN}
    assert set(TOUCHES) == set(Bulk) - LASTING - followings - tags
    assert set(NEEDS) == {Bulk.ASSIGN, Bulk.CATEGORY} | tags
