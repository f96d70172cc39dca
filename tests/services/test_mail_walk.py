"""Any mail may come at any moment: random walks of mails and states, with the rules as judges (MAIL.md section 5)."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.desk import MONDAY, Desk
from tests.services.test_joining import INVOICES, STRANGER, token, with_id
from tests.services.test_receiving import mail
from tests.services.test_reports import bounce
from tests.services.test_walk import SOAK, consistent
from tramita.domain.codes import State, WaitType
from tramita.domain.errors import TramitaError
from tramita.models import CopiedContact, Item, Message
from tramita.queries.records import select
from tramita.services import firing, mailing, moving_mail, receiving, resolving, waiting, working

WALKS = 2_000 if SOAK else 15


@dataclass
class Walk:
    """Two Tickets of Rui's, and the mails that went round."""

    desk: Desk
    items: list[Item]
    at: datetime = MONDAY
    ids: list[str] = field(default_factory=lambda: ["made.up@else.example"])
    number: int = 0

    def item(self, pick: int) -> Item:
        """One of those there are, as the database has it."""
        every = Item.objects.order_by("id").values_list("pk", flat=True)
        return select(Item, "id = %s", [every[pick % len(every)]])[0]


Step = Callable[[Walk, Item, int], None]


def write(walk: Walk, item: Item, pick: int) -> None:
    sent = mailing.send(item, to=[walk.desk.rui.email], text="Dear Rui", by=walk.desk.leo, at=walk.at)
    walk.ids.append(sent.message_id)


def wait(walk: Walk, item: Item, pick: int) -> None:
    kinds: list[dict[str, Any]] = [
        {"type": "more_information"},
        {"type": "until", "until": walk.at + timedelta(days=1)},
    ]
    waiting.wait(item, by=walk.desk.leo, at=walk.at, **kinds[pick % 2])


def resolve(walk: Walk, item: Item, pick: int) -> None:
    resolving.resolve(item, method=["replied", "rejected_spam"][pick % 2], by=walk.desk.leo, at=walk.at)


def start(walk: Walk, item: Item, pick: int) -> None:
    working.start(item, by=walk.desk.leo, at=walk.at)


def pass_time(walk: Walk, item: Item, pick: int) -> None:
    walk.at += timedelta(hours=[1, 30, 24 * 9][pick % 3])
    for timer in firing.claim(at=walk.at):
        firing.fire(timer, at=walk.at)


def move(walk: Walk, item: Item, pick: int) -> None:
    there = Message.objects.select_related("item").order_by("id")
    if not there:
        return
    message = there[pick % len(there)]
    moving_mail.move(message, to=item, by=walk.desk.leo, at=walk.at)


DESK: Mapping[str, Step] = {
    "write": write,
    "wait": wait,
    "resolve": resolve,
    "start": start,
    "time": pass_time,
    "move": move,
}


def arrive(walk: Walk, item: Item, pick: int) -> None:
    """A mail from anybody, that refers to anything in any way; what it may do is checked."""
    walk.number += 1
    stranger, ways = pick % 3 == 0, [{}, {"In_Reply_To": answered(walk, pick)}, {"subject": f"[{item.reference}]"}]
    given: dict[str, str] = dict(ways[pick // 3 % 3])
    given["sender"] = STRANGER if stranger else str(walk.desk.rui.email)
    given |= [{}, {"Auto_Submitted": "auto-replied"}, {"References": answered(walk, pick // 7)}][pick // 9 % 3]
    with_token = pick // 27 % 4 == 0
    given["to"] = token(item) if with_token else INVOICES
    raw = with_id(mail(f"Mail {walk.number}", **given), f"theirs{walk.number}@acme.example")
    walk.ids.append(f"theirs{walk.number}@acme.example")
    judge(walk, raw, proven=with_token or "out." in str(given), stranger=stranger)


def answered(walk: Walk, pick: int) -> str:
    return f"<{walk.ids[pick % len(walk.ids)]}>"


def fail(walk: Walk, item: Item, pick: int) -> None:
    """A delivery report on anything."""
    action, status = [("failed", "5.1.1"), ("delayed", "4.4.1")][pick % 2]
    raw = bounce(walk.ids[pick % len(walk.ids)], (str(walk.desk.rui.email), action, status))
    judge(walk, raw, proven=True, stranger=False, report=True)


MAILS: Mapping[str, Step] = {"mail": arrive, "report": fail}


def judge(walk: Walk, raw: bytes, *, proven: bool, stranger: bool, report: bool = False) -> None:
    before = {item.pk: item for item in Item.objects.all()}
    mails = came_in()

    outcome = receiving.receive(raw, source="import", at=walk.at)

    assert outcome.outcome != "failed", outcome.reason
    after = {item.pk: item for item in Item.objects.all()}
    now = came_in()
    joined = [pk for pk in before if now[pk] > mails[pk]]
    for pk, old in before.items():
        new = after[pk]
        if old.state is State.CLOSED:
            assert new.state is State.CLOSED
            assert report or pk not in joined, "something was appended to a Closed item"
        if old.state is State.WAITING and new.state is not State.WAITING:
            assert old.wait_type is WaitType.MORE_INFORMATION, "another wait was woken"
            assert pk in joined
        if new.state is not old.state:
            assert old.state in (State.WAITING, State.RESOLVED)
            assert new.state is State.TO_DO
        if new.version != old.version:
            consistent(new)
    if stranger and not proven and not known_there(joined, before):
        assert not joined, "a stranger joined"
    assert len(joined) <= 1


def came_in() -> Counter[int]:
    """How many mails each item has had."""
    return Counter(Message.objects.filter(outgoing=False).values_list("item", flat=True))


def known_there(joined: list[int], before: Mapping[int, Item]) -> bool:
    """Whether the stranger takes part there by now: asked for it or for what it continues, wrote with a token, or is
    the reader of a mail of ours that somebody moved there."""
    if STRANGER in _readers(joined):
        return True
    if CopiedContact.objects.filter(item__in=joined, person__email=STRANGER).exists():
        return True
    wrote = Message.objects.filter(item__in=joined, sender_address=STRANGER).values("seen").distinct().count() > 1
    return wrote or any(
        (before[pk].original_requester and before[pk].original_requester.email) == STRANGER for pk in joined
    )


def _readers(items: list[int]) -> set[str]:
    sent = Message.objects.filter(item__in=items, outgoing=True)
    return {address for message in sent for _, address in (*message.to, *message.cc)}


STEPS = st.lists(
    st.tuples(st.sampled_from([*DESK, *(["mail"] * 5), "report"]), st.integers(0, 1_000), st.integers(0, 10_000)),
    min_size=12,
    max_size=40,
)


@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(steps=STEPS)
def walk_about(desk: Desk, steps: list[tuple[str, int, int]]) -> None:
    with transaction.atomic():  # each walk begins with the same desk
        walk = Walk(desk, [desk.ticket(), desk.ticket()])
        for name, which, pick in steps:
            item = walk.item(which)
            if name in MAILS:
                MAILS[name](walk, item, pick)
            else:
                with suppress(TramitaError):
                    DESK[name](walk, item, pick)
        transaction.set_rollback(True)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_whatever_comes_nothing_closed_grows_and_no_stranger_gets_in(desk: Desk) -> None:
    """M-7 to M-10, M-13, MAIL-71, MAIL-73, MAIL-76, MAIL-78, MAIL-96."""
    walk_about(desk)
