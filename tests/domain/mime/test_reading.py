"""What the reader makes of single oddities, a rule at a time."""

import base64
from datetime import UTC, datetime

import pytest

from tests.domain.mails import mail, raw_mail
from tests.samples import sample
from tramita.domain.mime import Address, address_key, parse, trace_free_digest
from tramita.domain.mime.charsets import clean, decode
from tramita.domain.mime.html_text import html_to_text
from tramita.domain.mime.names import safe_name, unique


def multipart(*parts: str, kind: str = "mixed", **fields: str) -> bytes:
    """A multipart message of these parts (fields, blank line, body)."""
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return raw_mail(body, Content_Type=f'multipart/{kind}; boundary="b"', **fields)


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n"


# Header values


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("=?utf-8?Q?caf=C3=A9?=", "café"),
        ("=?UTF-8?b?Y2Fmw6k=?=", "café"),
        ("=?utf-8*fr?q?caf=C3=A9?=", "café"),
        ("=?utf-8?Q?a b?=", "a b"),
        ("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"),
        ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
        ("x =?utf-8?Q?a?= y", "x a y"),
        ("=?utf-8?B?w?= =?utf-8?B?6k=?=", "é"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
        ("=?nonsense?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-8?Q?not closed", "=?utf-8?Q?not closed"),
        ("plain", "plain"),
    ],
)
def test_encoded_words_are_read_leniently(raw: str, expected: str) -> None:
    """MAIL-22."""
    assert mail(Subject=raw).subject == expected


@pytest.mark.parametrize(
    ("raw", "name", "address"),
    [
        ("Rui <rui@c.example>", "Rui", "rui@c.example"),
        ('"Silva, Rui" <rui@c.example>', "Silva, Rui", "rui@c.example"),
        ("rui@c.example (Rui Silva)", "Rui Silva", "rui@c.example"),
        ("Rui Silva rui@c.example", "Rui Silva", "rui@c.example"),
        ("<rui@c.example>", "", "rui@c.example"),
        ("=?utf-8?Q?R=C3=BAi?= <rui@c.example>", "Rúi", "rui@c.example"),
        ('"=?utf-8?Q?R=C3=BAi?=" <rui@c.example>', "Rúi", "rui@c.example"),
        ("=?utf-8?Q?agent=40helpdesk.example?= <eve@s.example>", "agent@helpdesk.example", "eve@s.example"),
        ('"agent@helpdesk.example" <eve@s.example>', "agent@helpdesk.example", "eve@s.example"),
        ("agent@helpdesk.example <eve@s.example>", "agent@helpdesk.example", "eve@s.example"),
        ('"rui@c.example" <>', "", "rui@c.example"),
        ('"rui silva"@c.example', "", '"rui silva"@c.example'),
        ("Rui <mailto:rui@c.example>", "Rui", "rui@c.example"),
        ("Rui <@relay.example:rui@c.example>", "Rui", "rui@c.example"),
        ("Rui <rui@c.example", "Rui", "rui@c.example"),
        ("Team: rui@c.example, ana@c.example;", "", "rui@c.example"),
    ],
)
def test_addresses_are_found_before_names_are_decoded(raw: str, name: str, address: str) -> None:
    """MAIL-23, MAIL-27."""
    assert mail(From=raw).from_ == Address(name, address)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"From": "<>", "Reply_To": "a@c.example"}, "a@c.example"),
        ({"From": None, "Return_Path": "<b@c.example>"}, "b@c.example"),
        ({"From": "", "Sender": "c@c.example"}, "c@c.example"),
        ({"From": "root", "Reply_To": "a@c.example"}, "a@c.example"),
        ({"From": "root"}, "root"),
    ],
)
def test_the_sender_is_the_first_that_is_usable(fields: dict[str, str | None], expected: str) -> None:
    """MAIL-27."""
    sender = mail(**fields).from_

    assert sender is not None
    assert sender.address == expected


