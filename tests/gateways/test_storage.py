"""Bytes kept by what they are: one by one or many at once, complete or not at all."""

import hashlib
from pathlib import Path

import pytest

from tramita.gateways import storage as module
from tramita.gateways.storage import Folder

MANY = [f"message {number}".encode() for number in range(20)]


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_many_at_once_are_kept_as_each_alone(tmp_path: Path) -> None:
    """MAIL-1: each under its SHA-256, in order, and equal ones once."""
    kept = Folder(tmp_path / "files")

    keys = kept.put_all([*MANY, MANY[0]])

    assert keys == [hashlib.sha256(content).hexdigest() for content in [*MANY, MANY[0]]]
    assert [kept.get(key) for key in keys[:20]] == MANY
    assert files(tmp_path) == sorted(set(keys))
    assert kept.put(MANY[3]) == keys[3]


@pytest.mark.parametrize("step", ["flush", "_sync_folder"])
def test_nothing_is_promised_when_the_disk_fails_at_one_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """MAIL-1, MAIL-8: no half of a file stays, and the next try keeps all."""
    kept, real, calls = Folder(tmp_path / "files"), getattr(module, step), []

    def breaks(thing: object) -> None:
        calls.append(thing)
        if len(calls) == 7:
            raise OSError("the disk is broken")
        real(thing)

    with monkeypatch.context() as patch:
        patch.setattr(module, step, breaks)
        with pytest.raises(OSError, match="broken"):
            kept.put_all(MANY)

    assert not [name for name in files(tmp_path) if name.startswith(".")]
    assert [kept.get(key) for key in kept.put_all(MANY)] == MANY


def test_a_name_is_kept_by_syncing_every_folder_that_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-1: also those in which a folder was made."""
    kept, synced = Folder(tmp_path / "files"), []
    monkeypatch.setattr(module, "_sync_folder", synced.append)

    path = kept.path(kept.put(b"one"))

    assert set(synced) >= {path.parent, path.parent.parent, path.parent.parent.parent}
