"""Delivery reports in the forms of many mail systems, and what only looks like one."""

import pytest

from tests.domain.mails import mail
from tramita.domain.mime import Bounce, ParsedMail, parse

DAEMON = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>"
HEAD = "Message-ID: <out@helpdesk.example>\r\nTo: rui@c.example\r\n"
COPY = f"\r\n\r\n------ This is a copy of the message ------\r\n\r\n{HEAD}"


def bounce(read: ParsedMail) -> Bounce:
    assert read.bounce is not None
    assert read.auto_submitted
    return read.bounce


@pytest.mark.parametrize(
    ("sender", "subject", "body"),
    [
        (DAEMON, "failure notice", "<rui@c.example>:\r\nSorry, no mailbox here by that name."),
        (DAEMON, "Mail", "I could not deliver your mail.\r\n\r\n<rui@c.example>: 550 user unknown"),
        ("Postmaster <postmaster@mx.example>", "Undeliverable Mail", "Invalid final delivery userid: rui@c.example"),
        ("post_master@sms.example", "Re: The lift", "Error: Invalid user address\r\nRCPT TO: rui@c.example"),
        (
            "System Administrator <x@mx.example>",
            "E",
            "did not reach the following recipient(s):\r\n\r\nrui@c.example on",
        ),
        (
            DAEMON,
            "Undeliverable: x",
            "Your message\r\n  To: list@o.example\r\n\r\nwas not delivered to:\r\n\r\n  rui@c.example",
        ),
        (DAEMON, "Unzustellbar: x", "Ihre Nachricht konnte nicht zugestellt werden an\r\n\r\nrui@c.example"),
        (DAEMON, "Échec de la remise", "Votre message n'a pas pu être remis à\r\n\r\nrui@c.example"),
        (DAEMON, "No se ha podido entregar: x", "No se ha podido entregar a\r\n\r\nrui@c.example"),
        (DAEMON, "Não foi possível entregar", "A mensagem não foi entregue a\r\n\r\nrui@c.example"),
        (DAEMON, "Nie można dostarczyć: x", "Wiadomość nie została dostarczona.\r\n\r\nrui@c.example"),
        (
            "gate@mx.example",
            "Mail could not be delivered",
            "*** Gate ***\r\n550 5.1.1\r\nUnable to deliver message to <rui@c.example>",
        ),
        (
            "admin@mx.example",
            "Non-Delivery: x",
            '--- Non-Delivery Report ---\r\ncould not be delivered to:\r\n\r\n"rui@c.example"',
        ),
    ],
)
def test_a_report_in_plain_words_names_whom_it_did_not_reach(sender: str, subject: str, body: str) -> None:
    """MAIL-96."""
    found = bounce(mail(body + COPY, From=sender, Subject=subject, To="desk@helpdesk.example"))

    assert (found.recipient, found.permanent) == ("rui@c.example", True)
    assert (found.status or "")[0] == "5"
    assert found.original_message_id == "out@helpdesk.example"


def test_a_null_sender_needs_a_copy_or_a_code_beside_its_words() -> None:
    """MAIL-96."""
    words = "Your mail could not be delivered to: <rui@c.example>\r\nAs the mailbox is full."

    assert bounce(mail(words + COPY, Return_Path="<>", Subject="Mail")).recipient == "rui@c.example"
    assert bounce(mail(f"{words}\r\n552 quota", Return_Path="<>", Subject="Mail")).recipient == "rui@c.example"
    assert mail("I left. My mailbox does not exist any more.", Return_Path="<>", Subject="Gone").bounce is None


def test_every_recipient_of_a_plain_report_is_told() -> None:
    """MAIL-96."""
    failed = "<a@c.example>:\r\nunknown\r\n\r\n<b@c.example>:\r\nunknown"
    body = f"I could not deliver to the following addresses.\r\n\r\n{failed}"

    found = bounce(mail(body, From=DAEMON, Subject="failure notice", To="desk@helpdesk.example"))

    assert [one.recipient for one in found.recipients] == ["a@c.example", "b@c.example"]


