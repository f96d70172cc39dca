"""What a file is by its first bytes, whatever it calls itself; and which ones harm who opens them (MAIL-57)."""

import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

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

# names that a desktop runs, mounts or installs at a double click
_BLOCKED = """
    ade adp apk app appx appxbundle application bat chm cmd com command cpl deb dll dmg drv exe gadget hta img inf ins
    iso isp jar jnlp js jse ksh lnk mde msc msi msix msixbundle msp mst nsh ocx paf pif pkg ps1 ps1xml ps2 psc1 psd1
    psm1 reg rpm run scf scr sct settingcontent-ms sh shb sys tcsh url vb vbe vbs vhd vhdx vxd workflow ws wsc wsf wsh
    xll
"""
BLOCKED = frozenset(_BLOCKED.split())
MACROS = frozenset({"docm", "dotm", "potm", "ppam", "ppsm", "pptm", "sldm", "xlam", "xlsm", "xltm"})

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


def _by_name(filename: str) -> str | None:
    extension = filename.lower().rstrip(". ").rpartition(".")[2]
    if extension in BLOCKED:
        return "program"
    return "macros" if extension in MACROS else None


def _by_bytes(content: bytes) -> str | None:
    return "program" if content.startswith(PROGRAMS) else None


def _inside(content: bytes, depth: int, allowance: _Allowance) -> str | None:
    """An archive is as harmful as what is in it; one that cannot be read is not opened by others either."""
    if not content.startswith(ARCHIVES):
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()[:MOST_NAMES]
            if found := _named(one.filename for one in entries):
                return found
            inner = [one for one in entries if one.filename.lower().endswith(".zip")] if depth > 1 else []
            return next((why for one in inner if (why := _nested(archive, one, depth - 1, allowance))), None)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return None


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
