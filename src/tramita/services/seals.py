"""The audit is sealed a moment after things happen, by a worker and never within them (SEC-3).

What happens is kept where it belongs: changes of items in the ledger, openings and changes of the configuration in
tables of their own. Here each gets a line with a digest of what is kept there, and a seal over all lines so far.
Whoever changes or takes away anything afterwards breaks a seal, or a digest, or leaves a line without its row.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tramita.models import AuditLine, ConfigurationChange, Entry, Follower, Opening, Seal
from tramita.queries.events import BEGINNING, between, newest
from tramita.queries.rows import fetch, moment
from tramita.services import sql
from tramita.services.followers import moved
from tramita.services.ledger import canonical, chain_link
from tramita.services.transactions import writing

NAME = "audit"
BATCH = 500
STRAGGLERS = 1000  # ids that may become visible after later ones, when many write at once
Source = Seal.Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many lines were looked at, the newest seal, and the first that does not hold, with why."""

    lines: int
    seal: str = ""
    broken: int = 0
    why: str = ""


def seal(*, at: datetime) -> int:
    """Seal the next of what happened; how many. Cost: five statements when there is nothing new."""
    del at  # each thing has its own
    follower = Follower.objects.filter(name=NAME).first()
    start, safe = (follower.tx, follower.entry) if follower else BEGINNING, newest()
    with writing():
        if follower is None:
            Follower.objects.get_or_create(name=NAME)
        rows = _entries(start, safe) if safe > start else []
        end = (int(rows[-1][0]), int(rows[-1][1])) if len(rows) == BATCH else max(safe, start)
        if not moved(NAME, start, end):  # holds the row: of two workers one is second, and looks again
            return 0
        lines = [_of_entry(row[1:]) for row in rows]
        lines += [_of_opening(one) for one in _unsealed(Opening, Source.OPENING)]
        lines += [_of_change(one) for one in _unsealed(ConfigurationChange, Source.CONFIGURATION)]
        lines += [_of_desk(one) for one in _unsealed(AuditLine, Source.DESK)]
        if lines:
            sql.insert("seals", list(_sealed(lines, after=newest_seal())))
    return len(lines)


def newest_seal() -> str:
    """The seal of the last line; empty before the first."""
    return Seal.objects.order_by("-id").values_list("seal", flat=True).first() or ""


def verify(*, newest_lines: int | None = None) -> Verdict:
    """Whether every line holds, or the newest so many. Cost: four statements for five hundred lines."""
    after, before = _beginning(newest_lines)
    looked, last = 0, before
    while lines := list(Seal.objects.filter(pk__gt=after).order_by("pk")[:BATCH]):
        kept = _kept(lines)
        for line in lines:
            if line.seal != _seal(last, _facts(line)):
                return Verdict(looked, last, line.pk, "its seal does not follow from the lines before it")
            if kept.get((line.source, line.row)) != line.digest:
                gone = (line.source, line.row) not in kept
                return Verdict(
                    looked, last, line.pk, "what it tells of is gone" if gone else "what it tells of differs"
                )
            looked, last = looked + 1, line.seal
        after = lines[-1].pk
    return Verdict(looked, last)


def _beginning(newest_lines: int | None) -> tuple[int, str]:
    """The id after which to look, and the seal up to there."""
    if newest_lines is None:
        return 0, ""
    edge = Seal.objects.order_by("-id").values_list("id", "seal")[newest_lines : newest_lines + 1]
    return edge[0] if edge else (0, "")


def _sealed(lines: Iterable[dict[str, Any]], *, after: str) -> Iterator[dict[str, Any]]:
    for line in lines:
        after = _seal(after, _plain(line))
        yield line | {"seal": after}


def _seal(before: str, facts: Sequence[Any]) -> str:
    return hashlib.sha256(before.encode() + canonical(facts)).hexdigest()


def _plain(line: dict[str, Any]) -> list[Any]:
    facts = (line[name] for name in ("source", "row", "person_id", "item_id", "digest"))
    return [*facts, _iso(line["at"])]


def _facts(line: Seal) -> list[Any]:
    return [line.source, line.row, line.person, line.item, line.digest, _iso(line.at)]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _line(source: Source, row: int, at: datetime, person: int | None, item: int | None, digest: str) -> dict[str, Any]:
    return {"source": int(source), "row": row, "at": at, "person_id": person, "item_id": item, "digest": digest}