def test_of_two_fields_the_first_usable_one_counts_and_both_are_kept() -> None:
    """MAIL-28."""
    read = parse(b"From: <>\r\nFrom: rui@c.example\r\nFrom: eve@s.example\r\nTo: a@b.example\r\n\r\nx")

    assert [one.address for one in read.all_from] == ["rui@c.example"]
    assert list(read.all("From")) == ["<>", "rui@c.example", "eve@s.example"]
    assert "doubled_from" in read.defects


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 12 Mar 2024 10:11:00 +0100", datetime(2024, 3, 12, 9, 11, tzinfo=UTC)),
        ("12 Mar 24 10:11 EST", datetime(2024, 3, 12, 15, 11, tzinfo=UTC)),
        ("Tue Mar 12 10:11:00 2024", datetime(2024, 3, 12, 10, 11, tzinfo=UTC)),
        ("2024-03-12T10:11:00Z", datetime(2024, 3, 12, 10, 11, tzinfo=UTC)),
        ("Tue, 12 Mar 2024 10.11.60 GMT (comment)", datetime(2024, 3, 12, 10, 11, 59, tzinfo=UTC)),
        ("Fri, 32 Foo 2024 25:61:00 +9900", None),
        ("tomorrow", None),
        ("Mon, 01 Jan 0001 00:00:00 +1400", None),
    ],
)
def test_dates_are_read_leniently_or_not_at_all(raw: str, expected: datetime | None) -> None:
    """MAIL-29."""
    assert mail(Date=raw).date == expected


def test_a_missing_id_is_made_from_all_bytes_and_stays_the_same() -> None:
    """MAIL-30."""
    one, same, other = (mail(body, Message_ID=None) for body in ("a", "a", "b"))

    assert one.message_id is None
    assert one.stable_id == same.stable_id != other.stable_id
    assert mail().stable_id == "one@customer.example"


@pytest.mark.parametrize("value", ["", "<>", " <> ", "none"])
def test_an_empty_in_reply_to_is_no_id(value: str) -> None:
    """MAIL-72."""
    assert mail(In_Reply_To=value).in_reply_to is None


def test_ids_lose_brackets_and_folds_and_only_the_newest_hundred_count() -> None:
    """MAIL-72."""
    many = " ".join(f"<{number}@c.example>" for number in range(150))

    read = mail(In_Reply_To="<long\r\n id@c.example>", References=many)

    assert read.in_reply_to == "longid@c.example"
    assert len(read.references) == 100
    assert read.references[-1] == "149@c.example"


# The header block


@pytest.mark.parametrize(
    "raw",
    [
        b"From rui Tue Mar 12 10:11:00 2024\r\nFrom: rui@c.example\r\nSubject: x\r\n\r\nHello.",
        b"\r\n\r\nFrom: rui@c.example\r\nSubject: x\r\n\r\nHello.",
        b"\xef\xbb\xbfFrom: rui@c.example\r\nSubject: x\r\n\r\nHello.",
        b"From: rui@c.example\rSubject: x\r\rHello.",
        b"From: rui@c.example\nSubject: x\r\n\nHello.",
        b"From: rui@c.example\r\r\nSubject: x\r\r\n\r\r\nHello.",
        b"junk without a colon\r\nFrom: rui@c.example\r\nSubject: x\r\n\r\nHello.",
        b"From: rui@c.example\r\nSubject: x\r\nHello.",
    ],
)
def test_a_damaged_header_block_is_repaired(raw: bytes) -> None:
    """MAIL-26."""
    read = parse(raw)

    assert (read.from_, read.subject, read.text) == (Address("", "rui@c.example"), "x", "Hello.")


def test_a_line_that_is_no_field_joins_the_one_before() -> None:
    """MAIL-26."""
    read = parse(b"From: rui@c.example\r\nX-Note: a\r\nlost its blank\r\nSubject: x\r\n\r\nHello.")

    assert read.first("X-Note") == "a lost its blank"
    assert read.subject == "x"
    assert read.defects == ("damaged_header_line",)


