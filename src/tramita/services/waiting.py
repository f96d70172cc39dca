"""Waits: begun by people, ended by mail, by time or by hand (SPEC section 6)."""

from datetime import datetime

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, Method, State, WaitType
from tramita.domain.lifecycle import Row
from tramita.models import Item
from tramita.services import automatic_actions, automatic_mails, clockwork, flowing, returning
from tramita.services.finishing import finish
from tramita.services.ledger import Change
from tramita.services.moving import NO_PROBLEM, decide, ended, follow, left_team, settle, take
from tramita.services.transactions import one_transaction


@one_transaction
def wait(
    item: Item,
    *,
    type: str | None,  # noqa: A002 - the field of the interface
    until: datetime | None = None,
    days: int | None = None,
    close_if_no_response: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Interrupt the work. Rules: T-30, T-31, C-48 to C-50, A-33, A-34, A-45, W-9 to W-14."""
    flowing.hold(item)
    given = {"wait_type": type, "until": until, "days": days, "close_if_no_response": close_if_no_response}
    row = decide(item, "wait", by=by, at=at, **given)  # before it is taken: a wrong input starts nothing
    change = Change(item, by, at)
    if take(change):
        row = decide(item, "wait", by=by, at=at, **given)
    settle(change)
    if row.to is State.CLOSED:  # nothing to wait for
        finish(change, row, Method.COMPLETE, "", {})
        change.write()
        flowing.ended(item, at=at)
        return
    settled = NO_PROBLEM if type == WaitType.PAUSE else {}  # C-22(2): of the waits only this one settles it
    columns = {
        "wait_type": WaitType(str(type)),
        "wait_since": at,
        "wait_until": until,
        "wait_days": days,
        "close_if_no_response": close_if_no_response,
    }
    follow(change, row, "waited", data={"wait_type": type, "days": days}, **columns, **settled, **left_team(item, by))
    if until is not None:
        change.set_timer("wake", until)
    if days is not None:
        change.set_timer("time_out", clockwork.days_later(item, at, days))
    change.write()
    if item.kind is Kind.CASE:
        flowing.go_on(item, at=at)  # another wait may have ended a Pause


@one_transaction
def resume(item: Item, *, by: Actor, at: datetime) -> None:
    """End the wait by hand: In Progress is chosen again. Rules: S-10, T-34, C-53, A-37."""
    flowing.hold(item)
    row = decide(item, "resume", by=by, at=at)
    change = Change(item, by, at)
    settle(change)
    follow(change, row, "resumed", **returning.taken_up(item, by), **(NO_PROBLEM if item.problem else {}))
    change.write()
    if item.kind is Kind.CASE:
        flowing.go_on(item, at=at)


@one_transaction
def date_reached(item: Item, *, at: datetime) -> None:
    """The moment of a wait until has come. Rules: T-41, C-52, A-36, L-5."""
    change = Change(item, SYSTEM, at)
    flowing.hold(item)
    row = decide(item, "date_reached", by=SYSTEM, at=at)
    if automatic_actions.waits_until(item):
        automatic_actions.complete(item, at=at)
        flowing.ended(item, at=at)
        return
    _woken(change, row)
    change.write()


@one_transaction
def time_out(item: Item, *, at: datetime) -> None:
    """The days of a wait passed without an answer: it comes back, or closes, and a mail says so.

    Rules: T-39, T-40, CG-7, M-19b.
    """
    row = decide(item, "time_out", by=SYSTEM, at=at)
    change = Change(item, SYSTEM, at)
    if row.to is State.CLOSED:
        columns = ended(item, Method.NO_RESPONSE, by=SYSTEM, at=at)
        follow(change, row, "closed", data={"method": Method.NO_RESPONSE.value}, **columns, closed_at=at)
    else:
        _woken(change, row)
    automatic_mails.tell(change, "no_response_closed" if row.to is State.CLOSED else "no_response", at=at)
    change.write()


def wake_by_mail(change: Change) -> None:
    """A mail ends a wait for more information; the caller writes the change. Rules: T-38, C-51, A-35, M-8."""
    _woken(change, decide(change.item, "wake", by=SYSTEM, at=change.at))


def wake_by_bounce(change: Change) -> None:
    """What was asked never arrived: nobody will answer; the caller writes the change. Rules: MAIL-96."""
    _woken(change, decide(change.item, "bounce", by=SYSTEM, at=change.at))


def _woken(change: Change, row: Row) -> None:
    """It stays with its assignee if that is still right, else it goes where its rule says (CG-6, L-10, Z-1)."""
    back = returning.woken(change.item, at=change.at)
    follow(change, row, "woken", data=back.data, **back.columns)
