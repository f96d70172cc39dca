"""What happened to an item's clock, read from its ledger (Z-15)."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tramita.domain.codes import State, WaitType
from tramita.domain.due_dates import Override, RuleChange, StateChange
from tramita.domain.due_rules import FIELD, DueRule, counted_from
from tramita.models import Item
from tramita.queries.definitions import due_rule
from tramita.queries.rows import document, fetch, moment

UNDONE = "undone"  # the entry that sets back what it forgets
NO_SCHEDULE: dict[str, Any] = {"dates": {}}
Happened = StateChange | Override | RuleChange


def history(item: Item, *, but: tuple[int, int] | None = None) -> list[Happened]:
    """State changes, due dates set by hand and changes of the rule, oldest first. Cost: one query.

    What was undone since never was (Z-3), nor what stands in the entries from the first to the second number of `but`.
    """
    return list(_happened(item, but))


def base_of(item: Item, rule: DueRule | None) -> datetime | None:
    """The date, of a field, a schedule or another item, that the rule counts from, if it does (SLA-2, BU-6)."""
    if rule is None:
        return None
    return counted_from(rule, values_of(item), (item.schedule or NO_SCHEDULE)["dates"], item.lent or {})


def filled(item: Item, rule_id: int | None) -> DueRule | None:
    """The rule of that version, with the number that this item says where the rule names a field (SLA-2)."""
    rule = due_rule(rule_id) if rule_id else None
    return rule.filled(values_of(item)) if rule is not None and rule.amount else rule


def values_of(item: Item) -> Mapping[str, Any]:
    """The fields by which an item's due date moves: its own, and before them those that its Case lends an Action."""
    lent: Mapping[str, Any] = item.lent or {}
    own: Mapping[str, Any] = item.fields
    return {name.removeprefix(FIELD): value for name, value in lent.items() if name.startswith(FIELD)} | {**own}


def _happened(item: Item, but: tuple[int, int] | None) -> Iterator[Happened]:
    """An entry's `set` says which columns it changed."""
    state, wait, rule_id = State.DRAFT, None, None
    rows = fetch("SELECT seq, at, type, data FROM entries WHERE item_id = %s ORDER BY seq", [item.pk])
    told = [(seq, moment(when), type_, document(text)) for seq, when, type_, text in rows]
    forgotten = [tuple(data["forgets"]) for _, _, _, data in told if "forgets" in data] + ([but] if but else [])
    for seq, at, type_, data in told:
        if any(first <= seq <= last for first, last in forgotten) or (type_ == UNDONE and "forgets" in data):
            continue
        changed = data.get("set", {})
        if "state" in changed or "wait_type" in changed:
            state = State(changed.get("state", state))
            wait = changed.get("wait_type", wait)
            yield StateChange(at, state, WaitType(wait) if wait else None)
        rule_id, anew = changed.get("due_rule_id", rule_id), bool(data.get("anew"))
        if "due_rule_id" in changed or anew:
            rule = filled(item, rule_id)
            yield RuleChange(at, rule, base_of(item, rule), anew)
        if type_ == "due_changed" and data.get("to") and data.get("by_hand", True):
            yield Override(at, datetime.fromisoformat(data["to"]))
