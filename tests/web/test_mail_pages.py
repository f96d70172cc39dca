"""How a mail is shown: its frame, its pictures, its source, what stands beside it."""

import re
from datetime import timedelta
from email.message import EmailMessage
from html import unescape

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests import factories, smime
from tests.desk import MONDAY, Desk
from tests.hostile import PICTURE, mail
from tests.samples import expected, sample
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.models import Attachment, Message, Person
from tramita.services import receiving
from tramita.ui import mail_words
from tramita.worker import loop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_dir")]


def receive(raw: bytes, *, clean: bool = True) -> Message:
    """On an item of the small desk, seen by the worker."""
    raw = raw.replace(b"desk@helpdesk.example", b"invoices@desk.example")
    outcome = receiving.receive(raw, source="import", at=MONDAY)
    assert outcome.items, outcome
    if clean:
        loop.drain(at=MONDAY, only="show")
    return Message.objects.filter(outgoing=False).order_by("-id")[0]


def with_file(name: str, content: bytes, kind: str = "application/octet-stream") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "rui.sousa@acme.example", "invoices@desk.example", "A file"
    made.set_content("See the file.")
    main, _, sub = kind.partition("/")
    made.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return made.as_bytes()


def item_of(message: Message) -> str:
    return f"/items/{message.item.reference}"


def frame_of(message: Message, more: str = "") -> str:
    return f"/messages/{message.pk}/frame{more}"


@pytest.mark.parametrize(
    "name", [name for name, said in expected().items() if {"rendered_lacks", "rendered_keeps"} & set(said["ingest"])]
)
def test_the_samples_are_shown_as_expected(desk: Desk, ana: Client, name: str) -> None:
    """MAIL-43, MAIL-44: the frame, and the message on the page."""
    wanted = expected()[name]["ingest"]
    message = receive(sample(name[:3]))

    frame = text_of(ana.get(frame_of(message)))
    page = re.findall(r'<article class="message".*?</article>', text_of(ana.get(item_of(message))), re.DOTALL)

    shown = frame + "".join(page)
    assert [
        one for one in wanted.get("rendered_lacks", ()) if one in shown.replace('<iframe class="mail-frame"', "")
    ] == []
    assert [one for one in wanted.get("rendered_keeps", ()) if one not in frame] == []


