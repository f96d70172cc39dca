"""Where benchmarks run: in a database of their own, or in the present one if it was seeded."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from tramita.queries import definitions
from tramita.services.seeding import seeded


@contextmanager
def database() -> Iterator[str]:
    """The words that say which; files of mails always lie in a folder of their own."""
    folder = Path(tempfile.mkdtemp(prefix="tramita-bench-"))
    before = settings.TRAMITA_STORAGE_URL
    settings.TRAMITA_STORAGE_URL = f"file://{folder}/files"
    try:
        if _is_seeded():
            yield "the seeded database"
        else:
            with _own(folder):
                yield "a database of its own"
    finally:
        settings.TRAMITA_STORAGE_URL = before
        shutil.rmtree(folder, ignore_errors=True)


def _is_seeded() -> bool:
    try:
        return seeded() is not None
    except DatabaseError:  # no tables yet
        return False


@contextmanager
def _own(folder: Path) -> Iterator[None]:
    """Another file; on PostgreSQL another database of the same server, gone afterwards."""
    before, sqlite = connection.settings_dict["NAME"], connection.vendor == "sqlite"
    name = str(folder / "bench.sqlite3") if sqlite else folder.name.replace("-", "_").lower()
    if not sqlite:
        _on_the_server(f'CREATE DATABASE "{name}"')
    try:
        _turn_to(name)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        _turn_to(before)
        if not sqlite:
            _on_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def _turn_to(name: object) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    definitions.forget()


def _on_the_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
