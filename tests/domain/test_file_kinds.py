"""What a file is by its bytes, and which ones harm (MAIL-57)."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile

import pytest

from tramita.domain.file_kinds import HEAD, MOST_UNPACKED, PIECE, danger, danger_in, picture


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        (b"GIF89a....", "image/gif"),
        (b"GIF87a....", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVE", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<html>GIF89a", None),
        (b"BM....", None),
        (b"", None),
    ],
)
def test_only_pictures_that_never_run_are_pictures(content: bytes, kind: str | None) -> None:
    """MAIL-57: by content, never svg."""
    assert picture(content) == kind


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("setup.exe", b"anything", "program"),
        ("invoice.pdf.exe", b"anything", "program"),
        ("INVOICE.SCR", b"anything", "program"),
        ("invoice.exe. ", b"anything", "program"),
        ("photo.png", b"MZ\x90\x00", "program"),
        ("notes.txt", b"\x7fELF\x02", "program"),
        ("notes.txt", b"#!/bin/sh\n", "program"),
        ("report.docm", b"PK\x03\x04", "macros"),
        ("photo.png", b"\x89PNG\r\n\x1a\n", None),
        ("notes.txt", b"Mz", None),
        ("exe", b"words", "program"),
        ("", b"", None),
    ],
)
def test_programs_are_known_by_name_and_by_content(name: str, content: bytes, why: str | None) -> None:
    """MAIL-57."""
    assert danger(name, content) == why


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (archive(readme__txt=b"x"), None),
        (archive(readme__txt=b"x", setup__exe=b"x"), "program_inside"),
        (archive(**{"a/b/run__js": b"x"}), "program_inside"),
        (archive(word__vbaProject__bin=b"x"), "macros"),
        (archive(inner__zip=archive(setup__exe=b"x")), "program_inside"),
        (archive(inner__zip=archive(more__zip=archive(setup__exe=b"x"))), "program_inside"),
        (archive(inner__zip=archive(readme__txt=b"x")), None),
        (b"PK\x03\x04 cut in the middle", None),
        (archive(setup__exe=b"x")[:-10], None),
    ],
)
def test_an_archive_is_as_harmful_as_what_is_in_it(content: bytes, why: str | None) -> None:
    """MAIL-57; one that is cut is no fault."""
    assert danger("files.zip", content) == why


@pytest.mark.parametrize(("megabytes", "why"), [(1, "program_inside"), (51, None)])
def test_a_bomb_in_an_archive_is_not_unpacked(megabytes: int, why: str | None) -> None:
    """MAIL-21 in spirit: more than 50 MB in all is not looked at."""
    inner = archive(filling__bin=b"\0" * megabytes * 1024 * 1024, setup__exe=b"x")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("inner.zip", inner)

    assert len(packed.getvalue()) < 200_000
    assert danger("files.zip", packed.getvalue()) == why


def tar(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made:
        for name, content in files.items():
            entry = tarfile.TarInfo(name.replace("__", "."))
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda data: data])
def test_other_archives_are_looked_into_as_well(pack) -> None:
    """MAIL-57: tar, gz, bz2, xz, and one inside the other."""
    assert danger("a.bin", pack(tar(setup__exe=b"x"))) == "program_inside"
    assert danger("a.bin", pack(tar(notes__txt=b"x"))) is None
    assert danger("a.zip", archive(inner__tgz=pack(tar(setup__exe=b"x")), notes__txt=b"x")) == "program_inside"


def test_a_packed_program_is_one() -> None:
    """MAIL-57."""
    assert danger("a.gz", gzip.compress(b"MZ\x90")) == "program_inside"
    assert danger("a.gz", gzip.compress(b"words")) is None


def test_what_would_fill_the_memory_is_unpacked_no_further() -> None:
    """MAIL-57: a bomb is read up to the limit, a damaged archive not at all."""
    bomb = gzip.compress(gzip.compress(bytes(MOST_UNPACKED * 3)))

    assert danger("a.gz", bomb) is None
    assert danger("a.xz", lzma.compress(b"MZ")[:20]) is None
    assert danger("a.tar", tar(a__txt=b"x" * 2000)[:300]) is None


def test_a_program_in_a_winmail_is_found() -> None:
    """MAIL-57: inside TNEF."""
    signature, key = b"\x78\x9f\x3e\x22", b"\x01\x00"

    def attribute(level: int, number: int, data: bytes) -> bytes:
        checksum = (sum(data) & 0xFFFF).to_bytes(2, "little")
        return bytes([level]) + number.to_bytes(4, "little") + len(data).to_bytes(4, "little") + data + checksum

    packed = signature + key + attribute(2, 0x00069002, bytes(14))
    packed += attribute(2, 0x00018010, b"setup.exe\0") + attribute(2, 0x0006800F, b"MZ\x90 and so on")

    assert danger("winmail.dat", packed) == "program_inside"
    assert danger("winmail.dat", packed.replace(b"setup.exe", b"notes.txt").replace(b"MZ", b"xx")) is None


def test_macros_of_older_documents_are_found() -> None:
    """MAIL-57: `.doc` and `.xls` from before 2007."""
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

    assert danger("a.doc", old + "_VBA_PROJECT".encode("utf-16-le")) == "macros"
    assert danger("a.doc", old) is None


class Spied(io.BytesIO):
    """A file that counts what was read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("content", [b"MZ" + b"x" * 9999, archive(setup__exe=b"x" * 9999), b"x" * 9999, b""])
