"""What stands round the words of a mail: who it is from, what it answers, what its readers know (MAIL-117 to 122)."""

import base64
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.services.test_posting import Way, post, way, written
from tests.services.test_receiving import mail, receive
from tramita.domain.codes import Visibility
from tramita.domain.errors import Invalid
from tramita.domain.mime import parse
from tramita.gateways import smtp
from tramita.models import Item, Mailbox, MarkedAddress, Message, Person
from tramita.queries.recipients import recipients_report
from tramita.services import mailing, notes, posting

HOUR = timedelta(hours=1)

__all__ = ["way"]  # a fixture


def left(way: Way, number: int = -1) -> EmailMessage:
    """A mail as it went out."""
    return message_from_bytes(way.sent[number][2], policy=policy.default)


def sent(desk: Desk, way: Way, item: Item, **more: object) -> EmailMessage:
    written(desk, Item.objects.get(pk=item.pk), **more)
    assert posting.Result.DONE in post()
    return left(way)


def text_of(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def asked(desk: Desk, text: str = "It came twice.", **headers: str) -> Item:
    receive(mail(text, sender=desk.rui.email or "", subject="Invoice", **headers))
    return Item.objects.get()


def test_a_mail_is_from_its_writer_at_the_desk_and_from_no_other_domain(desk: Desk, way: Way) -> None:
    """MAIL-117."""
    Mailbox.objects.update(name="Service Desk")
    Person.objects.filter(pk=desk.rui.pk).update(language="pl")

    mine = sent(desk, way, desk.ticket())

    assert mine["From"] == '"Ana Lima, Service Desk" <invoices@desk.example>'
    assert sent(desk, way, desk.ticket(), to=["eve@x.example"])["From"] == (
        "Ana Lima at Service Desk <invoices@desk.example>"
    )


def test_what_comes_back_goes_to_an_address_of_that_mail_alone(desk: Desk, way: Way) -> None:
    """MAIL-96, MAIL-117: a bounce without a copy of our headers finds the mail that it is about."""
    senders = []
    way_send = way.send
    way.send = lambda name, sender, *rest, **more: senders.append(sender) or way_send(name, sender, *rest, **more)
    item = desk.ticket()
    first = written(desk, item)
    written(desk, Item.objects.get(pk=item.pk))
    post()
    assert senders[0].startswith("invoices+")
    assert senders[0] != senders[1]

    report = mail(
        "Your message could not be delivered: 550 5.1.1 no such user",
        to=senders[0],
        sender="mailer-daemon@mail.example",
        subject="Undelivered Mail Returned to Sender",
        Content_Type='multipart/report; report-type=delivery-status; boundary="b"',
    )
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nIt came back.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mail.example\r\n\r\nFinal-Recipient: rfc822; rui@acme.example\r\nAction: failed\r\n"
        b"Status: 5.1.1\r\n\r\n--b--\r\n"
    )
    outcome = receive(report.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body, at=MONDAY + HOUR)

    assert outcome.items == (item.reference,)
    told = item.entries.filter(type="mail_received").latest("id")
    assert (told.data["event"], told.data["about"]) == ("failed", first.pk)


def test_a_mailbox_without_plus_addresses_carries_its_token_in_the_text(desk: Desk, way: Way) -> None:
    """M-1, MAIL-70, MAIL-117."""
    Mailbox.objects.update(plus_addressing="off")
    item = desk.ticket()

    mine = sent(desk, way, item)

    assert mine["Reply-To"] == "Ana Lima <invoices@desk.example>"
    assert f"\nref:{item.number}." in text_of(mine)
    answer = mail(f"Thanks\n\n{text_of(mine)}", sender="stranger@else.example", subject="no number here")
    assert receive(answer, at=MONDAY).items == (item.reference,)


def test_an_answer_threads_everywhere(desk: Desk, way: Way) -> None:
    """MAIL-118, MAIL-119."""
    began = base64.b64encode(b"\x01" + b"\xdc\x11\x22\x33\x44" + b"g" * 16).decode()
    item = asked(desk, References="<zero@acme.example>", Thread_Index=began, Thread_Topic="Invoice")
    theirs = Message.objects.get(outgoing=False)

    mine = sent(desk, way, item, subject=f"Re: Re: [{item.reference}] Invoice")

    assert mine["Subject"] == f"Re: [{item.reference}] Invoice"
    assert mine["In-Reply-To"] == f"<{theirs.message_id}>"
    assert mine["References"] == f"<zero@acme.example> <{theirs.message_id}>"
    assert mine["Thread-Topic"] == "Invoice"
    thread = base64.b64decode(mine["Thread-Index"])
    assert thread[:22] == base64.b64decode(began)
    assert len(thread) == 27


