"""Where an item goes that comes back: woken, reopened, left by who cannot work it (Q-6, Q-7, decision 80).

First it is decided which of assignee, owner and queue stand: whoever may work the item stays, a queue that is used
stays. What does not stand is set anew by the rule of the item, or cleared; the reason goes with it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.allocation import Why
from tramita.domain.codes import Kind, State
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.facts import outside
from tramita.queries.visibility import may
from tramita.services.allocating import Allocated, Rule, allocate, rule_of
from tramita.services.candidates import Candidates, candidates
from tramita.services.fitting import still_fits
from tramita.services.moving import listed, taken


def woken(item: Item, *, at: datetime) -> Allocated:
    """A wait ended: it stays with its assignee, also one who is away, as long as they may work it (L-6).

    Else its rule decides, unless nobody ever had it: that waits in its queue (L-10, Z-1). Cost: two statements, more
    where the rule is asked.
    """
    known = _known(item, at=at)
    if item.assignee_id is not None and known.fit(item, item.assignee_id):
        return Allocated(_owned(item, known, item.assignee_id))
    if item.last_assignee_id is None:
        why = Why.QUEUE if item.queue_id is not None else Why.NONE
        columns = {"assignee_id": None, "allocation": why.value}
        return Allocated(columns | _owned(item, known, None), {"why": why.value})
    return by_rule(item, at=at, known=known)


def reopened(item: Item, *, at: datetime) -> Allocated:
    """Taken up again after it was resolved: back to who worked on it if the desk says so, else by its rule (Q-9)."""
    return by_rule(item, at=at)


def taken_up(item: Item, by: Actor) -> dict[str, Any]:
    """Whoever ends a wait or begins a step has it, unless somebody has it who may work it (S-10, Q-14)."""
    if item.assignee_id == by.id or outside(item, by) or still_fits(item, item.assignee_id):
        return {}
    return taken(item, by)


def by_rule(item: Item, *, at: datetime, known: Candidates | None = None) -> Allocated:
    """The order of Z-9, in the queue where it stands as long as that is used."""
    rule = _rule_here(item)
    done = allocate(item, rule, at=at, keep=definitions.settings().keep_with_user)
    columns, data = done.columns, done.data
    if not _used(item) and columns["queue_id"] == item.queue_id:  # and its rule knows no other
        columns["queue_id"] = None
        if columns["assignee_id"] is None:
            columns["allocation"] = data["why"] = Why.NONE.value
    columns |= _owned(item, known or _known(item, at=at), columns["assignee_id"])
    return Allocated(columns | {"listed": listed(State.TO_DO, columns["assignee_id"])}, data)


def left(item: Item, *, at: datetime) -> Allocated | None:
    """What does not stand any more of an item that runs, set anew or cleared; None where all of it stands.

    What waits or is resolved loses whoever cannot work it, and is its team's (L-10); by its rule when it comes back.
    Who is held to other queues keeps what they have (Q-14).
    """
    known, held = _known(item, at=at), item.assignee_id
    stays = held is None or _may_work(item, known, held)
    if item.state in (State.TO_DO, State.IN_PROGRESS) and (not stays or (held is None and not _used(item))):
        return by_rule(item, at=at, known=known)
    columns: dict[str, Any] = {} if stays else {"assignee_id": None, "allocation": "left_team"}
    if item.owner_id is not None and not _may_work(item, known, item.owner_id):
        columns["owner_id"] = held if stays else None
    if not _used(item):
        columns["queue_id"] = _queue_now(item)
    return Allocated(columns) if columns else None


def _known(item: Item, *, at: datetime) -> Candidates:
    return candidates({one for one in (item.assignee_id, item.owner_id) if one is not None}, at=at)


def _owned(item: Item, known: Candidates, assignee: int | None) -> dict[str, Any]:
    """Who cannot work the item does not answer for it: whoever has it does, or the next who gets it (G-10)."""
    owner = item.owner_id
    if owner is None or (_may_work(item, known, owner) and not outside(item, known.actors[owner])):
        return {}
    return {"owner_id": assignee}


def _may_work(item: Item, known: Candidates, person_id: int) -> bool:
    """Whether they are active and have the right, whatever queues they are held to."""
    return person_id in known.actors and may(known.actors[person_id], "work", item)


def _used(item: Item) -> bool:
    """Whether its queue is worked; nothing stands in its way where it has none."""
    return item.queue is None or item.queue.active


def _rule_here(item: Item) -> Rule | None:
    """Its rule, without the queue where that which it stands in is used: somebody may have put it there."""
    rule = rule_of(item)
    if rule is None or (item.queue is not None and item.queue.active):
        return rule and replace(rule, queue=None)
    return rule if definitions.queue_id(rule.queue) is not None else _rule_now(item) or rule


def _queue_now(item: Item) -> int | None:
    rule = _rule_here(item)
    return definitions.queue_id(rule.queue) if rule else None


def _rule_now(item: Item) -> Rule | None:
    """That of new items of its process: the queue that its own version names is used no more."""
    path = item.process.key if item.process else ""
    if item.kind is Kind.TICKET:
        category = definitions.current_category(path)
        return category.process if category else None
    case_type = definitions.current_case_type(path)
    if case_type is None or not item.action_name:
        return case_type.process if case_type else None
    actions: Mapping[str, Rule] = case_type.process.actions
    return actions.get(item.action_name)
