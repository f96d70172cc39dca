"""Who gets an item (Z-9, Q-1, Q-7, Q-9, G-10). People and queues are ids; whether one is valid is asked."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """The reason that is stored with the choice and shown (Z-9)."""

    KEPT_WITH_USER = "kept_with_user"
    RULE_USER = "rule_user"  # Q-1, push
    RULE_POSITION = "rule_position"  # Q-1, push to whoever holds it
    RULE_SECONDARY = "rule_secondary"  # Q-1, the backup
    RULE_SECONDARY_POSITION = "rule_secondary_position"
    OWNER = "owner"  # G-10: a problem comes to the owner's Inbox
    QUEUE = "queue"  # Q-1, pull
    NONE = "none"  # nobody and no queue: leaders see it as unallocated


SUBSTITUTE = "_substitute"  # the end of a reason whose person is away
Valid = Callable[[int], bool]
Away = Mapping[int, int | None]  # who is away today, and who stands in for them if anybody does
Load = Callable[[Collection[int]], Mapping[int, int]]  # how much each of them has; whoever has nothing may be left out


@dataclass(frozen=True, slots=True)
class Rule:
    """What the configuration says about new work of a process."""

    queue: int | None = None
    user: int | None = None
    secondary: int | None = None
    position: tuple[int, ...] = ()  # its holders, in the order written
    secondary_position: tuple[int, ...] = ()

    @property
    def people(self) -> frozenset[int]:
        """Whoever it names."""
        named = {one for one in (self.user, self.secondary) if one is not None}
        return frozenset({*named, *self.position, *self.secondary_position})


@dataclass(frozen=True, slots=True)
class Allocation:
    """The choice: an assignee or nobody, the queue it belongs to in any case, and why."""

    assignee: int | None
    queue: int | None
    why: Why
    instead_of: int | None = None  # who is away

    @property
    def reason(self) -> str:
        """As it is kept, at most 40 characters."""
        return f"{self.why}{SUBSTITUTE}" if self.instead_of is not None else self.why.value


def allocate(
    rule: Rule,
    *,
    valid: Valid,
    keep_with_user: bool = False,
    last_worker: int | None = None,
    away: Away | None = None,
    load: Load | None = None,
) -> Allocation:
    """The first valid of: who had it last, the rule's user or position, the backup's, the queue (Z-9).

    `keep_with_user` is the setting; `last_worker` is None for new work. Invalid people are skipped (Q-7, Q-12), and so
    is who is away: their substitute stands in, unless away too. Of several holders of a position the first, or by
    `load` whoever has least.
    """
    candidates: list[tuple[Why, tuple[int | None, ...]]] = [
        (Why.KEPT_WITH_USER, (last_worker if keep_with_user else None,)),
        (Why.RULE_USER, (rule.user,)),
        (Why.RULE_POSITION, rule.position),
        (Why.RULE_SECONDARY, (rule.secondary,)),
        (Why.RULE_SECONDARY_POSITION, rule.secondary_position),
    ]
    for why, people in candidates:
        there = _there([one for one in people if one is not None], valid=valid, away=away or {})
        chosen = _least(dict(there), load) if load else next(there, None)
        if chosen is not None:
            person, instead_of = chosen
            return Allocation(person, rule.queue, why, instead_of)
    return _queued(rule.queue)


def to_owner(owner: int | None, queue: int | None, *, valid: Valid) -> Allocation:
    """For the owner's Inbox: the owner becomes the assignee; without a valid one, the queue (G-10)."""
    if owner is not None and valid(owner):
        return Allocation(owner, queue, Why.OWNER)
    return _queued(queue)


def owner_after(owner: int | None, *, assignee: int | None) -> int | None:
    """The owner stays; an item without one belongs to the first person it is assigned to (G-10)."""
    return owner if owner is not None else assignee


def _there(people: Collection[int], *, valid: Valid, away: Away) -> Iterator[tuple[int, int | None]]:
    """Who can take it, each with the one they stand in for."""
    for person in people:
        if person not in away:
            if valid(person):
                yield person, None
            continue
        substitute = away[person]
        if substitute is not None and substitute not in away and valid(substitute):
            yield substitute, person


def _least(there: Mapping[int, int | None], load: Load) -> tuple[int, int | None] | None:
    """Whoever has least, the first of them where several do; who is there for themselves is nobody's substitute."""
    if len(there) < 2:
        return next(iter(there.items()), None)
    has = load([*there])
    person = min(there, key=lambda one: has.get(one, 0))
    return person, there[person]


def _queued(queue: int | None) -> Allocation:
    return Allocation(None, queue, Why.QUEUE if queue is not None else Why.NONE)