def test_the_first_mail_of_an_item_refers_to_its_thread(desk: Desk, way: Way) -> None:
    """MAIL-118: so that the second, whatever was answered meanwhile, stands beside it."""
    item = desk.ticket()
    first, second = sent(desk, way, item), sent(desk, way, item)

    assert first["References"] == second["References"].split()[0]
    assert second["In-Reply-To"] == first["Message-ID"]


def test_a_mail_answers_no_machine(desk: Desk, way: Way) -> None:
    """MAIL-118."""
    item = asked(desk)
    question = Message.objects.get(outgoing=False)
    note = mail("Away", sender=desk.rui.email or "", subject=f"[{item.reference}]", Auto_Submitted="auto-replied")
    receive(note, at=MONDAY)

    assert sent(desk, way, item)["In-Reply-To"] == f"<{question.message_id}>"


def test_a_person_signs_if_they_ticked_it_and_the_mailbox_always(desk: Desk, way: Way) -> None:
    """M-19a, MAIL-117."""
    Mailbox.objects.update(signature="Acme Service Desk")
    Person.objects.filter(pk=desk.ana.id).update(signature="Ana <3", signs=True)

    mine = sent(desk, way, desk.ticket(), html="<p>Booked <b>back</b>.</p>", text="")
    assert text_of(mine) == "Booked back.\n\n-- \nAna <3\n\nAcme Service Desk\n"
    assert "Ana &lt;3" in mine.get_body(("html",)).get_content()

    Person.objects.filter(pk=desk.ana.id).update(signs=False)
    assert "Ana" not in text_of(sent(desk, way, desk.ticket()))
    assert Message.objects.latest("id").text == "Booked back."


def test_what_the_reader_knows_is_quoted_in_their_language(desk: Desk, way: Way) -> None:
    """MAIL-60, MAIL-120."""
    Person.objects.filter(pk=desk.rui.pk).update(language="fr")
    words = "It came twice.\n\nOn Mon, 2 Mar 2026 at 09:00, Ana wrote:\n> old words"
    item = asked(desk, words, In_Reply_To="<old@acme.example>")

    mine = sent(desk, way, item, html="<p>Booked back.</p>", text="")

    assert text_of(mine).startswith("Booked back.\n\nLe ")
    assert "Rui Sousa a écrit :\n> It came twice.\n" in text_of(mine)
    assert "old words" not in text_of(mine)
    assert '<blockquote class="gmail_quote" type="cite">It came twice.</blockquote>' in (
        mine.get_body(("html",)).get_content()
    )
    assert parse(way.sent[-1][2]).reply_text.strip() == "Booked back."


def test_nobody_is_told_what_they_neither_wrote_nor_got(desk: Desk, way: Way) -> None:
    """MAIL-60, MAIL-59."""
    item = asked(desk, "The secret of Rui")
    notes.add_note(Item.objects.get(pk=item.pk), body="A note of the house", by=desk.ana, at=MONDAY)
    item = Item.objects.get(pk=item.pk)
    inside = Message.objects.create(
        item=item, outgoing=False, message_id="in@x", sender_address=desk.rui.email, text="Inside", at=MONDAY
    )
    factories.entry(
        Item.objects.get(pk=item.pk),
        "mail_received",
        visibility=Visibility.INTERNAL,
        data={"message": inside.pk},
    )
    sent(desk, way, item, text="To Marta, blind to Rui", to=[desk.marta.email], bcc=[desk.rui.email])

    to_rui = text_of(sent(desk, way, item, text="For Rui."))
    to_both = text_of(sent(desk, way, item, text="For both.", cc=[desk.marta.email]))
    blind = text_of(sent(desk, way, item, text="For Rui, Eve looks on.", bcc=["eve@x.example"]))

    assert "The secret of Rui" in to_rui
    for words in (to_rui, to_both, blind):
        assert "A note of the house" not in words
        assert "Inside" not in words
        assert "To Marta" not in words
    assert "The secret of Rui" not in to_both + blind


