"""One item as it comes from another system: its columns, its place below others, its entries."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tramita.domain.actors import SYSTEM
from tramita.domain.bringing_in import Record
from tramita.domain.codes import Kind, Reason, State, Visibility, WaitType
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.models.leases import NEVER_LEASED
from tramita.queries import arrivals, definitions
from tramita.queries.arrivals import Known, Who
from tramita.queries.memory import once_a_batch
from tramita.queries.regroupings import CONVERTED, SPLIT
from tramita.services import brought_articles, clockwork, contacts, lending, sql
from tramita.services.allocating import queued
from tramita.services.beginning import set_process
from tramita.services.ledger import Change, create
from tramita.services.moving import listed

LONGEST_TITLE = 1000
A_DAY = timedelta(days=1)
BELOW = {Kind.ACTION: {Kind.CASE}, Kind.CASE: {Kind.TICKET, Kind.CASE}, Kind.TICKET: {Kind.TICKET}}
FROM_ABOVE = ("process_id", "process_version_id", "customer_id", "organisation_id")
PEOPLE = ("primary_contact_id", "requester_id", "subject_id", "original_requester_id")


@dataclass(slots=True)
class New:
    """An item that is ready to be written. `notes`: what of the record could not be taken over."""

    system: str
    record: Record
    item: Item
    parent: Item | None
    known: Known
    timers: dict[str, datetime] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def build(record: Record, known: Known, *, system: str, at: datetime) -> New:
    """The item of a record, not written yet. Raises: Invalid, naming the column. Rules: V-2 to V-62, G-11."""
    parent = _parent(record, known)
    item = Item(
        kind=record.kind,
        title=" ".join(record.title.split())[:LONGEST_TITLE] or record.key,
        created_at=min(record.created_at or at, at),
        brought_from={"system": system, "key": record.key, "state": record.was},
    )
    item.submitted_at = item.created_at
    if record.reference is not None:
        item.number, item.ordinal = record.reference.number, record.reference.ordinal
    new = New(system, record, item, parent, known, notes=list(record.notes))
    _placed(new)
    _people(new)
    _standing(new, at=at)
    return new


def _parent(record: Record, known: Known) -> Item | None:
    if not record.parent:
        if record.kind is Kind.ACTION:
            raise Invalid.one("parent", "required", "An Action belongs to a Case.")
        return None
    parent = known.items.get(record.parent)
    if parent is None:
        raise Invalid.one("parent", "unknown", "“%(name)s” was not brought in.", name=record.parent)
    if parent.kind not in BELOW[record.kind]:
        raise Invalid.one("parent", "other_kind", "Nothing of this kind hangs below “%(name)s”.", name=record.parent)
    if record.kind is Kind.ACTION and record.reference and record.reference.number != parent.number:
        raise Invalid.one("parent", "other_number", "Its reference belongs to another Case.")
    return parent


def _placed(new: New) -> None:
    """Under its category or Case type, in the related group and the queue of that (G-11, Q-1)."""
    record, item, parent = new.record, new.item, new.parent
    if parent is not None:
        item.parent = parent if parent.pk else None
        if record.kind is not Kind.TICKET:
            item.related_to_id = parent.related_to_id or parent.pk
    if record.kind is Kind.ACTION and parent is not None:
        _under(item, parent)
        item.action_name = _action(parent, record.process or record.title)
    elif record.process:
        _under(item, _place(record.kind, record.process))
    item.queue_id = queued(item)["queue_id"]


@once_a_batch
def _place(kind: Kind, said: str) -> Item:
    """An item under that category or Case type, for others to be put there too. Raises: Invalid."""
    current = arrivals.process(kind, said)
    if current is None:
        raise Invalid.one("process", "unknown", "There is no “%(path)s” to put it under.", path=said)
    first = Item(kind=kind)
    set_process(first, current)
    return first


def _under(item: Item, first: Item) -> None:
    for name in FROM_ABOVE:
        setattr(item, name, getattr(first, name))
    item.process = first.process


def _action(case: Item, said: str) -> str | None:
    """The Action of the Case's type that has this name or title."""
    if case.process_version_id is None:
        return None
    wanted = said.casefold()
    every = definitions.case_type(case.process_version_id).actions.values()
    return next((one.name for one in every if wanted in (one.name.casefold(), one.title.casefold())), None)


def _people(new: New) -> None:
    record, item, known = new.record, new.item, new.known
    asks = known.people.get(record.requester)
    if record.requester and asks is None and "@" not in record.requester:
        new.notes.append(f"requester is no address: {record.requester}")
    if asks is not None:
        for tag, person in contacts.filled({"requester": asks.id}, item).items():
            setattr(item, f"{tag}_id", person)
        if asks.organisation_id is not None and not (asks.staff and item.organisation_id is not None):
            item.organisation_id = asks.organisation_id
    elif record.kind is Kind.ACTION and new.parent is not None:
        for name in PEOPLE:
            setattr(item, name, getattr(new.parent, name))
    worker = _worker(new, record.assignee, "assignee")
    if worker is not None:
        item.assignee_id = item.owner_id = item.last_assignee_id = worker.id


