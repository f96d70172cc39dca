"""Who gets an item (Z-9, Q-1, Q-7, Q-9, G-10). People and queues are ids; whether one is valid is asked."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
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
    NO_SKILL = "no_skill"  # the queue too: who could have it by the rule cannot do what it asks for
    NONE = "none"  # nobody and no queue: leaders see it as unallocated


PUSHED = frozenset({Why.RULE_USER, Why.RULE_POSITION, Why.RULE_SECONDARY, Why.RULE_SECONDARY_POSITION})
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
    def in_order(self) -> tuple[tuple[Why, tuple[int | None, ...]], ...]:
        """Whom it names, in the order in which they are asked."""
        return (
            (Why.RULE_USER, (self.user,)),
            (Why.RULE_POSITION, self.position),
            (Why.RULE_SECONDARY, (self.secondary,)),
            (Why.RULE_SECONDARY_POSITION, self.secondary_position),
        )

    @property
    def people(self) -> frozenset[int]:
        """All of them."""
        return frozenset(one for _, people in self.in_order for one in people if one is not None)


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
    skilled: Valid | None = None,
) -> Allocation:
    """The first valid of: who had it last, the rule's user or position, the backup's, the queue (Z-9).

    `keep_with_user` is the setting; `last_worker` is None for new work. Invalid people are skipped (Q-7, Q-12), and so
    is who is away: their substitute stands in, unless away too. Of several holders of a position the first, or by
    `load` whoever has least. `skilled` says of whom the rule may choose who can do it; who worked on it before has
    shown that.
    """
    away = away or {}
    able = valid if skilled is None else lambda one: valid(one) and skilled(one)
    kept = _chosen([last_worker] if keep_with_user else [], valid=valid, away=away)
    if kept is not None:
        return Allocation(kept[0], rule.queue, Why.KEPT_WITH_USER, kept[1])
    for why, people in rule.in_order:
        chosen = _chosen(people, valid=able, away=away, load=load)
        if chosen is not None:
            return Allocation(chosen[0], rule.queue, why, chosen[1])
    if skilled is not None and _chosen(rule.people, valid=valid, away=away) is not None:
        return Allocation(None, rule.queue, Why.NO_SKILL)
    return _queued(rule.queue)


def to_owner(owner: int | None, queue: int | None, *, valid: Valid) -> Allocation:
    """For the owner's Inbox: the owner becomes the assignee; without a valid one, the queue (G-10)."""
    if owner is not None and valid(owner):
        return Allocation(owner, queue, Why.OWNER)
    return _queued(queue)


def owner_after(owner: int | None, *, assignee: int | None) -> int | None:
    """The owner stays; an item without one belongs to the first person it is assigned to (G-10)."""
    return owner if owner is not None else assignee


Chosen = tuple[int, int | None]  # who, and in whose place


def _chosen(people: Iterable[int | None], *, valid: Valid, away: Away, load: Load | None = None) -> Chosen | None:
    there = _there((one for one in people if one is not None), valid=valid, away=away)
    return _least(dict(there), load) if load else next(there, None)


def _there(people: Iterable[int], *, valid: Valid, away: Away) -> Iterator[Chosen]:
    """Who can take it."""
    for person in people:
        if person not in away:
            if valid(person):
                yield person, None
            continue
        substitute = away[person]
        if substitute is not None and substitute not in away and valid(substitute):
            yield substitute, person


def _least(there: Mapping[int, int | None], load: Load) -> Chosen | None:
    """Whoever has least, the first of them where several do; who is there for themselves is nobody's substitute."""
    if len(there) < 2:
        return next(iter(there.items()), None)
    has = load([*there])
    person = min(there, key=lambda one: has.get(one, 0))
    return person, there[person]


def _queued(queue: int | None) -> Allocation:
    return Allocation(None, queue, Why.QUEUE if queue is not None else Why.NONE)
