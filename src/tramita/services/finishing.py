"""The last step of any work: resolved with its window, or closed at once."""

from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, Reason, State
from tramita.domain.resolution import opens_window
from tramita.models import Item
from tramita.services import clockwork
from tramita.services.ledger import Change
from tramita.services.moving import decide, ended, follow, left_team, settle, step


def finish(change: Change, row: Any, method: Method, reason: str, data: dict[str, Any]) -> None:
    """Follow a row that ends the work, open the feedback window or close at once (R-13, R-18, A-25)."""
    item, at = change.item, change.at
    settle(change)
    columns = ended(item, method, by=change.by, at=at, reason=reason)
    data = {"method": method.value, **data}
    if row.to is State.CLOSED:
        if row.through is None:
            follow(change, row, "closed", data=data, **columns, closed_at=at)
            return
        step(change, row, row.through, "resolved", data=data, **columns)
        step(change, row, State.CLOSED, "closed", data=data, closed_at=at)
        return
    ends = clockwork.window_end(item, at) if opens_window(method) else None
    follow(change, row, "resolved", data=data, **columns, window_ends_at=ends, **left_team(item, change.by))
    if ends is not None:
        change.set_timer("close", ends)
    else:
        _close_at_once(change)


def _close_at_once(change: Change) -> None:
    """No window is configured: Resolved is passed through (R-13, T-47)."""
    row = decide(change.item, "close", by=SYSTEM, at=change.at)
    follow(change, row, "closed", closed_at=change.at)


def running_actions(case: Item) -> list[Item]:
    """The Actions of this Case that have not ended."""
    children = Item.objects.filter(parent=case, kind=Kind.ACTION.number).exclude(state=State.CLOSED.number)
    return list(children.order_by("ordinal"))


def end_with_case(action: Item, *, because: str, reason: Reason, by: Actor, at: datetime) -> None:
    """An Action ends because its Case is aborted or reworked (A-43)."""
    row = decide(action, "close", by=SYSTEM, at=at)
    change = Change(action, by, at)
    follow(change, row, "closed", data={"because": because, "reason": int(reason)}, closed_at=at)
    change.lines[-1].reason = reason
    change.write()
