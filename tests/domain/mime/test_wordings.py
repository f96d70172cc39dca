"""Plain text in other clothes: flowed, enriched, rich, and files pasted into it."""

import binascii
import struct

import pytest

from tests.domain.mails import mail
from tests.samples import sample
from tramita.domain.mime import parse, rtf
from tramita.domain.mime.reply import history_start
from tramita.domain.mime.wordings import MAX_PASTED, unenriched, unflowed

SIGNED = "multipart/signed; boundary=b; protocol=application/pgp-signature"


def uuencoded(name: str, data: bytes) -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


def test_flowed_paragraphs_are_put_together_and_quotations_keep_their_lines() -> None:
    """MAIL-31, MAIL-41."""
    body = "It is stuck \nagain.\n\n> one \n> two\n  indented\n-- \nRui "

    assert unflowed(body, delete_space=False) == "It is stuck again.\n\n> one \n> two\n indented\n-- \nRui "
    assert unflowed("三階 \nの", delete_space=True) == "三階の"
    assert mail(body, Content_Type="text/plain; format=flowed").text.startswith("It is stuck again.")


def test_enriched_text_is_read_without_its_commands() -> None:
    """MAIL-31."""
    enriched = "<bold>Now</bold> is\nthe <<time>\n\nfor <color><param>red</param>all</color>"

    assert unenriched(enriched) == "Now is the <time>\nfor all"
    assert mail(enriched, Content_Type="text/enriched").text == "Now is the <time>\nfor all"


def test_a_file_pasted_into_the_text_is_taken_out_when_it_is_whole() -> None:
    """MAIL-33."""
    read = mail(f"Hello\n{uuencoded('a b.txt', b'x' * 50)}Bye")
    broken = mail("Hello\nbegin 644 a.txt\nnot encoded at all, é\nend\nBye")

    assert [(one.filename, one.content) for one in read.attachments] == [("a b.txt", b"x" * 50)]
    assert read.text == "Hello\n\nBye"
    assert broken.attachments == ()
    assert "begin 644" in broken.text


def test_only_so_many_pasted_files_are_looked_for() -> None:
    """MAIL-21."""
    read = mail("".join(uuencoded("a.txt", b"x") for _ in range(MAX_PASTED + 5)))

    assert len(read.attachments) == MAX_PASTED


def packed(data: bytes) -> bytes:
    """LZFu with letters only: allowed, if not small."""
    runs = [b"\x00" + data[at : at + 8] for at in range(0, len(data), 8)]
    return struct.pack("<IIII", len(data) + 12, len(data), 0x75465A4C, 0) + b"".join(runs)


def test_packed_rich_text_is_unpacked_with_its_references() -> None:
    """MAIL-36."""
    letters = b"{\\rtf1 Hello}"
    # `abc`, then four bytes from three back, then the end: a reference that overlaps what it writes
    reference = ((207 << 4) | 2).to_bytes(2, "big")
    repeated = struct.pack("<IIII", 0, 7, 0x75465A4C, 0) + b"\x08abc" + reference

    assert rtf.unpack(packed(letters)) == letters
    assert rtf.unpack(repeated) == b"abcabca"
    assert rtf.unpack(struct.pack("<IIII", 0, 3, 0x414C454D, 0) + b"abc") == b"abc"
    assert rtf.unpack(b"no such thing") is None


@pytest.mark.parametrize(
    ("rich", "words"),
    [
        (rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}Hello\par there\tab x}", "Hello\nthere\tx"),
        (rb"{\rtf1\ansi\ansicpg1250 Za\'bf\'f3\'b3\'e6}", "Zażółć"),
        (rb"{\rtf1\uc1\u26085?\u26412?}", "日本"),
        (rb"{\rtf1{\fonttbl{\f1\fcharset204 X;}}\f1\'cf\f0 a}", "Пa"),
        (rb"{\rtf1{\*\unknown secret}seen \{brace\}}", "seen {brace}"),
        (rb"{\rtf1{\pict 00ff}a\emdash b", "a—b"),
    ],
)
def test_rich_text_becomes_words(rich: bytes, words: str) -> None:
    """MAIL-36."""
    assert rtf.read(rich) == (words, False)


def test_html_inside_rich_text_comes_out_as_it_went_in() -> None:
    """MAIL-36."""
    rich = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Caf\'e9 "
        rb"{\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 now\htmlrtf }\htmlrtf0 {\*\htmltag92 </b>}"
        rb"\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
    )

    assert rtf.read(rich) == ("<p>Café <b>now</b></p>", True)


def test_a_mail_in_rich_text_only_says_its_words_and_keeps_the_original() -> None:
    """MAIL-31."""
    read = mail(r"{\rtf1 It is stuck.}", Content_Type="text/rtf")

    assert read.text == "It is stuck."
    assert [(one.filename, one.content_type) for one in read.attachments] == [("text-1.rtf", "text/rtf")]


def test_an_encrypted_text_is_marked() -> None:
    """MAIL-39."""
    assert mail("-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----").encrypted
    assert not mail("I mean -----BEGIN PGP MESSAGE-----").encrypted


def test_a_signed_message_says_so_whether_the_signature_wraps_it_or_stands_beside_it() -> None:
    """MAIL-39."""
    beside = mail("--b\n\nHello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--", Content_Type=SIGNED)

    assert beside.signed
    assert beside.text == "Hello"
    assert parse(sample("084")).signed
    assert mail("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello").signed
    assert not mail("Hello").signed


def test_the_fork_of_a_file_does_not_take_its_name() -> None:
    """MAIL-34."""
    fork = "--b\nContent-Type: application/applefile; name=a.pdf\n\nfork\n"
    file = "--b\nContent-Type: application/pdf; name=a.pdf\n\npdf\n--b--"

    read = mail(fork + file, Content_Type="multipart/appledouble; boundary=b")

    assert [one.filename for one in read.attachments] == ["._a.pdf", "a.pdf"]


def test_where_history_begins_is_known_when_all_new_words_stand_above_it() -> None:
    """MAIL-41."""
    text = "\nIt works.\n\nOn 12 Mar 2024 Lee <l@helpdesk.example> wrote:\n> Does it?"

    start = history_start(text, "It works.")

    assert start is not None
    assert text[start:].strip().startswith("On 12 Mar")
    assert history_start("> Does it?\n\nYes.", "Yes.") is None
    assert history_start("Yes.", "Yes.") is None
