"""Every mail that leaves, whatever people are called and wrote: MAIL section 9, and the loops that end."""

import base64
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.desk import MONDAY, Desk
from tests.services.test_posting import Way, post, way
from tests.services.test_receiving import mail, receive
from tramita.domain.auto_answers import LOOP_FIELD
from tramita.domain.mail_tokens import claim_of_id, claims_of_addresses
from tramita.domain.mime import ParsedMail, parse
from tramita.models import Delivery, Item, Mailbox, Message, Person
from tramita.queries.mailboxes import keys
from tramita.queries.people import actor_by_id
from tramita.services import mailing

MINUTE = timedelta(minutes=1)
QUICK = settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
HOSTILE = [
    "\r\nBcc: all@x.example",
    "=?utf-8?q?=0D=0ABcc:_all@x.example?=",
    "a\x00b",
    "\u202egpj.exe",
    "é" * 400,
    '"',
    "<",
]
TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(blacklist_categories=("Cs",)), max_size=120))
FILE = st.builds(mailing.Enclosure, TEXT.filter(bool), st.just("image/png"), st.binary(max_size=200))

__all__ = ["way"]  # a fixture


def sound(raw: bytes, *, automatic: bool) -> ParsedMail:
    """What must hold of every mail that leaves."""
    read = parse(raw)
    assert read.defects == ()
    assert claim_of_id(read.message_id or "", keys=keys())
    assert list(claims_of_addresses([one.address for one in read.reply_to], keys=keys()))
    assert read.references
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert len(b" ".join(re.findall(rb"(?m)^References:(?:.*\r\n)(?:[ \t].*\r\n)*", raw))) < 1_700
    assert (read.first("Auto-Submitted") is not None) == automatic
    assert (read.first("X-Auto-Response-Suppress") == "All") == automatic
    assert (read.first(LOOP_FIELD) is not None) == automatic
    assert [read.first(name) for name in ("Bcc", "List-Id", "Precedence")] == [None] * 3
    assert [len(list(read.all(name))) for name in ("From", "To", "Subject", "Message-ID", "Date")] == [1] * 5
    return read


@settings(QUICK)
@given(
    subject=TEXT,
    text=TEXT.filter(str.strip),
    html=st.one_of(st.none(), TEXT),
    name=TEXT.filter(str.strip),
    signature=TEXT,
    files=st.lists(FILE, max_size=2),
    hidden=st.booleans(),
)
def test_every_mail_of_a_person_reads_back_whole(
    desk: Desk,
    way: Way,
    data_dir: object,
    subject: str,
    text: str,
    html: str | None,
    name: str,
    signature: str,
    files: list[mailing.Enclosure],
    hidden: bool,
) -> None:
    """MAIL-55, MAIL-71, MAIL-95, MAIL-117 to MAIL-120, MAIL-122."""
    Mailbox.objects.update(name=name[:200].replace("\x00", ""))
    Person.objects.filter(pk=desk.ana.id).update(
        name=name[:200].replace("\x00", ""), signature=signature.replace("\x00", ""), signs=True
    )
    way.sent.clear()
    item = desk.ticket()
    files = [mailing.Enclosure(one.filename.replace("\x00", ""), one.content_type, one.content) for one in files]
    mailing.send(
        item,
        to=[desk.rui.email],
        bcc=["boss@x.example"] if hidden else [],
        subject=subject.replace("\x00", ""),
        text=text.replace("\x00", "") or "x",
        html=html.replace("\x00", "") if html else None,
        attachments=files,
        by=actor_by_id(desk.ana.id),
        at=MONDAY,
    )
    post()

    assert Delivery.objects.latest("id").error == ""
    ((_, recipients, raw),) = way.sent
    read = sound(raw, automatic=False)
    assert item.reference in read.subject
    assert [one.address for one in read.to] == [desk.rui.email]
    assert read.from_.address == "invoices@desk.example"
    assert set(recipients) == {desk.rui.email} | ({"boss@x.example"} if hidden else set())
    assert len(read.attachments) == len(files)


