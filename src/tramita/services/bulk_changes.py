"""What one change of many does to one item, and how it is taken back: by the services of the verbs alone (Z-7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.bulk import TOUCHES, Bulk
from tramita.domain.codes import State
from tramita.domain.errors import Conflict
from tramita.models import Entry, Follow, Item
from tramita.services import editing, following, resolving, tagging, upgrading, waiting, working

FOLLOWS, MUTES = "follows", "mutes"
TAGGING = (Bulk.TAG, Bulk.UNTAG)
WAIT = ("wait_type", "wait_until", "wait_days", "close_if_no_response")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants it, when, and what the change needs."""

    by: Actor
    at: datetime
    to: int = 0
    category: str = ""
    tags: Sequence[str] = ()
    upgrade: Mapping[str, Any] = field(default_factory=dict)


def apply(change: Bulk, item: Item, wanted: Wanted) -> dict[str, Any] | None:
    """How the item stood, with its `seq` afterwards; None when it was so already. Raises what the service raises."""
    if change is Bulk.UPGRADE:
        before = upgrading.upgrade(item, **wanted.upgrade, by=wanted.by, at=wanted.at)
        return before and before | {"seq": item.seq}
    before = standing(item, wanted.by)
    if change in TAGGING:
        before["tags"], before["meant"] = tagging.tags_on(item), list(wanted.tags)
    if SAME[change](item, wanted, before):
        return None
    DO[change](item, wanted)
    return before | {"seq": item.seq}


