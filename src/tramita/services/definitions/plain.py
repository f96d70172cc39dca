"""What both halves of the export need: trees without empty keys, bodies, durations in words."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tramita.models import Definition

Tree = dict[str, Any]


def given(**values: Any) -> Tree:
    """The keys that say something: null, false and empty are what an absent key means."""
    return {key: value for key, value in values.items() if value not in (None, False, (), [], {}, "")}


def bodies(kind: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Key and body of every active definition of a kind, by key."""
    rows = Definition.objects.filter(kind=kind, active=True, current__isnull=False).order_by("key")
    return rows.values_list("key", "current__body")


def words(length: timedelta) -> str:
    """A duration as people write it, `1 hour 30 minutes`."""
    rest, parts = int(length.total_seconds()), []
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)


def days(count: int | None) -> str | None:
    return count if count is None else words(timedelta(days=count))