# Charsets


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        ("Größe".encode(), "us-ascii", "Größe"),
        ("Größe".encode("cp1252"), "utf-8", "Größe"),
        ("“x” €".encode("cp1252"), "iso-8859-1", "“x” €"),
        ("朱镕".encode("gb18030"), "gb2312", "朱镕"),
        ("똠방각하".encode("cp949"), "ks_c_5601-1987", "똠방각하"),
        ("①Ⅱ㈱".encode("cp932"), "shift_jis", "①Ⅱ㈱"),
        (b"\x1b$B-!-j\x1b(B ok", "iso-2022-jp", "①㈱ ok"),
        (b"\x1b(I1\x1b(B", "iso-2022-jp", "ｱ"),
        ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
        (b"+AOk-", "unicode-1-1-utf-7", "é"),
        ("é".encode("utf-16"), None, "é"),
        ("é".encode(), "x-unknown", "é"),
        ("é".encode(), "base64", "é"),
        ("é".encode(), "idna", "é"),
        ("é".encode(), "../../etc", "é"),
        ("日本語の長い文章です。".encode() + b"\xff", "utf-8", "日本語の長い文章です。\ufffd"),
        (b"\x81\x8d", None, "\x81\x8d"),
    ],
)
def test_charset_labels_are_hints(data: bytes, label: str | None, expected: str) -> None:
    """MAIL-24, MAIL-25."""
    assert decode(data, label)[0] == expected


def test_a_detector_is_asked_only_for_long_texts_whose_label_lies() -> None:
    """MAIL-24."""
    asked: list[bytes] = []

    def guess(data: bytes) -> str:
        asked.append(data)
        return "koi8-r"

    words = "Принтер на третьем этаже опять не работает. " * 3

    assert decode(words.encode("koi8-r"), "utf-8", guess=guess) == (words, False)
    assert decode(words.encode(), "utf-8", guess=guess) == (words, True)
    assert decode(b"caf\xe9", "utf-8", guess=guess) == ("café", False)
    assert len(asked) == 1


def test_the_mime_label_wins_over_the_meta_element() -> None:
    """MAIL-24."""
    page = '<meta charset="iso-8859-2"><p>Zażółć</p>'
    head = raw_mail("", Content_Type="text/html")[:-2]
    labelled = raw_mail("", Content_Type="text/html; charset=utf-8")[:-2]

    assert parse(labelled + b"\r\n" + page.encode()).text == "Zażółć"
    assert parse(head + b"\r\n" + page.encode("iso-8859-2")).text == "Zażółć"


def test_no_control_character_is_handed_on() -> None:
    """MAIL-40."""
    assert clean("a\x00b\x1b[0m\x85\ud800\tc\r\nd\re") == "ab[0m\ufffd\tc\nd\ne"


# Parts


def test_every_inline_text_is_body_in_order() -> None:
    """MAIL-31."""
    read = parse(multipart(PLAIN + "one", "Content-Type: image/png\r\n\r\nx", PLAIN + "two"))

    assert read.text == "one\n\ntwo"
    assert [one.filename for one in read.attachments] == ["image-1.png"]


def test_a_later_html_part_is_body_and_never_lost() -> None:
    """MAIL-31."""
    read = parse(multipart(PLAIN + "one", HTML + "<p>two</p>"))

    assert read.text == "one\n\ntwo"
    assert read.html == "<pre>one</pre>\n<p>two</p>"


def test_an_alternative_says_it_once_and_keeps_what_else_there_is() -> None:
    """MAIL-31, MAIL-38."""
    calendar = "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR"
    other = PLAIN + "another plain text"

    read = parse(multipart(PLAIN + "one", HTML + "<p>one</p>", other, calendar, kind="alternative"))

    assert (read.text, read.html) == ("one", "<p>one</p>")
    assert [one.content_type for one in read.attachments] == ["text/calendar", "text/plain"]


