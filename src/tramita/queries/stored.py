"""The bytes of a file that was found: what reads them for a person is told in a sentence when they are lost."""

from django.conf import settings

from tramita.domain.errors import FileMissing
from tramita.gateways.storage import storage


def stored_file(key: str, filename: str) -> bytes:
    """All of it. Raises: FileMissing, when the storage lost it."""
    try:
        return storage(settings.TRAMITA_STORAGE_URL).get(key)
    except FileNotFoundError:
        raise FileMissing("The file “%(name)s” is not kept here.", name=filename) from None
