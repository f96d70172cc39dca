"""Anyone may press anything: random walks over the services, with the ledger, the tables and the lists as judges.

`make soak` walks a million steps (TRAMITA_SOAK=1), in eight parts for as many processes; here each run walks
some hundreds.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.approving import customer
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail
from tramita.domain import approvals as approval_rules
from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, Method, State, WaitType
from tramita.domain.errors import TramitaError
from tramita.models import Approval, Entry, Item, Message, Timer
from tramita.queries import people, worklists
from tramita.queries.facts import allowed
from tramita.queries.records import select
from tramita.services import (
    approvals,
    editing,
    firing,
    launching,
    ledger,
    mailing,
    notes,
    receiving,
    resolving,
    starting,
    waiting,
    working,
)
from tramita.services.expiring import REMINDERS

SOAK = bool(os.environ.get("TRAMITA_SOAK"))
PARTS = 8 if SOAK else 1
WALKS = 2_500 if SOAK else 24  # in each part
FEWEST, MOST = (50, 50) if SOAK else (15, 50)  # steps of a walk


@dataclass
class Walk:
    """One item on its way, and who is about."""

    desk: Desk
    item: Item
    at: datetime = MONDAY
    steps: list[str] = field(default_factory=list)
    arrived: int = 0

    def fresh(self) -> Item:
        """The item as the database has it."""
        return select(Item, "id = %s", [self.item.pk])[0]


def wait(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    given: dict[str, Any] = [
        {"type": "more_information"},
        {"type": "more_information", "days": 2},
        {"type": "more_information", "days": 3, "close_if_no_response": True},
        {"type": "until", "until": walk.at + timedelta(days=1)},
        {"type": "until", "until": walk.at},
        {"type": "pause"},
        {"type": "split"},
    ][pick % 7]
    waiting.wait(item, by=by, at=walk.at, **given)


def resolve(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    methods = list(Method)
    resolving.resolve(item, method=methods[pick % len(methods)].value, reason="Because", by=by, at=walk.at)


def assign(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    people = [walk.desk.ana, walk.desk.leo, walk.desk.eve, walk.desk.robot]
    to = people[pick % 4].id
    working.assign(item, to=to or 0, by=by, at=walk.at)


def simple(verb: Callable[..., None]) -> Callable[[Walk, Item, Actor, int], None]:
    def press(walk: Walk, item: Item, by: Actor, pick: int) -> None:
        verb(item, by=by, at=walk.at)

    return press


# verbs of the lifecycles: what is not offered must not succeed
VERBS: Mapping[str, Callable[[Walk, Item, Actor, int], None]] = {
    "submit": simple(starting.submit),
    "discard": simple(starting.discard),
    "start": simple(working.start),
    "to-do": simple(working.to_do),
    "release": simple(working.release),
    "assign": assign,
    "wait": wait,
    "resume": simple(waiting.resume),
    "resolve": resolve,
    "reopen": simple(resolving.reopen),
    "abort": simple(resolving.abort),
}


def add_note(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    notes.add_note(item, body="Looking into it", resolution=pick % 2 == 0, by=by, at=walk.at)


def edit(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    changes: dict[str, Any] = [
        {"title": "Another title"},
        {"fields": {"amount": pick}},
        {"category": "acme/main/finance/plain"},
        {"category": "acme/main/finance/invoice-query"},
        {"due": {"at": walk.at + timedelta(hours=pick % 50 + 1)}},
        {"contacts": {"requester": walk.desk.marta.email, "cc": [walk.desk.rui.email]}},
        {"checklist": {"IBAN checked": True}},
    ][pick % 7]
    editing.edit(item, changes=changes, by=by, at=walk.at)


def write(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    mailing.send(item, to=[walk.desk.rui.email], text="Dear Rui", by=by, at=walk.at)


def answer(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    newest = Message.objects.filter(item=item, outgoing=True).order_by("-id").first()
    walk.arrived += 1
    raw = mail(
        f"Answer {item.pk} {walk.arrived}", sender=walk.desk.rui.email, reply_to=newest.message_id if newest else ""
    )
    receiving.receive(raw, source="import", at=walk.at)


def pass_time(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    walk.at += timedelta(hours=[1, 5, 24, 24 * 9][pick % 4])
    for timer in firing.claim(at=walk.at):
        firing.fire(timer, at=walk.at)


def launch(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    actions = launching.launch(item, action="bank-check", by=by, at=walk.at)
    if pick % 2:
        resolving.resolve(actions[0], method="unable_to_complete", reason="No account", by=walk.desk.leo, at=walk.at)
    consistent(Item.objects.get(pk=actions[0].pk))


def approval(walk: Walk, item: Item, by: Actor, pick: int) -> None:
    """Ask, decide or cancel, whatever there is; afterwards one at most waits, and the item names it (AP-16)."""
    known = Approval.objects.filter(item=item).order_by("-pk").first()
    marta = people.actor_by_id(walk.desk.marta.pk)
    try:
        if known is None or pick % 4 == 0:
            approvals.ask(item, type="refund", by=by, at=walk.at)
        elif pick % 4 == 1:
            approvals.cancel(known.pk, by=by, at=walk.at)
        else:
            decide = approvals.approve if pick % 4 == 2 else approvals.reject
            decide(known.pk, by=marta if pick % 3 else by, at=walk.at)
    finally:
        waiting_ones = Approval.objects.filter(item=item, state="awaiting").values_list("pk", flat=True)
        assert [walk.fresh().approval_id or 0] == (list(waiting_ones) or [0])


OTHERS = {
    "approval": approval,
    "note": add_note,
    "edit": edit,
    "write": write,
    "answer": answer,
    "time": pass_time,
    "launch": launch,
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*VERBS, *VERBS, *OTHERS]),
        st.sampled_from(["ana", "leo", "eve", "robot"]),
        st.integers(0, 10_000),
    ),
    min_size=FEWEST,
    max_size=MOST,
)


def begin(desk: Desk, kind: str) -> Item:
    if kind == "ticket":
        return desk.ticket()
    if kind == "draft":
        return desk.ticket(draft=True)
    case = desk.case()
    return case if kind == "case" else launching.launch(case, action="bank-check", by=desk.ana, at=MONDAY)[0]


def press(walk: Walk, verb: str, by: Actor, pick: int) -> None:
    """One verb; what the tables do not offer must fail and change nothing."""
    item = walk.fresh()
    before = (item.version, item.state)
    offered = verb in allowed(item, by, walk.at)
    try:
        VERBS[verb](walk, item, by, pick)
    except TramitaError:
        held = walk.fresh()
        assert (held.version, held.state) == before, f"a refused {verb} changed something"
    else:
        assert offered, f"{verb} by {by.name} succeeded from {before[1]} though it was not offered"


def columns_of(item: Item) -> dict[str, Any]:
    return {field.attname: getattr(item, field.attname) for field in item._meta.concrete_fields}


def consistent(item: Item) -> None:
    """The ledger folds to the columns; the list, the clock and the timers fit the state."""
    assert ledger.differences(item) == {}
    assert ledger.chain_holds(select(Entry, "item_id = %s ORDER BY seq", [item.pk]))
    assert item.listed is stands_in(item)
    assert (item.due_at is None) or (item.seconds_left is None)
    assert (item.state is State.WAITING) == (item.wait_type is not None)
    assert item.approval_id is None or item.state in approval_rules.OPEN
    assert {timer.purpose for timer in Timer.objects.filter(item=item)} <= timers_of(item)


def shown_once(item: Item, people: list[Actor], queue_id: int, now: datetime) -> None:
    """No list shows it twice, and one list at most shows it as active work (L-1 to L-4)."""
    tonight = now + timedelta(hours=12)
    active = 0
    for actor in people:
        for place in (worklists.inbox(actor), worklists.owned(actor)):
            shown = [row.id for row in worklists.page(place, actor, now=now, tonight=tonight, limit=200).rows]
            assert len(shown) == len(set(shown))
            active += item.pk in shown and item.listed is Listed.INBOX
    in_queue = worklists.page(worklists.in_queue(queue_id), people[1], now=now, tonight=tonight, limit=200).rows
    active += sum(row.id == item.pk for row in in_queue)
    assert active <= 1


def stands_in(item: Item) -> Listed:
    """The one list of L-1 to L-4 and L-9, worked out anew."""
    if item.discarded_at or item.state is State.CLOSED:
        return Listed.NONE
    if item.state in (State.WAITING, State.RESOLVED):
        return Listed.OWNED
    return Listed.INBOX if item.assignee_id else Listed.QUEUE


def timers_of(item: Item) -> set[str]:
    """The timers that may stand, by what the item waits for, who by, and a robot's lease (Z-11, Z-17)."""
    asked = set(REMINDERS) if item.approval_id else set()
    if item.fence is not None:
        return asked | {"lease"}
    if item.wait_type is WaitType.UNTIL:
        return asked | {"wake"}
    if item.wait_type is WaitType.MORE_INFORMATION and item.wait_days:
        return asked | {"time_out"}
    return asked | {"close"} if item.state is State.RESOLVED else asked


