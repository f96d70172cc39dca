"""Who gets an item: the order of Z-9, with the reason for the choice kept (Q-1, Q-7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from tramita.domain import allocation as allocating
from tramita.domain.allocation import PUSHED, Why
from tramita.domain.codes import Kind, Role
from tramita.domain.definitions import CategoryDefinition
from tramita.domain.process_definitions import ActionDefinition, CaseTypeDefinition
from tramita.models import Item
from tramita.queries import definitions, positions
from tramita.services import sql
from tramita.services.candidates import Candidates, candidates
from tramita.services.moving import assigned_to

Rule = CategoryDefinition | CaseTypeDefinition | ActionDefinition


@dataclass(frozen=True, slots=True)
class Allocated:
    """The columns of an allocation, and what its entry says of it: why, by which position, instead of whom."""

    columns: dict[str, Any]
    data: dict[str, Any] = field(default_factory=dict)


def rule_of(item: Item) -> Rule | None:
    """What the item was started under; an Action's own definition in its Case type."""
    if item.process_version_id is None:
        return None
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id)
    case_type = definitions.case_type(item.process_version_id)
    return case_type.actions.get(item.action_name) if item.action_name else case_type


def skills_of(item: Item) -> tuple[str, ...]:
    """What it asks of who gets it by rule or by pulling (Q-1)."""
    rule = rule_of(item)
    return rule.skills if rule else ()


def allocate(item: Item, rule: Rule | None, *, at: datetime, keep: bool = False) -> Allocated:
    """Who was last at it if that is wanted, whom the rule names, its backup, the queue; not who is away at that moment.

    The queue is set also for somebody's item (Q-1). Rules: Z-9, Q-7, Q-9.
    """
    queue_id, before = definitions.queue_id(rule.queue) if rule else None, item.queue_id
    if queue_id is not None:
        item.queue_id = queue_id  # what makes a target valid
    wanted = _wanted(rule, item.queue_id)
    last = item.last_assignee_id if keep else None
    asked = rule.skills if rule else ()
    known = candidates(wanted.people | ({last} if last else set()), at=at, skills=bool(asked))
    choice = allocating.allocate(
        wanted,
        valid=lambda one: known.fit(item, one),
        keep_with_user=keep,
        last_worker=last,
        away=known.away,
        load=partial(_loads, rule) if rule and rule.assign_choose else None,
        skilled=(lambda one: known.able(one, asked=asked)) if asked else None,
    )
    item.queue_id = before  # the change writes what differs from it
    columns = {"queue_id": choice.queue, "allocation": choice.reason, **assigned_to(item, choice.assignee)}
    return Allocated(columns, _told(choice, rule, known))


def _loads(rule: Rule, people: Collection[int]) -> Mapping[int, int]:
    """How much each has, with what others are giving them at this very moment: it is not seen before their commit.

    As they choose by the same figures, each of them is taken to have chosen whoever then had least. Cost: two
    statements, on SQLite one.
    """
    others = sql.others_placing(rule.assign_position or rule.assign_secondary_position or "")
    has: dict[int, int] = {**dict.fromkeys(people, 0), **positions.loads(people)}
    for _ in range(others):
        has[min(has, key=has.__getitem__)] += 1
    return has


def _wanted(rule: Rule | None, queue: int | None) -> allocating.Rule:
    """The rule by ids. Positions are read only where there are some."""
    if rule is None:
        return allocating.Rule(queue=queue)
    return allocating.Rule(
        queue=queue,
        user=definitions.worker_id(rule.assign_user),
        secondary=definitions.worker_id(rule.assign_secondary),
        position=positions.holders(rule.assign_position),
        secondary_position=positions.holders(rule.assign_secondary_position),
    )


def _told(choice: allocating.Allocation, rule: Rule | None, known: Candidates) -> dict[str, Any]:
    said: dict[str, Any] = {"why": choice.reason}
    by = {Why.RULE_POSITION: "assign_position", Why.RULE_SECONDARY_POSITION: "assign_secondary_position"}
    if choice.why in by:
        said["position"] = positions.title(getattr(rule, by[choice.why]))
    if choice.instead_of is not None:
        said["instead_of"] = known.people[choice.instead_of].name
    return said | (_informed(choice, rule, known) if rule and rule.assign_inform else {})


def _informed(choice: allocating.Allocation, rule: Rule, known: Candidates) -> dict[str, Any]:
    """Who hears of it by mail, where a rule pushed it to a person: they, and whoever holds its position (Q-5)."""
    person = known.people.get(choice.assignee or 0)
    if person is None or person.role is Role.ROBOT or choice.why not in PUSHED:
        return {}
    said: dict[str, Any] = {"inform": person.pk, "assignee": person.name}
    if rule.assign_copy_position:
        copied = [one for one in positions.holders(rule.assign_position) if one != person.pk]
        said |= {"copied": copied, "copied_for": positions.title(rule.assign_position)}
    return said


def queued(item: Item) -> dict[str, Any]:
    """The queue alone, for what its writer keeps: a Draft that is resolved at first contact (T-24, Q-1)."""
    rule = rule_of(item)
    return {"queue_id": definitions.queue_id(rule.queue) if rule else None}
