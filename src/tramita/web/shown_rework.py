"""The Rework tab of an Action: its Case starts again (C-30)."""

from typing import Any

from tramita.models import Item
from tramita.queries.facts import allowed
from tramita.queries.flow_view import flow_of
from tramita.queries.timeline import counts
from tramita.web.shown_flow import restarts
from tramita.web.shown_reading import Reading
from tramita.web.shown_schedule import schedule_shown
from tramita.web.shown_talk import tabs


def rework(reading: Reading, filed: int) -> dict[str, Any]:
    """Where the Case may start again; nowhere for who may not have it do so. Cost: four statements."""
    case = Item.objects.select_related("process").get(pk=reading.item.parent_id or 0)
    may_rework = "rework" in allowed(case, reading.actor, reading.at)
    return {
        "restarts": restarts(flow_of(case, reading.actor)) if may_rework else [],
        "schedules": schedule_shown(case)["schedules"] if may_rework else [],
        "counts_as_resolution": "",
        "tabs": tabs(reading, counts(reading.item, reading.actor).types, filed),
    }
