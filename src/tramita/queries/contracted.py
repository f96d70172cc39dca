"""Hours spent under each contract, month by month, and what they are worth (TO-3, TL-5).

The months are those of the contract's calendar. A session counts in the month in which it began, by the due rule that
its item has then or now; what was deleted counts no more. A month goes by the terms that held at its end.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from tramita.domain.actors import Actor
from tramita.domain.bodies import read
from tramita.domain.contracted import Month, Reckoned, Terms, reckon
from tramita.domain.errors import NotPermitted
from tramita.domain.permissions import Permission
from tramita.models import Definition, Version
from tramita.queries.due_rules import installation_zone
from tramita.queries.rows import fetch, stored
from tramita.queries.tracking import counted
from tramita.queries.visibility import may

LEVELS = 2  # of the path of a contract
MOST = 60  # months of one answer
Spent = Mapping[tuple[str, str, Month], int]  # seconds, by contract, due rule with terms of its own, month


@dataclass(frozen=True, slots=True)
class Line:
    """A month of a contract; of the hours under a due rule with terms of its own, where `rule` names one.

    `priced` says whether the reader may know what they are worth.
    """

    contract: str  # its path
    title: str  # with its customer's
    rule: str
    month: Month
    zone: str
    reckoned: Reckoned
    priced: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract, and the zone that its months are of."""

    path: str
    title: str
    zone: ZoneInfo
    active: bool


def hours(actor: Actor, first: Month, last: Month, *, at: datetime) -> Sequence[Line]:
    """Of the contracts whose reports this person reads, by name; the newest month first.

    A contract is there in a month where time was spent, or hours are contracted. Raises: NotPermitted, also for who
    sees only some of the items. Cost: four statements.
    """
    if not may_read(actor):
        raise NotPermitted("You may not do this here.")
    contracts = [one for one in _contracts() if may(actor, Permission.REPORTS, one.path)]
    terms = _Terms(before=max((last.bounds(one.zone)[1] for one in contracts), default=at))
    spent = _spent(contracts, first, last, terms, at=at)
    return [
        line
        for one in contracts
        for line in _lines(one, first, last, terms, spent, at=at, priced=may(actor, Permission.PRICES, one.path))
    ]


def may_read(actor: Actor) -> bool:
    """Whether this person reads reports of any contract, and sees all the work of those."""
    return actor.is_staff and not actor.sees and may(actor, Permission.REPORTS)


def this_month(at: datetime) -> Month:
    """As the installation's clocks have it."""
    return Month.of(at, installation_zone())


class _Terms:
    """The terms that there are, and were. Cost: one statement."""

    def __init__(self, *, before: datetime) -> None:
        rows = Version.objects.filter(definition__kind__in=("contract", "due_rule"), published_at__lt=before)
        rows = rows.exclude(definition__key__contains="@").order_by("published_at", "pk")
        self._said: dict[tuple[str, str], list[tuple[datetime, Terms | None]]] = defaultdict(list)
        for kind, key, begun, body in rows.values_list("definition__kind", "definition__key", "published_at", "body"):
            self._said[kind, key].append((begun, read(Terms, body.get("hours"))))

    def of_contract(self, path: str, end: datetime) -> Terms | None:
        """Those that held just before this moment."""
        return self._held("contract", path, end)

    def of_rule(self, key: str, end: datetime) -> Terms | None:
        return self._held("due_rule", key, end)

    def _held(self, kind: str, key: str, end: datetime) -> Terms | None:
        held = [terms for begun, terms in self._said.get((kind, key), ()) if begun < end]
        return held[-1] if held else None


def _lines(
    one: Contract, first: Month, last: Month, terms: _Terms, spent: Spent, *, at: datetime, priced: bool
) -> Iterator[Line]:
    month = min(last, Month.of(at, one.zone))
    while month >= first:
        end = month.bounds(one.zone)[1]
        agreed = terms.of_contract(one.path, end)
        rules = sorted(rule for path, rule, there in spent if (path, there) == (one.path, month) and rule)
        parts = [("", agreed), *((rule, terms.of_rule(rule, end)) for rule in rules)]
        for rule, held in parts:
            seconds = spent.get((one.path, rule, month), 0)
            if seconds or (not rule and one.active and held is not None and held.contracted is not None):
                told = reckon(seconds, held)
                reckoned = told if priced else replace(told, currency="", worth_normal=None, worth_excess=None)
                yield Line(one.path, one.title, rule, month, one.zone.key, reckoned, priced)
        month = month.later(-1)


def _contracts() -> list[Contract]:
    """All that there are or were, by name. Cost: two statements."""
    rows = Definition.objects.filter(kind="contract", current__isnull=False).select_related("parent", "current")
    calendars = Definition.objects.filter(kind="calendar", current__isnull=False)
    zones = {key: body["time_zone"] for key, body in calendars.values_list("key", "current__body")}
    return sorted((_contract(row, zones) for row in rows), key=lambda one: (one.title.casefold(), one.path))


def _contract(row: Definition, zones: Mapping[str, str]) -> Contract:
    body: Mapping[str, Any] = row.current.body if row.current else {}
    name = zones.get(body.get("calendar") or "")
    title = f"{row.parent.title} · {row.title}" if row.parent else row.title
    return Contract(row.key, title, ZoneInfo(name) if name else installation_zone(), row.active)


def _spent(contracts: Sequence[Contract], first: Month, last: Month, terms: _Terms, *, at: datetime) -> Spent:
    """Each month begins at another moment in another zone: a row a zone and month, and one statement."""
    zones = {one.path: one.zone for one in contracts}
    months = [(zone, month) for zone in sorted({*zones.values()}, key=str) for month in _between(first, last)]
    if not months:
        return {}
    worked = counted(at)
    mark = "(%s, CAST(%s AS timestamptz), CAST(%s AS timestamptz))" if _postgresql() else "(%s, %s, %s)"
    values = [one for place, (zone, month) in enumerate(months) for one in (place, *map(stored, month.bounds(zone)))]
    rows = fetch(
        f"WITH months(place, begins, ends) AS (VALUES {', '.join([mark] * len(months))}) "
        f"SELECT m.place, p.key, r.key, SUM({worked.sql}) FROM months m "
        "JOIN time_spent t ON t.begun_at >= m.begins AND t.begun_at < m.ends JOIN items i ON i.id = t.item_id "
        "JOIN definitions p ON p.id = i.process_id LEFT JOIN versions v ON v.id = i.due_rule_id "
        "LEFT JOIN definitions r ON r.id = v.definition_id WHERE i.discarded_at IS NULL GROUP BY m.place, p.key, r.key",
        [*values, *worked.params],
    )
    found: dict[tuple[str, str, Month], int] = defaultdict(int)
    for place, process, rule, seconds in rows:
        zone, month = months[place]
        path = "/".join(process.split("/")[:LEVELS])
        if zones.get(path) == zone and seconds:
            found[path, _own(rule, terms, month.bounds(zone)[1]), month] += int(seconds)
    return found


def _own(rule: str | None, terms: _Terms, end: datetime) -> str:
    """The due rule, where it has terms of its own; it is published once more for each contract's calendar."""
    key = (rule or "").partition("@")[0]
    return key if key and terms.of_rule(key, end) is not None else ""


def _between(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.later(1)


def _postgresql() -> bool:
    return connection.vendor == "postgresql"