def test_a_named_text_is_a_file() -> None:
    """MAIL-31, MAIL-34."""
    named = 'Content-Type: text/plain; name="log.txt"\r\n\r\nlines'

    read = parse(multipart(PLAIN + "See the log.", named))

    assert read.text == "See the log."
    assert [one.filename for one in read.attachments] == ["log.txt"]


def test_boundaries_that_begin_alike_are_told_apart() -> None:
    """MAIL-32."""
    inner = 'Content-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\n\r\ninner\r\n--bb--'

    read = parse(multipart(inner, PLAIN + "outer"))

    assert read.text == "inner\n\nouter"


@pytest.mark.parametrize("encoding", ["UTF-8", "7-bit", "spam", "8bit", ""])
def test_an_encoding_that_makes_no_sense_is_none(encoding: str) -> None:
    """MAIL-33."""
    assert mail("It is stuck.", Content_Transfer_Encoding=encoding).text == "It is stuck."


@pytest.mark.parametrize(
    ("coded", "content", "damaged"),
    [
        ("b25l", b"one", False),
        ("b25\r\nl", b"one", False),
        ("b2!!5l", b"one", True),
        ("b25lIA", b"one ", True),
        ("b25l=\r\nb25l", b"oneone", False),
        ("b25lI", b"one", True),
        ("", b"", False),
    ],
)
def test_damaged_base64_gives_what_decodes_and_says_so(coded: str, content: bytes, *, damaged: bool) -> None:
    """MAIL-33."""
    part = f"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}"

    file = parse(multipart(PLAIN + "x", part)).attachments[0]

    assert (file.content, file.damaged) == (content, damaged)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Content-Disposition: attachment; filename*=utf-8''%C3%9Cber.pdf", "Über.pdf"),
        ('Content-Disposition: attachment; filename*0="a"; filename*1="b.pdf"', "ab.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?=C3=9Cber.pdf?="', "Über.pdf"),
        ('Content-Disposition: attachment; filename="Über.pdf"', "Über.pdf"),
        ("Content-Disposition: attachment; filename=two words.pdf", "two words.pdf"),
        ('Content-Disposition: attachment; filename="../../x.pdf"', "x.pdf"),
        ('Content-Disposition: attachment; filename="C:\\temp\\x.pdf"', "x.pdf"),
        ('Content-Disposition: attachment; filename="..."', "file-1.pdf"),
        ("Content-Disposition: attachment; filename='single.pdf'", "single.pdf"),
        ("Content-Disposition: attachment; filename=utf-8''%C3%9Cber.pdf", "Über.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?b?w5xiZXIucGRm"', "Über.pdf"),
        ("Content-Disposition: attachment; filename==?utf-8?B?w5xiZXIucGRm?=", "Über.pdf"),
        ('Content-Disposition: attachment; filename="say \\"hi\\".pdf"', 'say "hi".pdf'),
        ("Content-Type: application/pdf; name=only.pdf", "only.pdf"),
    ],
)
def test_attachment_names_are_read_and_made_safe(fields: str, expected: str) -> None:
    """MAIL-34."""
    kind = "" if "Content-Type" in fields else "Content-Type: application/pdf\r\n"

    assert parse(multipart(PLAIN + "x", f"{kind}{fields}\r\n\r\ny")).attachments[0].filename == expected


def test_names_are_unique_and_short_and_keep_their_extension() -> None:
    """MAIL-34."""
    taken: set[str] = set()

    assert [unique(name, taken) for name in ("a.txt", "A.TXT", "a.txt")] == ["a.txt", "A (2).TXT", "a (3).txt"]
    assert safe_name("ü" * 300 + ".txt") == "ü" * 125 + ".txt"
    assert safe_name("a\u202etxt.exe") == "atxt.exe"


