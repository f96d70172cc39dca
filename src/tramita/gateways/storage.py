"""Bytes kept by what they are: raw mail and attachments, each once, under its SHA-256.

A file appears complete or not at all: written aside, synced, renamed, and the folder synced (MAIL-1).
"""

import hashlib
import os
import secrets
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

JUST_KEPT = 3600.0  # seconds in which a file is not erased: its row may still be on its way


class Storage(Protocol):
    """Where the bytes lie."""

    def put(self, content: bytes) -> str:
        """Keep these bytes for good; their key. The same bytes again cost nothing. Raises: OSError."""

    def get(self, key: str) -> bytes:
        """The bytes of this key. Raises: FileNotFoundError."""

    def erase(self, key: str) -> bool:
        """Take these bytes away for good, unless somebody kept them again in the last hour. Whether it did."""


class Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """See `Storage`."""
        key = hashlib.sha256(content).hexdigest()
        path = self.path(key)
        if not _kept_again(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        return key

    def get(self, key: str) -> bytes:
        """See `Storage`."""
        return self.path(key).read_bytes()

    def erase(self, key: str) -> bool:
        """See `Storage`. Put aside first, then looked at: who keeps the same bytes meanwhile writes them anew."""
        path = self.path(key)
        aside = path.parent / f".{path.name}.erased"
        try:
            path.replace(aside)
        except FileNotFoundError:
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
    aside = path.parent / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fdatasync(file.fileno()) if hasattr(os, "fdatasync") else os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def storage(url: str) -> Storage:
    """The storage at `file://FOLDER`. Raises: ValueError for another address."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"{url}: storage wants file://FOLDER")
    return Folder(Path(unquote(parts.netloc + parts.path)))
