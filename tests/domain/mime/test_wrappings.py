"""winmail.dat and opaque signatures: what is wrapped in them, and what damage leaves of it."""

import random
import struct

import pytest

from tests.samples import sample
from tramita.domain.mime import cms, parse, tnef

GUID = bytes.fromhex("0703020000000000c000000000000046")


def attribute(number: int, value: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + b"\x00\x00"


def stream(*attributes: bytes) -> bytes:
    return struct.pack("<IH", tnef.SIGNATURE, 1) + b"".join(attributes)


def prop(tag: int, kind: int, value: bytes) -> bytes:
    """A property of variable length: one value, padded to four bytes."""
    return struct.pack("<HHII", kind, tag, 1, len(value)) + value + b"\x00" * (-len(value) % 4)


def props(*some: bytes) -> bytes:
    return struct.pack("<I", len(some)) + b"".join(some)


RENDER = attribute(0x69002, b"\x00" * 14)
CODEPAGE = attribute(0x69007, struct.pack("<II", 1250, 0), level=1)


def test_files_have_their_long_names_and_types() -> None:
    """MAIL-36."""
    named = props(prop(0x3707, 31, "Übersicht.pdf\x00".encode("utf-16-le")), prop(0x370E, 30, b"Application/PDF\x00"))
    data = stream(
        RENDER, attribute(0x18010, b"UBERSI~1.PDF\x00"), attribute(0x6800F, b"%PDF"), attribute(0x69005, named)
    )

    inside = tnef.read(data)

    assert inside is not None
    assert inside.files == [("Übersicht.pdf", "application/pdf", b"%PDF", "")]


def test_the_body_is_read_in_its_code_page() -> None:
    """MAIL-36."""
    body = props(prop(0x1013, 258, "<p>Zażółć</p>".encode("cp1250")))
    data = stream(CODEPAGE, attribute(0x2800C, "Zażółć".encode("cp1250"), level=1), attribute(0x69003, body, level=1))

    inside = tnef.read(data)

    assert inside is not None
    assert (inside.text, inside.html) == ("Zażółć", "<p>Zażółć</p>")


def test_a_message_inside_is_opened_with_its_files() -> None:
    """MAIL-36."""
    inner = stream(
        attribute(0x2800C, b"inner words", level=1), RENDER, attribute(0x18010, b"a.txt"), attribute(0x6800F, b"a")
    )
    held = props(prop(0x3707, 30, b"Forwarded\x00"), prop(0x3701, 13, GUID + inner))

    inside = tnef.read(stream(RENDER, attribute(0x69005, held)))

    assert inside is not None
    assert inside.files == [
        ("a.txt", "application/octet-stream", b"a", ""),
        ("Forwarded.txt", "text/plain", b"inner words", ""),
    ]


RICH = b"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag <p>}Hello{\\*\\htmltag </p>}}"


def packed(data: bytes) -> bytes:
    return struct.pack("<IIII", len(data) + 12, len(data), 0x414C454D, 0) + data


def test_a_body_in_rich_text_is_read() -> None:
    """MAIL-36."""
    html = tnef.read(stream(attribute(0x69003, props(prop(0x1009, 258, packed(RICH))), level=1)))
    text = tnef.read(stream(attribute(0x69003, props(prop(0x1009, 258, packed(b"{\\rtf1 Hello\\par}"))), level=1)))

    assert html is not None
    assert text is not None
    assert (html.text, html.html) == (None, "<p>Hello</p>")
    assert (text.text, text.html) == ("Hello", None)


def test_pictures_keep_the_ids_by_which_the_body_shows_them() -> None:
    """MAIL-35, MAIL-36."""
    named = props(prop(0x3707, 30, b"wall.png\x00"), prop(0x3712, 30, b"<wall@c.example>\x00"))
    body = props(prop(0x1013, 30, b"<img src='cid:wall@c.example'>\x00"))
    data = stream(attribute(0x69003, body, level=1), RENDER, attribute(0x6800F, b"PNG"), attribute(0x69005, named))
    head = b"From: rui@c.example\r\nContent-Type: application/ms-tnef\r\n\r\n"

    mail = parse(head + data)

    assert {one.filename: one.inline for one in mail.attachments} == {"winmail.dat": False, "wall.png": True}


def test_an_object_inside_is_kept_without_the_id_of_its_kind() -> None:
    """MAIL-31, MAIL-36."""
    other = bytes.fromhex("0b00000000000000c000000000000046")
    drawing = props(prop(0x3707, 30, b"drawing\x00"), prop(0x3701, 13, other + b"OLE"))
    unread = props(prop(0x3707, 30, b"contact\x00"), prop(0x3701, 13, GUID + stream()))

    inside = tnef.read(stream(RENDER, attribute(0x69005, drawing), RENDER, attribute(0x69005, unread)))

    assert inside is not None
    assert [(one.name, one.data) for one in inside.files] == [("drawing", b"OLE"), ("contact", stream())]


def test_its_body_serves_only_where_the_message_has_none() -> None:
    """MAIL-36, MAIL-31."""
    head = b"From: rui@c.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    winmail = b"--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n"
    winmail += stream(attribute(0x2800C, b"words of Outlook", level=1)) + b"\r\n"
    plain = b"--b\r\nContent-Type: text/plain\r\n\r\nplain words\r\n"

    assert parse(head + winmail + b"--b--").text == "words of Outlook"
    assert parse(head + plain + winmail + b"--b--").text == "plain words"


def der(tag: int, value: bytes) -> bytes:
    size = len(value)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + value


def indefinite(tag: int, value: bytes) -> bytes:
    return bytes([tag, 0x80]) + value + b"\x00\x00"


DATA = bytes.fromhex("06092a864886f70d010701")


@pytest.mark.parametrize("wrap", [der, indefinite])
def test_signed_content_is_found_in_either_form_of_length(wrap: object) -> None:
    """MAIL-39."""
    assert callable(wrap)
    pieces = der(0x04, b"Content-Type: text/plain\r\n\r\n") + der(0x04, b"Hello" * 40)
    content = wrap(0x30, DATA + wrap(0xA0, wrap(0x24, pieces)))
    signed = wrap(0x30, der(0x02, b"\x01") + der(0x31, b"") + content)

    message = wrap(0x30, der(0x06, cms.SIGNED) + wrap(0xA0, signed))

    assert cms.signed_content(message) == b"Content-Type: text/plain\r\n\r\n" + b"Hello" * 40
    assert not cms.is_enveloped(message)


def test_a_detached_signature_holds_no_content() -> None:
    """MAIL-39."""
    signed = der(0x30, der(0x02, b"\x01") + der(0x31, b"") + der(0x30, DATA))

    assert cms.signed_content(der(0x30, der(0x06, cms.SIGNED) + der(0xA0, signed))) is None


@pytest.mark.parametrize("number", ["080", "084"])
def test_damage_inside_never_stops_the_reader(number: str) -> None:
    """MAIL-36, MAIL-39, MAIL-20."""
    content = parse(sample(number)).attachments[0].content if number == "080" else b""
    content = content or parse(sample(number)).attachments[-1].content
    chance = random.Random(7)

    for _ in range(500):
        data = bytearray(content[: chance.randrange(len(content) + 1)])
        for _ in range(chance.randrange(4)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        tnef.read(bytes(data))
        cms.signed_content(bytes(data))
        cms.is_enveloped(bytes(data))
