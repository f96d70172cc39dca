"""The schedule of a Case on its page and in forms (BU-3, BU-6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from tramita.domain.codes import Kind
from tramita.models import Item
from tramita.queries import definitions
from tramita.ui import moments

DATE_LENGTH = 10


def schedule_choices(structure: str | None) -> list[tuple[str, str]]:
    """The schedules of a structure as they are now, the latest first. Cost: one query, none without a structure."""
    known = definitions.schedules(structure) if structure else None
    return [(f"{structure}/{name}", name) for name in sorted(known.schedules, reverse=True)] if known else []


def schedule_shown(item: Item) -> dict[str, Any]:
    """The schedule that it has, with its dates, and of a Case those that it may have."""
    structure = None
    if item.kind is Kind.CASE and item.process_version_id is not None:
        structure = definitions.case_type(item.process_version_id).schedule
    kept: Mapping[str, Any] = item.schedule or {"name": "", "dates": {}}
    return {
        "schedule": kept["name"],
        "dates": [(name, _said(text)) for name, text in kept["dates"].items()],
        "schedules": schedule_choices(structure),
    }


def _said(text: str) -> str:
    """A day, or a moment; one without an offset is told as it was written."""
    moment = datetime.fromisoformat(text)
    if len(text) == DATE_LENGTH:
        return moments.whole_day(moment.date())
    return moments.full(moment if moment.tzinfo else timezone.make_aware(moment))
