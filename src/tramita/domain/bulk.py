"""Changes that can be made to many items at once (Z-7, BK-2): those that need nothing which differs from item to item.

What each does is left to the service of the verb; here is only what a change needs, and whether it can be taken back.
"""

from collections.abc import Mapping
from enum import StrEnum


class Bulk(StrEnum):
    """The changes, in the order in which they are offered; those of the state carry the name of their verb."""

    ASSIGN = "assign"
    RELEASE = "release"
    START = "start"
    TO_DO = "to-do"
    RESUME = "resume"
    REOPEN = "reopen"
    CATEGORY = "category"
    TAG = "tag"
    UNTAG = "untag"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    UPGRADE = "upgrade"  # of a Case type's version; asked for in the Builder, not in lists (decision 48)


OFFERED = tuple(one for one in Bulk if one is not Bulk.UPGRADE)  # of lists

MOVES = (Bulk.START, Bulk.TO_DO, Bulk.RESUME, Bulk.REOPEN)  # of the state, by rows that ask for nothing
NEEDS: Mapping[Bulk, str] = {
    Bulk.ASSIGN: "to",
    Bulk.CATEGORY: "category",
    Bulk.TAG: "tags",
    Bulk.UNTAG: "tags",
}
LASTING = frozenset({Bulk.REOPEN})  # a resolution is not given again by itself: it may need a note, and mails go out

# the columns whose later change by somebody else keeps an undo away
TOUCHES: Mapping[Bulk, frozenset[str]] = {
    **dict.fromkeys(
        (Bulk.ASSIGN, Bulk.RELEASE, Bulk.START, Bulk.TO_DO, Bulk.RESUME),
        frozenset({"state", "assignee_id", "queue_id"}),
    ),
    Bulk.CATEGORY: frozenset({"process_id"}),
    Bulk.UPGRADE: frozenset({"process_version_id", "finished_step"}),
}


def can_be_undone(change: Bulk) -> bool:
    """Whether there is a way back."""
    return change not in LASTING