def test_a_file_on_the_disk_is_what_its_bytes_are(content: bytes) -> None:
    """MAIL-57: its beginning says for most what it is; it stands at its beginning again."""
    file = Spied(content)

    assert danger_in("x.bin", file) == danger("x.bin", content)
    assert file.tell() == 0
    assert content.startswith(b"PK") or file.taken <= HEAD


FILLING = b"x" * 3 * PIECE


@pytest.mark.parametrize(
    ("content", "why", "most"),
    [
        (archive(filling__bin=FILLING, setup__exe=b"x"), "program_inside", PIECE // 4),
        (tar(filling__bin=FILLING, setup__exe=b"x"), "program_inside", PIECE // 4),
        (gzip.compress(b"words" + FILLING), None, PIECE),
    ],
)
def test_of_an_archive_the_names_are_read_and_not_what_it_packs(content: bytes, why: str | None, most: int) -> None:
    """MAIL-57, MAIL-21 in spirit: neither the size of a file nor what it says of itself costs a page its memory."""
    file = Spied(content)

    assert danger_in("a.bin", file) == why
    assert file.taken < most


@pytest.mark.parametrize("wide", [False, True])
def test_a_zip_file_of_endless_names_is_not_opened(wide: bool) -> None:
    """MAIL-21 in spirit: `zipfile` makes an object of every name; 700,000 of them took 4 s and 220 MB."""
    count = 60_000
    names = (b"PK\1\2" + bytes(24) + b"\1\0" + bytes(16) + b"a") * count
    wide_end = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(names), 4)
    wide_end += b"PK\6\7" + struct.pack("<IQI", 0, 4 + len(names), 1)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0 if wide else 60_000, 60_000, 99 if wide else len(names), 4, 0)
    file = Spied(b"PK\3\4" + names + (wide_end if wide else b"") + end)

    assert danger_in("a.zip", file) is None
    assert file.taken < 70_000


def test_long_names_in_a_tar_file_are_names() -> None:
    """MAIL-57: in the ways of GNU and of pax, and the parts of one that is cut."""
    for way in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=way) as made:
            made.addfile(tarfile.TarInfo("a" * 300 + ".txt"))
            made.addfile(tarfile.TarInfo("ł" * 200 + ".exe"))

        assert danger("a.tar", packed.getvalue()) == "program_inside"
        assert danger("a.tar", packed.getvalue()[:1024]) is None


def test_marks_of_macros_are_found_wherever_a_piece_ends() -> None:
    """MAIL-57."""
    old, mark = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "_VBA_PROJECT".encode("utf-16-le")

    assert danger("a.doc", old + bytes(PIECE - len(old) - 5) + mark) == "macros"