def test_the_offices_and_the_sender_are_not_whom_it_did_not_reach() -> None:
    """MAIL-96."""
    body = "Ask <postmaster@mx.example> for help, Desk <desk@helpdesk.example>.\r\n\r\n<rui@c.example>: host unknown"

    found = bounce(mail(body, From=DAEMON, Subject="Undelivered Mail", To="desk@helpdesk.example"))

    assert found.recipient == "rui@c.example"


def test_where_the_report_names_nobody_the_copy_does() -> None:
    """MAIL-96."""
    copy = f"--b\r\nContent-Type: message/rfc822\r\n\r\n{HEAD}\r\nx\r\n--b--"

    found = bounce(
        mail(
            f"--b\r\n\r\nDelivery has failed.\r\n{copy}",
            From=DAEMON,
            Subject="Delivery failure",
            Content_Type="multipart/mixed; boundary=b",
        )
    )

    assert (found.recipient, found.original_message_id) == ("rui@c.example", "out@helpdesk.example")


@pytest.mark.parametrize(
    "body",
    [
        "Delivery attempts will continue to be made for 5 days to the following addresses:\r\n\r\nrui@c.example",
        "This is an advisory-only email. Delivery has been postponed due to a full mailbox.\r\n\r\nrui@c.example",
        "Message delayed: 451 4.7.1 try later\r\n\r\n<rui@c.example>",
    ],
)
def test_a_delay_is_no_failure(body: str) -> None:
    """MAIL-96."""
    found = bounce(mail(body, From=DAEMON, Subject="Mail Delivery Warning"))

    assert (found.action, (found.status or "")[0], found.permanent) == ("delayed", "4", False)


STATUS = "Final-Recipient: rfc822; rui@c.example\r\nAction: failed\r\nStatus: 5.2.2\r\n"
FORM = f"Reporting-MTA: dns; mx.example\r\n\r\n{STATUS}"


def test_the_form_is_found_where_it_was_pasted_or_enclosed() -> None:
    """MAIL-96."""
    part = f"--i\r\nContent-Type: message/delivery-status\r\n\r\n{FORM}--i--"
    report = f"Content-Type: multipart/report; boundary=i\r\n\r\n{part}"
    enclosed = f"--b\r\nContent-Type: message/rfc822\r\n\r\n{report}\r\n--b--"

    pasted = bounce(mail(f"Sorry.\r\n\r\n{FORM}", From=DAEMON, Subject="Undelivered Mail"))
    wrapped = bounce(
        mail(enclosed, From=DAEMON, Subject="Delivery failure", Content_Type="multipart/mixed; boundary=b")
    )

    assert (pasted.recipient, pasted.status) == (wrapped.recipient, wrapped.status) == ("rui@c.example", "5.2.2")


def test_a_status_that_was_left_out_is_told_by_the_rest() -> None:
    """MAIL-96."""

    def status(*fields: str) -> str | None:
        form = "\r\n".join(["Final-Recipient: rfc822; rui@c.example", *fields, ""])
        body = f"--b\r\nContent-Type: message/delivery-status\r\n\r\n{form}\r\n--b--"
        kind = "multipart/report; report-type=delivery-status; boundary=b"
        return bounce(mail(body, From=DAEMON, Subject="x", Content_Type=kind)).status

    assert status("Action: failed") == "5.0.0"
    assert status("Action: delayed") == "4.0.0"
    assert status("Action: failed", "Diagnostic-Code: smtp; 450 later") == "4.0.0"
    assert status("Action: failed", "Diagnostic-Code: smtp; 550 5.2.2 full") == "5.2.2"