def _entries(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[Any, ...]]:
    transaction, place, places = between(start, end)
    columns = f"{transaction}, e.id, e.at, e.actor_id, e.item_id, e.chain"
    return fetch(f"SELECT {columns} FROM entries e WHERE {place} LIMIT {BATCH}", places)  # noqa: S608 - texts of ours


def _of_entry(row: Sequence[Any]) -> dict[str, Any]:
    number, at, actor, item, chain = row
    return _line(Source.ENTRY, number, moment(at), actor, item, chain)


def _of_opening(one: Opening) -> dict[str, Any]:
    return _line(Source.OPENING, one.pk, one.at, one.person, one.item, _digest_of_opening(one))


def _of_change(one: ConfigurationChange) -> dict[str, Any]:
    return _line(Source.CONFIGURATION, one.pk, one.at, one.by_id, None, _digest_of_change(one))


def _of_desk(one: AuditLine) -> dict[str, Any]:
    return _line(Source.DESK, one.pk, one.at, one.by_id, None, _digest_of_desk(one))


def _digest_of_opening(one: Opening) -> str:
    return _seal("", [one.person, one.item, _iso(one.at), one.via])


def _digest_of_change(one: ConfigurationChange) -> str:
    return _seal("", [one.section, one.key, _iso(one.at), one.before, one.after])


def _digest_of_desk(one: AuditLine) -> str:
    return _seal("", [one.area, one.what, one.about, one.why, _iso(one.at)])


def _unsealed(table: Any, source: Source) -> list[Any]:
    """Rows that have no line yet; those that were committed after later ones too."""
    last = Seal.objects.filter(source=source).order_by("-row").values_list("row", flat=True).first() or 0
    known = set(Seal.objects.filter(source=source, row__gt=last - STRAGGLERS).values_list("row", flat=True))
    rows = table.objects.filter(pk__gt=last - STRAGGLERS).order_by("pk")[: BATCH + len(known)]
    return [one for one in rows if one.pk not in known]


def _kept(lines: Iterable[Seal]) -> dict[tuple[int, int], str]:
    """The digests by what is kept now, for those of these lines that have their row."""
    wanted: dict[int, list[int]] = {}
    for line in lines:
        wanted.setdefault(line.source, []).append(line.row)
    kept = {(int(Source.ENTRY), number): chain for number, chain in _chains(wanted.get(Source.ENTRY, []))}
    for one in Opening.objects.filter(pk__in=wanted.get(Source.OPENING, [])):
        kept[Source.OPENING, one.pk] = _digest_of_opening(one)
    for change in ConfigurationChange.objects.filter(pk__in=wanted.get(Source.CONFIGURATION, [])):
        kept[Source.CONFIGURATION, change.pk] = _digest_of_change(change)
    for told in AuditLine.objects.filter(pk__in=wanted.get(Source.DESK, [])):
        kept[Source.DESK, told.pk] = _digest_of_desk(told)
    return kept


def _chains(numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The chain of each entry, counted again from the entry before it of the same item."""
    entries = list(Entry.objects.filter(pk__in=numbers).order_by("item_id", "seq"))
    before = {
        (item, seq + 1): chain
        for item, seq, chain in _before([(one.item_id, one.seq - 1) for one in _firsts(entries) if one.seq > 1])
    }
    before |= {(one.item_id, one.seq + 1): one.chain for one in entries}
    for entry in entries:
        yield entry.pk, chain_link(before.get((entry.item_id, entry.seq), ""), entry)


def _firsts(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Those whose entry before is not among these."""
    if entries:
        yield entries[0]
    for one, following in pairwise(entries):
        if (one.item_id, one.seq + 1) != (following.item_id, following.seq):
            yield following


def _before(places: Sequence[tuple[int, int]]) -> list[tuple[Any, ...]]:
    if not places:
        return []
    each = " OR ".join(["(item_id = %s AND seq = %s)"] * len(places))
    values = [value for place in places for value in place]
    return fetch(f"SELECT item_id, seq, chain FROM entries WHERE {each}", values)  # noqa: S608 - texts of ours
