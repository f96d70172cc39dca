"""The states of v2020.1, row by row, against tables written from SPEC section 27 by hand."""

import pytest

from tramita.domain.codes import Kind, State
from tramita.domain.legacy import ROWS, mapped
from tramita.domain.resolution import RESOLUTIONS
from tramita.domain.waits import WAITS

# rule · kind · old state · ours · and what goes with it; `*`: Resolved only while its feedback window is open
TABLE = """
V-2  | case   | In progress (not yet being processed)  | to_do       |
V-3  | case   | In progress (being processed)          | in_progress |
V-4  | case   | Paused - waiting for more information  | waiting     | more_information
V-5  | case   | Paused - scheduled for follow-up       | waiting     | until
V-6  | case   | Paused                                 | waiting     | pause
V-7  | case   | Resolved                               | resolved    |
V-8  | case   | Closed                                 | closed      |
V-9  | case   | Needs attention                        | to_do       | needs_attention
V-20 | action | In progress (not yet being processed)  | to_do       |
V-21 | action | In progress (being processed)          | in_progress |
V-22 | action | Paused - waiting for more information  | waiting     | more_information
V-23 | action | Paused - scheduled for follow-up       | waiting     | until
V-24 | action | Resolved                               | closed      | complete
V-25 | action | Unable to complete                     | closed      | unable_to_complete
V-26 | action | Peer review                            | to_do       |
V-41 | ticket | In progress (not yet being processed)  | to_do       |
V-42 | ticket | In progress (being processed)          | in_progress |
V-43 | ticket | Paused - waiting for more information  | waiting     | more_information
V-44 | ticket | Paused - scheduled for follow-up       | waiting     | until
V-45 | ticket | Resolved                               | resolved    | replied
V-46 | ticket | Resolved - manual response             | resolved    | replied
V-47 | ticket | Resolved - no response from customer   | resolved    | no_response
V-48 | ticket | Rejected                               | resolved    | rejected
V-49 | ticket | Rejected as spam                       | closed      | rejected_spam
V-50 | ticket | Rejected - unknown e-mail address      | closed      | unconfigured_address
V-51 | ticket | Resolved - Ticket split                | waiting     | split
V-52 | ticket | Resolved - Ticket split (completed)    | resolved *  | split_completed
V-53 | ticket | Resolved - existing Ticket updated     | closed      | merged
V-54 | ticket | Resolved - new Case launched           | waiting     | case_launched
V-55 | ticket | Resolved - existing Case updated       | closed      | merged
"""
LINES = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]


def test_every_old_state_is_mapped_as_the_tables_say() -> None:
    """V-2 to V-9, V-20 to V-26, V-41 to V-55, CG-41, CG-56: empty cells between the rows mean nothing."""
    told = [
        [
            row.rule,
            row.kind.value,
            row.was,
            row.standing.state.value + (" *" if row.standing.passing else ""),
            str(row.standing.wait_type or row.standing.method or row.standing.problem or ""),
        ]
        for row in ROWS
    ]

    assert len(LINES) == 30
    assert told == [line[:5] for line in LINES]


def test_no_old_state_is_a_draft_and_closed_stays_closed() -> None:
    """V-1, V-40, V-62: there was no Draft; a Ticket has no row for Closed and none for Paused."""
    closed = mapped(Kind.TICKET, "Closed")

    assert all(row.standing.state is not State.DRAFT for row in ROWS)
    assert closed is not None
    assert (closed.standing.state, closed.standing.method) == (State.CLOSED, None)
    assert mapped(Kind.TICKET, "Paused") is None
    assert mapped(Kind.ACTION, "Paused") is None


@pytest.mark.parametrize(
    "text",
    ["paused – SCHEDULED for follow-up", " Paused -  scheduled for follow-up ", "PAUSED-scheduled for Follow-up"],
)
def test_case_dashes_and_blanks_do_not_matter(text: str) -> None:
    """V-44."""
    found = mapped(Kind.TICKET, text)

    assert found is not None
    assert found.rule == "V-44"


def test_what_is_mapped_to_can_be() -> None:
    """W-1 to W-5, SPEC 8.1: a wait that the kind knows, a method of the kind that leads there."""
    for row in ROWS:
        standing = row.standing
        assert standing.wait_type is None or row.kind in WAITS[standing.wait_type].kinds
        assert standing.method is None or RESOLUTIONS[standing.method].kind is row.kind
        assert (standing.state is State.WAITING) == (standing.wait_type is not None)


def test_the_mapping_leads_one_way_only() -> None:
    """V-61: several old states become one of ours, so the old one must be kept."""
    ours = [(row.kind, row.standing.state, row.standing.wait_type, row.standing.method) for row in ROWS]

    assert len(set(ours)) < len(ours)
