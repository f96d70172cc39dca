"""The clock's columns on an item: one step of `domain.due_dates` at each change (SLA-4 to SLA-18, Z-15)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tramita.domain.calendars import Calendar
from tramita.domain.codes import Clock, Kind, State
from tramita.domain.definitions import DueRuleDefinition
from tramita.domain.due_dates import ClockState, Override, RuleChange, StateChange, fold
from tramita.domain.due_dates import advance as step
from tramita.domain.due_rules import DueRule, build_due_rule, first_due
from tramita.domain.due_rules import days_later as counted_days
from tramita.domain.durations import Span
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.borrowing import borrowed
from tramita.queries.definitions import due_rule
from tramita.queries.due_rules import current_due_rule, installation_zone
from tramita.queries.history import base_of, filled, history
from tramita.services.ledger import Change, plain


def rule_of(item: Item) -> DueRule | None:
    """The due-date rule the item was started under, with the number that it takes from a field (SLA-2, SLA-17)."""
    return filled(item, item.due_rule_id)


def rule_columns(item: Item) -> dict[str, Any]:
    """The rule that a new item gets, as it is now: of who asks, else of its category or Case type (SLA-1, TO-2).

    An Action gets that of its type, whoever asked for the Case. With it comes what another item lends it (SLA-2).
    """
    rule_id = _rule_id(item)
    return {"due_rule_id": rule_id} | lent_columns(item, rule_id)


def lent_columns(item: Item, rule_id: int | None) -> dict[str, Any]:
    """What the item's date is counted by under this rule and another item says; nothing, where that changes nothing."""
    lent = borrowed(item, due_rule(rule_id) if rule_id else None)
    return {"lent": lent} if lent != item.lent else {}


def _rule_id(item: Item) -> int | None:
    if item.process_version_id is None or item.process is None:
        return None
    if item.kind is Kind.TICKET:
        key = definitions.category(item.process_version_id).due
    else:
        case_type = definitions.case_type(item.process_version_id)
        if item.action_name:
            return current_due_rule(case_type.actions[item.action_name].due, item.process.key)
        key = case_type.due
    return current_due_rule(key, item.process.key, requester=item.requester_id, organisation=item.organisation_id)


