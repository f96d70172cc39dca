"""The 99 samples come in: the outcome of each, its item, and what may be answered (MAIL.md section 9)."""

import random

import pytest

from tests.helpdesk import SERVICE, Helpdesk, build
from tests.samples import expected, world
from tramita.domain.codes import State
from tramita.models import Delivery, Entry, Item, Link, Message, SeenMessage
from tramita.services import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def helpdesk(db: None) -> Helpdesk:
    return build()


def automatic() -> int:
    return Message.objects.filter(outgoing=True, automatic=True).count()


def in_all() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Item, Entry, Message, Delivery, SeenMessage, Link))


def sound() -> bool:
    return all(
        ledger.differences(item) == {} and ledger.chain_holds(item.entries.order_by("seq"))
        for item in Item.objects.all()
    )


def only(reference: str) -> Item:
    number = int(reference.partition("-")[0])
    return Item.objects.get(number=number)


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", expected())
def test_each_sample_does_what_is_expected(helpdesk: Helpdesk, name: str) -> None:
    """M-4, M-5, M-7, M-8, M-9, M-10, M-13, M-21, M-23, MAIL-3, MAIL-51, MAIL-53, MAIL-70, MAIL-90, MAIL-91, MAIL-94,
    MAIL-96, MAIL-98."""
    wanted = expected()[name]["ingest"]

    outcome = helpdesk.receive(name, mailbox=wanted.get("mailbox"))
    after = in_all()
    again = helpdesk.receive(name, mailbox=wanted.get("mailbox"))

    assert outcome.outcome in as_list(wanted["outcome"]), outcome
    if "item" in wanted and outcome.outcome != "ignored":
        assert outcome.items == (helpdesk.items[wanted["item"]].reference,)
    if outcome.outcome == "created":
        assert only(outcome.items[0]) not in helpdesk.items.values()
    assert bool(automatic()) is (wanted["acknowledge"] and outcome.outcome == "created")
    assert (again.outcome, in_all()) == ("duplicate", after)
    assert sound()


@pytest.mark.parametrize("name", [name for name, said in expected().items() if "requester" in said["ingest"]])
def test_who_asks_is_who_really_wrote(helpdesk: Helpdesk, name: str) -> None:
    """MAIL-23, MAIL-27, MAIL-37, MAIL-53, MAIL-73, CT-4."""
    item = only(helpdesk.receive(name).items[0])

    assert item.requester.email == item.original_requester.email == expected()[name]["ingest"]["requester"]


def test_a_second_author_takes_part(helpdesk: Helpdesk) -> None:
    """MAIL-27, MAIL-56."""
    item = only(helpdesk.receive("040-two-authors-and-a-sender.eml").items[0])

    assert [copied.person.email for copied in item.copied.all()] == ["ben@customer.example"]


def test_a_true_token_in_unknown_hands_is_marked(helpdesk: Helpdesk) -> None:
    """MAIL-74, MAIL-82, M-8."""
    helpdesk.receive("170-reply-from-colleague.eml")

    entry = Entry.objects.get(item=helpdesk.items["10432-T"], type="mail_received")
    assert (entry.data["matched_by"], entry.data["new_participant"]) == ("signed_id", True)


def test_who_poses_as_an_agent_is_shown_as_unverified_to_us_alone(helpdesk: Helpdesk) -> None:
    """MAIL-51, MAIL-59."""
    helpdesk.receive("183-agent-spoofed.eml")

    item = Item.objects.get(pk=helpdesk.items["10432-T"].pk)
    entry = item.entries.get(type="mail_received")
    assert (entry.data["unverified"], entry.visibility, entry.actor) == (True, "internal", None)
    assert item.state is State.WAITING


def test_the_tray_shows_a_mail_under_the_mailbox_that_received_it(helpdesk: Helpdesk) -> None:
    """M-5, MAIL-14."""
    helpdesk.receive("181-bcc-recipient.eml")

    assert SeenMessage.objects.get().mailbox == "facilities@helpdesk.example"


def test_what_continues_a_closed_ticket_is_linked_to_it(helpdesk: Helpdesk) -> None:
    """M-10, Z-5, MAIL-76."""
    new = only(helpdesk.receive("162-reply-apple-de.eml").items[0])

    closed = helpdesk.items["09001-T"]
    assert Link.objects.get(source=new).target == closed
    assert closed.reference not in new.title
    assert Item.objects.get(pk=closed.pk).state == closed.state


@pytest.mark.parametrize("name", [name for name, said in expected().items() if "event" in said["ingest"]])
def test_a_report_is_an_event_on_the_mail_it_is_about(helpdesk: Helpdesk, name: str) -> None:
    """MAIL-96, MAIL-98."""
    wanted = expected()[name]["ingest"]
    item = helpdesk.items["10432-T"]
    sent = Message.objects.get(item=item, outgoing=True)

    helpdesk.receive(name)

    entry = Entry.objects.filter(item=item, type="mail_received").get()
    assert (entry.data["event"], entry.data["about"]) == (wanted["event"], sent.pk)
    said = {one["recipient"]: one["action"] for one in entry.words.get("recipients", ())}
    assert said.items() >= wanted.get("recipients", {}).items()
    assert entry.visibility == "internal"


TO_BOTH = ("142", "143", "144")  # two items: one from 142 and 143, whichever comes first, and one from 144


def starts(name: str) -> int:
    """How many items this one makes, when all have come."""
    if name.startswith(TO_BOTH):
        return 0 if name.startswith("143") else 2
    return int("created" in as_list(expected()[name]["ingest"]["outcome"]))


@pytest.mark.parametrize("seed", range(3))
def test_every_order_makes_the_same_items(helpdesk: Helpdesk, seed: int) -> None:
    """M-23, MAIL-3, MAIL-80, MAIL-81."""
    names = list(expected())
    random.Random(seed).shuffle(names)
    mailboxes = {name: expected()[name]["ingest"].get("mailbox") for name in names}

    outcomes = {name: helpdesk.receive(name, mailbox=mailboxes[name]) for name in names}

    after = in_all()
    mails = Message.objects.filter(outgoing=False)
    assert Item.objects.count() == len(helpdesk.items) + sum(map(starts, names))
    assert mails.values("item").distinct().count() == Item.objects.count() - 1  # nobody wrote to the Closed one
    assert mails.filter(message_id="dup142@customer.example").values("item").distinct().count() == 4
    assert not SeenMessage.objects.filter(outcome__in=("", "failed")).exists()
    assert all(outcomes[name].outcome != "duplicate" for name in names if not name.startswith("14"))
    random.Random(~seed).shuffle(names)
    again = {helpdesk.receive(name, mailbox=mailboxes[name]).outcome for name in names}
    assert (again, in_all()) == ({"duplicate"}, after)
    assert sound()


@pytest.mark.parametrize("names", [("142", "143"), ("143", "142")])
def test_one_mail_to_two_routes_makes_one_item_and_one_answer_for_each(
    helpdesk: Helpdesk, names: tuple[str, str]
) -> None:
    """M-23, MAIL-80, M-19b."""
    by_number = {name[:3]: name for name in expected()}

    for number in (*names, *names):
        name = by_number[number]
        helpdesk.receive(name, mailbox=expected()[name]["ingest"]["mailbox"])

    new = Item.objects.exclude(pk__in=[item.pk for item in helpdesk.items.values()])
    assert sorted(new.values_list("process__key", flat=True)) == [f"{SERVICE}/desk", f"{SERVICE}/facilities"]
    answers = Message.objects.filter(outgoing=True, automatic=True)
    assert sorted(answers.values_list("sender_address", flat=True)) == sorted(world()["routes"])
