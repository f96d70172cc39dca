"""Why this due date: an item's own entries, folded into the clock (Z-15, DESIGN decision 7)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain import due_dates
from tramita.domain.codes import State, WaitType
from tramita.domain.due_dates import Clockwork, Override, RuleChange, StateChange
from tramita.domain.due_rules import DueRule
from tramita.models import Item
from tramita.queries.definitions import due_rule

Event = StateChange | Override | RuleChange


def explain(item: Item, at: datetime) -> dict[str, object]:
    """The due date as running and paused intervals with reasons; moments are datetimes (INTERFACES section 5)."""
    return due_dates.explain(clock_of(item, at))


def clock_of(item: Item, at: datetime) -> Clockwork:
    """The clock that the item's entries give; equal to the columns that the item keeps. Cost: one statement."""
    return due_dates.fold(None, _history(item), now=at)


def clock_under(item: Item, rule_id: int | None, *, at: datetime) -> dict[str, Any]:
    """The clock's columns, had the item been under this rule from the start (T-11, T-12). Cost: one statement.

    What the item was changed to in memory, and is not written yet, counts.
    """
    rule = _rule(rule_id)
    here = StateChange(at, item.state, item.wait_type)
    change = RuleChange(at, rule, base_of(item, rule))
    clock = due_dates.fold(None, [*_history(item), here, change], now=at).state
    return {"due_at": clock.due_at, "clock": clock.clock, "seconds_left": clock.seconds_left}


def base_of(item: Item, rule: DueRule | None) -> datetime | None:
    """The value of the field that the rule counts from, if it counts from one (SLA-2)."""
    if rule is None or rule.base_field is None:
        return None
    value = item.fields.get(rule.base_field)
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def installation_zone() -> ZoneInfo:
    """The zone of those who have none of their own (TRAMITA_TIME_ZONE)."""
    return ZoneInfo(settings.TIME_ZONE)


def _history(item: Item) -> Iterator[Event]:
    """What happened to the clock, oldest first. An entry's `set` says which columns it changed."""
    state, wait = State.DRAFT, None
    for at, type_, data in item.entries.order_by("seq").values_list("at", "type", "data"):
        changed = data.get("set", {})
        if "state" in changed or "wait_type" in changed:
            state = State(changed.get("state", state))
            wait = changed.get("wait_type", wait)
            yield StateChange(at, state, WaitType(wait) if wait else None)
        if "due_rule_id" in changed:
            rule = _rule(changed["due_rule_id"])
            yield RuleChange(at, rule, base_of(item, rule))
        if type_ == "due_changed" and data.get("by_hand"):
            yield Override(at, datetime.fromisoformat(data["to"]))


def _rule(version_id: int | None) -> DueRule | None:
    return due_rule(version_id) if version_id else None
