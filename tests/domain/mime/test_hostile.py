"""No input stops the reader: damaged samples, and messages built to exhaust it."""

import json
import os
import random
import re
import time
from email import message_from_bytes
from hashlib import sha256
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.mime.odd_mail import MARKS, SAMPLES, damaged, messages
from tests.samples import MAIL, expected, sample
from tramita.domain.mime import ParsedMail, parse, trace_free_digest
from tramita.domain.mime.body import leaves
from tramita.domain.mime.charsets import codec
from tramita.domain.mime.headers import split_message
from tramita.domain.mime.tree import Part, build

ROUNDS = 2_000 if os.environ.get("TRAMITA_SOAK") else 20
HEAD = b"From: eve@stranger.example\r\nTo: desk@helpdesk.example\r\nSubject: Re: x\r\nIn-Reply-To: <a@b.example>\r\n"
DAEMON = b"From: MAILER-DAEMON@x.example\r\nReturn-Path: <>\r\nSubject: Undelivered Mail\r\n"
REPORT = DAEMON + (
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=a\r\n\r\n"
    b"--a\r\nContent-Type: message/delivery-status\r\n\r\n"
)
SECONDS = 10  # far above what any of these takes: only a quadratic reader would need more


def read(raw: bytes) -> ParsedMail:
    """Without the safety net of `parse`, so that a fault of ours is seen."""
    found: ParsedMail = import_module("tramita.domain.mime.parse")._parse(raw, None)
    return found


def assert_sound(mail: ParsedMail) -> None:
    """What holds for every message, whatever it was made of."""
    said = json.dumps(mail.to_json())
    json.dumps(mail.to_json(), ensure_ascii=False).encode()
    assert "\\u0000" not in said
    assert bool(mail.reply_text.strip()) == bool(mail.text.strip())
    assert len({one.filename.casefold() for one in mail.attachments}) == len(mail.attachments)
    for one in mail.attachments:
        assert one.filename
        assert not set(one.filename) & set("/\\\r\n\t\x00\u202e")
        assert len(one.filename.encode()) <= 255
        assert one.size == len(one.content)
    for _, value in mail.headers:
        assert value.isprintable() or not set(value) & set("\r\n\x00")


@pytest.mark.soak
@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_a_message_soaked_in_damage_is_read_as_far_as_it_goes(number: int) -> None:
    """MAIL-3, MAIL-20, MAIL-34, MAIL-40, MAIL-41. `make soak` does it a hundred times as often."""
    chance = random.Random(number)

    for _ in range(ROUNDS):
        raw = damaged(SAMPLES[number], chance)
        mail = read(raw)

        assert_sound(mail)
        assert mail.digest == trace_free_digest(raw) == read(raw).digest
        assert sum(one.size for one in mail.attachments) <= 4 * len(raw) + 1_000


