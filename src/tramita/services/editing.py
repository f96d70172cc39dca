"""Changes of an item's data: title, category, contacts, fields, description, due date, checklist, tags."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, State
from tramita.domain.due_rules import check_due, check_override
from tramita.domain.errors import Conflict, FieldError, Invalid
from tramita.domain.estimates import MOST
from tramita.models import CopiedContact, Item
from tramita.queries import definitions
from tramita.queries.due_rules import current_due_rule
from tramita.queries.estimates import LOCKED
from tramita.queries.facts import action_of
from tramita.services import automatic_actions, clockwork, contacts, flowing, lending, refitting, scheduling, tagging
from tramita.services.allocating import allocate
from tramita.services.fields import put, with_defaults
from tramita.services.ledger import Change
from tramita.services.moving import require, require_free, settle, take
from tramita.services.transactions import one_transaction

LONGEST_TITLE = 1000


@one_transaction
def edit(item: Item, *, changes: Mapping[str, Any], by: Actor, at: datetime) -> None:
    """Change what is named; the shapes are those a read gives (INTERFACES section 5).

    An update of an unassigned To Do item, or one's own, starts it; a Waiting item goes on waiting.
    Every fault is named at once, and then nothing changes. Rules: S-4, S-14, S-15, G-8, T-10, T-11, CT-1 to CT-4, CT-6.
    """
    _require_open(item, by)
    if not changes:
        return  # S-14: nothing is saved, so nothing is started
    if changes.keys() - {"checklist"}:
        require_free(item, by)
    before = item.fields
    if item.kind is Kind.CASE and changes.keys() & {"fields", "schedule"}:
        flowing.hold(item)  # its Actions may follow
    change = Change(item, by, at)
    take(change)
    settle(change)
    faults: list[FieldError] = []
    for name, value in changes.items():
        try:
            _EDITS[name](change, value)
        except Invalid as invalid:
            faults += invalid.errors
    if faults:
        raise Invalid(faults)
    lending.moved(change)
    change.write()
    if item.kind is Kind.CASE and "title" in changes:
        _retitle_actions(item, by=by, at=at)
    if item.kind is Kind.CASE and "schedule" in changes:
        scheduling.follow(item, by=by, at=at)
    if item.kind is Kind.CASE and item.fields != before:
        for action in automatic_actions.follow_dates(item, before, at=at):
            flowing.ended(action, at=at)


@one_transaction
def recategorise(item: Item, *, category: str, by: Actor, at: datetime) -> None:
    """Another category and nothing else: it starts nothing, for who sorts many does not work on them (decision 37).

    Rules: T-10, T-11, Z-7.
    """
    _require_open(item, by)
    change = Change(item, by, at)
    settle(change)
    _category(change, category)
    change.write()


def _require_open(item: Item, by: Actor) -> None:
    require(by, "work", item)
    if item.state is State.CLOSED:
        raise Conflict("The item is Closed: it does not change any more.", code="item_closed")


def _title(change: Change, value: str) -> None:
    item, text = change.item, " ".join(str(value or "").split())
    if not _title_editable(item):
        raise Invalid.one("title", "not_editable", "The title cannot be changed.")
    if not text and item.state is not State.DRAFT:
        raise Invalid.one("title", "required", "This is needed.")
    if len(text) > LONGEST_TITLE:
        raise Invalid.one("title", "too_long", "At most %(most)s characters.", most=LONGEST_TITLE)
    if text != item.title:
        change.record("title_changed", title=text)


def _title_editable(item: Item) -> bool:
    """A Draft's always, an Action's never, else as configured (G-8)."""
    if item.state is State.DRAFT:
        return True
    if item.kind is Kind.ACTION or item.process_version_id is None:
        return False
    if item.kind is Kind.TICKET:
        return definitions.category(item.process_version_id).allow_title_change
    return definitions.case_type(item.process_version_id).allow_title_change


def _retitle_actions(case: Item, *, by: Actor, at: datetime) -> None:
    """The titles of a Case's Actions follow it (G-8)."""
    for action in Item.objects.filter(parent=case, kind=Kind.ACTION.number).exclude(state=State.CLOSED.number):
        known = action_of(action)  # by its own version: its Case may run by a newer one
        if known is not None:
            change = Change(action, by, at)
            change.record("title_changed", title=f"{known.title}: {case.title}")
            change.write()


def _description(change: Change, value: str) -> None:
    if change.item.state is not State.DRAFT:
        raise Invalid.one("description", "not_editable", "Only a Draft's description can be changed.")
    change.record("description_changed", description=str(value or ""))


def _category(change: Change, path: str) -> None:
    """Who, when and the new value are told (T-10); the due date follows the new rule (T-11, T-12)."""
    item = change.item
    if item.kind is not Kind.TICKET:
        raise Invalid.one("category", "not_for_this_kind", "Only a Ticket has a category.")
    current = definitions.current_category(path or "")
    if current is None:
        raise Invalid.one("category", "unknown", "There is no category “%(path)s”.", path=path)
    if current.definition_id == item.process_id:
        return
    before = item.process.key if item.process else None
    data: dict[str, Any] = {"category": path, "before": before}
    columns: dict[str, Any] = {
        "process_id": current.definition_id,
        "process_version_id": current.version_id,
        "customer_id": current.customer_id,
        "organisation_id": item.organisation_id or current.organisation_id,
    }
    if item.state is not State.DRAFT:
        company = columns["organisation_id"]
        rule = current_due_rule(current.process.due, path, requester=item.requester_id, organisation=company)
        columns["due_rule_id"] = rule
        if item.assignee_id is None:
            done = allocate(item, current.process, at=change.at)
            columns, data = columns | done.columns, data | done.data
        else:  # the queue says who leads the work, also of what somebody has
            columns["queue_id"] = definitions.queue_id(current.process.queue) or item.queue_id
    change.record("category_changed", data=data, **{k: v for k, v in columns.items() if k != "listed"})
    refitting.follow_up(change)  # whoever has it may have no right to the new one
    if (fields := with_defaults(item)) != item.fields:
        change.record("fields_changed", data={"fields": sorted(fields.keys() - item.fields.keys())}, fields=fields)
    if item.state is not State.DRAFT:
        clockwork.recount(change)
    if item.assignee_id and item.listed.value == "queue":
        change.record("allocated", listed=item.listed.__class__.INBOX)