def advance(item: Item, columns: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The clock after this state change; `columns` are those that change with it."""
    rule = filled(item, columns.get("due_rule_id", item.due_rule_id))
    change = StateChange(at, columns["state"], columns.get("wait_type", item.wait_type))
    return columns_of(step(state_of(item), change, rule, base=base_of(item, rule)))


def begun(item: Item, *, at: datetime) -> dict[str, Any]:
    """The clock of an item that is To Do from its first moment (T-21, C-41, A-30)."""
    rule = rule_of(item)
    return columns_of(step(ClockState(), StateChange(at, State.TO_DO), rule, base=base_of(item, rule)))


def overridden(item: Item, due_at: datetime, *, at: datetime) -> dict[str, Any]:
    """The clock after a person set the due date (SLA-15)."""
    return columns_of(step(state_of(item), Override(at, due_at), rule_of(item)))


def state_of(item: Item) -> ClockState:
    """The clock as the item keeps it."""
    return ClockState(item.due_at, item.clock or Clock.STOPPED, item.seconds_left)


def columns_of(clock: ClockState) -> dict[str, Any]:
    """The clock as columns."""
    return {"due_at": clock.due_at, "clock": clock.clock, "seconds_left": clock.seconds_left}


def days_later(item: Item, at: datetime, days: int) -> datetime:
    """When a wait or a window of that many days ends (W-11, R-15)."""
    rule = rule_of(item)
    calendar, zone = (rule.calendar, rule.zone) if rule else (None, installation_zone())
    end = counted_days(at, days, calendar=calendar, zone=zone)
    if end is None:
        raise ValueError("a number of days gives a moment")
    return end


def working_days_later(item: Item, at: datetime, days: int) -> datetime:
    """That many working days: of the due rule's calendar, else of the contract's, else from Monday to Friday."""
    return _working_calendar(item).add_working_days(at, days)


def span_later(item: Item, at: datetime, span: Span) -> datetime:
    """So much later: working time by the same calendar, the rest on the clock of the desk.

    Raises: Invalid, if the calendar has no working time within a year.
    """
    calendar = _working_calendar(item) if span.working else None
    later = first_due(DueRule("", span, calendar.zone if calendar else installation_zone(), calendar), at)
    if later is None:
        raise ValueError("a duration from a moment gives a moment")
    return later


def _working_calendar(item: Item) -> Calendar:
    rule = rule_of(item)
    calendar = rule.calendar if rule else None
    if calendar is None and item.process is not None:
        calendar = definitions.contract_calendar(item.process.key)
    return calendar or Calendar("", installation_zone(), (((0, 86_400),),) * 5 + ((),) * 2)


def window_end(item: Item, at: datetime) -> datetime | None:
    """When the feedback window of an item resolved now ends; None where none is configured (R-13)."""
    days = _window_days(item)
    return days_later(item, at, days) if days else None


def _window_days(item: Item) -> int | None:
    if item.process_version_id is None or item.kind is Kind.ACTION:
        return None
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id).feedback_window
    return definitions.case_type(item.process_version_id).feedback_window


def under_rule(item: Item, rule_id: int | None, *, at: datetime) -> dict[str, Any]:
    """The clock had the item been under this rule from the start (T-11, T-12)."""
    rule = filled(item, rule_id)
    here = StateChange(at, item.state, item.wait_type)  # what is changed in memory and not yet written
    past = [*history(item), here, RuleChange(at, rule, base_of(item, rule))]
    return columns_of(fold(rule, past, now=at).state)


def follow_fields(change: Change, changed: Mapping[str, Any]) -> None:
    """A rule may count from a field, or by the number in one: then its value moves the due date (SLA-2).

    Raises: Invalid, naming the field that says no date, or no number.
    """
    item = change.item
    rule = due_rule(item.due_rule_id) if item.due_rule_id else None
    if rule is None or rule.fields.isdisjoint(changed) or item.state is State.DRAFT:
        return
    said = item.fields.get(rule.base_field or "")
    if rule.base_field in changed and said not in (None, "") and base_of(item, rule) is None:
        raise Invalid.one(f"fields.{rule.base_field}", "wrong_type", "Give a date, like 2026-12-24.")
    number = item.fields.get(rule.amount or "")
    if rule.amount in changed and number not in (None, "") and rule.filled(item.fields) is rule:
        raise Invalid.one(f"fields.{rule.amount}", "wrong_type", "Give a number.")
    recount(change)


def recount(change: Change) -> None:
    """The due date follows what it is counted from; that is told as the system's doing (SLA-15, T-11)."""
    item = change.item
    before, clock = item.due_at, under_rule(item, item.due_rule_id, at=change.at)
    if any(getattr(item, name) != value for name, value in clock.items()):
        data = {"from": plain(before), "to": plain(clock["due_at"]), "by_hand": False}
        change.record("due_changed", data=data, by_system=True, **clock)


def without(item: Item, seqs: tuple[int, int], *, at: datetime) -> dict[str, Any]:
    """The clock had these entries of the item never been made (Z-3, Z-15)."""
    past = history(item, but=seqs)
    return columns_of(fold(rule_of(item), past, now=at, base=base_of(item, rule_of(item))).state)


def later(case: Item, after: str, *, at: datetime) -> datetime | None:
    """So much later, counted as a due date is, by the calendar of the Case's rule where it counts working time."""
    rule = rule_of(case)
    try:
        counted = build_due_rule(
            DueRuleDefinition("after", within=after),
            calendar=rule.calendar if rule else None,
            zone=rule.zone if rule else installation_zone(),
        )
    except Invalid:
        return None  # working time without a calendar
    return step(ClockState(), StateChange(at, State.TO_DO), counted, base=None).due_at
