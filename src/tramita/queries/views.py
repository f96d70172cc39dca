"""Saved views: those that a person may open, their own and those shared with a team of theirs or with all (H-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tramita.domain.actors import STAFF, Actor
from tramita.domain.codes import Role
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.narrowing import Narrowing, read
from tramita.models import Queue, View
from tramita.queries.rows import fetch
from tramita.queries.visibility import Fragment, may

IN_SIDEBAR = 6
MOST_CHOICES = 1000
WORKERS = ", ".join(f"'{role.value}'" for role in sorted(STAFF | {Role.ROBOT}))
PERSON = "COALESCE(NULLIF(name, ''), email, key, '')"


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A view as the sidebar knows it."""

    id: int
    title: str
    narrowing: Narrowing


def open_to(actor: Actor) -> QuerySet[View]:
    """The views that this person may open, their own first."""
    mine = Q(owner=actor.id) | Q(shared=View.Shared.ALL) | Q(shared=View.Shared.TEAM, team__in=actor.queue_ids)
    return View.objects.filter(mine).select_related("owner", "team").order_by("title", "pk")


def get_view(actor: Actor, number: int) -> View:
    """A view. Raises: NotFound, also for somebody else's that is not shared."""
    found = open_to(actor).filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such view.")
    return found


def listed_for(actor: Actor, *, after: int, limit: int) -> tuple[list[View], int | None]:
    """A page of those that this person may open, in the order in which they were made, and where the next begins."""
    found = list(open_to(actor).filter(pk__gt=after).order_by("pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def at_work(actor: Actor) -> Actor:
    """Them, if they have lists to view. Raises: NotPermitted, for programs and for who only asks."""
    if not actor.is_staff:
        raise NotPermitted("This desk is for those who work on requests.")
    return actor


def narrowing_of(view: View) -> Narrowing:
    """What it is narrowed by; what a value cannot be any more is left out."""
    return read(view.narrowing)


def may_change(actor: Actor, view: View) -> bool:
    """Its owner; of a shared one also who configures the desk."""
    return view.owner_id == actor.id or (bool(view.shared) and actor.grants is None and may(actor, "publish"))


def may_share_with_all(actor: Actor) -> bool:
    """Who leads: what everybody sees is theirs to say."""
    return actor.is_staff and may(actor, "share_views")


def teams(actor: Actor) -> QuerySet[Queue]:
    """With whom this person may share a view: their own teams, and whoever leads with any."""
    found = Queue.objects.filter(active=True).order_by("title", "pk")
    return found if may(actor, "share_views") else found.filter(pk__in=actor.queue_ids)


def choices() -> Mapping[str, Sequence[tuple[str, str]]]:
    """What a list can be narrowed by beyond codes: values and names of each field. Cost: one statement."""
    parts = [
        "SELECT 'queue', key, title FROM queues WHERE active",
        f"SELECT 'person', CAST(id AS TEXT), {PERSON} FROM people WHERE is_active AND role IN ({WORKERS})",
        "SELECT 'organisation', key, name FROM organisations WHERE active",
        "SELECT 'process', key, title FROM definitions WHERE kind IN "
        "('customer', 'contract', 'service', 'category', 'case_type')",
    ]
    limited = [f"SELECT * FROM ({part} LIMIT {MOST_CHOICES}) c{number}" for number, part in enumerate(parts)]
    found: dict[str, list[tuple[str, str]]] = {}
    for source, value, name in fetch(" UNION ALL ".join(limited)):
        found.setdefault(source, []).append((value, name or value))
    return {source: sorted(pairs, key=lambda pair: pair[1].casefold()) for source, pairs in found.items()}


NAMED = {
    "queue": ("queues", "key", "title"),
    "organisation": ("organisations", "key", "name"),
    "process": ("definitions", "key", "title"),
    "assignee": ("people", "CAST(id AS TEXT)", PERSON),
    "owner": ("people", "CAST(id AS TEXT)", PERSON),
}


def names(narrowing: Narrowing) -> list[Fragment]:
    """Lines `(field, value, name, 0)` for what a narrowing names, to be read along with the bars."""
    lines = []
    for field, values in narrowing:
        if field in NAMED:
            table, key, name = NAMED[field]
            workers = f" AND role IN ({WORKERS})" if table == "people" else ""
            marks = ", ".join(["%s"] * len(values))
            lines.append(
                Fragment(
                    f"SELECT 'name:{field}', {key}, {name}, 0 FROM {table} WHERE {key} IN ({marks}){workers}", values
                )
            )
    return lines
