"""What a due-date rule needs where it is used: a calendar, a schedule, fields of the right type, something above or
below (SLA-2, SLA-3)."""

from collections.abc import Iterator, Mapping

from tramita.domain.definitions import DueRuleDefinition
from tramita.domain.due_rules import PARENT, DueRule
from tramita.domain.errors import Invalid
from tramita.domain.process_definitions import CaseTypeDefinition
from tramita.services.definitions.desk import built
from tramita.services.definitions.keys import Counted, Reading

DATES, NUMBERS = ("date", "datetime"), ("number",)


def check_promises(reading: Reading, rules: Mapping[str, DueRuleDefinition]) -> None:
    """Each rule with its own calendar, or that of every contract that uses it, and what it counts by."""
    for key, by, place in reading.promises:
        if key in rules:
            reading.fault_each(place, [f"“{key}” {why}" for why in _faults(reading, rules, rules[key], by)])


def _faults(
    reading: Reading, rules: Mapping[str, DueRuleDefinition], written: DueRuleDefinition, by: Counted
) -> Iterator[str]:
    if written.calendar is None and by.calendar is None and written.needs_calendar:
        yield "counts working time; name a calendar in the rule or in the contract"
    try:
        rule = built(written)
    except Invalid:
        return  # that is told where the rule stands
    yield from _of_fields(rule, by)
    if rule.base_date:
        yield from _of_schedule(reading, rule.base_date, by)
    if rule.base_above and not by.of_case:
        yield "counts from the Case above, and only Cases and Actions have one"
    if rule.base_sub:
        yield from _of_below(reading, rules, rule.base_sub, by)


def _of_fields(rule: DueRule, by: Counted) -> Iterator[str]:
    for name, types, what in ((rule.base_field, DATES, "a date"), (rule.amount, NUMBERS, "a number")):
        declared = by.fields.get(name or "")
        if declared is not None and declared.type not in types:
            yield f"needs {what} in the field “{name}”, which is declared as {declared.type}"


def _of_schedule(reading: Reading, name: str, by: Counted) -> Iterator[str]:
    if not by.of_case:
        yield "counts from a schedule, and only Cases have one"
    elif by.schedule is None:
        yield "counts from a schedule; name it in the Case type, as “schedule”"
    elif f"{by.schedule}/{name}" not in reading.schedules:
        yield f"counts from the date “{name}”, which no schedule of “{by.schedule}” has"


def _of_below(
    reading: Reading, rules: Mapping[str, DueRuleDefinition], base: tuple[str, str], by: Counted
) -> Iterator[str]:
    """An Action of the Case type; not by its due date, if that is counted from the Case's."""
    name, which = base
    if by.case_type is None:
        yield "counts from what is below a Case, and only Cases have that"
        return
    found = reading.processes.get(by.case_type)
    action = found.actions.get(name) if found else None
    if action is None:
        yield f"counts from the Action “{name}”, which “{by.case_type}” does not have"
        return
    below = (_due_of(reading.processes, action.case_type),) if action.case_type else (action.due, action.review_due)
    for key in below if which == "due" else ():
        if key is not None and key in rules and rules[key].base == f"{PARENT}due":
            yield f"counts from “{name}”, whose “{key}” counts from the Case: a cycle"


def _due_of(processes: Mapping[str, CaseTypeDefinition], path: str) -> str | None:
    found = processes.get(path)
    return found.due if found else None
