"""The words in a PDF, whatever it is (H-6)."""

import random
import zlib

import pytest

from tramita.gateways.pdf import words_in_pdf


def pdf(*pages: str) -> bytes:
    """As a program writes it: a page a text, each packed."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, text in enumerate(pages):
        packed = zlib.compress(b"BT /F1 12 Tf 72 700 Td (" + text.encode("cp1252") + b") Tj ET")
        place = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * number} 0 R"
        bodies.append(f"{place}/Resources<</Font<</F1 3 0 R>>>>>>".encode())
        head = f"<</Length {len(packed)}/Filter/FlateDecode>>stream\n".encode()
        bodies.append(head + packed + b"\nendstream")
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}trailer\n<</Size {len(bodies) + 1}/Root 1 0 R>>\n"
    return made + f"{end}startxref\n{len(made)}\n%%EOF\n".encode()


def test_the_words_of_each_page_are_read() -> None:
    """H-6."""
    assert words_in_pdf(pdf("Factura número 991", "The zebra crossed")).split() == [
        *("Factura", "número", "991"),
        *("The", "zebra", "crossed"),
    ]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"MZ\x90", pdf("x")[:-200], b"%PDF-1.7\n" + b"[" * 50_000])
def test_what_is_no_pdf_has_no_words_and_raises_nothing(content: bytes) -> None:
    """MAIL-20."""
    assert words_in_pdf(content).split() in ([], ["x"])


def test_damage_of_any_kind_is_survived() -> None:
    """MAIL-20: a byte here and there is another."""
    chance, whole = random.Random(7), pdf("Factura 991", "The zebra")
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.randrange(1, 12)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert isinstance(words_in_pdf(bytes(damaged)), str)
