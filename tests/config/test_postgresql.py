"""How moments come out of PostgreSQL."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

pytestmark = pytest.mark.django_db


def asked(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CAST(%s AS timestamptz)", [text])
        found: datetime = cursor.fetchone()[0]
        return found


@pytest.fixture(autouse=True)
def _on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps moments as text")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-02 09:00:00+00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2026-03-02 09:00:00.5+00", datetime(2026, 3, 2, 9, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-02 09:00:00.000001-03:30", datetime(2026, 3, 2, 12, 30, 0, 1, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime.min.replace(tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_to_the_microsecond_in_utc(text: str, read: datetime) -> None:
    found = asked(text)

    assert found == read
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_that_python_cannot_hold_is_an_error_and_no_other_moment(text: str) -> None:
    with pytest.raises(DataError):
        asked(text)


def test_a_moment_written_in_another_zone_is_the_same_moment() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'America/Sao_Paulo'")

    assert asked("2026-03-02 09:00:00+00") == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_statement_with_the_values_of_an_item_and_its_entries_is_taken_apart_once() -> None:
    from psycopg import _queries

    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(["%s::int"] * 120), range(120))

    ask()
    known = _queries._query2pg.cache_info()
    ask()

    assert _queries._query2pg.cache_info().hits > known.hits
    assert _queries._query2pg.cache_info().misses == known.misses


def test_whether_a_connection_lives_is_seen_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that the server ended is found out before a page asks over it."""
    other = connection.copy()
    other.connect()
    try:
        assert other.is_usable()
        with monkeypatch.context() as mute:
            mute.setattr(type(other.connection), "cursor", None)  # nothing can be asked
            assert other.is_usable()

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [other.connection.info.backend_pid])

        assert not other.is_usable()
    finally:
        other.close()