def _worker(new: New, address: str, what: str) -> Who | None:
    """Who works here under this address; else the report says that nobody does."""
    found = new.known.people.get(address)
    if address and (found is None or not found.staff):
        new.notes.append(f"{what} does not work here: {address}")
        return None
    return found


def _standing(new: New, *, at: datetime) -> None:
    """State, wait, resolution and clock; the promise counts from now on (V-60)."""
    record, item, standing = new.record, new.item, new.record.standing
    item.state, item.wait_type, item.problem = standing.state, standing.wait_type, standing.problem
    if standing.problem is not None:
        item.problem_reason = record.reason or None
    if item.state is not State.CLOSED:
        for name, value in clockwork.rule_columns(item).items():
            setattr(item, name, value)
    if item.state in (State.RESOLVED, State.CLOSED):
        _resolved(new, at=at)
    if item.state is State.WAITING:
        item.wait_since = at
        _waits(new, at=at)
    if item.state is not State.CLOSED:
        for name, value in clockwork.advance(item, {"state": item.state}, at=at).items():
            setattr(item, name, value)
    else:
        item.due_rule_id = None
        item.closed_at = min(record.resolved_at or item.created_at, at)
    item.listed = listed(item.state, item.assignee_id)


def _waits(new: New, *, at: datetime) -> None:
    if new.item.wait_type is not WaitType.UNTIL:
        return
    if new.record.follow_up_at is None:
        new.notes.append("follow_up_at is missing: it comes back in a day")
    new.item.wait_until = new.record.follow_up_at or at + A_DAY
    new.timers["wake"] = new.item.wait_until


def _resolved(new: New, *, at: datetime) -> None:
    """What was Resolved there may be disputed here; “Resolved / Closed” only while its window is open (V-60)."""
    record, item, standing = new.record, new.item, new.record.standing
    when = min(record.resolved_at or at, at)
    ends = clockwork.window_end(item, when)
    if standing.passing and (record.resolved_at is None or ends is None or ends <= at):
        item.state = State.CLOSED
    if standing.method is not None or item.state is State.RESOLVED:
        columns: dict[str, Any] = {
            "resolution_reason": record.reason or None,
            "resolved_at": when,
            "first_resolved_at": when,
        }
        resolver = new.known.people.get(record.resolved_by)
        if record.resolved_by and resolver is None:
            new.notes.append(f"resolved_by is unknown here: {record.resolved_by}")
        who = resolver.id if resolver else None
        columns |= {"method": standing.method, "resolver_id": who, "first_resolver_id": who}
        for name, value in columns.items():
            setattr(item, name, value)
    if item.state is State.RESOLVED:
        still_open = ends if ends is not None and ends > at else clockwork.window_end(item, at)
        item.window_ends_at = still_open
        new.timers["close"] = still_open or at  # none is configured: it is Closed at once


def write_all(new: Sequence[New], *, at: datetime) -> None:
    """The items with their entries and what was said of them; then what points at them.

    In this order: while a row points at an item that is not there yet, SQLite looks for such rows in every table with
    each item that it writes.
    """
    with sql.many_rows(expected=len(new)):
        for one in new:
            _write(one, at=at)
    for one in new:
        lending.begun(one.item, at=at)
    links = [row for one in new if one.parent is not None for row in _links(one.item, one.parent, at=at)]
    timers = [_timer(one.item, *timer) for one in new for timer in one.timers.items()]
    for table, rows in (("links", links), ("timers", timers)):
        if rows:
            sql.insert(table, rows)


def _write(new: New, *, at: datetime) -> None:
    record, item = new.record, new.item
    item.number = item.number or sql.next_number()
    change = Change(item, SYSTEM, at)
    told = {"system": new.system, "key": record.key, "was": record.was}
    facts = {"from": None, "to": item.state.value, "reason": int(Reason.BY_INTEGRATION), "archive": True}
    change.record("brought_in", reason=Reason.BY_INTEGRATION, data=facts | told | {"rule": record.standing.rule})
    if record.description.strip():
        change.record("submission_note", visibility=Visibility.PARTICIPANTS, words={"body": record.description})
    lending.mark(item)
    create(item, by=SYSTEM, at=at, change=change)
    brought_articles.add(item, record.articles, new.known, at=at)


def _links(item: Item, parent: Item, *, at: datetime) -> Iterator[dict[str, Any]]:
    """As a split, a conversion and a Sub-Case leave them (X-10, X-22, C-12)."""
    if item.kind is Kind.TICKET:
        source, target, type_ = item, parent, SPLIT
    elif item.kind is Kind.CASE:
        source, target, type_ = parent, item, CONVERTED if parent.kind is Kind.TICKET else "sub_case"
    else:
        return
    yield {"source_id": source.pk, "target_id": target.pk, "type": type_, "at": at, "by_id": None}


def _timer(item: Item, purpose: str, due_at: datetime) -> dict[str, Any]:
    rest = {"payload": {}, "lease_until": NEVER_LEASED, "fence": 0, "tries": 0, "error": ""}
    return {"item_id": item.pk, "purpose": purpose, "due_at": due_at, **rest}