def test_a_notification_in_json_is_a_report() -> None:
    """MAIL-96."""
    told = '{"emailAddress":"rui@c.example","action":"failed","status":"5.1.1","diagnosticCode":"\\u0000\\ud800 550"}'
    notice = f'{{"notificationType":"Bounce","bounce":{{"bouncedRecipients":[{told}]}}}}\r\n\r\n-- \r\nStop?'

    found = bounce(mail(notice, From="no-reply@sns.example", Subject="Notification Message"))

    assert (found.recipient, found.status, found.action) == ("rui@c.example", "5.1.1", "failed")
    assert found.recipients[0].diagnostic == "\ufffd 550"
    assert mail('{"notificationType":"Bounce","bounce":[', Subject="x").bounce is None


def test_a_receipt_that_says_deleted_unread_by_a_machine_is_a_bounce() -> None:
    """MAIL-96, MAIL-98: as a mailbox that refuses mail after it was accepted answers."""

    def receipt(mode: str) -> ParsedMail:
        form = f"Final-Recipient: rfc822; rui@c.example\r\nDisposition: {mode}; deleted\r\n"
        part = f"--b\r\nContent-Type: message/disposition-notification\r\n\r\n{form}--b--"
        body = f"--b\r\n\r\nYour message was automatically rejected: Quota exceeded\r\n{part}"
        kind = "multipart/report; report-type=disposition-notification; boundary=b"
        return mail(body, From=DAEMON, Subject="Rejected", Content_Type=kind)

    assert bounce(receipt("automatic-action/MDN-sent-automatically")).action == "failed"
    assert receipt("manual-action/MDN-sent-manually").bounce is None
    assert receipt("manual-action/MDN-sent-manually").receipt is not None


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Undelivered mail", "Hello,\n\nsince Monday I get this: 550 user unknown <ana@c.example>. Can you help?"),
        ("Fwd: failure notice", "Please see below.\n\n> could not be delivered to rui@c.example"),
        ("Delivery failed", "The parcel could not be delivered.\n\nRui"),
        ("The mail server", "It says: 550 5.1.1 user unknown, could not be delivered to the following recipients"),
    ],
)
def test_a_person_who_tells_of_a_bounce_is_none(subject: str, body: str) -> None:
    """MAIL-96."""
    assert mail(body, Subject=subject).bounce is None


@pytest.mark.parametrize(
    "subject",
    [
        *("AUTO: Rui Silva is out of the office (returning 12/03/2024)", "Re: The lift (Automatic Response)"),
        *(
            "[Automatyczna odpowiedź] winda",
            "Abwesenheitsnotiz: x",
            "Réponse automatique : x",
            "Respuesta automática: x",
        ),
        *("Resposta automática: x", "Odpowiedź automatyczna: x", "Automatische Antwort: x", "Out of Office Re: x"),
    ],
)
def test_wording_of_a_subject_only_hints(subject: str) -> None:
    """MAIL-92."""
    read = mail("I am back on Monday.", Subject=subject)

    assert read.auto_wording
    assert read.auto_submitted is None


@pytest.mark.parametrize(
    ("body", "hints"),
    [
        ("This is an automated reply. I am away.", True),
        ("Hello,\n\nI am currently out of the office until Monday.", True),
        ("Ceci est une réponse automatique.", True),
        ("Esta es una respuesta automática.", True),
        ("Esta é uma resposta automática.", True),
        ("To jest automatyczna odpowiedź.", True),
        ("Dies ist eine automatisch generierte Antwort.", True),
        ("Jestem obecnie na urlopie do poniedziałku.", True),
        ("The automatic door is out of order.\n\nI am out of the office at noon.", False),
        ("Is there an automatic reply when the office is closed?", False),
    ],
)
def test_the_first_sentence_of_a_text_may_hint(body: str, hints: bool) -> None:
    """MAIL-92."""
    assert bool(mail(body).auto_wording) is hints


def test_a_long_text_is_not_searched_without_a_reason() -> None:
    """MAIL-21: what costs time is asked only where sender or subject say something."""
    raw = mail("could not be delivered 550 " * 100, Subject="The lift")

    assert raw.bounce is None
    assert parse(b"").bounce is None
