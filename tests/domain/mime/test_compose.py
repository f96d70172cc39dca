"""What we send reads back as it was meant, whatever names and subjects strangers chose."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import sample
from tramita.domain.errors import Invalid
from tramita.domain.mime import Address, ParsedMail, parse
from tramita.domain.mime.charsets import one_line
from tramita.domain.mime.compose import MAX_LINE, OutgoingFile, OutgoingMail, compose, recipients

DESK = Address("Service Desk", "desk@helpdesk.example")
RUI = Address("Rui", "rui@customer.example")
MAIL = OutgoingMail(
    from_=DESK,
    to=(RUI,),
    subject="[40308-T] The lift",
    message_id="out.40308.7.0123456789abcdef0123@helpdesk.example",
    date=datetime(2024, 3, 12, 9, tzinfo=UTC),
    text="It works again.\n",
)
LINES = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\x00"), max_size=300)


def sent(mail: OutgoingMail) -> ParsedMail:
    read = parse(compose(mail))
    assert read.defects == ()
    return read


def test_a_plain_mail_reads_back_as_it_was_meant() -> None:
    """MAIL-111, MAIL-117, MAIL-118, MAIL-119."""
    mail = replace(
        MAIL,
        reply_to=(Address("", "desk+40308.0123456789abcdef0123@helpdesk.example"),),
        in_reply_to="one@customer.example",
        references=("zero@customer.example", "one@customer.example"),
    )

    read = sent(mail)

    assert (read.from_, read.to, read.reply_to) == (DESK, (RUI,), mail.reply_to)
    assert (read.subject, read.text, read.date) == (MAIL.subject, MAIL.text, MAIL.date)
    assert (read.message_id, read.in_reply_to) == (MAIL.message_id, mail.in_reply_to)
    assert read.references == mail.references


def test_html_comes_with_a_text_version_made_from_it() -> None:
    """MAIL-120, MAIL-42."""
    read = sent(replace(MAIL, text="", html="<p>It works <b>again</b>.</p>"))

    assert read.text.strip() == "It works again."
    assert read.html
    assert "<b>again</b>" in read.html
    assert read.attachments == ()


def test_files_and_pictures_travel_along() -> None:
    """MAIL-120, MAIL-34, MAIL-35."""
    files = (
        OutgoingFile("Übersicht März.pdf", "application/pdf", b"%PDF" * 1_000),
        OutgoingFile("wall.png", "image/png", b"\x89PNG", "wall@helpdesk.example"),
        OutgoingFile("offer.eml", "message/rfc822", b"From: x\n\ny"),
    )
    raw = compose(replace(MAIL, html="<img src='cid:wall@helpdesk.example'>", files=files))

    read = parse(raw)

    assert {one.filename: one.inline for one in read.attachments} == {
        "wall.png": True,
        "Übersicht März.pdf": False,
        "offer.eml": False,
    }
    assert {one.content for one in read.attachments} == {one.content for one in files}
    assert b'name="Ubersicht Marz.pdf"' in raw


def test_what_a_machine_sends_says_so_and_what_a_person_wrote_does_not() -> None:
    """MAIL-95."""
    machine = sent(replace(MAIL, auto_submitted="auto-generated", extra={"X-Tramita-Loop": "helpdesk.example"}))
    person = sent(MAIL)

    assert machine.auto_submitted == "Auto-Submitted: auto-generated"
    assert machine.first("X-Auto-Response-Suppress") == "All"
    assert machine.first("X-Tramita-Loop") == "helpdesk.example"
    assert person.auto_submitted is None
    assert person.first("X-Auto-Response-Suppress") is None


def test_hidden_recipients_stand_in_the_envelope_alone() -> None:
    """MAIL-122, MAIL-59."""
    hidden = Address("", "boss@helpdesk.example")

    assert recipients(replace(MAIL, cc=(RUI,)), (hidden,)) == ("rui@customer.example", "boss@helpdesk.example")
    assert b"boss" not in compose(MAIL)


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\x00"])
@pytest.mark.parametrize("where", ["subject", "name", "address", "id", "extra", "filename", "field"])
def test_a_line_break_never_enters_a_header(where: str, mark: str) -> None:
    """MAIL-55."""
    bad = f"x{mark}Bcc: everyone@customer.example"
    mails = {
        "subject": replace(MAIL, subject=bad),
        "name": replace(MAIL, to=(Address(bad, "rui@customer.example"),)),
        "address": replace(MAIL, to=(Address("", f"rui@customer.example{mark}"),)),
        "id": replace(MAIL, message_id=bad),
        "extra": replace(MAIL, extra={"X-Note": bad}),
        "filename": replace(MAIL, files=(OutgoingFile(bad, "text/plain", b""),)),
        "field": replace(MAIL, extra={f"X{mark}Bcc": "x"}),
    }

    with pytest.raises(Invalid):
        compose(mails[where])


@pytest.mark.parametrize("name", ["Bcc", "From", "Content-Type", "Subject", "X Y", ""])
def test_an_extra_field_cannot_replace_ours(name: str) -> None:
    """MAIL-55, MAIL-122."""
    with pytest.raises(Invalid):
        compose(replace(MAIL, extra={name: "x"}))


def test_an_address_that_mail_cannot_be_sent_to_is_refused() -> None:
    """MAIL-122, MAIL-55."""
    for address in ("", "rui", "a b@c.example", "<x@y>", "jörg@customer.example", "a@b@c.example"):
        with pytest.raises(Invalid):
            compose(replace(MAIL, to=(Address("", address),)))


def test_an_international_domain_is_written_in_ascii() -> None:
    """MAIL-56, MAIL-120."""
    read = sent(replace(MAIL, to=(Address("", "info@bücher.example"),)))

    assert read.to[0].address == "info@xn--bcher-kva.example"


@given(subject=LINES, name=LINES)
def test_hostile_words_come_back_as_words(subject: str, name: str) -> None:
    """MAIL-55, MAIL-120."""
    raw = compose(replace(MAIL, subject=subject, to=(Address(name, "rui@customer.example"),)))
    read = parse(raw)

    assert [one.address for one in read.to] == ["rui@customer.example"]
    assert {field.lower() for field, _ in read.headers} == {
        *("from", "to", "subject", "date", "message-id", "mime-version", "content-type"),
        "content-transfer-encoding",
    }
    assert all(len(line) <= MAX_LINE for line in raw.split(b"\r\n"))
    assert _letters(read.subject or "") == _letters(subject)


@given(text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=2_000))
def test_any_text_survives_the_journey(text: str) -> None:
    """MAIL-120."""
    read = parse(compose(replace(MAIL, text=text)))

    words = text.replace("\ufeff", "")
    assert read.text.rstrip("\n") == (words.rstrip("\n") if words.strip() else "")


@pytest.mark.parametrize("number", ["005", "009", "011", "012", "038", "041", "043"])
def test_the_oddest_subjects_can_be_answered(number: str) -> None:
    """MAIL-55, MAIL-119."""
    read = parse(sample(number))

    raw = compose(replace(MAIL, subject=f"Re: {(read.subject or '')[:200]}"))

    fields = {name.lower() for name, _ in parse(raw).headers}
    assert not fields & {"bcc", "x-priority"}


def _letters(text: str) -> str:
    """Without blanks and controls, which folding may move."""
    return "".join(one_line(text).split())


@pytest.mark.parametrize(
    "id_", ["a\r\nBcc: x@y.example", "a b@c.example", "<a@b.example>", "ü@c.example", "a" * 401, ""]
)
def test_an_id_of_theirs_that_cannot_be_sent_is_left_out(id_: str) -> None:
    """MAIL-55, MAIL-118."""
    read = sent(replace(MAIL, in_reply_to=id_, references=("zero@customer.example", id_)))

    assert (read.in_reply_to, read.references) == (None, ("zero@customer.example",))
