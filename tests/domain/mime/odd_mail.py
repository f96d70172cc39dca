"""Odd and damaged mail by the thousand, the same for the same seed: the samples bent, cut, spliced and blown up."""

import base64
import random
from collections.abc import Iterator

from tests.samples import MAIL, expected

SAMPLES = [(MAIL / name).read_bytes() for name in expected()]
MARKS = [
    *(b"\r\n", b"\n", b"\r", b"--", b"=?utf-8?q?", b"?=", b"\x00", b"\xff", b'"', b"<", b">", b"(", b";", b"="),
    *(b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Transfer-Encoding: base64\r\n", b"begin 644 x\n"),
    *(b"charset=utf-7", b"charset=idna", b"charset=utf-16", b"charset=undefined", b"\x1b$B", b"message/rfc822"),
    *(b"filename*0*=", b"filename*=x''%", b"From ", b"<!--", b"<style>", b"&#x110000;", b"&#55296;", b"@"),
    *(
        b"Content-Type: text/rtf\r\n",
        b"{\\rtf1\\fromhtml1 {\\*\\htmltag <p>}",
        b"format=flowed",
        b"##- ",
        b"> ",
        b"-- \r\n",
    ),
    *(b"Content-Type: message/delivery-status\r\n", b"Final-Recipient: rfc822;", b"multipart/report", b"wrote:\r\n"),
]
WORDS = [
    *("the", "lift", "is", "stuck", "again", "since", "Monday", "<b>please</b>", "help", "&amp;", "thanks"),
    *("On", "12", "Mar", "2024", "Ana", "wrote:", "über", "łódź", "三階"),
]


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """One to twenty injuries: cut, flipped, marked, spliced, doubled, or other line ends."""
    data = bytearray(raw)
    for _ in range(chance.choice([1, 2, 5, 20])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                del data[at:]
            case 1 if at < len(data):
                data[at] = chance.randrange(256)
            case 2:
                data[at:at] = chance.choice(MARKS) * chance.choice([1, 1, 50])
            case 3:
                other = chance.choice(SAMPLES)
                begin = chance.randrange(len(other))
                data[at:at] = other[begin : begin + chance.randrange(2_000)]
            case 4:
                data[at:at] = data[at : at + chance.randrange(1_000)]
            case 5:
                data[:at] = data[:at].replace(b"\r\n", chance.choice([b"\n", b"\r", b"\r\r\n", b"\n\r"]))
            case _:
                del data[at : at + chance.randrange(200)]
    return bytes(data)


def messages(count: int, *, seed: int, size_bytes: int) -> Iterator[bytes]:
    """Samples, some damaged, padded with long bodies and files to `size_bytes` in all, more or less."""
    chance = random.Random(seed)
    for number in range(count):
        raw = chance.choice(SAMPLES)
        raw = damaged(raw, chance) if number % 2 else raw
        yield raw + _padding(chance, int(chance.expovariate(1) * size_bytes / count) - len(raw))


def _padding(chance: random.Random, size: int) -> bytes:
    if size <= 0:
        return b""
    if chance.random() < 0.5:
        return b"\r\n" + " ".join(chance.choices(WORDS, k=size // 6)).encode()
    return b"\r\n" + base64.encodebytes(chance.randbytes(size * 3 // 4))
