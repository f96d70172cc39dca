"""Whatever is merged, split and converted in whatever order, and whatever comes in between: undone, all is as it was.

Rules: Z-3, Z-4, Z-15, G-11.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.approving import Customer, customer
from tests.desk import MONDAY, Desk
from tests.services.test_joining import token
from tests.services.test_receiving import mail
from tests.services.test_walk import SOAK
from tramita.domain.codes import Clock, Kind, State
from tramita.domain.errors import TramitaError
from tramita.models import CopiedContact, Item, Link, Message, Regrouping, Timer
from tramita.queries.due import explain
from tramita.queries.files import files_of
from tramita.queries.item_view import view
from tramita.queries.records import select
from tramita.queries.regroupings import hanging_on, heir, last_of, living
from tramita.services import (
    approvals,
    converting,
    firing,
    ledger,
    merging,
    notes,
    receiving,
    resolving,
    splitting,
    undoing,
    waiting,
    working,
)
from tramita.services.splitting import Child

WALKS = 3_000 if SOAK else 12
HOUR = timedelta(hours=1)


def held(pk: int) -> Item:
    return select(Item, "id = %s", [pk])[0]


def snapshot(pk: int, desk: Desk) -> dict[str, Any]:
    """What must be equal again: the item as it is read, contacts, files, links and timers."""
    item = held(pk)
    shown = view(item, desk.leo, MONDAY).as_json("")
    return {
        "item": {name: value for name, value in shown.items() if name not in ("version", "updated_at")},
        "contacts": set(CopiedContact.objects.filter(item=pk).values_list("person_id", flat=True)),
        "files": [one.number for one in files_of(item, desk.leo)],
        "links": {(one.source_id, one.type, one.target_id) for one in _links(pk)},
        "timers": set(Timer.objects.filter(item=pk).values_list("purpose", "due_at")),
    }


def _links(pk: int) -> list[Link]:
    there = Link.objects.exclude(type="returned_to")
    return [*there.filter(source=pk), *there.filter(target=pk)]


def differences(now: dict[str, Any], was: dict[str, Any]) -> dict[str, Any]:
    flat = [{**one["item"], **{name: value for name, value in one.items() if name != "item"}} for one in (now, was)]
    return {name: (flat[0][name], flat[1][name]) for name in flat[0] if flat[0][name] != flat[1][name]}


@dataclass
class Done:
    """One merge, split or conversion, with how its sides stood."""

    row: int
    ticket: int
    before: dict[int, dict[str, Any]]
    told: dict[int, int]
    stirred: set[int] = field(default_factory=set)  # what something else happened to since


@dataclass
class Walk:
    desk: Desk
    acme: Customer
    at: datetime = MONDAY
    done: list[Done] = field(default_factory=list)
    number: int = 0

    def every(self) -> list[int]:
        return list(Item.objects.order_by("pk").values_list("pk", flat=True))

    def seqs(self) -> dict[int, int]:
        return dict(Item.objects.values_list("pk", "seq"))

    def regroup(self, ticket: int, sides: list[int], act: Callable[[], object]) -> None:
        before, told = {one: snapshot(one, self.desk) for one in sides}, self.seqs()
        act()
        newest = Regrouping.objects.latest("pk")
        self.done.append(Done(newest.pk, ticket, before, {one: told[one] for one in sides}))

    def stir(self, *items: int) -> None:
        for one in self.done:
            one.stirred.update(items)


Step = Callable[[Walk, int, int], None]


def merge(walk: Walk, pk: int, pick: int) -> None:
    every = walk.every()
    into = every[pick % len(every)]
    sides = [pk, into] if pk != into else [pk]
    by, at = walk.desk.leo, walk.at
    walk.regroup(pk, sides, lambda: merging.merge([held(pk)], into=held(into), by=by, at=at))


def split(walk: Walk, pk: int, pick: int) -> None:
    children = [Child(f"Part {number}", "One of several", keep=bool(pick % 2)) for number in range(2 + pick % 2)]
    by, at = walk.desk.leo, walk.at
    walk.regroup(pk, [pk], lambda: splitting.split(held(pk), children=children, by=by, at=at))


def convert(walk: Walk, pk: int, pick: int) -> None:
    path, by, at = "acme/main/finance/onboarding", walk.desk.leo, walk.at
    walk.regroup(pk, [pk], lambda: converting.convert(held(pk), case_type=path, by=by, at=at))


def undo(walk: Walk, pk: int = 0, pick: int = 0) -> None:
    """The last of them; both sides are as they were but for what something else happened to."""
    if not walk.done:
        return
    last = walk.done.pop()
    newest = last_of(held(last.ticket))
    if newest is None or newest.pk != last.row:
        walk.stir(*last.before)  # another stands on it, whose undo was refused
        return
    entries = {one: [e.pk for e in held(one).entries.order_by("seq")] for one in last.before}
    try:
        undoing.undo(held(last.ticket), by=walk.desk.leo, at=walk.at)
    except TramitaError:
        assert entries == {one: [e.pk for e in held(one).entries.order_by("seq")] for one in last.before}
        walk.stir(*last.before)
        raise
    for one, was in last.before.items():
        now = [e.pk for e in held(one).entries.order_by("seq")]
        assert now[: len(entries[one])] == entries[one]
        assert len(now) > len(entries[one])
        if one not in last.stirred:
            assert differences(snapshot(one, walk.desk), was) == {}


def note(walk: Walk, pk: int, pick: int) -> None:
    notes.add_note(held(pk), body="Something was said", by=walk.desk.leo, at=walk.at)


def arrive(walk: Walk, pk: int, pick: int) -> None:
    walk.number += 1
    raw = mail(f"Mail {walk.number}", to=token(held(pk)), sender=str(walk.desk.rui.email))
    receiving.receive(raw, source="import", at=walk.at)


def wait(walk: Walk, pk: int, pick: int) -> None:
    ways: list[dict[str, Any]] = [
        {"type": "more_information", "days": 2},
        {"type": "until", "until": walk.at + timedelta(days=1)},
    ]
    waiting.wait(held(pk), by=walk.desk.leo, at=walk.at, **ways[pick % 2])


def start(walk: Walk, pk: int, pick: int) -> None:
    working.start(held(pk), by=walk.desk.leo, at=walk.at)


def ask(walk: Walk, pk: int, pick: int) -> None:
    item = held(pk)
    if item.approval_id and pick % 2:
        approvals.approve(item.approval_id, by=walk.acme.marta, at=walk.at)
    else:
        approvals.ask(item, type="refund", comment="", by=walk.desk.ana, at=walk.at)


def resolve(walk: Walk, pk: int, pick: int) -> None:
    item = held(pk)
    method = {Kind.TICKET: "replied", Kind.CASE: "fully_resolved", Kind.ACTION: "complete"}[item.kind]
    resolving.resolve(item, method=method, note="Done", by=walk.desk.leo, at=walk.at)


def pass_time(walk: Walk, pk: int, pick: int) -> None:
    walk.at += timedelta(hours=[1, 30, 24 * 9][pick % 3])
    for timer in firing.claim(at=walk.at):
        firing.fire(timer, at=walk.at)


JOINS: Mapping[str, Step] = {"merge": merge, "split": split, "convert": convert, "undo": undo}
STIRS: Mapping[str, Step] = {
    "note": note,
    "mail": arrive,
    "wait": wait,
    "start": start,
    "ask": ask,
    "resolve": resolve,
    "time": pass_time,
}
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "split", "convert", "undo", *STIRS]), st.integers(0, 60), st.integers(0, 60)
    ),
    min_size=4,
    max_size=14,
)


def take(walk: Walk, name: str, which: int, pick: int) -> None:
    every = walk.every()
    walk.at += HOUR
    before = walk.seqs()
    try:
        with transaction.atomic():
            (JOINS | STIRS)[name](walk, every[which % len(every)], pick)
    except TramitaError:
        pass
    if name == "mail":  # it goes back with what it named, one merge after the other
        for pk in Item.objects.filter(number=held(every[which % len(every)]).number).values_list("pk", flat=True):
            walk.stir(*_heirs(pk))
    if name in STIRS:
        after = walk.seqs()
        walk.stir(*(pk for pk, seq in after.items() if before.get(pk) != seq))
    sound(walk)


def _heirs(pk: int) -> list[int]:
    found = [pk]
    while (following := heir(held(found[-1]))) is not None:
        found.append(following.pk)
    return found


def sound(walk: Walk) -> None:
    """Every ledger folds to its item, every group has one first item, every due date can be explained."""
    for item in Item.objects.all():
        assert ledger.differences(item) == {}
        assert item.related_to_id != item.pk
        if item.related_to_id is not None:
            assert held(item.related_to_id).related_to_id is None
        if item.clock is Clock.RUNNING:
            assert explain(item, walk.at)["at"] == item.due_at
        group = [one.pk for one in Item.objects.filter(related_to=item.related_to_id or item.pk)]
        assert item.related_to_id is None or item.related_to_id in hanging_on(item, [*group, item.related_to_id])


def every_reference_reaches_what_lives(walk: Walk) -> None:
    """Z-4, MAIL-77: mail to every reference that ever existed; where all has ended, something new begins."""
    for item in list(Item.objects.exclude(kind=Kind.ACTION.number)):
        case = Item.objects.filter(number=item.number, kind=Kind.CASE.number).first()
        last = living(held((case or item).pk))
        walk.number += 1
        raw = mail(f"Mail {walk.number}", to=token(item), sender=str(walk.desk.rui.email))
        receiving.receive(raw, source="import", at=walk.at)
        arrived = Message.objects.filter(text__contains=f"Mail {walk.number}").exclude(headers__has_key="copied")
        there = arrived.get().item
        assert there.state is not State.CLOSED
        assert there.pk == last.pk or last.state is State.CLOSED


@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=STEPS)
def walk_about(desk: Desk, steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():  # each walk begins with the same desk
        acme = customer(desk)
        walk = Walk(desk, acme)
        for _ in range(3):
            acme.ticket()
        desk.case(short_description="A case of its own")
        for step in steps:
            take(walk, *step)
        if len(steps) % 2:  # half of them with news for all
            every_reference_reaches_what_lives(walk)
            walk.stir(*walk.every())
        while walk.done:
            take(walk, "undo", 0, 0)
        every_reference_reaches_what_lives(walk)
        transaction.set_rollback(True)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_as_it_was(desk: Desk, data_dir: object) -> None:
    """Z-3: on both sides, for random chains with mail, notes, waits, timers and approvals in between."""
    walk_about(desk)
