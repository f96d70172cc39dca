"""Actions that the system does, or waits in: mails, dates, Sub-Cases, approvals, calls (A-51 to A-56, W-2, W-6).

What it cannot do is left To Do for a person, with the reason: nothing stays behind because a machine failed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Method, Reason, State, WaitType
from tramita.domain.conditions import lookup
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries.due_rules import installation_zone
from tramita.queries.facts import action_of
from tramita.queries.flow import open_sub_case
from tramita.services import automatic_mails, call_orders, clockwork, consent_asking, returning
from tramita.services.finishing import finish
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow

AUTOMATIC = frozenset({"send_mail", "send_mail_and_wait", "wait_until", "wait_for_sub_case", "approval", "call_api"})


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


def follow_dates(case: Item, before: Mapping[str, Any], *, at: datetime) -> list[Item]:
    """Actions that wait for the date in a field of their Case wait for what it says now; those that are over (W-2).

    `before`: the fields as they were. Where a person had them wait for something else they do. The group must be held.
    Cost: a statement, and what each that moves costs.
    """
    over = []
    waiting = Item.objects.filter(parent=case, kind=Kind.ACTION.number, wait_type=WaitType.UNTIL)
    for action in waiting.order_by("ordinal"):
        definition = action_of(action)
        if definition is None or definition.kind != "wait_until" or not (definition.date or "").startswith("fields."):
            continue
        moment = _said(definition, case.fields)
        if moment == action.wait_until or _said(definition, before) != action.wait_until:
            continue
        change = Change(action, SYSTEM, at)
        if moment is None:
            _left(change, "no_date")
        elif moment <= at:
            _complete(change)
            over.append(action)
        else:
            change.record("wait_moved", data={"until": moment.isoformat()}, wait_until=moment)
            change.set_timer("wake", moment)
        change.write()
    return over


def awaited(case: Item, *, cancelled: bool, at: datetime) -> None:
    """The Actions that wait for Sub-Cases of this Case, when the last of these has ended.

    They complete; after a cancelled one a person decides. Rules: A-44, C-24.
    """
    waiting = Item.objects.filter(parent=case, kind=Kind.ACTION.number, wait_type=WaitType.SUB_CASE)
    for action in waiting.order_by("ordinal"):
        change = Change(action, SYSTEM, at)
        if cancelled:
            back = returning.woken(action, at=at)
            follow(change, decide(action, "fail", by=SYSTEM, at=at), "woken", data=back.data, **back.columns)
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
        _left(change, "no_date")
    elif moment <= change.at:
        _complete(change)
    else:
        _wait(change, WaitType.UNTIL, until=moment)
        change.set_timer("wake", moment)


def _for_sub_case(change: Change, case: Item, definition: ActionDefinition) -> None:
    """W-6; where there is nothing to wait for, a person decides (A-45)."""
    if open_sub_case(case.pk):
        _wait(change, WaitType.SUB_CASE)


def _ask(change: Change, case: Item, definition: ActionDefinition) -> None:
    """Its approvers are asked; without enough of them a person gets it, with their names (EA-1, EA-3, EA-5)."""
    levels = consent_asking.found(case, definition)
    ends = clockwork.later(case, definition.timeout, at=change.at) if definition.timeout else None
    if not levels or not all(one.enough for one in levels):
        missing = ", ".join(dict.fromkeys(name for level in levels for name in level.missing))
        why = "too_few_approvers" if any(one.people for one in levels) else "no_approvers"
        _left(change, why, words={"names": missing} if missing else {})
    elif definition.timeout and ends is None:
        _left(change, "no_date")
    else:
        _wait(change, WaitType.MORE_INFORMATION)
        consent_asking.ask(change, case, levels, ends=ends)


def _call(change: Change, case: Item, definition: ActionDefinition) -> None:
    """Another system is called after the commit, and it waits for the answer (A-55)."""
    _wait(change, WaitType.MORE_INFORMATION)
    call_orders.order_call(change)


def _left(change: Change, why: str, *, words: dict[str, str] | None = None) -> None:
    """What is configured does not say enough: a person gets it."""
    row = decide(change.item, "fail", by=SYSTEM, at=change.at)
    back = returning.woken(change.item, at=change.at)
    follow(change, row, "action_failed", data={"why": why}, words=words, **back.columns)
    change.lines[-1].reason = Reason.RULE_BLOCKED
    change.lines[-1].data["reason"] = int(Reason.RULE_BLOCKED)


def _wait(change: Change, wait_type: WaitType, *, until: datetime | None = None) -> None:
    row = decide(change.item, "wait", by=SYSTEM, at=change.at, wait_type=wait_type, until=until)
    columns: dict[str, Any] = {"wait_type": wait_type, "wait_since": change.at, "wait_until": until}
    follow(change, row, "waited", data={"wait_type": wait_type.value, "days": None}, **columns)


def _moment(case: Item, definition: ActionDefinition, *, at: datetime) -> datetime | None:
    if definition.after:
        return clockwork.later(case, definition.after, at=at)
    return _said(definition, case.fields)


def _said(definition: ActionDefinition, fields: Mapping[str, Any]) -> datetime | None:
    """The moment that is written, or stands in the field that is named."""
    written = definition.date or ""
    value = lookup({"fields": fields}, written) if written.startswith("fields.") else written
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=installation_zone())
    return moment.astimezone(UTC)


_RUN = {
    "send_mail": _send,
    "send_mail_and_wait": _send_and_wait,
    "wait_until": _until,
    "wait_for_sub_case": _for_sub_case,
    "approval": _ask,
    "call_api": _call,
}