@pytest.mark.parametrize(
    ("source", "fields", "inline"),
    [
        ("cid:Pic@X", "Content-ID: <pic@x>", True),
        ("cid:pic%40x", "Content-ID: < pic@x >", True),
        ("wall.png", 'Content-Disposition: attachment; filename="wall.png"', True),
        ("https://a.example/w.png", "Content-Location: https://a.example/w.png", True),
        ("cid:other", "Content-ID: <pic@x>\r\nContent-Disposition: inline", False),
    ],
)
def test_inline_is_what_the_html_points_at(source: str, fields: str, *, inline: bool) -> None:
    """MAIL-35."""
    page = f'{HTML}<p>x<img src="{source}"></p>'

    read = parse(multipart(page, f"Content-Type: image/png\r\n{fields}\r\n\r\npng", kind="related"))

    assert [one.inline for one in read.attachments] == [inline]


def test_enclosed_mail_is_kept_byte_for_byte_and_is_never_the_body() -> None:
    """MAIL-37."""
    inner = "From:  eve@stranger.example\r\nSubject: inner/words\r\n\r\nNot  the body. \r\n"

    read = parse(multipart(PLAIN + "See below.", f"Content-Type: message/rfc822\r\n\r\n{inner}"))

    assert read.text == "See below."
    assert read.attachments[0].content == inner.encode()
    assert read.attachments[0].filename == "inner-words.eml"
    assert parse(read.attachments[0].content).text.strip() == "Not  the body."


def test_a_damaged_winmail_stays_a_plain_attachment() -> None:
    """MAIL-36."""
    part = "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nno such thing"

    read = parse(multipart(PLAIN + "x", part))

    assert [one.filename for one in read.attachments] == ["winmail.dat"]
    assert read.defects == ("damaged_tnef",)


def test_what_is_only_signed_is_shown_and_what_is_encrypted_is_kept() -> None:
    """MAIL-39."""
    signed, secret, broken = parse(sample("084")), parse(sample("085")), parse(sample("084")[:900])

    assert "Please extend my contract" in signed.text
    assert (signed.encrypted, secret.encrypted) == (False, True)
    assert [one.filename for one in secret.attachments] == ["smime.p7m"]
    assert broken.attachments


# Text made of HTML


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<p>a &amp; b&nbsp;c</p>", "a & b c"),
        ("a<br>b<div>c</div>d", "a\nb\nc\nd"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ('<a href="https://x.example/y">here</a>', "here <https://x.example/y>"),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="javascript:x">here</a>', "here"),
        ('<div style="display:none">preheader</div>Hello', "Hello"),
        ('<div style="display: none">never closed', "never closed"),
        ("<style>p{}</style><script>x</script><title>t</title>b", "b"),
        ("<!-- x --><![if !mso]>b<![endif]><!--[if mso]>c<![endif]-->", "b"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<blockquote>a<br>b</blockquote>c", "> a\n> b\n\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("no markup", "no markup"),
        ("<p", ""),
    ],
)
def test_html_becomes_readable_text(page: str, expected: str) -> None:
    """MAIL-42."""
    assert html_to_text(page) == expected


# Marks, sameness, envelope


def test_two_copies_differ_only_by_their_trace() -> None:
    """MAIL-3, MAIL-81."""
    one = b"Received: a\r\nDelivered-To: a@b\r\n" + raw_mail()
    same = b"Received: b\r\nReturn-Path: <>\r\n" + raw_mail().replace(b"\r\n", b"\n")

    assert trace_free_digest(one) == trace_free_digest(same) == parse(one).digest
    assert trace_free_digest(sample("142")) != trace_free_digest(sample("144"))
    assert trace_free_digest(one) != trace_free_digest(raw_mail("other"))