# no shrinking: a walk is short enough to read, and shrinking takes minutes
@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(kind=st.sampled_from(["ticket", "ticket", "draft", "case", "action"]), steps=STEPS)
def walk_about(desk: Desk, kind: str, steps: list[tuple[str, str, int]]) -> None:
    """Each walk is a transaction that is rolled back: the last costs what the first did, and none depends on another.

    A savepoint of one long transaction costs more with each walk on SQLite, which keeps the pages of them all.
    """
    with transaction.atomic():
        follow(Walk(desk, begin(desk, kind)), kind, steps)
        transaction.set_rollback(True)


def follow(walk: Walk, kind: str, steps: list[tuple[str, str, int]]) -> None:
    desk = walk.desk
    note(f"{kind}: {steps}")
    judged: dict[str, Any] = {}  # what does not change needs no second look
    for verb, who, pick in steps:
        by: Actor = getattr(desk, who)
        walk.steps.append(f"{who} {verb} {pick}")
        if verb in VERBS:
            press(walk, verb, by, pick)
        else:
            with suppress(TramitaError):
                OTHERS[verb](walk, walk.fresh(), by, pick)
        held = walk.fresh()
        if columns_of(held) == judged:
            continue
        judged = columns_of(held)
        consistent(held)
        shown_once(held, [desk.ana, desk.leo, desk.robot], desk.invoices.pk, walk.at)
        if held.discarded_at:
            return  # nobody finds it any more
        if walk.item.kind is Kind.ACTION and walk.item.parent_id:
            consistent(Item.objects.get(pk=walk.item.parent_id))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_anyone_presses_the_ledger_folds_and_nothing_forbidden_happens(desk: Desk, part: int) -> None:
    """S-1 to S-12, L-1 to L-4, L-9, T-20 to T-54, C-40 to C-58, A-30 to A-39, Z-15, AP-13, AP-16."""
    customer(desk)
    for neighbour in ("ticket", "draft", "case", "action"):
        begin(desk, neighbour)
    working.start(desk.ticket(), by=desk.leo, at=MONDAY)
    walk_about(desk)
