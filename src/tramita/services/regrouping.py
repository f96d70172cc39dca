"""How an item stood before it was merged, split or converted, and how it is brought back (Z-3, decision 59).

An undo adds to the ledger and takes nothing from it. It sets back the columns that were changed, each unless it was
changed again since; what the clock did meanwhile counts as if it had not been.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from tramita.domain.codes import ApprovalState, Reason
from tramita.models import Approval, Consent, Delivery, Entry, Item, Regrouping, Timer
from tramita.models.fields import NumberField, WordField
from tramita.services import clockwork, refitting
from tramita.services.ledger import ATTNAMES, OWN, WORDS, Change, plain, stale

CLOCK = frozenset({"due_at", "clock", "seconds_left"})
MOVES_CLOCK = CLOCK | {"due_rule_id"}
DOTS = frozenset({"highlighted", "new_information"})
NEWS = frozenset({"mail_received", "mail_moved_here"})  # what brings a dot whether there was one or not
KEPT = [name for name in ATTNAMES if name not in OWN | WORDS]


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as it was before."""

    item: Item
    columns: Mapping[str, Any]
    timers: Mapping[str, list[Any]]
    unsent: list[int]  # mails that ask for a decision and have not left yet
    seq: int


def hold(*items: Item, besides: Iterable[int | None] = ()) -> None:
    """Nobody else changes these, and those with the ids besides, until the end of the transaction.

    Always in the same order, so that no two wait for each other. Raises: StaleVersion, when somebody was faster.
    """
    read = {one.pk: one.version for one in items}
    ids = sorted({*read, *(one for one in besides if one is not None)})
    rows = Item.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    held = dict(rows.values_list("pk", "version"))
    for pk, version in read.items():
        if held.get(pk) != version:
            raise stale(pk, version)


def standing(item: Item) -> Standing:
    """As it is now. Cost: two statements, three with an approval that awaits its decision."""
    unsent: list[int] = []
    if item.approval_id is not None:
        rows = Delivery.objects.filter(message__approval_token__approval=item.approval_id, state=Delivery.State.PENDING)
        unsent = list(rows.values_list("pk", flat=True))
    return Standing(item, {name: plain(getattr(item, name)) for name in KEPT}, _timers(item), unsent, item.seq)


def changed(was: Standing) -> dict[str, Any]:
    """What was done to it since, as an undo needs it."""
    item = was.item
    timers = _timers(item)
    return {
        "seqs": [was.seq + 1, item.seq],
        "columns": {name: one for name, one in was.columns.items() if plain(getattr(item, name)) != one},
        "timers": {name: one for name, one in was.timers.items() if timers.get(name) != one},
        "unsent": was.unsent,
    }


def _timers(item: Item) -> dict[str, list[Any]]:
    rows = Timer.objects.filter(item=item).values_list("purpose", "due_at", "payload")
    return {purpose: [due_at.isoformat(), payload] for purpose, due_at, payload in rows}


def bring_back(change: Change, row: Regrouping, told: Mapping[str, Any], with_: Iterable[Item], **columns: Any) -> None:
    """Set the item back to how it stood, in a change that the caller writes. `columns` are set besides."""
    item, (first, last) = change.item, told["seqs"]
    since = happened_since(item, last)
    touched = {name for _, data, words in since for side in (data, words) for name in side.get("set", ())}
    if any(type_ in NEWS for type_, _, _ in since):
        touched |= DOTS
    back = {name: typed(name, one) for name, one in told["columns"].items() if name not in touched}
    if CLOCK & told["columns"].keys() and MOVES_CLOCK & touched:
        back |= clockwork.without(item, (first, last), at=change.at)
    came_from = item.state
    state = back.get("state", came_from)
    moved = {"from": came_from.value, "to": state.value} if state is not came_from else {}
    data = {"what": row.what, "items": [one.reference for one in with_], **moved, "reason": int(Reason.UNDONE)}
    data["undoes"] = [first, last]
    if "state" in back or CLOCK & back.keys():
        data["forgets"] = [first, last]
    change.record("undone", reason=Reason.UNDONE, data=data, **back | columns)
    for purpose, (due_at, payload) in told["timers"].items():
        change.set_timer(purpose, datetime.fromisoformat(due_at), **payload)
    refitting.follow_up(change)  # whoever had it may have left meanwhile
    if approval := back.get("approval_id"):
        change.beside.append(lambda: _ask_again(approval, told["unsent"]))


def happened_since(item: Item, seq: int) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Type, data and words of the entries since, without what was undone and the undo of it: it never was."""
    rows = Entry.objects.filter(item=item, seq__gt=seq).order_by("seq").values_list("seq", "type", "data", "words")
    told = list(rows)
    undone = [data["undoes"] for _, type_, data, _ in told if type_ == "undone"]
    return [
        (type_, data, words)
        for number, type_, data, words in told
        if type_ != "undone" and not any(first <= number <= last for first, last in undone)
    ]


def _ask_again(approval: int, unsent: list[int]) -> None:
    """A request that ended with its Ticket awaits its decision again, of whom it had been awaited (AP-13, Z-16)."""
    rows = Approval.objects.filter(pk=approval, state=ApprovalState.EXPIRED)
    ended = rows.values("decided_at")
    asked = Consent.objects.filter(approval=approval, state=ApprovalState.EXPIRED, decided_at__in=ended)
    asked.update(state=ApprovalState.AWAITING, decided_at=None)
    rows.update(state=ApprovalState.AWAITING, decided_by=None, decided_at=None, reason="")
    cancelled = Delivery.objects.filter(pk__in=unsent, state=Delivery.State.CANCELLED)
    cancelled.update(state=Delivery.State.PENDING)


def typed(name: str, value: Any) -> Any:
    """The value of a column from its JSON."""
    column = ATTNAMES[name]
    if value is None:
        return None
    if isinstance(column, NumberField | WordField) and column.words is not None:
        return column.words(value)
    return datetime.fromisoformat(value) if isinstance(column, models.DateTimeField) else value