def test_the_frame_may_show_itself_and_nothing_else(desk: Desk, ana: Client) -> None:
    """MAIL-43, DESIGN decision 13: no script, no form, nothing from elsewhere, an origin of its own."""
    message = receive(mail("<p>Hello</p>"))

    response = ana.get(frame_of(message))

    policy = dict(one.strip().partition(" ")[::2] for one in response["Content-Security-Policy"].split(";"))
    assert policy["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["img-src"] == "'self' data:"
    assert "script-src" not in policy
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store, private"


def test_the_page_holds_the_frame_in_a_sandbox(desk: Desk, ana: Client) -> None:
    """MAIL-43: titled, lazy, its height known, and the text one click away."""
    message = receive(mail("<p>Hello</p>", text="The words of it"))

    (frame,) = re.findall(r"<iframe[^>]*>", text_of(ana.get(item_of(message))))

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert 'title="Mail of Rui Sousa' in frame
    assert 'loading="lazy"' in frame
    assert re.search(r'height="\d+"', frame)
    assert "Text version The words of it" in words_of(ana.get(item_of(message)))


def test_until_the_worker_has_been_the_text_is_shown(desk: Desk, ana: Client) -> None:
    """MAIL-45: a moment later it is laid out."""
    message = receive(mail("<p>Hello</p>", text="The words of it"), clean=False)

    page = ana.get(item_of(message))

    assert "The words of it" in words_of(page)
    assert "<iframe" not in text_of(page)
    assert "Its layout is being made ready." in words_of(page)
    assert ana.get(frame_of(message)).status_code == 404


@pytest.mark.parametrize("address", ["frame", "source", "original", "parts/{part}", "enclosed/{part}"])
def test_who_may_not_see_the_item_finds_no_mail(desk: Desk, as_: Browser, address: str) -> None:
    """DESIGN decision 11: invisible is missing; who asks for things has no frame of the desk."""
    message = receive(with_file("inner.eml", sample("027"), "message/rfc822"))
    part = Attachment.objects.get(message=message).pk
    path = f"/messages/{message.pk}/" + address.format(part=part)

    assert as_(desk.eve).get(path).status_code == 404
    assert as_(desk.rui).get(path).status_code == 403
    assert Client().get(path).status_code == 302
    assert as_(desk.ana).get(path.replace(str(message.pk), "999999", 1)).status_code == 404


def test_a_mail_is_read_from_any_item_of_its_group(desk: Desk, as_: Browser) -> None:
    """G-11: what a Ticket shares with the one it was merged into."""
    message = receive(mail("<p>Hello</p>"))
    other = factories.definition(key="other/main/desk/plain")
    seen = factories.ticket(process=other)
    assert as_(desk.eve).get(frame_of(message)).status_code == 404

    type(seen).objects.filter(pk=message.item_id).update(related_to=seen.pk)

    assert as_(desk.eve).get(frame_of(message)).status_code == 200


def test_remote_pictures_have_no_address_until_they_are_asked_for(desk: Desk, ana: Client) -> None:
    """MAIL-44: the count, the link, the policy."""
    message = receive(mail('<p>News<img src="http://track.example/a.png" alt="A"></p>'))

    before, after = ana.get(frame_of(message)), ana.get(frame_of(message, "?pictures=1"))

    assert "track.example" not in text_of(before)
    assert 'src="https://track.example/a.png"' in text_of(after)
    assert "img-src 'self' data: https:;" in after["Content-Security-Policy"]
    page = ana.get(item_of(message))
    assert "1 picture from elsewhere was not loaded. Show pictures" in words_of(page)
    assert f'href="{frame_of(message, "?pictures=1")}" target="mail-{message.pk}"' in text_of(page)


def picture_of(ana: Client, message: Message) -> str:
    """The address that the frame gives its picture."""
    (address,) = re.findall(r'src="(/messages/[^"]+)"', text_of(ana.get(frame_of(message))))
    return address.replace("&amp;", "&")


def test_a_picture_is_had_with_the_key_of_its_frame(desk: Desk, ana: Client) -> None:
    """MAIL-35, decision 20: without a cookie, under the reader's rights of that moment."""
    message = receive(mail('<img src="cid:logo">', pictures={"logo": PICTURE}))
    address = picture_of(ana, message)

    answer = Client().get(address)

    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PICTURE, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    Person.objects.filter(pk=desk.ana.id).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_a_key_opens_one_picture_for_a_day(desk: Desk, ana: Client, monkeypatch) -> None:
    """Decision 20: not another one, not for ever, and not one that was made up."""
    message = receive(mail('<img src="cid:logo">', pictures={"logo": PICTURE}))
    other = receive(mail('<img src="cid:other">', number=1, pictures={"other": PICTURE}))
    address, key = picture_of(ana, message), picture_of(ana, message).partition("?")[2]

    assert Client().get(picture_of(ana, other).partition("?")[0] + f"?{key}").status_code == 404
    assert Client().get(address[:-1] + ("A" if address[-1] != "A" else "B")).status_code == 404
    assert Client().get(address.partition("?")[0]).status_code == 302
    tomorrow = signing.time.time() + timedelta(days=1, seconds=5).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: tomorrow)
    assert Client().get(address).status_code == 404


def test_the_session_opens_a_picture_too_by_number_or_content_id(desk: Desk, ana: Client) -> None:
    """MAIL-35."""
    message = receive(mail('<img src="cid:logo">', pictures={"logo": PICTURE}))
    part = Attachment.objects.get(message=message)

    for name in (part.pk, "logo", "LOGO"):
        assert ana.get(f"/messages/{message.pk}/parts/{name}").content == PICTURE


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"%PDF-1.7"])
def test_what_is_no_picture_by_its_bytes_is_never_shown_inside(desk: Desk, ana: Client, content: bytes) -> None:
    """MAIL-57: whatever it calls itself; it stays a download, and is listed."""
    message = receive(mail('<img src="cid:logo" alt="Logo">', pictures={"logo": content}))
    part = Attachment.objects.get(message=message)

    assert ana.get(f"/messages/{message.pk}/parts/{part.pk}").status_code == 404
    assert "/parts/" not in text_of(ana.get(frame_of(message)))
    assert "logo.png" in words_of(ana.get(item_of(message)))
    answer = ana.get(f"/files/{part.pk}")
    assert (answer["Content-Disposition"].partition(";")[0], answer.getvalue()) == ("attachment", content)