def _contacts(change: Change, value: Mapping[str, Any]) -> None:
    """One holder a tag; the original requester stays; no agent of another company (CT-1, CT-3, CT-4, CT-6)."""
    item = change.item
    if change.by.bounds is not None:
        change.by.bounds.expect_clean()  # who takes part hears of it
    if "original_requester" in value:
        raise Invalid.one("original_requester", "not_editable", "The original requester never changes.")
    names = {"primary": "primary_contact", "requester": "requester", "subject": "subject"}
    people = contacts.by_address({names[tag]: value[tag] for tag in names if value.get(tag)})
    filled = contacts.filled(people, item)
    columns: dict[str, Any] = {f"{name}_id": person.pk for name, person in filled.items()}
    if "requester" in filled:
        columns["organisation_id"] = contacts.organisation_for(item, filled["requester"])
    data: dict[str, Any] = {name: person.email for name, person in people.items()}
    copied = contacts.copied_by_address(value["cc"] or ()) if "cc" in value else None
    company = columns.get("organisation_id", item.organisation_id)
    contacts.check_companies(contacts.holders(item, columns, copied), company)
    if copied is not None:
        CopiedContact.objects.filter(item=item).exclude(person__in=copied).delete()
        contacts.copy_to(item, copied)
        data["cc"] = [person.email for person in copied]
    if data:
        change.record("contacts_changed", data={"contacts": sorted(data)}, words={"contacts": data}, **columns)


def _fields(change: Change, value: Mapping[str, Any]) -> None:
    before, fields = change.item.fields, put(change.item, value)
    changed = {name: one for name, one in value.items() if fields.get(name) != before.get(name)}
    if changed:
        change.record("fields_changed", data={"fields": sorted(changed)}, fields=fields)
        clockwork.follow_fields(change, changed)


def _schedule(change: Change, value: str | None) -> None:
    """Another schedule, or its dates as they are now; due dates that are counted from it follow (BU-6, SLA-2)."""
    item = change.item
    if item.kind is not Kind.CASE:
        raise Invalid.one("schedule", "not_for_this_kind", "Only a Case has a schedule.")
    schedule = scheduling.chosen(item, value)
    if schedule != item.schedule:
        change.record("schedule_changed", data=scheduling.told(schedule), schedule=schedule)
        if item.state is not State.DRAFT:
            clockwork.recount(change)


def _due(change: Change, value: Mapping[str, Any]) -> None:
    """A person sets the due date, if the rule and their role allow it (SLA-4, SLA-15, SEC-1)."""
    require(change.by, "due_dates", change.item)
    item, at = change.item, change.at
    due_at = (value or {}).get("at")
    if not isinstance(due_at, datetime):
        raise Invalid.one("due", "required", "Give a date and a time.")
    if item.state is State.DRAFT:
        raise Invalid.one("due", "not_submitted", "A Draft has no due date yet.")
    check_override(clockwork.rule_of(item))
    check_due(due_at, at=at)
    data = {"to": due_at.isoformat(), "from": item.due_at.isoformat() if item.due_at else None, "by_hand": True}
    change.record("due_changed", data=data, **clockwork.overridden(item, due_at, at=at))


def _checklist(change: Change, value: Mapping[str, bool]) -> None:
    """Tick, or take a tick away; the entry says which, and by whom (D-10, D-12)."""
    before = dict(change.item.checklist)
    for text, done in value.items():
        if text not in before or not isinstance(done, bool):
            raise Invalid.one("checklist", "unknown", "The checklist has no item “%(text)s”.", text=text)
    known = {**before, **value}
    turned = [text for text, done in known.items() if done is not before[text]]
    if not turned:
        return
    told = {"ticked": [t for t in turned if known[t]], "unticked": [t for t in turned if not known[t]]}
    change.record(
        "checklist_changed",
        data={"done": sum(known.values())},
        words={name: texts for name, texts in told.items() if texts},
        checklist=[[text, done] for text, done in known.items()],
    )


def _tags(change: Change, value: Sequence[str]) -> None:
    """All that there are to be (Z-7)."""
    tagging.put(change, value)


def _estimate(change: Change, value: int | None) -> None:
    """In seconds; locked once the Case is Resolved or Closed (C-13)."""
    item = change.item
    if item.kind is not Kind.ACTION or item.parent is None:
        raise Invalid.one("estimate", "not_for_this_kind", "Only an Action has an estimate.")
    if item.parent.state in LOCKED:
        raise Invalid.one("estimate", "locked", "The estimate of a Case that is Resolved or Closed does not change.")
    if value is not None and not _is_whole(value):
        raise Invalid.one("estimate", "out_of_range", "Give a time from nothing to 500,000 hours.")
    if value != item.estimate:
        change.record("estimate_changed", data={"from": item.estimate, "to": value}, estimate=value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


_EDITS: dict[str, Callable[[Change, Any], None]] = {
    "title": _title,
    "description": _description,
    "category": _category,
    "contacts": _contacts,
    "fields": _fields,
    "due": _due,
    "checklist": _checklist,
    "tags": _tags,
    "estimate": _estimate,
    "schedule": _schedule,
}
