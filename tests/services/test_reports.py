"""Bounces, receipts and complaints: events on a mail of ours, and marks on addresses (MAIL-96 to MAIL-98)."""

from datetime import datetime, timedelta

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_joining import token
from tests.services.test_receiving import HOUR, asked, fresh, receive, started
from tramita.domain.codes import Reason, State
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Delivery, Entry, Item, MarkedAddress, Message
from tramita.queries.marks import marked, marks_of
from tramita.queries.people import actor_for
from tramita.services import mailing, marking, resolving

DAY = timedelta(days=1)
_number = iter(range(10_000))

BOUNCE = """From: MAILER-DAEMON@mx.acme.example\r
To: {to}\r
Subject: Undelivered mail\r
Message-ID: <bounce{number}@mx.acme.example>\r
Return-Path: <>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=x\r
\r
--x\r
\r
It did not arrive.\r
--x\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.acme.example\r
\r
{recipients}\r
--x\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <{about}>\r
--x--\r
"""
COMPLAINT = """From: abuse@mx.acme.example\r
To: invoices@desk.example\r
Subject: Complaint\r
Message-ID: <complaint{number}@mx.acme.example>\r
Content-Type: multipart/report; report-type=feedback-report; boundary=x\r
\r
--x\r
\r
Unwanted.\r
--x\r
Content-Type: message/feedback-report\r
\r
Feedback-Type: abuse\r
User-Agent: x\r
Version: 1\r
{recipient}\r
--x\r
Content-Type: message/rfc822\r
\r
Message-ID: <{about}>\r
From: invoices@desk.example\r
\r
x\r
--x--\r
"""


def bounce(about: str, *recipients: tuple[str, str, str], to: str = "invoices@desk.example") -> bytes:
    """A report: address, action, status for each."""
    groups = [
        f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {status}\r\n"
        for who, action, status in recipients
    ]
    return BOUNCE.format(about=about, number=next(_number), recipients="\r\n".join(groups), to=to).encode()


def complaint(about: str, recipient: str = "") -> bytes:
    line = f"Original-Rcpt-To: {recipient}\r\n" if recipient else ""
    return COMPLAINT.format(about=about, number=next(_number), recipient=line).encode()


def newest(item: Item) -> Entry:
    return Entry.objects.filter(item=item, type="mail_received").latest("seq")


def test_a_permanent_failure_ends_the_wait_with_its_own_reason_and_the_owner_is_told(desk: Desk) -> None:
    """MAIL-96."""
    item = started(desk)
    question = asked(desk, item)

    outcome = receive(bounce(question.message_id, (desk.rui.email, "failed", "5.1.1")), at=MONDAY + HOUR)

    held = fresh(item)
    woken = Entry.objects.get(item=item, type="woken")
    assert (outcome.outcome, held.state, woken.reason) == ("woken", State.TO_DO, Reason.DELIVERY_FAILED.value)
    assert (held.highlighted, held.new_information, held.assignee_id) == (True, True, desk.ana.id)
    told = newest(item)
    assert (told.data["event"], told.data["about"], told.visibility) == ("failed", question.pk, "internal")
    assert told.words["recipients"][0]["recipient"] == desk.rui.email


def test_a_delay_ends_no_wait_and_stops_no_clock(desk: Desk) -> None:
    """MAIL-96."""
    item = started(desk)
    question = asked(desk, item)
    before = fresh(item)

    outcome = receive(bounce(question.message_id, (desk.rui.email, "delayed", "4.4.1")), at=MONDAY + HOUR)

    held = fresh(item)
    assert (outcome.outcome, held.state, held.highlighted) == ("appended", State.WAITING, False)
    assert (held.clock, held.due_at, held.seconds_left) == (before.clock, before.due_at, before.seconds_left)


def test_a_failure_leaves_the_clock_of_running_work_alone(desk: Desk) -> None:
    """MAIL-96: the requester's clock is not stopped by it."""
    item = started(desk)
    sent = mailing.send(item, to=[desk.rui.email], text="We look into it", by=desk.ana, at=MONDAY)
    before = fresh(item)

    receive(bounce(sent.message_id, (desk.rui.email, "failed", "5.1.1")), at=MONDAY + HOUR)

    held = fresh(item)
    assert (held.state, held.clock, held.due_at) == (before.state, before.clock, before.due_at)
    assert held.highlighted is True


@pytest.mark.parametrize("about", ["acknowledgement", "older"])
def test_a_wait_is_ended_only_by_the_failure_of_the_mail_it_waits_for(desk: Desk, about: str) -> None:
    """MAIL-96."""
    item = started(desk)
    older = mailing.send(item, to=["x@else.example"], text="Do you know?", by=desk.ana, at=MONDAY)
    asked(desk, fresh(item))
    failed = Message.objects.get(automatic=True, outgoing=True) if about == "acknowledgement" else older

    outcome = receive(bounce(failed.message_id, (failed.to[0][1], "failed", "5.1.1")), at=MONDAY + HOUR)

    assert (outcome.outcome, fresh(item).state) == ("appended", State.WAITING)


