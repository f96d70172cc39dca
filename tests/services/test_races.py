"""Two at once: nothing is lost, nothing doubled, nobody overwrites what another just did."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from tests.desk import MONDAY, Desk, build
from tests.services.test_receiving import mail
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, StaleVersion, TramitaError
from tramita.models import Delivery, Draft, Entry, Item, Message, SeenMessage, Timer
from tramita.services import (
    composing,
    drafts,
    firing,
    ledger,
    mailing,
    notes,
    posting,
    pulling,
    receiving,
    waiting,
    working,
)
from tramita.services.drafts import Written

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> Desk:
    """The small desk, committed."""
    return build()


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each gave, or the error it raised; all start together, each with its own connection."""
    gate = threading.Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(index: int, task: Callable[[], Any]) -> None:
        gate.wait()
        try:
            results[index] = task()
        except TramitaError as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def sound(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    return held


def test_two_who_pull_at_once_get_two_items(office: Desk) -> None:
    """Q-2, DESIGN decision 9."""
    items = [office.ticket() for _ in range(4)]

    pulled = at_once(*[lambda: pulling.pull(by=office.ana, at=MONDAY)] * 4)

    assert sorted(one.pk for one in pulled) == sorted(one.pk for one in items)
    assert all(sound(one).state is State.IN_PROGRESS for one in items)


def test_of_two_who_start_one_item_one_gets_it(office: Desk) -> None:
    """Z-1, Z-2."""
    item = office.ticket()
    copies = [Item.objects.get(pk=item.pk) for _ in range(2)]

    results = at_once(
        lambda: working.start(copies[0], by=office.ana, at=MONDAY),
        lambda: working.start(copies[1], by=office.leo, at=MONDAY),
    )

    assert sorted(type(one) for one in results if one) in ([StaleVersion], [Conflict])
    assert sum(one is None for one in results) == 1
    assert Entry.objects.filter(item=sound(item), type="started").count() == 1


def test_notes_written_at_once_are_refused_or_kept_never_lost(office: Desk) -> None:
    """Z-2."""
    item = office.ticket()

    def write(number: int) -> None:
        notes.add_note(Item.objects.get(pk=item.pk), body=f"Note {number}", by=office.leo, at=MONDAY)

    results = at_once(*[lambda number=number: write(number) for number in range(6)])

    kept = Entry.objects.filter(item=sound(item), type="note_added").count()
    assert kept == sum(result is None for result in results)
    assert kept >= 1


def test_two_workers_fire_each_timer_once(office: Desk) -> None:
    """DESIGN decision 6, T-41."""
    items = [office.ticket() for _ in range(6)]
    for item in items:
        waiting.wait(item, type="until", until=MONDAY + timedelta(hours=1), by=office.ana, at=MONDAY)
    late = MONDAY + timedelta(hours=2)

    def work() -> int:
        return sum(firing.fire(timer, at=late) for timer in firing.claim(at=late, limit=2) * 1) + (
            sum(firing.fire(timer, at=late) for timer in firing.claim(at=late))
        )

    fired = at_once(work, work)

    assert sum(fired) == len(items)
    assert not Timer.objects.exists()
    assert all(sound(item).entries.filter(type="woken").count() == 1 for item in items)


def test_a_worker_that_lost_its_lease_changes_nothing(office: Desk) -> None:
    """DESIGN decision 6: the fence."""
    item = office.ticket()
    waiting.wait(item, type="until", until=MONDAY + timedelta(hours=1), by=office.ana, at=MONDAY)
    late = MONDAY + timedelta(hours=2)
    slow = firing.claim(at=late)[0]
    quick = firing.claim(at=late + timedelta(minutes=3))[0]

    assert firing.fire(quick, at=late) is True
    assert firing.fire(slow, at=late) is False
    assert sound(item).entries.filter(type="woken").count() == 1


def test_two_workers_post_each_mail_once(office: Desk, settings, tmp_path) -> None:
    """MAIL-110, MAIL-111."""
    settings.TRAMITA_SMTP_URL = f"file://{tmp_path}/out"
    item = office.ticket()
    for number in range(6):
        mailing.send(item, to=[office.rui.email], text=f"Mail {number}", by=office.ana, at=MONDAY)

    def work() -> list[posting.Result]:
        return [posting.post(delivery, at=MONDAY) for delivery in posting.claim(at=MONDAY)]

    results = [one for some in at_once(work, work) for one in some]

    assert results == [posting.Result.DONE] * 6
    assert len(list((tmp_path / "out").glob("*.eml"))) == 6


def test_the_same_mail_from_four_importers_makes_one_item(office: Desk) -> None:
    """MAIL-3, MAIL-9."""
    raw = mail()

    outcomes = at_once(*[lambda: receiving.receive(raw, source="import", at=MONDAY)] * 4)

    said = sorted(one.outcome if isinstance(one, receiving.Outcome) else one.code for one in outcomes)
    assert said.count("created") == 1
    assert (Item.objects.count(), SeenMessage.objects.count()) == (1, 1)


def test_the_first_mails_of_a_stranger_may_come_at_once(office: Desk) -> None:
    """MAIL-56, MAIL-6."""
    raws = [mail(f"Mail {number}", sender="new@stranger.example") for number in range(4)]

    outcomes = at_once(*[lambda raw=raw: receiving.receive(raw, source="import", at=MONDAY) for raw in raws])

    assert [one.outcome for one in outcomes] == ["created"] * 4
    assert Item.objects.values("requester").distinct().count() == 1


def test_eight_mails_of_one_sender_at_once_get_five_answers(office: Desk) -> None:
    """MAIL-93: importers count each other's."""
    raws = [mail(f"Mail {number}", subject=f"Invoice {number}", sender=office.rui.email or "") for number in range(8)]

    outcomes = at_once(*[lambda raw=raw: receiving.receive(raw, source="import", at=MONDAY) for raw in raws])

    assert [one.outcome for one in outcomes] == ["created"] * 8
    assert Message.objects.filter(outgoing=True, automatic=True).count() == 5


def test_a_mail_and_an_agent_at_once_both_count(office: Desk) -> None:
    """M-8, Z-2."""
    item = office.ticket()
    question = mailing.send(item, to=[office.rui.email], text="Which account?", by=office.ana, at=MONDAY)
    waiting.wait(item, type="more_information", by=office.ana, at=MONDAY)
    raw = mail("PT50", sender=office.rui.email or "", reply_to=question.message_id)

    results = at_once(
        lambda: receiving.receive(raw, source="import", at=MONDAY),
        lambda: waiting.resume(Item.objects.get(pk=item.pk), by=office.ana, at=MONDAY),
    )

    assert results[0].outcome in ("woken", "appended")
    assert sound(item).entries.filter(type="mail_received").count() == 1


def test_of_an_undo_and_a_worker_one_wins(office: Desk, data_dir: object) -> None:
    """MAIL-115: either the mail goes, or it is a draft again; never both, never neither."""
    item = office.ticket()
    mails = [
        mailing.send(Item.objects.get(pk=item.pk), to=["rui@acme.example"], text=f"{n}", by=office.ana, at=MONDAY)
        for n in range(4)
    ]

    def undo(message: Message) -> bool:
        return composing.take_back(Message.objects.get(pk=message.pk), by=office.ana, at=MONDAY).restored

    for message in mails:
        undone, taken = at_once(lambda message=message: undo(message), lambda: posting.claim(at=MONDAY, limit=1))
        won = undone is True
        assert won or isinstance(undone, Conflict | StaleVersion)
        state = message.deliveries.get()
        assert (state.state == Delivery.State.CANCELLED) == won
        assert not (won and state.fence)
        Delivery.objects.filter(pk__in=[one.id for one in taken]).update(state=Delivery.State.DONE)

    sound(item)


def test_two_windows_that_save_first_at_once_keep_both_texts(office: Desk) -> None:
    """UI: nothing typed is lost."""
    item = office.ticket()

    def save(text: str) -> Any:
        return drafts.save(item, "reply", Written(text=text), version=0, by=office.ana, at=MONDAY)

    at_once(*[lambda text=text: save(text) for text in ("office", "home", "train")])

    kept = Draft.objects.get().text
    assert all(text in kept for text in ("office", "home", "train"))
