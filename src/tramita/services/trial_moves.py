"""What whoever tries a process can do in a test run: each move is a call of the service that does it live (BU-5)."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import ApprovalState, Kind, Method, State, WaitType
from tramita.domain.errors import Conflict, Invalid
from tramita.domain.robots import METHODS
from tramita.gateways.calling import Answer
from tramita.models import Consent, Item, Timer
from tramita.queries.facts import action_of, allowed
from tramita.queries.people import actor_by_id
from tramita.services import (
    approvals,
    calling,
    editing,
    firing,
    flowing,
    resolving,
    reviewing,
    reworking,
    starting,
    waiting,
    working,
)
from tramita.services.claiming import Claimed
from tramita.services.fitting import valid_target
from tramita.services.ledger import Change
from tramita.services.waiting import wake_by_mail

LONGEST = 366  # days that pass at once
DAYS_ASKED = 5  # for an answer
SAID = "Test"  # where a reason is asked for
Offer = tuple[str, str]  # a move, and whose it is


@dataclass(frozen=True, slots=True)
class Cast:
    """Who works, and who looks at it again (A-50)."""

    doer: Actor
    reviewer: Actor
    robots: Mapping[str, Actor] = field(default_factory=dict)  # those that take part, by name (B-1)


def group(case: Item) -> list[Item]:
    """The item and what came of it, in the order in which it began: an item's place is its name in a move."""
    return list(Item.objects.filter(Q(pk=case.pk) | Q(related_to=case.pk)).order_by("id"))


def make(case: Item, move: Mapping[str, Any], cast: Cast, *, at: datetime) -> datetime:
    """Do it; how late it is then. Raises: what the service refuses; Invalid, for no move at all."""
    does, value = str(move.get("do")), move.get("value")
    if does == "later":
        return _time_passes(case, value, at=at)
    items, place = group(case), move.get("item", 0)
    if not isinstance(place, int) or not 0 <= place < len(items):
        raise Conflict("There is no such item in this test run.", code="no_item")
    verb, _at, robot = does.partition("@")
    if verb in OF_ROBOTS and robot in cast.robots:
        OF_ROBOTS[verb](items[place], cast.robots[robot], at)
    elif does in MOVES:
        MOVES[does](items[place], cast, at)
    elif does in WITH_VALUE:
        WITH_VALUE[does](items[0], value, cast, at)
    else:
        raise Invalid.one("do", "unknown", "There is no such move.")
    return at


def offers(item: Item, cast: Cast, *, at: datetime) -> Sequence[Offer]:
    """The moves of this item now, in the order of a person's wishes."""
    if item.kind is Kind.CASE:
        return _of_case(item, cast, at)
    if item.state is State.CLOSED:
        return ()
    if item.kind is Kind.TICKET:
        return (*_of_ticket(item, cast, at), *_of_robots(item, cast))
    if item.first_resolved_at is not None:
        return (("pass", ""), ("fail", ""))
    by_hand = (("complete", ""), ("unable", ""))
    return (*_of_wait(item), *by_hand) if item.state is State.WAITING else (*by_hand, *_of_robots(item, cast))


def _of_case(case: Item, cast: Cast, at: datetime) -> Sequence[Offer]:
    verbs = allowed(case, cast.doer, at)
    if "next-step" in verbs:
        return (("next_step", ""),)
    if case.problem:
        return (("go_on", ""),)
    return (("resolve", ""),) if "resolve" in verbs else ()


def _of_ticket(ticket: Item, cast: Cast, at: datetime) -> Sequence[Offer]:
    verbs = allowed(ticket, cast.doer, at)
    waits = ticket.wait_type is WaitType.MORE_INFORMATION or "reopen" in verbs
    found = [("mail_answers", "")] if waits else []
    by_verb = {"submit": "submit", "resolve": "resolve", "wait": "ask"}
    return [*found, *((move, "") for verb, move in by_verb.items() if verb in verbs)]


def _of_robots(item: Item, cast: Cast) -> Sequence[Offer]:
    """What the robots do that it was given to, or that work its queue (B-1, B-3)."""
    if item.state is not State.TO_DO:
        return ()
    theirs = [
        name
        for name, robot in cast.robots.items()
        if (item.assignee_id == robot.id or (item.assignee_id is None and item.queue_id in robot.queue_ids))
        and valid_target(item, name)
    ]
    return [(f"{verb}@{name}", name) for name in theirs for verb in OF_ROBOTS]


def _of_wait(item: Item) -> Sequence[Offer]:
    definition = action_of(item)
    kind = definition.kind if definition else ""
    if kind == "approval":
        person = _asked(item).person.name
        return (("approve", person), ("reject", person))
    if kind == "call_api":
        return (("answers", ""), ("refuses", ""))
    return (("mail_answers", ""),) if item.wait_type is WaitType.MORE_INFORMATION else ()


def _asked(item: Item) -> Consent:
    """Whose turn it is on the lowest level that still waits (EA-2)."""
    waiting = Consent.objects.filter(approval=item.approval_id, state=ApprovalState.AWAITING)
    found = waiting.select_related("person").order_by("level", "id").first()
    if found is None:
        raise Conflict("Nobody is asked for a decision.", code="nobody_asked")
    return found


def _tick(item: Item, by: Actor, at: datetime) -> None:
    if still_open := {text: True for text, done in item.checklist if not done}:
        editing.edit(item, changes={"checklist": still_open}, by=by, at=at)


