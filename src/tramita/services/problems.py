"""When a Case cannot go on: the problem is its owner's, with the reason (SPEC section 4.3)."""

from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.allocation import to_owner
from tramita.domain.codes import Problem, Reason, Role, State, WaitType
from tramita.models import Item
from tramita.services.fitting import still_fits
from tramita.services.ledger import Change
from tramita.services.moving import assigned_to, decide, follow

REASONS = {
    Problem.ACTION_UNABLE: Reason.ACTION_UNABLE,
    Problem.SUB_CASE_CANCELLED: Reason.SUB_CASE_CANCELLED,
    Problem.RULE_BLOCKED: Reason.RULE_BLOCKED,
}


def action_unable(action: Item, *, reason: str, by: Actor, at: datetime) -> None:
    """An Action cannot be completed: its Case comes back to its owner. Rules: A-23, C-20, C-21, C-24, C-46."""
    if action.parent_id is None:
        return
    case = Item.objects.select_for_update().get(pk=action.parent_id)
    if case.state in (State.TO_DO, State.IN_PROGRESS, State.WAITING):
        raise_problem(case, Problem.ACTION_UNABLE, source=action, reason=reason, by=by, at=at)


def raise_problem(case: Item, problem: Problem, *, source: Item | None, reason: str, by: Actor, at: datetime) -> None:
    """Store the problem and bring the Case to its owner; in Pause it stays, highlighted. Rule: C-46."""
    change = Change(case, by, at)
    columns: dict[str, Any] = {
        "problem": problem,
        "problem_source_id": source.pk if source else None,
        "problem_reason": reason,
        "highlighted": True,
    }
    data = {"problem": problem.value, "source": source.reference if source else None, "reason": int(REASONS[problem])}
    if case.wait_type is WaitType.PAUSE:
        change.record("problem_raised", data=data, **columns)
    else:
        row = decide(case, "problem", by=SYSTEM, at=at)
        columns |= to_its_owner(case)
        if by.role is Role.ROBOT and columns["assignee_id"] is None:
            columns["robot_rejected"] = True  # for people, in a strict queue too (Q-3, B-6)
        follow(change, row, "problem_raised", data=data, **columns)
        change.lines[-1].reason = REASONS[problem]
    change.write()


def to_its_owner(case: Item) -> dict[str, Any]:
    """The assignee becomes the owner; without a valid one the Case goes to its queue (G-10)."""
    choice = to_owner(case.owner_id, case.queue_id, valid=lambda person_id: still_fits(case, person_id))
    nobodys = {} if choice.assignee is not None else {"owner_id": None}  # the next who gets it answers for it
    return {"allocation": choice.why.value, **assigned_to(case, choice.assignee), **nobodys}
