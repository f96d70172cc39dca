"""How work ends, and how it comes back: resolve, abort, reopen, close."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, State
from tramita.domain.resolution import opens_window
from tramita.models import Entry, Item
from tramita.queries import definitions
from tramita.services import clockwork, problems
from tramita.services.allocating import queued, returning_to
from tramita.services.ledger import Change
from tramita.services.moving import decide, ended, follow, left_team, settle, step, take
from tramita.services.notes import write_note
from tramita.services.submitting import missing, submission
from tramita.services.transactions import one_transaction

COUNTED = ("note_added", "mail_sent")  # what may stand for the resolution


@one_transaction
def resolve(item: Item, *, method: str | None, reason: str = "", note: str = "", by: Actor, at: datetime) -> None:
    """End the work by one of the methods of its kind; `note` is a resolution note.

    Rules: T-24, T-35, T-36, C-43, C-55, A-38, A-39, R-6 to R-10, R-13, R-20.
    """
    seq = None if note.strip() else resolution_seq(item, by)
    given = _given(item, method, reason, note, seq)
    row = decide(item, "resolve", by=by, at=at, **given)
    change = Change(item, by, at)
    if item.state is State.DRAFT:
        submission(change)
        change.record("allocated", **queued(item))
    elif take(change):
        row = decide(item, "resolve", by=by, at=at, **given)
    if note.strip():
        seq = write_note(change, note, resolution=True)
    finish(change, row, Method(str(method)), reason, {"resolution_seq": seq} if seq else {})
    change.write()
    if method == Method.UNABLE_TO_COMPLETE:
        problems.action_unable(item, reason=reason, by=by, at=at)


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


@one_transaction
def window_passed(item: Item, *, at: datetime) -> None:
    """Nobody disputed the resolution in time. Rules: T-47, C-58, R-14."""
    row = decide(item, "close", by=SYSTEM, at=at)
    change = Change(item, SYSTEM, at)
    follow(change, row, "closed", closed_at=at)
    change.write()


@one_transaction
def reopen(item: Item, *, by: Actor, at: datetime) -> None:
    """Take a resolved item up again, inside its window. Rules: T-46, C-57, R-17, R-20."""
    row = decide(item, "reopen", by=by, at=at)
    change = Change(item, by, at)
    settle(change)
    follow(change, row, "reopened", assignee_id=by.id, last_assignee_id=by.id)
    change.write()


def reopen_by_mail(change: Change) -> None:
    """A mail inside the feedback window; the caller writes the change. Rules: T-44, C-57, M-9, Q-9."""
    row = decide(change.item, "reopen", by=SYSTEM, at=change.at)
    follow(change, row, "reopened", **returning_to(change.item))


@one_transaction
def abort(item: Item, *, confirmed: bool = True, by: Actor, at: datetime) -> None:
    """End a Case for good, its running Actions with it. Rules: C-56, C-60, A-43."""
    row = decide(item, "abort", by=by, at=at, confirmed=confirmed)
    change = Change(item, by, at)
    settle(change)
    columns = ended(item, Method.ABORTED, by=by, at=at)
    follow(change, row, "aborted", data={"method": Method.ABORTED.value}, **columns, closed_at=at)
    change.write()
    for action in running_actions(item):
        _end_with_case(action, by=by, at=at)


def running_actions(case: Item) -> list[Item]:
    """The Actions of this Case that have not ended."""
    children = Item.objects.filter(parent=case, kind=Kind.ACTION.number).exclude(state=State.CLOSED.number)
    return list(children.order_by("ordinal"))


def _end_with_case(action: Item, *, by: Actor, at: datetime) -> None:
    row = decide(action, "close", by=SYSTEM, at=at)
    change = Change(action, by, at)
    follow(change, row, "closed", data={"because": "case_aborted"}, closed_at=at)
    change.write()


def resolution_seq(item: Item, by: Actor) -> int | None:
    """The entry that counts as the resolution: a mail or note by the same person, newer than they last picked
    the item up (CG-24, R-9). A mail that was taken back was never said."""
    theirs = Q(actor=by.id) | Q(type="mail_cancelled")
    entries = Entry.objects.filter(theirs, item=item).order_by("-seq").values_list("seq", "type", "data")
    taken_back = set()
    for seq, kind, data in entries[:100]:
        if kind == "mail_cancelled":
            taken_back.add(data.get("message"))
        elif kind in COUNTED and not data.get("automatic") and data.get("message", 0) not in taken_back:
            return int(seq)
        if data.get("to") in (State.IN_PROGRESS.value, State.TO_DO.value) and kind not in ("created", "submitted"):
            return None
    return None


def _given(item: Item, method: str | None, reason: str, note: str, seq: int | None) -> dict[str, Any]:
    note_required = item.kind is Kind.TICKET and definitions.settings().resolution_note_required
    return {
        "method": method,
        "reason": reason,
        "note_required": note_required,
        "note_given": bool(note.strip()) or seq is not None,
        "open_checklist": tuple(text for text, done in item.checklist if not done),
        "missing": missing(item) if item.state is State.DRAFT else (),
    }