def _complete(item: Item, cast: Cast, at: datetime) -> None:
    _tick(item, cast.doer, at)
    resolving.resolve(item, method=Method.COMPLETE, by=cast.doer, at=at)


def _unable(item: Item, cast: Cast, at: datetime) -> None:
    resolving.resolve(item, method=Method.UNABLE_TO_COMPLETE, reason=SAID, by=cast.doer, at=at)


def _review(*, passed: bool) -> Callable[[Item, Cast, datetime], None]:
    def review(item: Item, cast: Cast, at: datetime) -> None:
        _tick(item, cast.reviewer, at)
        reviewing.review(item, passed=passed, reason=SAID, by=cast.reviewer, at=at)

    return review


def _decide(verb: Callable[..., object]) -> Callable[[Item, Cast, datetime], None]:
    def decide(item: Item, cast: Cast, at: datetime) -> None:
        consent = _asked(item)
        verb(consent.approval_id, reason=SAID, by=actor_by_id(consent.person_id), at=at)

    return decide


def _answers(item: Item, cast: Cast, at: datetime) -> None:
    """With a value at each place that `store` names."""
    definition, said = action_of(item), dict[str, Any]()
    for place in definition.store.values() if definition else ():
        *above, last = place.split(".")
        here = said
        for part in above:
            here = here.setdefault(part, {})
        here[last] = "1"
    calling.answer_instead(item, Answer(200, json.dumps(said)), at=at)


def _refuses(item: Item, cast: Cast, at: datetime) -> None:
    calling.answer_instead(item, Answer(400, SAID), at=at)


def _mail_answers(item: Item, cast: Cast, at: datetime) -> None:
    """As an answer of the requester would, or their answer to the resolution (A-35, T-38, T-44)."""
    change = Change(item, SYSTEM, at)
    if item.state is State.RESOLVED:
        resolving.reopen_by_mail(change)
    else:
        wake_by_mail(change)
    change.write()


def _resolve(item: Item, cast: Cast, at: datetime) -> None:
    _end(item, by=cast.doer, at=at)


def _end(item: Item, *, by: Actor, at: datetime) -> None:
    note = SAID if item.kind is Kind.TICKET else ""
    resolving.resolve(item, method=METHODS[item.kind], note=note, by=by, at=at)


def _ask(ticket: Item, cast: Cast, at: datetime) -> None:
    """The requester is asked, and has some days (T-30)."""
    waiting.wait(ticket, type=WaitType.MORE_INFORMATION, days=DAYS_ASKED, by=cast.doer, at=at)


def _robot_completes(item: Item, robot: Actor, at: datetime) -> None:
    working.start(item, by=robot, at=at)
    _tick(item, robot, at)
    _end(item, by=robot, at=at)


def _robot_rejects(item: Item, robot: Actor, at: datetime) -> None:
    working.start(item, by=robot, at=at)
    working.reject(item, reason=SAID, by=robot, at=at)


def _rework(case: Item, value: Any, cast: Cast, at: datetime) -> None:
    kind, _colon, name = str(value).partition(":")
    step, action = (None, name) if kind == "action" else (name, None)
    reworking.rework(case, step=step, action=action, by=cast.doer, at=at)


def _change_fields(case: Item, value: Any, cast: Cast, at: datetime) -> None:
    editing.edit(case, changes={"fields": dict(value)}, by=cast.doer, at=at)


def _time_passes(case: Item, days: Any, *, at: datetime) -> datetime:
    """Whatever is due by then happens, each at its own moment."""
    if not isinstance(days, int) or not 1 <= days <= LONGEST:
        raise Invalid.one("days", "out_of_range", "Give a number of days from 1 to %(most)s.", most=LONGEST)
    until = at + timedelta(days=days)
    while timer := _due(case, until):
        if not firing.fire(timer, at=max(at, timer.due_at)):
            Timer.objects.filter(pk=timer.id).delete()  # it does not apply any more
    return until


def _due(case: Item, until: datetime) -> Claimed | None:
    ours = Timer.objects.filter(Q(item=case.pk) | Q(item__related_to=case.pk), purpose__in=[*firing.FIRE])
    one = ours.filter(due_at__lte=until).order_by("due_at", "id").first()
    if one is None:
        return None
    return Claimed(one.pk, one.purpose, one.item_id, one.due_at, one.payload, one.fence, one.tries)


MOVES: Mapping[str, Callable[[Item, Cast, datetime], None]] = {
    "complete": _complete,
    "unable": _unable,
    "pass": _review(passed=True),
    "fail": _review(passed=False),
    "approve": _decide(approvals.approve),
    "reject": _decide(approvals.reject),
    "answers": _answers,
    "refuses": _refuses,
    "mail_answers": _mail_answers,
    "next_step": lambda item, cast, at: flowing.next_step(item, by=cast.doer, at=at),
    "go_on": lambda item, cast, at: working.start(item, by=cast.doer, at=at),
    "resolve": _resolve,
    "ask": _ask,
    "submit": lambda item, cast, at: starting.submit(item, by=cast.doer, at=at),
}
OF_ROBOTS: Mapping[str, Callable[[Item, Actor, datetime], None]] = {
    "robot_completes": _robot_completes,
    "robot_rejects": _robot_rejects,
}
WITH_VALUE: Mapping[str, Callable[[Item, Any, Cast, datetime], None]] = {
    "rework": _rework,
    "fields": _change_fields,
}
