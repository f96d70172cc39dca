"""What a file is by its first bytes, whatever it calls itself; and which ones harm who opens them (MAIL-57)."""

import bz2
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

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
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
TNEF = b"\x78\x9f\x3e\x22"  # winmail.dat
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # documents of Office before 2007
OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_TAR = (257, b"ustar")
_PACKED: dict[bytes, Callable[[], "zlib._Decompress | bz2.BZ2Decompressor | lzma.LZMADecompressor"]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(wbits=31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lambda: lzma.LZMADecompressor(memlimit=MOST_UNPACKED * 2),
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
MOST_UNPACKED = 50 * 1024 * 1024  # bytes, for one file that came


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
    return _by_name(filename) or _by_bytes(content) or _inside(content, DEEPEST, _Allowance())


def danger_in(filename: str, file: BinaryIO) -> str | None:
    """As `danger`, of a file whose beginning says for most what it is; it stands at its beginning again. Only what
    holds others is read whole."""
    head = file.read(HEAD)
    holds_others = head.startswith((OLE, TNEF, *ARCHIVES, *_PACKED)) or head[_TAR[0] :].startswith(_TAR[1])
    why = danger(filename, head + file.read() if holds_others else head)
    file.seek(0)
    return why


def _by_name(filename: str) -> str | None:
    extension = filename.lower().rstrip(". ").rpartition(".")[2]
    if extension in BLOCKED:
        return "program"
    return "macros" if extension in MACROS else None


def _by_bytes(content: bytes) -> str | None:
    if content.startswith(OLE) and OLE_MACROS in content:
        return "macros"
    return "program" if content.startswith(PROGRAMS) else None


def _inside(content: bytes, depth: int, allowance: _Allowance) -> str | None:
    """An archive is as harmful as what is in it; one that cannot be read is not opened by others either."""
    try:
        if content.startswith(ARCHIVES):
            return _in_zip(content, depth, allowance)
        if content[_TAR[0] :].startswith(_TAR[1]):
            return _in_tar(content)
        if content.startswith(TNEF):
            return _in_tnef(content, depth, allowance)
        unpack = next((make for mark, make in _PACKED.items() if content.startswith(mark)), None)
        return _unpacked(unpack().decompress, content, depth, allowance) if unpack and depth else None
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, *_ODD):
        return None


_ODD = (ValueError, OSError, NotImplementedError, RuntimeError, EOFError)


def _in_zip(content: bytes, depth: int, allowance: _Allowance) -> str | None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()[:MOST_NAMES]
        if found := _named(one.filename for one in entries):
            return found
        inner = [one for one in entries if _is_archive(one.filename)] if depth > 1 else []
        return next((why for one in inner if (why := _nested(archive, one, depth - 1, allowance))), None)


def _is_archive(name: str) -> bool:
    return name.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"))


def _in_tar(content: bytes) -> str | None:
    with tarfile.open(fileobj=BytesIO(content), mode="r:") as archive:
        return _named(one.name for _, one in zip(range(MOST_NAMES), archive, strict=False))


def _in_tnef(content: bytes, depth: int, allowance: _Allowance) -> str | None:
    found = tnef.read(content)
    for one in found.files if found and depth else ():
        if why := _by_name(one.name) or _by_bytes(one.data) or _inside(one.data, depth - 1, allowance):
            return "program_inside" if why == "program" else why
    return None


def _unpacked(
    decompress: Callable[[bytes, int], bytes], content: bytes, depth: int, allowance: _Allowance
) -> str | None:
    """What one packed file is, as far as may be unpacked."""
    inner = decompress(content, max(1, allowance.left))
    allowance.left -= len(inner)
    why = _by_bytes(inner) or _inside(inner, depth - 1, allowance)
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
        return _inside(file.read(entry.file_size), depth, allowance)