def test_over_a_limit_the_text_is_shown_with_the_reason_and_the_original(desk: Desk, ana: Client) -> None:
    """MAIL-45, MAIL-46."""
    raw = mail("<div>" * 300, text="The <b>words</b> of it")
    message = receive(raw)

    page = ana.get(item_of(message))

    assert "nested too deeply" in words_of(page)
    assert "The &lt;b&gt;words&lt;/b&gt; of it" in text_of(page)
    assert f"/messages/{message.pk}/original" in text_of(page)


def test_the_original_is_had_byte_for_byte(desk: Desk, ana: Client) -> None:
    """MAIL-46."""
    raw = mail("<p>Hello</p>", text="x\x01y")
    message = receive(raw)

    answer = ana.get(f"/messages/{message.pk}/original")

    assert answer.getvalue() == raw
    assert answer["Content-Disposition"] == f'attachment; filename="{message.item.reference}-{message.pk}.eml"'
    assert answer["Content-Type"] == "application/octet-stream"


def test_the_source_is_shown_escaped_and_capped(desk: Desk, ana: Client) -> None:
    """MAIL-46: the header, the body, and that there is more."""
    message = receive(mail("<script>alert(1)</script>" + "<p>long</p>" * 40_000))

    page = ana.get(f"/messages/{message.pk}/source")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text_of(page)
    assert "<script>alert" not in text_of(page)
    assert "Subject: Mail 0" in words_of(page)
    assert "Only its beginning is shown." in words_of(page)
    assert len(text_of(page)) < 2_000_000


def test_the_source_of_bytes_that_are_no_text_hides_nothing(desk: Desk, ana: Client) -> None:
    """MAIL-46: Latin-1 byte by byte, controls by their number."""
    message = receive(sample("057"))

    assert "\\x00" in text_of(ana.get(f"/messages/{message.pk}/source"))


def test_what_we_wrote_has_no_original(desk: Desk, ana: Client) -> None:
    """MAIL-46."""
    message = receive(mail("<p>Hello</p>"))
    ours = Message.objects.filter(outgoing=True, item=message.item)[0]

    assert ana.get(f"/messages/{ours.pk}/source").status_code == 404


def test_defects_are_told_in_plain_words_in_five_languages(desk: Desk, ana: Client) -> None:
    """MAIL-46: and none of the parser's is without them."""
    message = receive(sample("055"))
    assert "It may be cut" in words_of(ana.get(item_of(message))) or message.defects

    for language in ("en", "pt-br", "fr", "es", "pl"):
        with translation.override(language):
            said = [mail_words.defect(code) for code in mail_words.DEFECTS]
            assert not [words for words in said if "_" in words]
            assert "Message-Id" in mail_words.defect("doubled_message_id")
    assert mail_words.defect(message.defects[0]) in words_of(ana.get(item_of(message)))


def test_an_unknown_code_is_shown_as_it_is() -> None:
    """Nothing is hidden."""
    assert mail_words.defect("quite_new: KeyError") == "quite new"


def test_the_page_says_why_a_mail_is_here(desk: Desk, ana: Client) -> None:
    """MAIL-82, MAIL-74: what started the item, and what joined it by a signed id."""
    first = receive(mail("<p>Hello</p>"))
    ours = Message.objects.get(item=first.item, outgoing=True)
    answer = mail("<p>Yes</p>", number=1).replace(b"rui.sousa@acme.example", b"stranger@else.example")
    answer = answer.replace(b"MIME-Version", b"In-Reply-To: <%s>\nMIME-Version" % ours.message_id.encode(), 1)

    joined = receive(answer)

    assert joined.item == first.item
    words = words_of(ana.get(item_of(first)))
    assert "It started this item" in words
    assert "It answers a mail that we sent from this item" in words
    assert "stranger@else.example · From a new participant" in words


