"""News by mail: one a burst, a machine's, with a way out; what comes back leaks nothing and goes round nowhere."""

from datetime import datetime, time, timedelta
from email import message_from_bytes
from email.message import Message as Mail

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way
from tests.services.test_receiving import mail, receive
from tramita.domain.actors import Actor
from tramita.domain.mime import parse
from tramita.gateways import smtp
from tramita.models import Delivery, Digest, Entry, Item, Mailbox, Message, NoticeSettings, Notification, Person
from tramita.queries.visibility import may
from tramita.services import (
    editing,
    mailing,
    notes,
    notice_mail,
    notice_settings,
    notifying,
    posting,
    resolving,
    working,
)
from tramita.ui.notices import sentence

pytestmark = pytest.mark.django_db(transaction=True)  # followers read what is committed
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
LATER = MONDAY + HOUR
OURS = "mx.desk.example"


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Way:
    found = Way()
    monkeypatch.setattr(posting, "transport", lambda url: found)
    return found


def work(at: datetime) -> int:
    """As the worker does; how many mails with news were written."""
    while notifying.notify(at=at):
        pass
    done = sum(notice_mail.send(due, say=sentence, at=at) for due in notice_mail.claim(at=at))
    for delivery in posting.claim(at=at):
        posting.post(delivery, at=at)
    return done


def given(desk: Desk, number: int = 1, at: datetime = LATER) -> Item:
    """A Ticket that Ana gives to Leo."""
    item = desk.ticket(title=f"Invoice {number}")
    working.start(item, by=desk.ana, at=MONDAY)
    working.assign(item, to=desk.leo.id, by=desk.ana, at=at)
    return item


def news(way: Way, who: Actor) -> list[Mail]:
    return [message_from_bytes(raw) for _, people, raw in way.sent if list(people) == [who.email]]


def wish(who: Actor, **more: object) -> None:
    usual = {"chosen": {}, "mails": True, "quiet_from": None, "quiet_until": None, "by": who, "at": MONDAY}
    notice_settings.choose(**usual | more)


def test_what_comes_within_five_minutes_goes_in_one_mail(desk: Desk, way: Way) -> None:
    """N-1: one mail a burst, in the order of what happened, with the links."""
    first, second = given(desk, 1), given(desk, 2, at=LATER + MINUTE)
    work(LATER + MINUTE)
    notes.add_note(first, body="@leo please", by=desk.ana, at=LATER + 2 * MINUTE)
    work(LATER + 3 * MINUTE)
    assert news(way, desk.leo) == []

    work(LATER + 7 * MINUTE)
    work(LATER + HOUR)

    (sent,) = news(way, desk.leo)
    words = sent.get_payload(decode=True).decode()
    assert sent["Subject"] == f"3 things are new: [{first.reference}], [{second.reference}]"
    assert f"/items/{first.reference}" in words
    assert f"/items/{second.reference}" in words
    assert "- Ana Lima mentioned you in a note" in words
    assert "please" not in words


def test_a_mail_with_news_is_a_machines_and_has_a_way_out(desk: Desk, way: Way) -> None:
    """MAIL-95, MAIL-124, MAIL-119, MAIL-71: the reference in the subject, in the reader's language."""
    Person.objects.filter(pk=desk.leo.id).update(language="fr")
    item = given(desk)
    work(LATER)
    work(LATER + 6 * MINUTE)

    (sent,) = news(way, desk.leo)
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["X-Auto-Response-Suppress"] == "All"
    assert sent["X-Tramita-Loop"] == "desk.example"
    assert sent["List-Id"] == "<notifications.desk.example>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/notifications/leave/" in sent["List-Unsubscribe"]
    assert sent["Message-ID"].startswith(f"<out.{item.number}.n")
    assert str(parse(way.sent[-1][2]).subject) == f"[{item.reference}] Ana Lima vous l’a attribué: Invoice 1"
    assert parse(way.sent[-1][2]).defects == ()


