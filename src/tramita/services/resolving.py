"""How work ends, and how it comes back: resolve, abort, reopen, close."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, Reason, State
from tramita.models import Entry, Item
from tramita.queries import definitions
from tramita.services import flowing, problems, returning, reviewing
from tramita.services.allocating import queued
from tramita.services.finishing import end_with_case, finish, running_actions
from tramita.services.ledger import Change
from tramita.services.moving import decide, ended, follow, settle, take, taken
from tramita.services.notes import write_note
from tramita.services.sub_cases import end_sub_cases
from tramita.services.submitting import missing, submission
from tramita.services.transactions import one_transaction

COUNTED = ("note_added", "mail_sent")  # what may stand for the resolution


@one_transaction
def resolve(item: Item, *, method: str | None, reason: str = "", note: str = "", by: Actor, at: datetime) -> None:
    """End the work by one of the methods of its kind; `note` is a resolution note.

    Rules: T-24, T-35, T-36, C-43, C-55, A-38 to A-40, R-6 to R-10, R-13, R-20.
    """
    flowing.hold(item)
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
    if row.to is State.TO_DO:
        reviewing.hand_over(change, row)
        change.write()
        return
    finish(change, row, Method(str(method)), reason, {"resolution_seq": seq} if seq else {})
    change.write()
    if method == Method.UNABLE_TO_COMPLETE:
        problems.action_unable(item, reason=reason, by=by, at=at)
    else:
        flowing.ended(item, at=at)


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
    follow(change, row, "reopened", **taken(item, by))
    change.write()
    if item.kind is Kind.CASE:
        flowing.go_on(item, at=at)


def reopen_by_mail(change: Change) -> None:
    """A mail inside the feedback window; the caller writes the change. Rules: T-44, C-57, M-9, Q-9."""
    row = decide(change.item, "reopen", by=SYSTEM, at=change.at)
    back = returning.reopened(change.item, at=change.at)
    follow(change, row, "reopened", data=back.data, **back.columns)


@one_transaction
def abort(item: Item, *, confirmed: bool = True, sub_cases: bool = True, by: Actor, at: datetime) -> None:
    """End a Case for good, its running Actions with it, and its Sub-Cases by choice. Rules: C-56, C-60, A-43, CG-15."""
    flowing.hold(item)
    row = decide(item, "abort", by=by, at=at, confirmed=confirmed)
    change = Change(item, by, at)
    settle(change)
    columns = ended(item, Method.ABORTED, by=by, at=at)
    follow(change, row, "aborted", data={"method": Method.ABORTED.value}, **columns, closed_at=at)
    change.write()
    for action in running_actions(item):
        end_with_case(action, because="case_aborted", reason=Reason.BY_SYSTEM, by=by, at=at)
    if sub_cases:
        end_sub_cases(item, at=at)
    flowing.ended(item, at=at)


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