def test_the_line_to_write_above_is_a_setting(desk: Desk, way: Way) -> None:
    """MAIL-41: and an answer below it is not lost."""
    publish("settings", "settings", reply_marker=True)
    Person.objects.filter(pk=desk.rui.pk).update(language="es")
    item = desk.ticket()

    mine = sent(desk, way, item)

    first = text_of(mine).splitlines()[0]
    assert first == "##- Escriba su respuesta encima de esta línea -##"
    quoted = "\n".join(f"> {line}" for line in text_of(mine).splitlines())
    above = parse(mail(f"Thank you\n\n{quoted}", reply_to=str(mine["Message-ID"]).strip("<>")))
    below = parse(mail(f"{quoted}\n\nThank you", reply_to=str(mine["Message-ID"]).strip("<>")))
    assert above.reply_text.strip() == "Thank you"
    assert "Thank you" in below.reply_text


def test_recipients_of_ours_and_doubled_ones_are_taken_out_with_a_word(desk: Desk, way: Way) -> None:
    """MAIL-122."""
    rui = desk.rui.email or ""
    message = written(
        desk, desk.ticket(), to=[rui, "invoices+1.abc@desk.example"], cc=[rui.upper(), "suppliers@desk.example"]
    )

    post()

    assert [list(to) for _, to, _ in way.sent] == [[rui]]
    told = message.item.entries.get(type="mail_sent").data["left_out"]
    assert told == [
        ["to", "invoices+1.abc@desk.example", "ours"],
        ["cc", rui.upper(), "duplicate"],
        ["cc", "suppliers@desk.example", "ours"],
    ]
    with pytest.raises(Invalid, match="our own addresses"):
        written(desk, desk.ticket(), to=["invoices@desk.example"])


def test_a_hidden_recipient_stands_in_no_entry_that_others_read(desk: Desk) -> None:
    """MAIL-60, MAIL-122: the word on who was taken out is for the house alone."""
    message = written(desk, desk.ticket(), bcc=["quiet@acme.example", "Quiet@acme.example"])

    told = message.item.entries.get(type="mail_sent")
    assert "quiet" not in f"{told.data} {told.words}".lower()
    assert message.headers["left_out"] == [["bcc", "Quiet@acme.example", "duplicate"]]


def test_the_report_says_of_each_recipient_what_must_be_known(desk: Desk) -> None:
    """M-16, MAIL-97, MAIL-122."""
    item = desk.ticket()
    MarkedAddress.objects.create(address="gone@acme.example", bounced=True, at=MONDAY)
    rui = desk.rui.email or ""

    report = recipients_report(item, [rui], ["gone@acme.example", f" {rui}"], ["invoices@desk.example"])

    assert [(one.field, one.ours, one.duplicate, one.bounced, one.new) for one in report] == [
        ("to", False, False, False, False),
        ("cc", False, False, True, True),
        ("cc", False, True, False, False),
        ("bcc", True, False, False, False),
    ]


def test_a_picture_goes_inside_and_a_file_beside(desk: Desk, way: Way) -> None:
    """MAIL-120."""
    files = [
        mailing.Enclosure("logo.png", "image/png", b"\x89PNG", "logo@desk.example"),
        mailing.Enclosure("Rechnung März.pdf", "application/pdf", b"%PDF"),
    ]

    sent(desk, way, desk.ticket(), html='<p><img src="cid:logo@desk.example"></p>', text="", attachments=files)

    read = parse(way.sent[-1][2])
    assert read.defects == ()
    assert {one.filename: one.inline for one in read.attachments} == {"logo.png": True, "Rechnung März.pdf": False}


def test_an_address_that_no_server_takes_is_refused_when_it_is_written(desk: Desk) -> None:
    """MAIL-122: not when it is to leave."""
    with pytest.raises(Invalid):
        written(desk, desk.ticket(), to=["jörg@acme.example"])


def test_every_try_sends_the_same_bytes(desk: Desk, way: Way) -> None:
    """MAIL-111."""
    tried: list[bytes] = []
    way_send = way.send
    way.send = lambda name, sender, to, raw, **more: tried.append(raw) or way_send(name, sender, to, raw, **more)
    written(desk, desk.ticket(), html="<p>Hi</p>")
    way.answers = [smtp.NotNowError("no connection")]
    post()
    post(MONDAY + HOUR)

    assert len(tried) == 2
    assert tried[0] == tried[1]