def test_envelope_evidence_is_kept_in_its_order() -> None:
    """MAIL-14."""
    read = mail(X_Original_To="b@d.example", Delivered_To="a@d.example", Envelope_To="a@d.example", Return_Path="<>")

    assert read.delivered_to == ("a@d.example", "b@d.example")
    assert read.return_path == ""
    assert mail().return_path is None


def test_spam_is_what_the_filter_says() -> None:
    """MAIL-58."""
    assert parse(sample("182")).spam
    assert not mail(X_Spam_Status="No, score=-2").spam


def test_people_are_matched_on_one_form_of_their_address() -> None:
    """MAIL-56."""
    assert address_key("Rui+x@Bücher.Example") == "rui+x@xn--bcher-kva.example"
    assert address_key("r.u.i@c.example") == "r.u.i@c.example"


@pytest.mark.parametrize("number", ["100", "101", "102", "103", "104", "106", "107"])
def test_machines_that_say_so_are_recognised(number: str) -> None:
    """MAIL-90, MAIL-92."""
    assert parse(sample(number)).auto_submitted


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: the lift",
        "Automatic reply: the lift",
        "Réponse automatique : l'ascenseur",
        "Respuesta automática: el ascensor",
        "Resposta automática: o elevador",
        "Odpowiedź automatyczna: winda",
        "Abwesenheitsnotiz",
    ],
)
def test_words_alone_hint_but_prove_nothing(subject: str) -> None:
    """MAIL-92."""
    read = mail(Subject=subject)

    assert read.auto_wording
    assert read.auto_submitted is None


@pytest.mark.parametrize("fields", [{"X_Auto_Response_Suppress": "DR, OOF"}, {"Return_Path": "<>"}])
def test_words_with_a_second_hint_are_a_mark(fields: dict[str, str]) -> None:
    """MAIL-90, MAIL-92."""
    assert mail(Subject="Out of Office: the lift", **fields).auto_submitted
    assert mail(**fields).auto_submitted is None


@pytest.mark.parametrize("subject", ["The office is out of paper", "Automatic door is stuck", "Reply please"])
def test_an_ordinary_subject_is_no_hint(subject: str) -> None:
    """MAIL-92."""
    assert mail(Subject=subject).auto_wording is None


@pytest.mark.parametrize("value", ["no", "NO", " no ", "no; x=y", "no (by hand)"])
def test_auto_submitted_no_is_a_person(value: str) -> None:
    """MAIL-91."""
    assert mail(Auto_Submitted=value).auto_submitted is None


# Reports


def test_each_recipient_of_a_report_is_told_and_the_failed_one_decides() -> None:
    """MAIL-96."""
    bounce = parse(sample("122")).bounce

    assert bounce is not None
    assert (bounce.action, bounce.status, bounce.permanent) == ("failed", "5.2.2", True)
    assert [(one.recipient, one.action) for one in bounce.recipients] == [
        ("olga@supplier.example", "relayed"),
        ("marta.nowak@customer.example", "failed"),
    ]
    assert bounce.recipients[1].diagnostic == "552 5.2.2 mailbox full"


def test_a_read_receipt_and_a_complaint_are_events_but_no_bounce() -> None:
    """MAIL-98."""
    read = parse(sample("124"))
    report = (
        "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: <rui@c.example>\r\n"
    )
    original = "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <out@helpdesk.example>\r\n"
    complaint = parse(multipart(PLAIN + "x", report, original, kind="report"))

    assert read.receipt is not None
    assert (read.bounce, read.receipt.kind) == (None, "read")
    assert complaint.receipt is not None
    assert (complaint.receipt.kind, complaint.receipt.original_message_id) == ("complaint", "out@helpdesk.example")
    assert complaint.receipt.recipient == "rui@c.example"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Parcel delivery failed yesterday", "The courier said user unknown at the gate."),
        ("Undelivered letters in the mail room", "They were returned to sender."),
        ("Warning: message on the door", "It says 550 steps."),
    ],
)
def test_a_person_who_writes_about_deliveries_is_no_bounce(subject: str, body: str) -> None:
    """MAIL-96."""
    assert mail(body, Subject=subject).bounce is None