@given(st.binary(max_size=3_000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """MAIL-20."""
    assert_sound(read(raw))


@given(st.lists(st.sampled_from([*MARKS, b"a", b" ", b"From: a@b.example", b"Subject: x"]), max_size=200))
def test_any_heap_of_structure_is_a_message(pieces: list[bytes]) -> None:
    """MAIL-20."""
    assert_sound(read(b"".join(pieces)))


@pytest.mark.parametrize("name", expected())
def test_every_leaf_is_body_or_attachment(name: str) -> None:
    """MAIL-31: as the standard library counts leaves, none vanishes (but for the depth bomb's)."""
    raw = (MAIL / name).read_bytes()
    mail = parse(raw)
    parts = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    inner = [part for whole in message_from_bytes(raw).walk() for part in _enclosed(whole)]

    shown = mail.text + (mail.html or "") + " ".join(one.sha256 for one in mail.attachments)

    assert len(parts) - len(inner) <= len(mail.attachments) + 2 + name.startswith(("052", "053", "054"))
    assert shown.strip() or not any((part.get_payload() or "").strip() for part in parts) or name.startswith("056")


def _enclosed(part: object) -> list[object]:
    is_mail = getattr(part, "get_content_maintype", str)() == "message"
    return [one for one in part.walk() if not one.is_multipart()] if is_mail else []  # type: ignore[attr-defined]


@pytest.mark.soak
@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_no_leaf_of_a_damaged_message_is_lost(number: int) -> None:
    """MAIL-31: by its bytes among the attachments, or by its words in the body."""
    chance = random.Random(number)

    for raw in (SAMPLES[number], *(damaged(SAMPLES[number], chance) for _ in range(ROUNDS))):
        mail = read(raw)
        kept = {one.sha256 for one in mail.attachments}
        shown = mail.text + (mail.html or "")

        for part in leaves(build(*split_message(raw))[0]):
            assert _is_kept(part, kept) or _is_shown(part, shown), part.kind


def _is_kept(part: Part, kept: set[str]) -> bool:
    """Decoded, or whole where a multipart could not be opened."""
    return any(not data.strip() or sha256(data).hexdigest() in kept for data in (part.content()[0], part.body))


def _is_shown(part: Part, shown: str) -> bool:
    """Nearly all its first words; charsets in which letters stand for others are left out."""
    data = part.content()[0]
    words = re.findall(r"[A-Za-z]{4,}", data.decode("latin-1"))[:60]
    foreign = b"\x1b" in data or b"\x00" in data or codec(part.params.get("charset")) in ("utf-7", "utf-16", "hz")
    return foreign or sum(word in shown for word in words) >= 0.8 * len(words)


def test_a_fault_of_ours_keeps_the_message_as_one_attachment(monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-20, MAIL-6."""

    def broken(raw: bytes, guess: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(import_module("tramita.domain.mime.parse"), "_parse", broken)

    mail = parse(sample("001"))

    assert mail.defects == ("reader_fault: RuntimeError",)
    assert mail.attachments[0].content == sample("001")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\r" * 500_000, id="bare CR"),
        pytest.param(b"Subject: " + b"=?a?q?" * 40_000 + b"\r\n" + HEAD, id="unfinished words"),
        pytest.param(b"Subject: =?utf-8?q?" + b"?" * 200_000 + b"\r\n" + HEAD, id="question marks"),
        pytest.param(b"Subject: " + b" " * 250_000 + b"x\r\n" + HEAD, id="blanks"),
        pytest.param(b"To: a" + b" " * 250_000 + b"b@c.example\r\n" + HEAD, id="blanks in an address"),
        pytest.param(b"To: " + b'"a\\' * 80_000 + b"\r\n" + HEAD, id="open quotes"),
        pytest.param(b"To: " + b"(" * 120_000 + b")" * 120_000 + b"\r\n" + HEAD, id="nested comments"),
        pytest.param(b"Content-Type: text/plain; " + b'a="' * 80_000 + b"\r\n" + HEAD, id="open parameters"),
        pytest.param(b"".join(b"X-%d: x\r\n" % number for number in range(80_000)), id="many fields"),
        pytest.param(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 500_000, id="angles"),
        pytest.param(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 200_000, id="open comments"),
        pytest.param(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div hidden>" * 50_000, id="hidden depths"),
        pytest.param(HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 100_000, id="open attributes"),
        pytest.param(HEAD + b"\r\n" + b"> a\nb\n" * 100_000, id="quotations"),
        pytest.param(HEAD + b"\r\n" + b"On 1 x wrote:\n" * 50_000, id="attributions"),
        pytest.param(HEAD + b"\r\n" + b"\nMessage-ID:" + b" " * 500_000, id="an id of blanks"),
        pytest.param(
            HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n\r\nx\r\n" * 50_000, id="parts"
        ),
        pytest.param(HEAD + b"\r\n" + b"a" * 5_000_000, id="one line"),
        pytest.param(HEAD + b"\r\n" + b"From: a@b.example 12:30\r\n" * 15_000, id="labels"),
        pytest.param(HEAD + b"\r\n" + (b"On 12 Mar 2024 " + b"a@" * 250 + b":\r\n") * 3_000, id="long attributions"),
        pytest.param(HEAD + b"\r\n" + (b"x On 1 " * 80 + b"2024 @ wrote:\r\n") * 3_000, id="attributions mid-line"),
        pytest.param(HEAD + b"\r\n" + b"-" * 3_000_000, id="a rule without end"),
        pytest.param(HEAD + b"\r\n" + b"begin 644 a\n" * 100_000 + b"\nend", id="pasted beginnings"),
        pytest.param(HEAD + b"\r\n" + b"begin 644 a\nend\n" * 50_000, id="pasted files"),
        pytest.param(HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"a \r\n" * 300_000, id="flowed"),
        pytest.param(HEAD + b"Content-Type: text/enriched\r\n\r\n" + b"<param>" * 300_000, id="enriched"),
        pytest.param(HEAD + b"Content-Type: text/rtf\r\n\r\n{\\rtf1" + b"{\\b x" * 500_000, id="rich depths"),
        pytest.param(HEAD + b"Content-Type: text/rtf\r\n\r\n{\\rtf1" + b"\\f1\\u1?" * 300_000, id="rich fonts"),
        pytest.param(HEAD + b"Content-Type: multipart/mixed; boundary=-\r\n\r\n" + b"-" * 5_000_000, id="hyphens"),
        pytest.param(
            HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B!!\x1b(B" * 400_000,
            id="alphabets",
        ),
        pytest.param(DAEMON + b"\r\n" + b"user unknown <a@b.example> 550 5.1.1\r\n" * 20_000, id="a long bounce"),
        pytest.param(DAEMON + b"\r\n" + b"a" * 500_000 + b"@" + b"5.1.1." * 100_000, id="addresses without end"),
        pytest.param(
            REPORT + b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n" * 50_000, id="recipients"
        ),
        pytest.param(b"Subject: " + b"Re: " * 60_000 + b"\r\n" + HEAD, id="answers of answers"),
        pytest.param(HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000, id="mail in mail"),
        pytest.param(HEAD + b"Content-Type: application/pkcs7-mime\r\n\r\n" + b"\x30\x80" * 200_000, id="nested DER"),
    ],
)
def test_nothing_takes_time_out_of_proportion(raw: bytes) -> None:
    """MAIL-21."""
    began = time.process_time()

    assert_sound(read(raw))

    assert time.process_time() - began < SECONDS


def test_more_parts_than_the_limit_are_kept_together() -> None:
    """MAIL-21, MAIL-31."""
    part = b"--a\r\nContent-Type: image/png; name=same.png\r\n\r\nx\r\n"

    mail = read(HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + part * 1_200)

    assert "too_many_parts" in mail.defects
    assert mail.attachments[-1].filename == "more-parts.bin"
    assert mail.attachments[-1].content.count(b"same.png") == 200


def test_what_lies_too_deep_is_kept_as_a_file() -> None:
    """MAIL-21."""
    mail = read(sample("056"))

    assert "too_deep" in mail.defects
    assert len(mail.attachments) == 1
    assert mail.attachments[0].size > 0


def test_a_header_field_has_a_limit_and_the_rest_is_read() -> None:
    """MAIL-21."""
    mail = read(b"X-Long: " + b"x" * 400_000 + b"\r\n" + HEAD + b"\r\nHello.")

    assert "header_field_too_long" in mail.defects
    assert mail.text == "Hello."


def test_a_day_of_odd_mail_is_read_without_a_fault() -> None:
    """MAIL-20: a small part of the 1,500 messages that `mail parse` is timed with."""
    for raw in messages(60, seed=11, size_bytes=760_000):
        assert_sound(read(raw))


@pytest.mark.parametrize("label", ["hex", "rot13", "base64", "zip", "quopri", "punycode", "idna", "undefined"])
def test_what_turns_bytes_into_something_else_is_no_charset(label: str) -> None:
    """MAIL-24: nothing asks for it, also where no bytes are at hand to see that."""
    assert codec(label) is None
