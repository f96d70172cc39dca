"""What the Builder shows: the tree of customers, and one process with how it fares (BU-1, UI “Builder”)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Q

from tramita.domain.codes import Role
from tramita.domain.errors import NotFound
from tramita.domain.permissions import Permission, permissions_of
from tramita.models import Definition, Grant, Person, PlannedStart, ProcessDraft, Queue, Version
from tramita.queries.desk_choices import under_their_names
from tramita.queries.rows import fetch, moment

LEVELS = {"customer": 1, "contract": 2, "service": 3}
PROCESSES = ("category", "case_type")
SHOWN = Q(active=True) | Q(draft__isnull=False)  # what is not published yet, or any more, and somebody writes
LATEST = 20_000  # passages of steps that are looked at for how long they take
# constants are written out, so that no planner has to guess
RUNNING = (
    "SELECT s.step, COUNT(*) FROM items i JOIN case_steps s ON s.case_id = i.id "
    "WHERE i.process_id = %s AND i.state IN (1, 2, 3) "
    "AND s.number = (SELECT MAX(number) FROM case_steps WHERE case_id = i.id) GROUP BY s.step"
)
TAKEN = (
    "SELECT s.step, s.begun_at, s.ended_at FROM (SELECT * FROM case_steps ORDER BY id DESC LIMIT %s) s "
    "JOIN items i ON i.id = s.case_id WHERE i.process_id = %s AND s.ended_at IS NOT NULL AND s.step <> ''"
)
BY_VERSION = (  # without Actions, which end by the version they began with (decision 48)
    "SELECT process_version_id, COUNT(*) FROM items WHERE process_id = %s AND state IN (1, 2, 3) AND kind IN (1, 2) "
    "GROUP BY 1"
)


@dataclass(slots=True)
class Entry:
    """A line of the tree, with what is below it."""

    kind: str
    path: str
    title: str
    live: bool = True  # else it is a draft and no more
    below: "list[Entry]" = field(default_factory=list)


def tree() -> list[Entry]:
    """Customers with their contracts, services and processes, in use or written down. Cost: one statement."""
    rows = Definition.objects.filter(SHOWN, kind__in=[*LEVELS, *PROCESSES]).order_by("key")
    found = [Entry(*row) for row in rows.values_list("kind", "key", "title", "active")]
    places = {(one.kind, one.path): one for one in found}
    top: list[Entry] = []
    for one in found:
        above = _above(one, places)
        (above.below if above else top).append(one)
    return top


def _above(one: Entry, places: Mapping[tuple[str, str], Entry]) -> Entry | None:
    """What a line hangs on: the level above; a lower category on its upper one."""
    path = one.path.rpartition("/")[0]
    kinds = ("category", "service") if one.kind == "category" else ("service", "contract", "customer")
    return next((places[kind, path] for kind in kinds if (kind, path) in places), None)


def services() -> list[tuple[str, str]]:
    """Path and title of every service in use, with those above. Cost: one statement."""
    return [one for one in under_their_names(LEVELS) if one[0].count("/") == LEVELS["service"] - 1]


@dataclass(frozen=True, slots=True)
class Process:
    """A process in use, as its current version says; or one that is only a draft, which says nothing yet."""

    id: int
    title: str
    number: int = 0  # of the version
    published_at: datetime | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        return self.published_at is not None


def process(kind: str, path: str) -> Process:
    """Raises: NotFound. Cost: one statement."""
    found = Definition.objects.filter(SHOWN, kind=kind, key=path).select_related("current").first()
    if kind not in PROCESSES or found is None:
        raise NotFound("There is no such process.")
    now = found.current
    if now is None or not found.active:
        return Process(found.pk, found.title)
    return Process(found.pk, found.title, now.number, now.published_at, now.body)


def setters() -> list[str]:
    """Who may set a process live, by name (BU-4). Cost: one statement."""
    roles = [role for role in Role if role is not Role.SYSTEM and Permission.PUBLISH in permissions_of(role)]
    people = Person.objects.filter(role__in=roles, is_active=True).exclude(pk__in=Grant.objects.values("person"))
    return list(people.order_by("name").values_list("name", flat=True))


def draft(process_id: int) -> ProcessDraft | None:
    """What somebody wrote and did not publish, with who saved it last. Cost: one statement."""
    return ProcessDraft.objects.filter(process=process_id).select_related("saved_by").first()


def queues() -> dict[str, str]:
    """Titles of queues by their keys. Cost: one statement."""
    return dict(Queue.objects.values_list("key", "title"))


@dataclass(frozen=True, slots=True)
class Figures:
    """How a Case type fares."""

    running: Mapping[str, int]  # Cases by the step where they stand
    taken: Mapping[str, timedelta]  # the median of a step, of its latest passages
    starts: Sequence[tuple[str, datetime]]  # trigger, and when it starts the next Case


def figures(process_id: int) -> Figures:
    """Cost: three statements; two of them look at what runs or is recent."""
    lengths: defaultdict[str, list[float]] = defaultdict(list)
    for step, begun, ended in fetch(TAKEN, [LATEST, process_id]):
        lengths[step].append((moment(ended) - moment(begun)).total_seconds())
    rows = PlannedStart.objects.filter(process_id=process_id).order_by("due_at")
    return Figures(
        dict(fetch(RUNNING, [process_id])),
        {step: timedelta(seconds=median(seconds)) for step, seconds in lengths.items()},
        list(rows.values_list("trigger", "due_at")),
    )


@dataclass(frozen=True, slots=True)
class Published:
    """A version, who made it and how many items still run by it. `body` is what it says."""

    number: int
    at: datetime
    by: str
    running: int
    body: Mapping[str, Any]


def history(process_id: int, *, most: int) -> list[Published]:
    """The latest versions, newest first (BU-2). Cost: two statements."""
    running = dict(fetch(BY_VERSION, [process_id]))
    rows = Version.objects.filter(definition=process_id).select_related("published_by").order_by("-number")[:most]
    return [
        Published(row.number, row.published_at, _name(row.published_by), running.get(row.pk, 0), row.body)
        for row in rows
    ]


def _name(person: Person | None) -> str:
    return person.name if person else ""
