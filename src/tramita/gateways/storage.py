"""Bytes kept by what they are: raw mail and attachments, each once, under its SHA-256.

A file appears complete or not at all: written aside, synced, renamed, and the folder synced (MAIL-1).
"""

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

JUST_KEPT = 3600.0  # seconds in which a file is not erased: its row may still be on its way
KEY_LETTERS = 64
ERASED = ".erased"  # behind the name of what is on its way out
T = TypeVar("T")

SYNCING = 8  # threads that wait for the disk
FEW = 4  # are synced one after the other: threads cost more CPU than they save time


class Storage(Protocol):
    """Where the bytes lie."""

    def put(self, content: bytes) -> str:
        """Keep these bytes for good; their key. The same bytes again cost nothing. Raises: OSError."""

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """Keep many at once: none of them is promised before this returns. Their keys, in order. Raises: OSError."""

    def put_stream(self, chunks: Iterable[bytes]) -> str:
        """Keep what comes in pieces, never more of it in memory than one piece. Its key. Raises: OSError."""

    def get(self, key: str) -> bytes:
        """The bytes of this key. Raises: FileNotFoundError."""

    def open(self, key: str) -> BinaryIO:
        """To read from, piece by piece; whole even if it is erased meanwhile. Raises: FileNotFoundError."""

    def holds(self, key: str) -> bool:
        """Whether the bytes of this key are here."""

    def older(self, prefix: str, *, than: datetime) -> Iterator[str]:
        """The keys that begin with these two letters and were kept last before that moment."""

    def erase(self, key: str) -> bool:
        """Take these bytes away for good, unless somebody kept them again in the last hour. Whether it did."""


class Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """See `Storage`."""
        return self.put_all([content])[0]

    def put_all(self, contents: Sequence[bytes]) -> list[str]:
        """See `Storage`."""
        keys = [hashlib.sha256(content).hexdigest() for content in contents]
        fresh = {self.path(key): content for key, content in zip(keys, contents, strict=True)}
        fresh = {path: content for path, content in fresh.items() if not _kept_again(path)}
        if fresh:
            made = [folder for path in fresh for folder in _make_folders(path.parent, below=self.root)]
            write_all(fresh)
            _sync_folders(made)
        return keys

    def put_stream(self, chunks: Iterable[bytes]) -> str:
        """See `Storage`. Its name is known when all of it is written: aside until then."""
        made = _make_folders(self.root, below=self.root)
        aside = self.root / f".{secrets.token_hex(8)}"
        digest = hashlib.sha256()
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                for chunk in chunks:
                    digest.update(chunk)
                    _write(descriptor, chunk)
                flush(descriptor)
            finally:
                os.close(descriptor)
            path = self.path(digest.hexdigest())
            if not _kept_again(path):
                made += _make_folders(path.parent, below=self.root)
                aside.replace(path)
                _sync_folders([*made, path.parent])
        finally:
            aside.unlink(missing_ok=True)
        return digest.hexdigest()

    def get(self, key: str) -> bytes:
        """See `Storage`."""
        return self.path(key).read_bytes()

    def open(self, key: str) -> BinaryIO:
        """See `Storage`."""
        return self.path(key).open("rb")

    def holds(self, key: str) -> bool:
        """See `Storage`; also what somebody was erasing when they were killed."""
        return self.path(key).exists() or self._aside(key).exists()

    def older(self, prefix: str, *, than: datetime) -> Iterator[str]:
        """See `Storage`; also what somebody was erasing when they were killed."""
        for path in (self.root / prefix).glob("*/*"):
            key = path.name.removeprefix(".").removesuffix(ERASED)
            with suppress(FileNotFoundError):  # somebody else erases it
                if len(key) == KEY_LETTERS and path.stat().st_mtime < than.timestamp():
                    yield key

    def _aside(self, key: str) -> Path:
        path = self.path(key)
        return path.parent / f".{path.name}{ERASED}"

    def erase(self, key: str) -> bool:
        """See `Storage`. Put aside first, then looked at: who keeps the same bytes meanwhile writes them anew.

        What stands aside already is that of an eraser who was killed.
        """
        path, aside = self.path(key), self._aside(key)
        try:
            path.replace(aside)
        except FileNotFoundError:
            if not aside.exists():
                return False
        if time.time() - aside.stat().st_mtime < JUST_KEPT:
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def path(self, key: str) -> Path:
        """Two levels of folders, so that none grows past a few thousand names."""
        return self.root / key[:2] / key[2:4] / key


def _kept_again(path: Path) -> bool:
    """Whether the file is there; who keeps bytes again keeps them from an eraser that has just looked."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it appears complete, and stays after a power cut."""
    write_all({path: content})


def write_all(files: Mapping[Path, bytes]) -> None:
    """Many as above: all are written, then all flushed, renamed, and each folder synced once.

    Written together and flushed afterwards they share the disk's work.
    """
    aside = {path: path.parent / f".{path.name}.{secrets.token_hex(4)}" for path in files}
    held: list[int] = []
    try:
        try:
            for path, content in files.items():
                held.append(os.open(aside[path], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
                _write(held[-1], content)
            _together(flush, held)
        finally:
            for descriptor in held:
                os.close(descriptor)
        for path, beside in aside.items():
            beside.replace(path)
    except OSError:
        for beside in aside.values():
            beside.unlink(missing_ok=True)
        raise
    _sync_folders(path.parent for path in files)


def _write(descriptor: int, content: bytes) -> None:
    """The whole of it; a write may take less than it was given."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def flush(descriptor: int) -> None:
    """The bytes are on the disk when this returns."""
    os.fdatasync(descriptor) if hasattr(os, "fdatasync") else os.fsync(descriptor)


def _make_folders(folder: Path, *, below: Path) -> list[Path]:
    """Make the folder with those above it; the ones whose list of names changed by that."""
    if folder.is_dir():
        return []
    changed = _make_folders(folder.parent, below=below) if folder != below else []
    folder.mkdir(parents=folder == below, exist_ok=True)
    return [*changed, folder.parent]


def _sync_folders(folders: Iterable[Path]) -> None:
    """A name is kept once its folder is synced."""
    _together(_sync_folder, list(dict.fromkeys(folders)))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _together(sync: Callable[[T], None], things: Sequence[T]) -> None:
    """Several at a time: a journal writes what waits for it at once (measured: 16 ms a file alone, 1.1 in fifties)."""
    if len(things) <= FEW:
        for thing in things:
            sync(thing)
        return
    with ThreadPoolExecutor(SYNCING, thread_name_prefix="sync") as threads:
        for _ in threads.map(sync, things):
            pass  # an error of one is raised here


def storage(url: str) -> Storage:
    """The storage at `file://FOLDER`. Raises: ValueError for another address."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"{url}: storage wants file://FOLDER")
    return Folder(Path(unquote(parts.netloc + parts.path)))