def test_an_invitation_is_a_card_in_the_readers_zone(desk: Desk, as_: Browser) -> None:
    """MAIL-38, Z-13."""
    Person.objects.filter(pk=desk.ana.id).update(time_zone="America/Sao_Paulo")
    message = receive(sample("081"))

    words = words_of(as_(desk.ana).get(item_of(message)))

    assert "Walk-through of hall B Invitation When March 15, 2024 10:00 – 11:00 Where Hall B" in words
    assert "Organiser Marta Nowak, marta.nowak@customer.example" in words
    assert "Download .ics" in words


def test_a_mail_inside_a_mail_is_opened_with_its_own_files(desk: Desk, ana: Client) -> None:
    """MAIL-37."""
    message = receive(sample("082"))
    (inner,) = message.view["enclosed"]
    address = f"/messages/{message.pk}/enclosed/{inner['file']}"
    assert f'href="{address}"' in text_of(ana.get(item_of(message)))

    page = ana.get(address)

    (file,) = re.findall(rf'href="({re.escape(address)}\?at=&amp;file=\d+)"', text_of(page))
    assert inner["subject"] in words_of(page)
    answer = ana.get(file.replace("&amp;", "&"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content


def test_a_mail_inside_a_mail_inside_a_mail_is_reached(desk: Desk, ana: Client) -> None:
    """MAIL-37; and what is not there is said so."""
    message = receive(with_file("outer.eml", with_file("inner.eml", sample("082"), "message/rfc822"), "message/rfc822"))
    address = f"/messages/{message.pk}/enclosed/{Attachment.objects.get(message=message).pk}"

    assert f"{address}?at=0" in text_of(ana.get(address))
    assert "Please order what this offer says." in words_of(ana.get(f"{address}?at=0"))
    assert ana.get(f"{address}?at=0.0").status_code == 200
    for wrong in ("?at=7", "?at=x", "?at=-1", "?file=9", "?at=0.0.0"):
        assert ana.get(address + wrong).status_code == 404


@pytest.mark.parametrize(("number", "words"), [("083", "Signed by marta.nowak@"), ("087", "Encrypted with PGP.")])
def test_signed_and_encrypted_mails_say_so(desk: Desk, ana: Client, number: str, words: str) -> None:
    """MAIL-39."""
    assert words in words_of(ana.get(item_of(receive(sample(number)))))


def test_the_content_of_an_opaque_signature_is_shown(desk: Desk, ana: Client) -> None:
    """MAIL-39: without any key."""
    words = words_of(ana.get(item_of(receive(sample("084")))))

    assert "Please extend my contract" in words
    assert "Signed by marta.nowak@customer.example with a certificate that was not in force at that time." in words


def test_a_program_is_not_a_plain_click(desk: Desk, ana: Client) -> None:
    """MAIL-57: said on the page, asked again by the address itself."""
    message = receive(with_file("setup.exe", b"MZ\x90\x00"))
    address = f"/files/{Attachment.objects.get(message=message).pk}"

    page, plain, anyway = ana.get(item_of(message)), ana.get(address), ana.get(f"{address}?anyway=1")

    assert "This is a program." in words_of(page)
    assert f'href="{address}"' not in text_of(page)
    assert (plain.status_code, "This is a program." in words_of(plain)) == (403, True)
    assert (anyway.getvalue(), anyway["Content-Type"]) == (b"MZ\x90\x00", "application/octet-stream")


def test_an_automatic_answer_is_folded_and_marked(desk: Desk, ana: Client) -> None:
    """MAIL-99: but an alert that started the item is what it is about."""
    alert = mail("<p>Disk full</p>").replace(b"MIME-Version", b"Auto-Submitted: auto-generated\nMIME-Version", 1)
    first = receive(mail("<p>Hello</p>", number=1))
    ours = Message.objects.get(item=first.item, outgoing=True)
    Message.objects.filter(pk=ours.pk).update(automatic=False)
    away = mail("<p>Away</p>", number=2, text="I am away until Monday.")
    marks = f"Auto-Submitted: auto-replied\nIn-Reply-To: <{ours.message_id}>\nMIME-Version".encode()

    receive(away.replace(b"MIME-Version", marks, 1))
    started = receive(alert)

    page = text_of(ana.get(item_of(first)))
    assert page.count('<details class="folded">') == 1
    assert "Automatic answer" in page
    assert "I am away until Monday." in page.partition('<details class="folded">')[2].partition("</summary>")[0]
    assert '<details class="folded">' not in text_of(ana.get(item_of(started)))


def test_what_is_beside_a_mail_costs_no_statement_more(desk: Desk, ana: Client) -> None:
    """DESIGN section 4: all of it is in the row; the HTML is not read at all."""
    plain, message = receive(with_file("notes.txt", b"x")), receive(mail("<p>Hello</p>", number=0))
    for number in range(1, 6):
        answer = mail(f"<p>Again</p><img src='cid:logo'>{number}", number=number, pictures={"logo": PICTURE})
        marks = f"In-Reply-To: <{message.message_id}>\nMIME-Version".encode()
        receive(answer.replace(b"MIME-Version", marks, 1))
    of_one, of_six = (asked(ana, item_of(one)) for one in (plain, message))

    assert text_of(ana.get(item_of(message))).count("<iframe") == 6
    assert len(of_six) == len(of_one)
    assert not [sql for sql in of_six if '"messages"."html"' in sql]


def asked(ana: Client, address: str) -> list[str]:
    """The statements of a page that was opened before."""
    ana.get(address)
    with CaptureQueriesContext(connection) as captured:
        ana.get(address)
    return [query["sql"] for query in captured.captured_queries]


@pytest.mark.parametrize("theme", ["light", "dark", ""])
def test_a_mail_that_sets_colours_has_white_paper(desk: Desk, as_: Browser, theme: str) -> None:
    """UI: dark pages; a mail that sets none follows the reader's theme."""
    Person.objects.filter(pk=desk.ana.id).update(theme=theme or "system")
    plain, coloured = receive(mail("<p>x</p>")), receive(mail("<p style='color:#222'>x</p>", number=1))
    ana = as_(desk.ana)

    assert ('data-theme="' in text_of(ana.get(frame_of(plain)))) is (theme != "")
    assert 'data-theme="light" data-paper' in text_of(ana.get(frame_of(coloured)))


def test_a_mail_that_speaks_of_our_attributes_changes_nothing(desk: Desk, ana: Client) -> None:
    """MAIL-43: only tags that the cleaner wrote are turned back, not words."""
    words = 'say &lt;img data-tramita-remote="https://evil.example/x.png"&gt; and data-tramita-part="1"'
    message = receive(mail(f"<p>{words}</p>"))

    frame = text_of(ana.get(frame_of(message, "?pictures=1")))

    assert 'say &lt;img data-tramita-remote="https://evil.example/x.png"&gt; and data-tramita-part="1"' in frame


@pytest.mark.parametrize(
    ("came", "sender", "state", "words"),
    [
        (
            None,
            "ana.lima@desk.example",
            "verified",
            "Signed by ana.lima@desk.example, verified: Acme Mail CA vouches for it.",
        ),
        ("Content-Type: text/plain\r\n\r\nX", "ana.lima@desk.example", "invalid", "but changed on the way"),
        (None, "rui@acme.example", "unverified", "Signed by ana.lima@desk.example, who is not the sender."),
    ],
)
def test_what_a_signature_is_worth_stands_on_the_mail(
    desk: Desk, ana: Client, settings, tmp_path, came: str | None, sender: str, state: str, words: str
) -> None:
    """MAIL-39: on the item, and in the tray."""
    authority = smime.authority()
    settings.TRAMITA_MAIL_AUTHORITIES = tmp_path / "ca.pem"
    settings.TRAMITA_MAIL_AUTHORITIES.write_text(authority.pem)
    how = smime.Signing(smime.person("ana.lima@desk.example", by=authority))

    message = receive(smime.clear(how, came=came, From=sender))
    receiving.receive(smime.clear(how, came=came, From=sender, To="x@desk.example"), source="import", at=MONDAY)

    for page in (text_of(ana.get(item_of(message))), text_of(ana.get("/mail/unhandled"))):
        assert f'data-verdict="{state}"' in page
        assert words in unescape(page)
        assert "has not been verified" not in page