def take_back(change: Bulk, item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    """Bring the item where it stood. Raises: Conflict, if somebody changed the same thing since."""
    if _changed_since(change, item, before, wanted.by):
        raise Conflict("It was changed since, and is left as it is.", code="changed_since")
    BACK[change](item, before, wanted)


def standing(item: Item, by: Actor) -> dict[str, Any]:
    """What an undo needs to know of an item. Cost: one statement."""
    return {
        "state": item.state.value,
        "assignee_id": item.assignee_id,
        "category": item.process.key if item.process else "",
        "problem": item.problem is not None,
        "tie": _tie(item, by),
        "wait": _wait(item),
    }


def _tie(item: Item, by: Actor) -> str | None:
    """What this person said of following it."""
    muted = Follow.objects.filter(item=item.pk, person=by.id).values_list("muted", flat=True).first()
    return None if muted is None else MUTES if muted else FOLLOWS


def _wait(item: Item) -> dict[str, Any]:
    told = {name: getattr(item, name) for name in WAIT}
    return told | {"wait_until": item.wait_until and item.wait_until.isoformat()}


def _changed_since(change: Bulk, item: Item, before: Mapping[str, Any], by: Actor) -> bool:
    """By what the ledger tells of the columns that the change set; a mail or a note keeps no undo away."""
    if change in (Bulk.FOLLOW, Bulk.UNFOLLOW):
        tie = _tie(item, by)
        return tie != FOLLOWS if change is Bulk.FOLLOW else tie == FOLLOWS
    later = Entry.objects.filter(item=item.pk, seq__gt=before["seq"]).values_list("data", flat=True)
    if change in TAGGING:
        meant = set(before["meant"])
        return any(meant & {*data.get("added", ()), *data.get("removed", ())} for data in later)
    return any(not TOUCHES[change].isdisjoint(data.get("set", ())) for data in later)


def _follows(item: Item, wanted: Wanted, before: Mapping[str, Any]) -> bool:
    """Its assignee and owner do without asking (N-1)."""
    return before["tie"] == FOLLOWS or (before["tie"] is None and wanted.by.id in (item.assignee_id, item.owner_id))


SAME: Mapping[Bulk, Callable[[Item, Wanted, Mapping[str, Any]], bool]] = {
    Bulk.ASSIGN: lambda item, wanted, _: item.assignee_id == wanted.to,
    Bulk.RELEASE: lambda item, _, __: item.state is State.TO_DO and item.assignee_id is None,
    Bulk.START: lambda item, wanted, _: item.state is State.IN_PROGRESS and item.assignee_id == wanted.by.id,
    Bulk.TO_DO: lambda item, _, __: item.state is State.TO_DO,
    Bulk.RESUME: lambda item, _, __: item.state is State.IN_PROGRESS,
    Bulk.REOPEN: lambda _, __, ___: False,
    Bulk.CATEGORY: lambda _, wanted, before: before["category"] == wanted.category,
    Bulk.TAG: lambda _, wanted, before: set(wanted.tags) <= set(before["tags"]),
    Bulk.UNTAG: lambda _, wanted, before: set(wanted.tags).isdisjoint(before["tags"]),
    Bulk.FOLLOW: _follows,
    Bulk.UNFOLLOW: lambda *given: not _follows(*given),
}

DO: Mapping[Bulk, Callable[[Item, Wanted], None]] = {
    Bulk.ASSIGN: lambda item, wanted: working.assign(item, to=wanted.to, by=wanted.by, at=wanted.at),
    Bulk.RELEASE: lambda item, wanted: working.release(item, by=wanted.by, at=wanted.at),
    Bulk.START: lambda item, wanted: working.start(item, by=wanted.by, at=wanted.at),
    Bulk.TO_DO: lambda item, wanted: working.to_do(item, by=wanted.by, at=wanted.at),
    Bulk.RESUME: lambda item, wanted: waiting.resume(item, by=wanted.by, at=wanted.at),
    Bulk.REOPEN: lambda item, wanted: resolving.reopen(item, by=wanted.by, at=wanted.at),
    Bulk.CATEGORY: lambda item, wanted: editing.recategorise(
        item, category=wanted.category, by=wanted.by, at=wanted.at
    ),
    Bulk.TAG: lambda item, wanted: tagging.add(item, tags=wanted.tags, by=wanted.by, at=wanted.at),
    Bulk.UNTAG: lambda item, wanted: tagging.remove(item, tags=wanted.tags, by=wanted.by, at=wanted.at),
    Bulk.FOLLOW: lambda item, wanted: following.follow(item, by=wanted.by, at=wanted.at),
    Bulk.UNFOLLOW: lambda item, wanted: following.unfollow(item, by=wanted.by, at=wanted.at),
}


def _give_back(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    """To who had it, or to its queue. It is To Do there (S-6), but for who takes it back to themselves."""
    holder = before["assignee_id"]
    if holder is None:
        DO[Bulk.RELEASE](item, wanted)
        return
    working.assign(item, to=holder, by=wanted.by, at=wanted.at)
    if before["state"] == State.IN_PROGRESS and holder == wanted.by.id:
        DO[Bulk.START](item, wanted)


def _start_less(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    if before["problem"]:
        raise Conflict("It had a problem, which was settled by it.", code="problem_settled")
    DO[Bulk.RELEASE if before["assignee_id"] is None else Bulk.TO_DO](item, wanted)


def _wait_again(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    """The same wait; days are counted from now."""
    if before["problem"]:
        raise Conflict("It had a problem, which was settled by it.", code="problem_settled")
    type_, until, days, close = (before["wait"][name] for name in WAIT)
    until = until and datetime.fromisoformat(until)
    waiting.wait(item, type=type_, until=until, days=days, close_if_no_response=close, by=wanted.by, at=wanted.at)


def _categorise_back(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    editing.recategorise(item, category=before["category"], by=wanted.by, at=wanted.at)


def _untag(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    """Of what was meant, what was not there before."""
    tagging.remove(item, tags=set(before["meant"]) - set(before["tags"]), by=wanted.by, at=wanted.at)


def _tag_again(item: Item, before: Mapping[str, Any], wanted: Wanted) -> None:
    """Of what was meant, what was there."""
    gone = [one for one in before["tags"] if one in before["meant"]]
    tagging.add(item, tags=gone, by=wanted.by, at=wanted.at)


BACK: Mapping[Bulk, Callable[[Item, Mapping[str, Any], Wanted], None]] = {
    Bulk.ASSIGN: _give_back,
    Bulk.RELEASE: _give_back,
    Bulk.START: _start_less,
    Bulk.TO_DO: lambda item, _, wanted: DO[Bulk.START](item, wanted),
    Bulk.RESUME: _wait_again,
    Bulk.CATEGORY: _categorise_back,
    Bulk.TAG: _untag,
    Bulk.UNTAG: _tag_again,
    Bulk.FOLLOW: lambda item, _, wanted: DO[Bulk.UNFOLLOW](item, wanted),
    Bulk.UNFOLLOW: lambda item, _, wanted: DO[Bulk.FOLLOW](item, wanted),
    Bulk.UPGRADE: lambda item, before, wanted: upgrading.take_back(item, before, by=wanted.by, at=wanted.at),
}