def test_answers_to_requesters_carry_no_list_fields(desk: Desk, way: Way) -> None:
    """MAIL-124: neither what a person wrote nor an acknowledgement."""
    receive(mail(sender=desk.rui.email))
    mailing.send(Item.objects.get(), to=[desk.rui.email], text="Booked back.", by=desk.ana, at=MONDAY)
    work(LATER)

    sent = [message_from_bytes(raw) for _, _, raw in way.sent]
    assert len(sent) == 2
    assert [name for one in sent for name in one if name.lower().startswith("list-")] == []


def test_what_was_read_meanwhile_is_not_mailed(desk: Desk, way: Way) -> None:
    """N-1."""
    given(desk)
    work(LATER)
    notice_settings.read_all(up_to=Notification.objects.latest("id").pk, by=desk.leo, at=LATER)

    work(LATER + HOUR)

    assert news(way, desk.leo) == []


def test_what_may_not_be_seen_any_more_is_not_mailed(desk: Desk, way: Way) -> None:
    """N-2."""
    from tests import factories

    given(desk)
    work(LATER)
    factories.Grant.objects.create(person_id=desk.leo.id, path="other", permissions=["view"])

    work(LATER + HOUR)

    assert news(way, desk.leo) == []


def test_quiet_hours_hold_the_mail_on_the_readers_own_clock(desk: Desk, way: Way) -> None:
    """N-1: 10:00 UTC is 19:00 in Tokyo."""
    Person.objects.filter(pk=desk.leo.id).update(time_zone="Asia/Tokyo")
    wish(desk.leo, quiet_from=time(18), quiet_until=time(7, 30))
    given(desk)
    work(LATER)
    work(LATER + 6 * HOUR)
    assert news(way, desk.leo) == []

    work(datetime.fromisoformat("2026-03-02T22:31:00+00:00"))

    assert len(news(way, desk.leo)) == 1


def test_quiet_hours_that_were_chosen_since_hold_it_too(desk: Desk, way: Way) -> None:
    """N-1: looked at when the mail would go."""
    given(desk)
    work(LATER)
    wish(desk.leo, quiet_from=time(9), quiet_until=time(12))

    work(LATER + 10 * MINUTE)
    work(MONDAY + 3 * HOUR)

    assert len(news(way, desk.leo)) == 1


def test_at_most_five_mails_an_hour_go_to_one_person_and_nothing_is_lost(desk: Desk, way: Way) -> None:
    """MAIL-93: what comes above it waits for the next mail."""
    items = []
    for number in range(8):
        items.append(given(desk, number, at=LATER + number * 6 * MINUTE))
        work(LATER + number * 6 * MINUTE)
        work(LATER + number * 6 * MINUTE + 5 * MINUTE)
    assert len(news(way, desk.leo)) == 5

    work(LATER + 2 * HOUR)

    words = "".join(one.get_payload(decode=True).decode() for one in news(way, desk.leo))
    assert len(news(way, desk.leo)) == 6
    assert all(one.reference in words for one in items)


def test_who_wants_no_mails_gets_none(desk: Desk, way: Way) -> None:
    """N-1."""
    wish(desk.leo, mails=False)
    given(desk)
    work(LATER)
    work(LATER + HOUR)

    assert (news(way, desk.leo), Digest.objects.count()) == ([], 0)


def test_a_mail_that_is_refused_is_told_beside_the_settings(desk: Desk, way: Way) -> None:
    """MAIL-113: the item has nothing to do with it."""
    item = given(desk)
    way.answers = [smtp.RefusedError("550 mailbox full")]
    work(LATER)
    work(LATER + 6 * MINUTE)

    assert NoticeSettings.objects.get(person=desk.leo.id).fault == "550 mailbox full"
    assert not Entry.objects.filter(item=item, type="mail_failed").exists()

    given(desk, 2, at=LATER + HOUR)
    work(LATER + HOUR)
    work(LATER + HOUR + 6 * MINUTE)

    assert NoticeSettings.objects.get(person=desk.leo.id).fault == ""


