"""Who gets an item (Z-9, Q-1, Q-7, Q-9, G-10). People and queues are ids; whether one is valid is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """The reason that is stored with the choice and shown (Z-9)."""

    KEPT_WITH_USER = "kept_with_user"
    RULE_USER = "rule_user"  # Q-1, push
    RULE_SECONDARY = "rule_secondary"  # Q-1, the backup
    OWNER = "owner"  # G-10: a problem comes to the owner's Inbox
    QUEUE = "queue"  # Q-1, pull
    NONE = "none"  # nobody and no queue: leaders see it as unallocated


@dataclass(frozen=True, slots=True)
class Rule:
    """What the configuration says about new work of a process."""

    queue: int | None = None
    user: int | None = None
    secondary: int | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """The choice: an assignee or nobody, the queue it belongs to in any case, and why."""

    assignee: int | None
    queue: int | None
    why: Why


def allocate(
    rule: Rule, *, valid: Callable[[int], bool], keep_with_user: bool = False, last_worker: int | None = None
) -> Allocation:
    """The first valid of: who had it last, the rule's user, the secondary, the queue (Z-9).

    `keep_with_user` is the setting; `last_worker` is None for new work. Invalid people are skipped (Q-7, Q-12).
    """
    candidates = [
        (last_worker if keep_with_user else None, Why.KEPT_WITH_USER),
        (rule.user, Why.RULE_USER),
        (rule.secondary, Why.RULE_SECONDARY),
    ]
    for person, why in candidates:
        if person is not None and valid(person):
            return Allocation(person, rule.queue, why)
    return _queued(rule.queue)


def to_owner(owner: int | None, queue: int | None, *, valid: Callable[[int], bool]) -> Allocation:
    """For the owner's Inbox: the owner becomes the assignee; without a valid one, the queue (G-10)."""
    if owner is not None and valid(owner):
        return Allocation(owner, queue, Why.OWNER)
    return _queued(queue)


def owner_after(owner: int | None, *, assignee: int | None) -> int | None:
    """The owner stays; an item without one belongs to the first person it is assigned to (G-10)."""
    return owner if owner is not None else assignee


def _queued(queue: int | None) -> Allocation:
    return Allocation(None, queue, Why.QUEUE if queue is not None else Why.NONE)
