"""Reading `schedules`: structures of named dates, by which Case types start and due dates are counted (BU-6)."""

from tramita.domain.process_definitions import ScheduleDefinition
from tramita.services.definitions import shapes, values
from tramita.services.definitions.keys import Keys, Reading, Refusal, entries
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node, Place


def structure(reading: Reading, key: str, node: Node, place: Place) -> ScheduleDefinition:
    """One structure; its moments are known to the Case types that are read after it."""
    reading.define("schedule", values.name_of(reading, key, place), place)
    keys = Keys(reading, node, "a structure of dates")
    read = ScheduleDefinition(key=key, **{"title": key} | SCHEDULE.read(keys))
    keys.done()
    for name, moments in read.dates().items():
        reading.schedules[f"{key}/{name}"] = moments
    return read


def schedules(reading: Reading, node: Node) -> dict[str, dict[str, str]]:
    """Each schedule by its name, `2026-01: {cutoff: 2026-01-20, payday: 2026-01-30T09:00}`."""
    return {
        values.name_of(reading, name, place): dict(_dates(reading, one)) for name, one, place in entries(reading, node)
    }


def _dates(reading: Reading, node: Node) -> list[tuple[str, str]]:
    found = []
    for name, one, place in entries(reading, node):
        moment = reading.attempt(values.moment, one)
        if moment:
            found.append((values.name_of(reading, name, place), moment))
    return found


def scheduled(reading: Reading, node: Node) -> str | None:
    """`payroll/cutoff`: a named date of a structure, filled in by one schedule at least."""
    name = values.text(reading, node)
    if name is None or name in reading.schedules:
        return name
    raise Refusal(node, f"there is no schedule with the date “{name}”, such as payroll/cutoff")


SCHEDULE = Shape(
    (
        shapes.text("title"),
        shapes.special(
            "schedules",
            "schedules",
            schedules,
            inner=Shape((shapes.text("name"), shapes.special("dates", "pairs", values.mapping))),
        ),
    )
)
