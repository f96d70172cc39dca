"""How much each colleague has, as the Team page draws it, for who is not a page (H-1, H-5)."""

from collections.abc import Sequence
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound
from tramita.queries import charts, reporting
from tramita.queries.charts import Bar
from tramita.queries.rows import fetch
from tramita.queries.viewed import reader_for
from tramita.queries.visibility import TRUE


def load(actor: Actor, whose: str, *, at: datetime) -> Sequence[Bar]:
    """Those around this person, who has most first: of each how many items by due status.

    `whose` narrows it to their `manager`, `peers`, `reports` or `queues`. What robots have, and what is nobody's
    (`none`), is told to leaders. Raises: NotFound, for a part that they have nobody in. Cost: two statements.
    """
    line = reporting.line_of(actor)
    places = reporting.places(actor, line)
    if whose not in places:
        raise NotFound("There is no such list.")
    near = {"": line.near, "queues": frozenset[int](), **line.parts}[whose]
    drawn = charts.chart("assignee", places[whose], actor, TRUE, at, reader_for(actor, at).tonight)
    people = charts.colleagues(actor, near, only=whose in line.parts)
    rows = fetch(f"{drawn.sql} UNION ALL {people.sql}", [*drawn.params, *people.params])
    return charts.team(actor, rows, charts.bars("assignee", rows))