def test_every_try_sends_the_same_bytes(desk: Desk, way: Way) -> None:
    """MAIL-111: one Message-ID, whatever happens between the tries."""
    given(desk)
    work(LATER)
    way.answers = [smtp.NotNowError("421 later")]
    work(LATER + 6 * MINUTE)
    delivery = Delivery.objects.get(kind="notice")
    before = notice_mail.NewsLetter(delivery.pk, delivery.payload).raw()

    work(LATER + 10 * MINUTE)

    assert way.sent[-1][2] == before


# what comes back


def told(desk: Desk, way: Way) -> tuple[Item, Mail]:
    item = given(desk)
    work(LATER)
    work(LATER + 6 * MINUTE)
    return item, news(way, desk.leo)[-1]


def answer(sent: Mail, sender: str, *, verdict: str = "pass", text: str = "I take it.", **more: str) -> bytes:
    Mailbox.objects.update(authserv_id=OURS)
    said = f"{OURS}; dmarc={verdict} header.from=desk.example"
    reply_to = str(sent["Message-ID"]).strip("<>")
    to = str(sent["Reply-To"])
    return mail(text, to=to, sender=sender, reply_to=reply_to, Authentication_Results=said, **more)


def test_a_proven_colleagues_answer_is_internal_and_moves_nothing(desk: Desk, way: Way) -> None:
    """MAIL-59, MAIL-51."""
    item, sent = told(desk, way)
    before = Item.objects.get(pk=item.pk).state

    outcome = receive(answer(sent, desk.leo.email), at=LATER + HOUR)

    entry = Entry.objects.get(item=item, type="mail_received")
    assert (outcome.outcome, outcome.items) == ("appended", (item.reference,))
    assert (entry.visibility, entry.actor_id) == ("internal", desk.leo.id)
    assert Item.objects.get(pk=item.pk).state == before


@pytest.mark.parametrize("strip", ["In-Reply-To", "token"])
def test_either_the_address_or_the_id_alone_tells_that_news_are_answered(desk: Desk, way: Way, strip: str) -> None:
    """MAIL-59, MAIL-70: whatever a mail program left out."""
    _, sent = told(desk, way)
    if strip == "token":
        sent.replace_header("Reply-To", "invoices@desk.example")
    else:
        sent.replace_header("Message-ID", "<x@y.example>")

    receive(answer(sent, desk.leo.email), at=LATER + HOUR)

    assert Entry.objects.get(type="mail_received").visibility == "internal"


@pytest.mark.parametrize("who", ["rui", "forged", "outside"])
def test_anybody_elses_answer_to_news_waits_in_the_tray(desk: Desk, way: Way, who: str) -> None:
    """MAIL-59, MAIL-51: the news were passed on, or somebody says that they are Leo."""
    _, sent = told(desk, way)
    sender = {"rui": desk.rui.email, "forged": desk.leo.email, "outside": "x@else.example"}[who]

    outcome = receive(answer(sent, sender or "", verdict="fail"), at=LATER + HOUR)

    assert (outcome.outcome, outcome.reason) == ("unhandled", "answer to a notification")
    assert not Message.objects.filter(outgoing=False).exists()
    assert Item.objects.count() == 1


def test_an_automatic_answer_to_news_goes_no_further(desk: Desk, way: Way) -> None:
    """MAIL-91, MAIL-94: no loop."""
    _, sent = told(desk, way)

    outcome = receive(answer(sent, desk.leo.email, Auto_Submitted="auto-replied"), at=LATER + HOUR)

    assert (outcome.outcome, outcome.reason) == ("ignored", "automatic answer to a notification")


