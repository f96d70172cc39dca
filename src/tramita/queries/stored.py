"""The bytes of a file that was found: what reads them for a person is told in a sentence when they are lost."""

from contextlib import suppress
from typing import BinaryIO

from django.conf import settings

from tramita.domain.errors import FileMissing
from tramita.gateways.storage import storage


def stored_file(key: str, filename: str) -> bytes:
    """All of it. Raises: FileMissing, when the storage lost it."""
    with opened_file(key, filename) as file:
        return file.read()


def opened_file(key: str, filename: str) -> BinaryIO:
    """To be read piece by piece, and closed. Raises: FileMissing, also for what was erased and has no key (MAIL-18)."""
    if key:
        with suppress(FileNotFoundError):
            return storage(settings.TRAMITA_STORAGE_URL).open(key)
    raise FileMissing("The file “%(name)s” is not kept here.", name=filename)
