"""The words in files."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tramita.domain.file_texts import LARGEST, LARGEST_PART, readable, words_in


def archive(**parts: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, text in parts.items():
            written.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("filename", "content", "words"),
    [
        ("notes.TXT", "Zażółć gęślą".encode(), "Zażółć gęślą"),
        ("old.csv", "Ação;1,50".encode("cp1252"), "Ação;1,50"),
        ("list.txt", "Łódź".encode("utf-16"), "Łódź"),
        ("page.html", b"<style>p{}</style><p>Dear <b>R</b>ui</p><p>A &amp; B</p>", "Dear Rui A & B"),
        ("photo.jpg", b"\xff\xd8\xff", ""),
        ("zeros.txt", b"a\0b", ""),
        ("letter.docx", b"no archive", ""),
    ],
)
def test_what_a_file_says_is_read_whatever_wrote_it(filename: str, content: bytes, words: str) -> None:
    """H-6."""
    assert " ".join(words_in(filename, content).split()) == words


def test_a_word_that_a_document_cuts_is_one_word() -> None:
    """H-6: Word starts a new run where the look or the spelling changes."""
    letter = (
        "<w:p><w:r><w:t>Inv</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>oice</w:t></w:r></w:p><w:p><w:t>991</w:t></w:p>"
    )
    sheet = "<sst><si><t>Badge</t></si><si><t>Scanner</t></si></sst>"
    text = "<text:p>Faktura <text:span>za</text:span></text:p><text:p>Łódź</text:p>"

    assert words_in("a.docx", archive(**{"word/document.xml": letter, "docProps/app.xml": "Office"})).split() == [
        "Invoice",
        "991",
    ]
    assert words_in("a.xlsx", archive(**{"xl/sharedStrings.xml": sheet})).split() == ["Badge", "Scanner"]
    assert words_in("a.odt", archive(**{"content.xml": text})).split() == ["Faktura", "za", "Łódź"]


def test_a_file_that_unpacks_without_end_costs_no_more_than_others() -> None:
    """DESIGN section 5: counted work."""
    bomb = archive(**{"word/document.xml": "a" * (50 * 2**20)})

    assert len(bomb) < 100_000
    assert len(words_in("a.docx", bomb)) == LARGEST_PART


@pytest.mark.parametrize("piece", ["<script", "<!--", "<a ", "<w:", "<", "&amp", "</style"])
def test_marks_without_end_are_read_in_one_pass(piece: str) -> None:
    """DESIGN section 5: a megabyte of beginnings would take hours, looked through from each."""
    assert words_in("a.html", (piece * (LARGEST_PART // len(piece))).encode()) is not None


def test_only_what_may_have_words_is_fetched() -> None:
    """H-6."""
    assert readable("a.docx", 100)
    assert not readable("a.docx", LARGEST + 1)
    assert not readable("a.png", 100)


@given(st.sampled_from(["a.docx", "a.txt", "a.html", "a.ods"]), st.binary(max_size=400))
def test_no_bytes_break_it(filename: str, content: bytes) -> None:
    """MAIL-6: whatever strangers enclose."""
    assert isinstance(words_in(filename, content), str)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_damaged_archive_breaks_nothing(noise: bytes, at: int) -> None:
    """MAIL-6."""
    whole = archive(**{"word/document.xml": "<w:t>Invoice</w:t>" * 20})
    assert isinstance(words_in("a.docx", whole[:at] + noise + whole[at + len(noise) :]), str)