def test_an_answer_to_news_of_a_closed_item_waits_in_the_tray(desk: Desk, way: Way) -> None:
    """S-14: it must not begin a new Ticket either."""
    item, sent = told(desk, way)
    held = Item.objects.get(pk=item.pk)
    working.start(held, by=desk.leo, at=LATER)
    resolving.resolve(held, method="rejected_spam", by=desk.leo, at=LATER)

    outcome = receive(answer(sent, desk.leo.email), at=LATER + HOUR)

    assert (outcome.outcome, outcome.reason) == ("unhandled", "answer to a notification on a Closed item")


def test_an_answer_to_news_of_several_items_is_for_none_of_them(desk: Desk, way: Way) -> None:
    """MAIL-59."""
    given(desk, 1)
    given(desk, 2)
    work(LATER)
    work(LATER + 6 * MINUTE)
    (sent,) = news(way, desk.leo)

    outcome = receive(answer(sent, desk.leo.email), at=LATER + HOUR)

    assert (outcome.outcome, outcome.reason) == ("unhandled", "answer to news of several items")


def test_news_that_come_back_are_told_to_their_reader_and_to_no_item(desk: Desk, way: Way) -> None:
    """MAIL-96, MAIL-98."""
    item, sent = told(desk, way)
    back = parse(way.sent[-1][2])
    bounce = (
        f"From: MAILER-DAEMON@else.example\r\nTo: {back.reply_to[0].address}\r\nSubject: Undelivered\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; else.example\r\n\r\n"
        f"Final-Recipient: rfc822; {desk.leo.email}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        f"Diagnostic-Code: smtp; 550 gone\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {sent['Message-ID']}\r\n\r\n--b--\r\n"
    )

    outcome = receive(bounce.encode(), at=LATER + HOUR)

    assert (outcome.outcome, outcome.reason) == ("ignored", "report on a notification")
    assert "550" in NoticeSettings.objects.get(person=desk.leo.id).fault
    assert not Entry.objects.filter(item=item, type="mail_received").exists()


def test_our_own_news_coming_back_are_ignored(desk: Desk, way: Way) -> None:
    """MAIL-94."""
    told(desk, way)

    outcome = receive(way.sent[-1][2], at=LATER + HOUR)

    assert outcome.outcome == "ignored"


def test_a_colleague_who_may_not_work_there_answers_into_the_tray(desk: Desk, way: Way) -> None:
    """MAIL-51, DESIGN decision 11: a right lost since."""
    from tests import factories

    _, sent = told(desk, way)
    factories.Grant.objects.create(person_id=desk.leo.id, path="acme", permissions=["view"])
    assert not may(desk.leo, "nothing")

    outcome = receive(answer(sent, desk.leo.email), at=LATER + HOUR)

    assert outcome.reason == "answer to a notification"


def test_a_changed_title_does_not_change_a_mail_that_waits_for_its_server(desk: Desk, way: Way) -> None:
    """MAIL-111."""
    item = given(desk)
    work(LATER)
    way.answers = [smtp.NotNowError("421 later")]
    work(LATER + 6 * MINUTE)
    held = Item.objects.get(pk=item.pk)
    editing.edit(held, changes={"fields": {"amount": 3}}, by=desk.leo, at=LATER + 7 * MINUTE)

    work(LATER + 10 * MINUTE)

    assert "Invoice 1" in str(news(way, desk.leo)[0]["Subject"])


def test_what_a_colleague_answered_to_news_is_not_what_our_next_mail_answers(desk: Desk, way: Way) -> None:
    """MAIL-59, MAIL-118: not even its id leaves the house."""
    item, sent = told(desk, way)
    receive(answer(sent, desk.leo.email), at=LATER + HOUR)
    inside = Message.objects.get(outgoing=False)

    ours = mailing.send(
        Item.objects.get(pk=item.pk), to=[desk.rui.email], text="Booked back.", by=desk.leo, at=LATER + 2 * HOUR
    )

    assert inside.message_id not in (ours.in_reply_to, *ours.references)
