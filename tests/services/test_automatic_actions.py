"""Actions that the system does: mails, and waiting for a date."""

from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.flows import begun, names, running
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_receiving import mail
from tramita.domain.codes import Method, State, WaitType
from tramita.models import Delivery, Item, Message, Timer
from tramita.services import editing, firing, receiving, waiting

HOUR = timedelta(hours=1)
WORDS = "Dear {{ requester }}, about {{ reference }}: please send the papers."


def of_kind(desk: Desk, kind: str, **keys: object) -> Item:
    """A Case whose first step is one Action of this kind."""
    return begun(
        desk, {"one": ["it"], "two": ["after"]}, actions={"it": {"kind": kind, **keys}}, fields={"day": "2026-03-05"}
    )


def test_a_mail_is_sent_and_the_flow_goes_on(desk: Desk, data_dir: object) -> None:
    """A-51, G-4: with its placeholders filled, to whom the Action names."""
    case = of_kind(desk, "send_mail", template=WORDS, to="requester")

    [sent], done = Message.objects.filter(outgoing=True), Item.objects.get(parent=case, action_name="it")
    assert (sent.item, sent.to[0][1], sent.automatic) == (done, desk.rui.email, True)
    assert sent.text == f"Dear Rui Sousa, about {done.reference}: please send the papers."
    assert Delivery.objects.filter(message=sent, state=Delivery.State.PENDING).count() == 1
    assert (done.state, done.method, names(case)) == (State.CLOSED, Method.COMPLETE, ["after"])
    in_order(done)


def test_a_mail_that_waits_comes_back_with_its_answer(desk: Desk, data_dir: object) -> None:
    """A-52, A-33, A-35."""
    case = of_kind(desk, "send_mail_and_wait", template=WORDS, to="primary")
    [action] = running(case)
    seen = (action.state, action.wait_type)
    sent = Message.objects.get(item=action)

    receiving.receive(mail("Here", sender=desk.rui.email, reply_to=sent.message_id), source="import", at=MONDAY + HOUR)

    assert seen == (State.WAITING, WaitType.MORE_INFORMATION)
    assert (fresh(action).state, fresh(action).highlighted) == (State.TO_DO, True)
    in_order(action)


@pytest.mark.parametrize("keys", [{"template": ""}, {"template": WORDS, "to": "nobody"}])
def test_what_cannot_be_sent_is_left_to_a_person(desk: Desk, data_dir: object, keys: dict[str, str]) -> None:
    """A-51, A-55: without words or without anybody to write to."""
    case = of_kind(desk, "send_mail", **keys)

    [action] = running(case)
    assert (action.action_name, action.state) == ("it", State.TO_DO)
    assert not Message.objects.filter(outgoing=True).exists()
    in_order(action)


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ({"after": "3 days"}, MONDAY + timedelta(days=3)),
        ({"after": "1 hour"}, MONDAY + HOUR),
        ({"after": "1 working day"}, MONDAY + timedelta(days=1)),
        ({"date": "2026-03-04T12:00:00+00:00"}, MONDAY + timedelta(days=2, hours=3)),
        ({"date": "fields.day"}, MONDAY + timedelta(days=2, hours=15)),
    ],
)
def test_an_action_waits_until_its_date_and_ends(desk: Desk, keys: dict[str, str], until: object) -> None:
    """A-34, W-2, INTERFACES 4 `wait_until`: nobody has to do anything."""
    case = of_kind(desk, "wait_until", **keys)
    [action] = running(case)
    seen = (action.state, action.wait_type, action.wait_until, Timer.objects.get(item=action).due_at)

    for timer in firing.claim(at=until):
        assert firing.fire(timer, at=until)

    assert seen == (State.WAITING, WaitType.UNTIL, until, until)
    assert (fresh(action).state, fresh(action).method, names(case)) == (State.CLOSED, Method.COMPLETE, ["after"])
    in_order(action)
    in_order(case)


def test_a_date_that_is_over_holds_nothing_up_and_one_that_is_missing_is_a_persons(desk: Desk) -> None:
    """W-2, C-24: reason 11 on the Action."""
    over = of_kind(desk, "wait_until", date="2026-01-01")
    missing = of_kind(desk, "wait_until", date="fields.nothing")

    assert (names(over), names(missing)) == (["after"], ["it"])
    [action] = running(missing)
    assert (action.state, action.highlighted) == (State.TO_DO, True)
    in_order(action)


def test_who_waits_for_the_date_in_a_field_follows_it(desk: Desk) -> None:
    """W-2: later, earlier, over, and gone; a date that a person chose since stays."""
    later = "2026-03-10T09:00:00+00:00"
    cases = [of_kind(desk, "wait_until", date="fields.day") for _ in range(4)]
    moved, over, gone, by_hand = cases
    waiting.wait(running(by_hand)[0], type="until", until=MONDAY + timedelta(days=2), by=desk.ana, at=MONDAY)

    for case, day in ((moved, later), (over, "2026-03-01"), (gone, None), (by_hand, later)):
        editing.edit(Item.objects.get(pk=case.pk), changes={"fields": {"day": day}}, by=desk.ana, at=MONDAY)

    actions = [Item.objects.get(parent=case, action_name="it") for case in cases]
    assert [one.state for one in actions] == [State.WAITING, State.CLOSED, State.TO_DO, State.WAITING]
    assert actions[0].wait_until == Timer.objects.get(item=actions[0]).due_at == datetime.fromisoformat(later)
    assert actions[3].wait_until == MONDAY + timedelta(days=2)
    assert Item.objects.filter(parent=over, action_name="after").exists()
    for action in actions:
        in_order(action)