@settings(QUICK)
@given(subject=TEXT, name=TEXT, references=st.lists(st.text("abcdefgh0123<>@. ", max_size=90), max_size=40))
def test_every_answer_to_a_hostile_mail_reads_back_whole(
    desk: Desk, way: Way, data_dir: object, subject: str, name: str, references: list[str]
) -> None:
    """MAIL-55, MAIL-95, MAIL-118: and the acknowledgement of it."""

    def word(text: str) -> str:
        return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="

    way.sent.clear()
    number = Item.objects.count()
    raw = mail(
        f"Hello {number}",
        sender=f"mallory{number}@else.example",
        subject=word(subject),
        References=" ".join(f"<{one}>" for one in references),
        Thread_Index=word(subject)[:80],
        Thread_Topic=word(subject),
    ).replace(b"Rui Sousa", word(name).encode())
    assert receive(raw).outcome == "created"
    item = Item.objects.latest("id")
    post()
    assert [*Delivery.objects.exclude(error="").values_list("error", flat=True)] == []
    acknowledged = sound(way.sent[-1][2], automatic=True)
    assert acknowledged.first("Auto-Submitted") == "auto-replied"

    mailing.send(item, to=[f"mallory{number}@else.example"], text="Thanks", by=desk.ana, at=MONDAY)
    post()

    answer = sound(way.sent[-1][2], automatic=False)
    assert answer.in_reply_to == parse(raw).stable_id


Answer = Callable[[ParsedMail, int], bytes]


def other_desk(marked: bool) -> Answer:
    """Acknowledges all that it gets: as a mail of its own, with its own number in the subject."""

    def answer(ours: ParsedMail, number: int) -> bytes:
        marks = {"Auto_Submitted": "auto-replied"} if marked else {}
        return mail(
            f"We have received your request. {number}",
            sender="helpdesk@other.example",
            to=ours.reply_to[0].address,
            subject=f"[#{number}] {ours.subject}",
            **marks,
        )

    return answer


def absence(thread: bool, marked: bool) -> Answer:
    """Answers everything."""

    def answer(ours: ParsedMail, number: int) -> bytes:
        marks = {"Auto_Submitted": "auto-replied"} if marked else {}
        said = {"reply_to": ours.message_id or ""} if thread else {}
        return mail(
            f"I am away. {number}",
            sender="rui@acme.example",
            to=ours.from_.address if ours.from_ else "",
            subject=f"Re: {ours.subject}",
            **said,
            **marks,
        )

    return answer


def exchanged(way: Way, first: bytes, answer: Answer) -> int:
    """How many mails go to and fro before both fall silent, by the bytes that each gets."""
    receive(first)
    mails, at = 1, MONDAY
    while post(at) and mails < 50:
        at += MINUTE
        new, way.sent = way.sent, []
        for _, _, raw in new:
            mails += 2
            receive(answer(parse(raw), mails), at=at)
    return mails


@pytest.mark.parametrize("marked", [True, False])
def test_two_desks_that_acknowledge_each_other_send_five_mails_at_most(desk: Desk, way: Way, marked: bool) -> None:
    """MAIL-91, MAIL-93."""
    first = mail("Please help", sender="helpdesk@other.example", subject="The lift")

    assert exchanged(way, first, other_desk(marked)) <= 5
    assert not way.sent


@pytest.mark.parametrize("thread", [True, False])
@pytest.mark.parametrize("marked", [True, False])
def test_an_absence_note_that_answers_everything_ends_after_three(
    desk: Desk, way: Way, thread: bool, marked: bool
) -> None:
    """MAIL-91 to MAIL-93."""
    assert exchanged(way, mail("Please help"), absence(thread, marked)) <= 3
    assert Message.objects.filter(outgoing=True).count() == 1