def test_a_report_that_names_no_mail_is_joined_by_the_address_it_came_back_to(desk: Desk) -> None:
    """MAIL-96: the token of the envelope's sender."""
    item = started(desk)
    question = asked(desk, item)
    raw = bounce("what@ever.example", (desk.rui.email, "failed", "5.1.1"), to=token(item))

    outcome = receive(raw, at=MONDAY + HOUR)

    assert (outcome.outcome, newest(item).data["about"]) == ("woken", question.pk)
    assert newest(item).data["new_participant"] is False


def test_a_failure_is_told_on_a_closed_item_too_and_moves_nothing(desk: Desk) -> None:
    """MAIL-96, S-12."""
    item = started(desk)
    sent = mailing.send(item, to=[desk.rui.email], text="No", by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="rejected_spam", by=desk.ana, at=MONDAY)

    outcome = receive(bounce(sent.message_id, (desk.rui.email, "failed", "5.1.1")), at=MONDAY + HOUR)

    held = fresh(item)
    assert (outcome.outcome, held.state, held.new_information, held.highlighted) == (
        "appended",
        State.CLOSED,
        False,
        False,
    )
    assert newest(item).data["event"] == "failed"


def test_backscatter_is_kept_without_an_item_or_an_answer(desk: Desk) -> None:
    """MAIL-98."""
    outcome = receive(bounce("not.ours@spoofed.example", ("x@acme.example", "failed", "5.1.1")))

    assert outcome.outcome == "unhandled"
    assert (Item.objects.count(), Delivery.objects.count(), MarkedAddress.objects.count()) == (0, 0, 0)


def sent_to(desk: Desk, *addresses: str) -> Message:
    return mailing.send(desk.ticket(), to=list(addresses), text="Hello", by=desk.ana, at=MONDAY)


def test_an_address_where_nobody_is_is_marked_at_once_and_one_click_clears_it(desk: Desk) -> None:
    """MAIL-97."""
    sent = sent_to(desk, "Rui@Acme.example", "marta@acme.example")

    receive(bounce(sent.message_id, ("rui@acme.example", "failed", "5.1.1"), ("marta@acme.example", "failed", "5.7.1")))

    mark = marked(desk.ana).get()
    assert (mark.address, mark.bounced, mark.status, mark.message) == ("rui@acme.example", True, "5.1.1", sent)
    assert list(marks_of(["RUI@acme.example", "marta@acme.example"])) == ["RUI@acme.example"]
    with pytest.raises(NotPermitted):
        marking.clear(mark.pk, by=actor_for(desk.rui), at=MONDAY)
    marking.clear(mark.pk, by=desk.ana, at=MONDAY)
    assert not marked(desk.ana).exists()
    with pytest.raises(NotFound):
        marking.clear(mark.pk, by=desk.ana, at=MONDAY)


@pytest.mark.parametrize(
    ("days", "is_marked"), [((0, 1, 2), True), ((0, 1, 9), False), ((0, 5, 8, 9), True), ((0, 1), False)]
)
def test_three_passing_failures_in_a_week_mark_an_address(desk: Desk, days: tuple[int, ...], is_marked: bool) -> None:
    """MAIL-97."""
    sent = sent_to(desk, "rui@acme.example")

    for day, status in zip(days, ("5.2.2", "4.2.2", "5.2.2", "4.4.7"), strict=False):
        receive(bounce(sent.message_id, ("rui@acme.example", "failed", status)), at=MONDAY + day * DAY)

    assert marked(desk.ana).exists() is is_marked


def test_a_forged_report_marks_nobody_whom_the_mail_did_not_go_to(desk: Desk) -> None:
    """MAIL-97: whoever got one mail of ours knows its id."""
    sent = sent_to(desk, "rui@acme.example")

    receive(bounce(sent.message_id, ("boss@acme.example", "failed", "5.1.1")))
    receive(complaint(sent.message_id, "boss@acme.example"))

    assert not MarkedAddress.objects.exists()


@pytest.mark.parametrize("named", ["rui@acme.example", ""])
def test_a_complaint_is_an_event_and_stops_automatic_mail_to_who_complained(desk: Desk, named: str) -> None:
    """MAIL-98."""
    from tests.services.test_receiving import mail

    sent = sent_to(desk, "rui@acme.example")

    outcome = receive(complaint(sent.message_id, named))
    receive(mail("A question"))

    assert (outcome.outcome, newest(sent.item).data["event"]) == ("appended", "complaint")
    assert MarkedAddress.objects.get().complained is True
    assert not Message.objects.filter(outgoing=True, automatic=True).exists()
    started_now = Item.objects.latest("id")
    assert newest(started_now).data["unanswered"] == "a complaint about our mail"


def test_a_complaint_that_names_nobody_of_several_marks_nobody(desk: Desk) -> None:
    """MAIL-98."""
    sent = sent_to(desk, "rui@acme.example", "marta@acme.example")

    receive(complaint(sent.message_id))

    assert not MarkedAddress.objects.exists()


def test_what_is_marked_stays_marked_when_it_fails_otherwise(desk: Desk) -> None:
    """MAIL-97."""
    sent = sent_to(desk, "rui@acme.example")
    receive(bounce(sent.message_id, ("rui@acme.example", "failed", "5.1.1")))

    receive(bounce(sent.message_id, ("rui@acme.example", "delayed", "4.4.1")), at=MONDAY + DAY)

    mark = MarkedAddress.objects.get()
    assert (mark.bounced, [datetime.fromisoformat(one) for one in mark.failures]) == (True, [MONDAY + DAY])