@pytest.mark.parametrize(
    ("body", "status", "action"),
    [
        ("<rui@c.example>: host mx said: 550 5.1.1 user unknown", "5.1.1", "failed"),
        ("rui@c.example\n  552 mailbox full", "5.0.0", "failed"),
        ("Delivery to rui@c.example has been delayed. 451 4.7.1 greylisted. It will be retried.", "4.7.1", "delayed"),
    ],
)
def test_a_bounce_for_people_only_is_read_from_its_words(body: str, status: str, action: str) -> None:
    """MAIL-96."""
    copy = "\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <out@helpdesk.example>\r\n"

    bounce = mail(body + copy, From="Mail Delivery System <MAILER-DAEMON@mx.example>", Subject="failure notice").bounce

    assert bounce is not None
    assert (bounce.recipient, bounce.status, bounce.action) == ("rui@c.example", status, action)
    assert bounce.original_message_id == "out@helpdesk.example"


def test_a_person_who_attaches_a_report_is_no_bounce() -> None:
    """MAIL-96."""
    report = "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"

    assert parse(multipart(PLAIN + "Why do I get this?", report)).bounce is None


def test_a_report_of_success_is_no_bounce() -> None:
    """MAIL-96."""
    raw = sample("120").replace(b"Action: failed", b"Action: delivered").replace(b"Status: 5.1.1", b"Status: 2.0.0")

    assert parse(raw).bounce is None


def test_an_attachment_is_decoded_and_hashed() -> None:
    """MAIL-31."""
    coded = base64.encodebytes(b"\x00\xff" * 5_000).decode()
    part = f"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}"

    file = parse(multipart(PLAIN + "x", part)).attachments[0]

    assert (file.size, file.content) == (10_000, b"\x00\xff" * 5_000)


def test_a_raw_name_is_read_in_the_charset_of_the_body() -> None:
    """MAIL-24, MAIL-34."""
    raw = multipart(
        "Content-Type: text/plain; charset=gb2312\r\n\r\nx",
        'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="@.pdf"\r\n\r\ny',
    ).replace(b"@.pdf", "中文.pdf".encode("gb2312"))

    assert parse(raw).attachments[0].filename == "中文.pdf"


@pytest.mark.parametrize("torn", ["X-Not Valid: oops", "x" * 200])
def test_the_last_header_line_may_be_torn_and_is_no_text(torn: str) -> None:
    """MAIL-26."""
    raw = f"From: rui@c.example\r\nSubject: The lift\r\n{torn}\r\n\r\nIt is stuck."

    mail = parse(raw.encode())

    assert (mail.text, mail.defects) == ("It is stuck.", ("damaged_header_line",))


def test_a_closing_boundary_at_the_end_of_a_line_is_no_text() -> None:
    """MAIL-32."""
    raw = b"Content-Type: multipart/mixed; boundary=BND\r\n\r\n--BND\r\n\r\nIt is stuck.--BND--\r\n"

    assert (parse(raw).text, parse(raw).defects) == ("It is stuck.", ("boundary_not_closed",))


def test_a_raw_subject_is_read_as_the_text_that_declares_no_charset_either() -> None:
    """MAIL-24."""
    words = "Принтер на третьем этаже опять не работает, пришлите, пожалуйста, мастера сегодня. "
    raw = f"From: rui@c.example\r\nSubject: Принтер\r\n\r\n{words}".encode("koi8-r")

    mail = parse(raw, guess=lambda _: "koi8_r")

    assert (mail.subject, mail.text) == ("Принтер", words)
    assert parse(raw.replace(words.encode("koi8-r"), b"x"), guess=lambda _: "koi8_r").text == "x"
