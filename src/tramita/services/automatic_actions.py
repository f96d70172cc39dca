"""Actions that the system does, or waits in: mails, dates, Sub-Cases (A-51, A-52, A-54, W-2, W-6).

What it cannot do is left To Do for a person, with the reason: nothing stays behind because a machine failed.
"""

from datetime import UTC, datetime
from typing import Any

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Method, Reason, State, WaitType
from tramita.domain.conditions import lookup
from tramita.domain.definitions import ActionDefinition, DueRuleDefinition
from tramita.domain.due_dates import ClockState, StateChange, advance
from tramita.domain.due_rules import build_due_rule
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries.due_rules import installation_zone
from tramita.queries.facts import action_of
from tramita.queries.flow import open_sub_case
from tramita.services import automatic_mails, clockwork
from tramita.services.finishing import finish
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow

AUTOMATIC = frozenset({"send_mail", "send_mail_and_wait", "wait_until", "wait_for_sub_case"})


def run(action: Item, case: Item, definition: ActionDefinition, *, at: datetime) -> None:
    """Do what a new Action is there for; it ends, waits, or is left to a person. Only of kinds in `AUTOMATIC`."""
    if action.state is not State.TO_DO:
        return  # there was nothing to wait for
    change = Change(action, SYSTEM, at)
    _RUN[definition.kind](change, case, definition)
    if change.lines:
        change.write()


def complete(action: Item, *, at: datetime) -> None:
    """It has done its work (A-51); for a Sub-Case that is its start (A-53)."""
    change = Change(action, SYSTEM, at)
    _complete(change)
    change.write()


def waits_until(item: Item) -> bool:
    """Whether it ends by itself when its date is reached, instead of coming back to a person."""
    definition = action_of(item)
    return definition is not None and definition.kind == "wait_until"


def awaited(case: Item, *, cancelled: bool, at: datetime) -> None:
    """The Actions that wait for Sub-Cases of this Case, when the last of these has ended.

    They complete; after a cancelled one a person decides. Rules: A-44, C-24.
    """
    waiting = Item.objects.filter(parent=case, kind=Kind.ACTION.number, wait_type=WaitType.SUB_CASE)
    for action in waiting.order_by("ordinal"):
        change = Change(action, SYSTEM, at)
        if cancelled:
            follow(change, decide(action, "fail", by=SYSTEM, at=at), "woken", assignee_id=None)
            change.lines[-1].reason = Reason.SUB_CASE_CANCELLED
            change.lines[-1].data["reason"] = int(Reason.SUB_CASE_CANCELLED)
        else:
            row = decide(action, "complete_children", by=SYSTEM, at=at)
            finish(change, row, Method.COMPLETE, "", {})
        change.write()


def _complete(change: Change) -> None:
    row = decide(change.item, "complete", by=SYSTEM, at=change.at)
    finish(change, row, Method.COMPLETE, "", {})


def _send(change: Change, case: Item, definition: ActionDefinition) -> None:
    """A templated mail, then it is complete (A-51). Without words a person writes it."""
    if definition.template and _sent(change, definition):
        _complete(change)


def _send_and_wait(change: Change, case: Item, definition: ActionDefinition) -> None:
    """The same, then it waits for the answer, which brings it to a person (A-52, A-35)."""
    if definition.template and _sent(change, definition):
        _wait(change, WaitType.MORE_INFORMATION)


def _sent(change: Change, definition: ActionDefinition) -> bool:
    why = automatic_mails.send_words(change, definition.template, to=definition.to or "primary", at=change.at)
    if why is None:
        return True
    row = decide(change.item, "fail", by=SYSTEM, at=change.at)
    follow(change, row, "action_failed", data={"why": why})
    return False


def _until(change: Change, case: Item, definition: ActionDefinition) -> None:
    """Until a date, or some time from now; a date that is over ends it at once (W-2)."""
    moment = _moment(case, definition, at=change.at)
    if moment is None:
        row = decide(change.item, "fail", by=SYSTEM, at=change.at)
        follow(change, row, "action_failed", data={"why": "no_date"})
        change.lines[-1].reason = Reason.RULE_BLOCKED
        change.lines[-1].data["reason"] = int(Reason.RULE_BLOCKED)
    elif moment <= change.at:
        _complete(change)
    else:
        _wait(change, WaitType.UNTIL, until=moment)
        change.set_timer("wake", moment)


def _for_sub_case(change: Change, case: Item, definition: ActionDefinition) -> None:
    """W-6; where there is nothing to wait for, a person decides (A-45)."""
    if open_sub_case(case.pk):
        _wait(change, WaitType.SUB_CASE)


def _wait(change: Change, wait_type: WaitType, *, until: datetime | None = None) -> None:
    row = decide(change.item, "wait", by=SYSTEM, at=change.at, wait_type=wait_type, until=until)
    columns: dict[str, Any] = {"wait_type": wait_type, "wait_since": change.at, "wait_until": until}
    follow(change, row, "waited", data={"wait_type": wait_type.value, "days": None}, **columns)


def _moment(case: Item, definition: ActionDefinition, *, at: datetime) -> datetime | None:
    if definition.after:
        return _later(case, definition.after, at=at)
    written = definition.date or ""
    value = lookup({"fields": case.fields}, written) if written.startswith("fields.") else written
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=installation_zone())
    return moment.astimezone(UTC)


def _later(case: Item, after: str, *, at: datetime) -> datetime | None:
    """Counted as a due date is, by the calendar of the Case's rule where it counts working time."""
    rule = clockwork.rule_of(case)
    try:
        counted = build_due_rule(
            DueRuleDefinition("after", within=after),
            calendar=rule.calendar if rule else None,
            zone=rule.zone if rule else installation_zone(),
        )
    except Invalid:
        return None  # working time without a calendar
    return advance(ClockState(), StateChange(at, State.TO_DO), counted, base=None).due_at


_RUN = {
    "send_mail": _send,
    "send_mail_and_wait": _send_and_wait,
    "wait_until": _until,
    "wait_for_sub_case": _for_sub_case,
}
