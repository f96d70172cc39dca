"""Raw messages from the disk: `.eml` files, folders of them, mbox, Maildir, standard input. Bytes are kept exactly."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
MBOX_NAMES = (".mbox", ".mbx", ".mboxrd")

_SEPARATOR = re.compile(rb"From \S*.*\d\d:\d\d.*\d{4}")  # `From marta@customer.example Tue Mar 12 09:11:03 2024`


@dataclass(frozen=True, slots=True)
class Raw:
    """One message and the file it lies in; None for standard input."""

    file: str | None
    data: bytes


def messages(paths: Iterable[str], *, on_error: Callable[[str], None]) -> Iterator[Raw]:
    """Every message under these paths, in a stable order. What cannot be read is named to `on_error`."""
    for path in paths:
        if path == STDIN:
            yield from (Raw(None, data) for data in _messages_in(sys.stdin.buffer, mbox=None))
        else:
            for file, mbox in _files(Path(path), on_error):
                yield from _of_file(file, on_error, mbox=mbox)


def _files(path: Path, on_error: Callable[[str], None]) -> Iterator[tuple[Path, bool | None]]:
    """(file, is it an mbox; None if its first line tells)."""
    if path.is_dir():
        yield from _in_folder(path, on_error)
    elif path.exists():
        yield path, False if path.suffix.lower() == ".eml" else None
    else:
        on_error(f"{path}: no such file or folder")


def _in_folder(folder: Path, on_error: Callable[[str], None]) -> Iterator[tuple[Path, bool | None]]:
    """A Maildir gives new, then cur; any other folder its mail files, or all of its files if none has such a name."""
    try:
        entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        on_error(_named(folder, error))
        return
    if {"cur", "new"} <= {entry.name for entry in entries if entry.is_dir()}:
        for name in ("new", "cur"):
            yield from ((file, False) for file in sorted((folder / name).iterdir()) if file.is_file())
        return
    files = [entry for entry in entries if entry.is_file()]
    mail = [file for file in files if file.suffix.lower() in (".eml", *MBOX_NAMES)]
    folders = [entry for entry in entries if entry.is_dir()]
    for file in mail or ([] if folders else files):
        yield file, False if file.suffix.lower() == ".eml" else None
    for inner in folders:
        yield from _mail_below(inner, on_error)


def _mail_below(folder: Path, on_error: Callable[[str], None]) -> Iterator[tuple[Path, bool | None]]:
    """Deeper folders count only for files that are named as mail (a `keys/` beside samples holds none)."""
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    for file, mbox in _in_folder(folder, on_error):
        if is_maildir or file.suffix.lower() in (".eml", *MBOX_NAMES) or file.parent.name in ("cur", "new"):
            yield file, mbox


def _of_file(file: Path, on_error: Callable[[str], None], *, mbox: bool | None) -> Iterator[Raw]:
    name = str(file).encode("utf-8", "replace").decode("utf-8")
    try:
        with file.open("rb") as stream:
            for data in _messages_in(stream, mbox=mbox):
                yield Raw(name, data)
    except OSError as error:
        on_error(_named(file, error))


def _messages_in(stream: BinaryIO, *, mbox: bool | None) -> Iterator[bytes]:
    if mbox is False:
        yield stream.read()
        return
    first = stream.readline()
    if _SEPARATOR.match(first):
        yield from _mbox(stream)
    else:
        yield first + stream.read()


def _mbox(stream: BinaryIO) -> Iterator[bytes]:
    """The messages of an mbox whose first separator has been read. A `From ` line separates after a blank line."""
    lines: list[bytes] = []
    for line in stream:
        if line.startswith(b"From ") and (not lines or not lines[-1].strip(b"\r\n")) and _SEPARATOR.match(line):
            yield b"".join(lines[:-1])
            lines = []
        else:
            lines.append(line)
    blank_at_end = bool(lines) and not lines[-1].strip(b"\r\n")
    yield b"".join(lines[:-1] if blank_at_end else lines)


def _named(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror or error}"
