"""Who is away on a day: whole days, both ends included, as they are kept with a person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

Kept = Mapping[str, Any]  # from, to, substitute


def away_until(absent: Kept | None, day: date) -> date | None:
    """The last day of an absence that this day is in; else None."""
    if not absent or not date.fromisoformat(absent["from"]) <= day <= date.fromisoformat(absent["to"]):
        return None
    return date.fromisoformat(absent["to"])
