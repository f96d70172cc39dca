"""What an item's due date is counted by and another item says: dates of the item above, of one below, and the fields
of its Case (SLA-2, decision 71).

It is kept on the item that counts, by the name that the rule gives it, so that a due date can be recounted from what
the item says of itself. Only Cases and Actions borrow; a Ticket above lends nothing.
"""

from datetime import UTC, datetime
from typing import Any

from tramita.domain.codes import Kind, State
from tramita.domain.due_rules import FIELD, DueRule
from tramita.models import Item
from tramita.queries.definitions import case_type, due_rule

Lent = dict[str, Any]


def borrowed(item: Item, rule: DueRule | None) -> Lent | None:
    """All that this rule counts by and others say, as it is now; None where there is nothing.

    Cost: nothing for a rule that borrows nothing, else the item above, or the one below.
    """
    if rule is None or item.kind is Kind.TICKET:
        return None
    found: Lent = {}
    case = _above(item) if rule.base_above or (rule.fields and item.kind is Kind.ACTION) else None
    if case is not None and item.kind is Kind.ACTION:
        found |= {FIELD + name: case.fields[name] for name in rule.fields if name in case.fields}
    if case is not None and rule.base_above:
        found[rule.base] = _said(case, rule.base_above, (item.lent or {}).get(rule.base))
    if rule.base_sub and item.pk is not None:
        name, which = rule.base_sub
        below = newest_below(item, name)
        found[rule.base] = _said(below, which, (item.lent or {}).get(rule.base)) if below else None
    return {name: value for name, value in found.items() if value is not None} or None


def borrows_from_above(rule: DueRule | None, kind: Kind) -> bool:
    """Whether the date of such an item moves with what the Case above says; when that started never changes."""
    if rule is None or kind is Kind.TICKET:
        return False
    return rule.base_above == "due" or (bool(rule.fields) and kind is Kind.ACTION)


def borrows_from_below(case: Item, item: Item) -> bool:
    """Whether the date of a Case moves with dates of this item of it."""
    rule = due_rule(case.due_rule_id) if case.due_rule_id else None
    return rule is not None and rule.base_sub is not None and _is_called(case, item, rule.base_sub[0])


def newest_below(case: Item, name: str) -> Item | None:
    """The newest Action of this name; of one that starts a Case, the newest Case of that type below. One statement."""
    below = Item.objects.filter(parent=case, created_at__gte=case.submitted_at)  # not of a life before
    path = _starts(case, name)
    if path:
        return below.filter(kind=Kind.CASE.number, process__key=path).order_by("-id").first()
    return below.filter(kind=Kind.ACTION.number, action_name=name).order_by("-ordinal").first()


def _is_called(case: Item, item: Item, name: str) -> bool:
    if item.kind is Kind.ACTION:
        return item.action_name == name
    return item.process is not None and _starts(case, name) == item.process.key


def _starts(case: Item, name: str) -> str | None:
    """The type of the Cases that this Action starts; None for one that does something else."""
    action = case_type(case.process_version_id).actions.get(name) if case.process_version_id else None
    return action.case_type if action is not None and action.kind == "start_case" else None


def _above(item: Item) -> Item | None:
    return item.parent if item.parent is not None and item.parent.kind is Kind.CASE else None


def _said(item: Item, which: str, before: str | None) -> str | None:
    """A date of an item. Of a due date whose clock stands still it is the one before, until the clock goes on."""
    if which == "start":
        return _plain(item.submitted_at)
    if which == "end":
        return _plain((item.resolved_at or item.closed_at) if item.state in (State.RESOLVED, State.CLOSED) else None)
    if item.due_at is not None or item.seconds_left is None:
        return _plain(item.due_at)
    rule = due_rule(item.due_rule_id) if item.due_rule_id else None
    return before or (_plain(rule.after(item.updated_at, item.seconds_left)) if rule else None)


def _plain(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
