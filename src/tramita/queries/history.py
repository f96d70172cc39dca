"""What happened to an item's clock, read from its ledger (Z-15)."""

from datetime import datetime

from tramita.domain.codes import State, WaitType
from tramita.domain.due_dates import Override, RuleChange, StateChange
from tramita.models import Entry, Item
from tramita.queries.definitions import due_rule


def history(item: Item) -> list[StateChange | Override | RuleChange]:
    """State changes, due dates set by hand and changes of the rule, oldest first. Cost: one query."""
    told = Entry.objects.filter(item=item).order_by("seq").values_list("at", "type", "data")
    past: list[StateChange | Override | RuleChange] = []
    wait_type: WaitType | None = None
    for at, kind, data in told:
        columns = data.get("set", {})
        if "wait_type" in columns:
            wait_type = WaitType(columns["wait_type"]) if columns["wait_type"] else None
        if kind == "category_changed" and "due_rule_id" in columns:
            rule_id = columns["due_rule_id"]
            past.append(RuleChange(at, due_rule(rule_id) if rule_id else None))
        if kind == "due_changed" and data.get("to"):
            past.append(Override(at, datetime.fromisoformat(data["to"])))
        elif "from" in data and data.get("to"):
            state = State(data["to"])
            past.append(StateChange(at, state, wait_type if state is State.WAITING else None))
    return past
