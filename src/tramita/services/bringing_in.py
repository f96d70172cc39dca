"""Items of another system come here as they stood there: some hundred a transaction, each once, whoever is killed.

What was brought in is known by its name there, in the same transaction: an import that was interrupted is begun again,
passes over what is here, and goes on. Nobody is told of anything, no clock is older than the import, and what was said
of the item there stays readable (V-61). Parents come before what hangs below them.

Rules: SPEC section 27; decision 66.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection

from tramita.domain.bringing_in import Record, Unread
from tramita.domain.errors import Conflict, Invalid, TramitaError
from tramita.models import BroughtIn, Item
from tramita.queries import arrivals, memory
from tramita.queries.arrivals import Known
from tramita.services import brought_items, contacts, sql
from tramita.services.brought_items import New
from tramita.services.moving import end_above
from tramita.services.transactions import writing

BATCH = 200  # items a transaction
SAID = 20  # of those with all that was said of them
LOCK = 7_204_118  # of PostgreSQL: one import writes at a time, so that two of the same file double nothing
HIGHEST = 10**15  # a number above it would make every later one of ours as long
CREATED, THERE, REFUSED = "created", "unchanged", "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line. `notes` say what could not be taken over; `reference` is the item's here."""

    key: str
    line: int
    what: str
    reference: str = ""
    state: str = ""
    rule: str = ""
    notes: Sequence[str] = ()
    fault: TramitaError | None = None


@dataclass
class Import:
    """One run over the records of one system. A dry run writes nothing, and knows what it would have written."""

    system: str
    at: datetime
    dry_run: bool = False
    size: int | None = None  # of a batch
    planned: dict[str, Item] = field(default_factory=dict)  # by key, of a dry run
    seen: set[str] = field(default_factory=set)  # the keys of this run: a doubled line is told

    def take(self, records: Iterable[Record | Unread]) -> Iterator[Verdict]:
        """Bring them in, batch by batch, in their order; what hangs below another comes after it, in a later call."""
        following = iter(records)
        while some := list(islice(following, self.size or BATCH)):
            yield from self._batch(some)

    def people(self, named: Iterable[tuple[str, str]]) -> int:
        """Customers there become contacts here, whether anything came of them or not; how many are new."""
        following, new = iter(named), 0
        while some := dict(islice(following, BATCH)):
            known = arrivals.people(some)
            fresh = {address: name for address, name in some.items() if "@" in address and address not in known}
            new += len(fresh)
            if not self.dry_run:
                with memory.batch(), writing():
                    for address, name in fresh.items():
                        contacts.from_sender(address, name, at=self.at)
        return new

    def _batch(self, some: Sequence[Record | Unread]) -> list[Verdict]:
        if self.dry_run:
            with memory.batch():
                return self._outcomes(some)
        with memory.batch(), writing():
            if connection.vendor == "postgresql":
                sql.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            return self._outcomes(some)

    def _outcomes(self, some: Sequence[Record | Unread]) -> list[Verdict]:
        records = [one for one in some if isinstance(one, Record)]
        known = arrivals.known(self.system, records)
        if not self.dry_run:
            known = replace(known, people={**known.people, **self._strangers(records, known.people)})
        known = replace(known, items={**self.planned, **known.items})
        told = [self._outcome(one, known) for one in some]
        if not self.dry_run:
            self._write([item for item in told if isinstance(item, New)])
        return [self._told(one) for one in told]

    def _strangers(self, records: Iterable[Record], people: Mapping[str, Any]) -> dict[str, Any]:
        """Who asked and is unknown here becomes a contact, as the sender of a first mail does."""
        named = {one.requester: one.requester_name for one in records if "@" in one.requester}
        named |= {
            said.sender: said.sender_name
            for one in records
            for said in one.articles
            if "@" in said.sender and said.incoming
        }
        found: dict[str, Any] = {}
        for address, name in named.items():
            if address not in people:
                pk, organisation = contacts.from_sender(address, name, at=self.at)
                found[address] = arrivals.Who(pk, organisation, staff=False)
        return found

    def _outcome(self, record: Record | Unread, known: Known) -> Verdict | New:
        key, line = record.key, record.line
        if isinstance(record, Unread):
            return Verdict(key, line, REFUSED, fault=record.fault)
        if key in self.seen:
            twice = Invalid.one("reference", "doubled", "It stands in the file twice.")
            return Verdict(key, line, REFUSED, fault=twice)
        self.seen.add(key)
        if key in known.here:
            return Verdict(key, line, THERE, known.here[key])
        try:
            _check(record, known)
            made = brought_items.build(record, known, system=self.system, at=self.at)
        except TramitaError as fault:
            return Verdict(key, line, REFUSED, fault=fault)
        if self.dry_run:
            self.planned[key] = made.item
        return made

    def _write(self, new: Sequence[New]) -> None:
        if not new:
            return
        brought_items.write_all(new, at=self.at)
        rows = [{"system": self.system, "key": one.record.key, "item_id": one.item.pk} for one in new]
        sql.insert(BroughtIn._meta.db_table, rows)
        kept = [one.item.number for one in new if one.record.reference is not None]
        if kept:
            sql.pass_number(max(kept))

    def _told(self, one: Verdict | New) -> Verdict:
        if isinstance(one, Verdict):
            return one
        record, item = one.record, one.item
        reference = item.reference if item.number else ""
        return Verdict(
            record.key, record.line, CREATED, reference, item.state.value, record.standing.rule, tuple(one.notes)
        )


def _check(record: Record, known: Known) -> None:
    """Refuse a reference that is not of its kind, or whose number is another's here."""
    reference = record.reference
    if reference is None:
        return
    if reference.kind is not record.kind:
        raise Invalid.one(
            "reference", "other_kind", "This is the reference of something else: %(kind)s.", kind=record.kind
        )
    if not 0 < reference.number < HIGHEST:
        raise Invalid.one("reference", "out_of_range", "This number cannot be kept.")
    if reference.number in known.taken:
        raise Conflict("An item of this house has this number already.", code="number_taken")


def settle(system: str, *, at: datetime) -> int:
    """Tickets that wait for what was Closed all along end with it; of how many. After the last record.

    Rules: T-42, T-43.
    """
    waiting = arrivals.all_closed_below(system)
    for pk in waiting:
        with writing():
            end_above(pk, at=at)
    return len(waiting)
