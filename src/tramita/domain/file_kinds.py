"""What a file is by its first bytes, whatever it calls itself; and which ones harm who opens them (MAIL-57)."""

import bz2
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import SEEK_CUR, SEEK_END, BytesIO
from typing import BinaryIO, Protocol

from tramita.domain.mime import tnef

PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
PROGRAMS = (
    b"MZ",  # Windows
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",  # macOS, in four ways
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # macOS again, and Java
    b"#!",
    b"L\x00\x00\x00\x01\x14\x02\x00",  # a Windows shortcut
)
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")  # zip, with files or empty
TNEF = b"\x78\x9f\x3e\x22"  # winmail.dat
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # documents of Office before 2007
OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_TAR = (257, b"ustar")
_BLOCK = 512  # of a tar file
_END_MARK = b"PK\x05\x06"
_END_OF_ZIP = 56 + 20 + 22 + 65_535  # bytes in which a zip file says where its directory is


class _Unpacking(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Pack:
    """A way of packing one file; `cost` is its time beside gzip's."""

    unpacking: Callable[[], _Unpacking]
    cost: int


_PACKED = {
    b"\x1f\x8b": _Pack(lambda: zlib.decompressobj(wbits=31), 1),
    b"BZh": _Pack(bz2.BZ2Decompressor, 6),
    b"\xfd7zXZ\x00": _Pack(lambda: lzma.LZMADecompressor(memlimit=MOST_UNPACKED * 2), 3),
}

# names that a desktop runs, mounts or installs at a double click
_BLOCKED = """
    ade adp apk app appx appxbundle application bat chm cmd com command cpl deb dll dmg drv exe gadget hta img inf ins
    iso isp jar jnlp js jse ksh lnk mde msc msi msix msixbundle msp mst nsh ocx paf pif pkg ps1 ps1xml ps2 psc1 psd1
    psm1 reg rpm run scf scr sct settingcontent-ms sh shb sys tcsh url vb vbe vbs vhd vhdx vxd workflow ws wsc wsf wsh
    xll
"""
BLOCKED = frozenset(_BLOCKED.split())
MACROS = frozenset({"docm", "dotm", "potm", "ppam", "ppsm", "pptm", "sldm", "xlam", "xlsm", "xltm"})

HEAD = 512  # bytes that say what a file is
MOST_NAMES = 2_000  # of an archive
DEEPEST = 3  # archives in archives
MOST_DIRECTORY = 2 * 1024 * 1024  # bytes of the names of a zip file: some 20,000
LONGEST_NAME = 64 * 1024  # bytes, in a tar file
MOST_UNPACKED = 50 * 1024 * 1024  # bytes, for one file that came
PIECE = 1024 * 1024


@dataclass(slots=True)
class _Allowance:
    """What may still be unpacked."""

    left: int = MOST_UNPACKED


def picture(content: bytes) -> str | None:
    """The type of a picture that browsers draw and never run; None for all else, svg too."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in PICTURES if content.startswith(mark)), None)


def danger(filename: str, content: bytes) -> str | None:
    """Why this file is not offered as a plain click: `program`, `macros`, `program_inside`; None if nothing is seen."""
    return danger_in(filename, BytesIO(content))


def danger_in(filename: str, file: BinaryIO) -> str | None:
    """As `danger`, of a file that stands at its beginning, and does so again.

    Its beginning says for most what it is; of archives the names are read where they stand. Cost: whatever its size,
    a second at most, and the memory of what may be unpacked.
    """
    why = _by_name(filename) or _by_bytes(file, DEEPEST, _Allowance())
    file.seek(0)
    return why


def _by_name(filename: str) -> str | None:
    extension = filename.lower().rstrip(". ").rpartition(".")[2]
    if extension in BLOCKED:
        return "program"
    return "macros" if extension in MACROS else None


def _by_bytes(file: BinaryIO, depth: int, allowance: _Allowance) -> str | None:
    """An archive is as harmful as what is in it; one that cannot be read is not opened by others either."""
    head = file.read(HEAD)
    if head.startswith(PROGRAMS):
        return "program"
    try:
        if head.startswith(OLE):
            return "macros" if _holds(file, OLE_MACROS) else None
        if head.startswith(ARCHIVES):
            return _in_zip(file, depth, allowance)
        if head[_TAR[0] :].startswith(_TAR[1]):
            return _named(_names_of_tar(file))
        if head.startswith(TNEF) and depth:
            return _in_tnef(file, depth, allowance)
        pack = next((pack for mark, pack in _PACKED.items() if head.startswith(mark)), None)
        return _unpacked(pack, file, depth, allowance) if pack and depth else None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, *_ODD):
        return None


_ODD = (ValueError, OSError, NotImplementedError, RuntimeError, EOFError, struct.error)


def _holds(file: BinaryIO, mark: bytes) -> bool:
    """Whether it is anywhere in the file, a piece at a time."""
    file.seek(0)
    before = b""
    while piece := file.read(PIECE):
        if mark in before + piece:
            return True
        before = piece[-len(mark) :]
    return False


def _in_zip(file: BinaryIO, depth: int, allowance: _Allowance) -> str | None:
    if _size_of_directory(file) > MOST_DIRECTORY:
        return None  # a zip file is opened by reading all its names at once
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()[:MOST_NAMES]
        if found := _named(one.filename for one in entries):
            return found
        inner = [one for one in entries if _is_archive(one.filename)] if depth > 1 else []
        return next((why for one in inner if (why := _nested(archive, one, depth - 1, allowance))), None)


def _size_of_directory(file: BinaryIO) -> int:
    """Bytes of the names, as the end of the file says, read as `zipfile` will; the most there can be if it is none."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _END_OF_ZIP))
    tail = file.read(_END_OF_ZIP)
    plain = tail[-22:].startswith(_END_MARK) and tail.endswith(b"\0\0")
    at = len(tail) - 22 if plain else tail.rfind(_END_MARK)
    if at < 0:
        return size
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return int(struct.unpack_from("<Q", tail, at - 36)[0]) if at >= 76 else size
    return int(struct.unpack_from("<I", tail, at + 12)[0])


def _is_archive(name: str) -> bool:
    return name.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"))


def _names_of_tar(file: BinaryIO) -> Iterator[str]:
    """The names in a tar file, block by block; what it packs is passed over (POSIX.1-1988, pax, GNU)."""
    file.seek(0)
    longer = ""
    for _ in range(MOST_NAMES):
        head = file.read(_BLOCK)
        if len(head) < _BLOCK or not head.strip(b"\0"):
            return
        kind, size = head[156:157], _size_in_tar(head[124:136])
        said = file.read(min(size, LONGEST_NAME)) if kind in (b"L", b"x") else b""
        if said:
            longer = _path_in_pax(said) if kind == b"x" else said.rstrip(b"\0").decode("utf-8", "replace")
        else:
            yield longer or head[:100].rstrip(b"\0").decode("utf-8", "replace")
            longer = ""
        file.seek(-(-size // _BLOCK) * _BLOCK - len(said), SEEK_CUR)


def _size_in_tar(field: bytes) -> int:
    if field[0] & 0x80:  # GNU's way for what octal digits cannot say
        return int.from_bytes(field[1:], "big")
    return int(field.strip(b" \0") or b"0", 8)


def _path_in_pax(said: bytes) -> str:
    found = re.search(rb"(?:^|\n)\d+ path=([^\n]*)\n", said)
    return found[1].decode("utf-8", "replace") if found else ""


def _in_tnef(file: BinaryIO, depth: int, allowance: _Allowance) -> str | None:
    file.seek(0)
    found = tnef.read(file.read(MOST_UNPACKED))
    for one in found.files if found else ():
        if why := _by_name(one.name) or _by_bytes(BytesIO(one.data), depth - 1, allowance):
            return _as_inside(why)
    return None


def _unpacked(pack: _Pack, file: BinaryIO, depth: int, allowance: _Allowance) -> str | None:
    """What one packed file is: by its beginning, and if that holds others, as far as may be unpacked."""
    file.seek(0)
    most = max(1, allowance.left // pack.cost)
    packed = file.read(most)
    inner = pack.unpacking().decompress(packed, HEAD)
    if inner.startswith((OLE, TNEF, *ARCHIVES, *_PACKED)) or inner[_TAR[0] :].startswith(_TAR[1]):
        inner = pack.unpacking().decompress(packed, most)
    allowance.left -= len(inner) * pack.cost
    return _as_inside(_by_bytes(BytesIO(inner), depth - 1, allowance))


def _as_inside(why: str | None) -> str | None:
    return "program_inside" if why == "program" else why


def _named(names: Iterable[str]) -> str | None:
    """A document with macros by another name has them too: `vbaProject.bin`."""
    for name in names:
        if name.lower().endswith("vbaproject.bin"):
            return "macros"
        if found := _by_name(name):
            return "program_inside" if found == "program" else found
    return None


def _nested(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, depth: int, allowance: _Allowance) -> str | None:
    if entry.flag_bits & 0x1 or entry.file_size > allowance.left:  # locked, or a bomb
        return None
    allowance.left -= entry.file_size
    with archive.open(entry) as file:
        return _as_inside(_by_bytes(BytesIO(file.read(entry.file_size)), depth, allowance))
