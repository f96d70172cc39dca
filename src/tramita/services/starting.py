"""How Tickets and Cases begin: by hand as a Draft, or at once (SPEC sections 3.1, 4.1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, Listed, Reason, Visibility
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.visibility import may
from tramita.services import clockwork, contacts, flowing, lending, linking, scheduling
from tramita.services.beginning import begin, place, set_process
from tramita.services.expiring import expire
from tramita.services.fields import put
from tramita.services.ledger import Change, create
from tramita.services.moving import decide, follow, require, settle
from tramita.services.submitting import missing, submission
from tramita.services.transactions import one_transaction


@one_transaction
def start_ticket(
    *,
    title: str = "",
    description: str = "",
    category: str | None = None,
    requester: str | None = None,
    primary_contact: str | None = None,
    cc: Iterable[str] = (),
    fields: Mapping[str, Any] | None = None,
    draft: bool = False,
    by: Actor,
    at: datetime,
) -> Item:
    """A Ticket by hand: a Draft, or submitted and validated. Rules: T-1, T-2, T-9, T-20, T-21, CT-3."""
    _allowed_anywhere(by)
    item = Item(kind=Kind.TICKET, title=title.strip(), description=description)
    if category:
        set_process(item, _current_category(category))
    item.fields = put(item, fields or {})
    return _start(item, requester, primary_contact, cc, draft=draft, by=by, at=at)


@one_transaction
def start_case(
    *,
    case_type: str | None,
    short_description: str = "",
    requester: str | None = None,
    primary_contact: str | None = None,
    cc: Iterable[str] = (),
    fields: Mapping[str, Any] | None = None,
    schedule: str | None = None,
    draft: bool = False,
    parent: Item | None = None,
    independent: bool = False,
    by: Actor,
    at: datetime,
) -> Item:
    """A Case by hand: a Draft, or submitted and validated. Rules: C-1 to C-4, C-40, C-41.

    `schedule`: one of its type's, whose dates due dates may be counted from (BU-3, BU-6).

    With a `parent` it is a Sub-Case of it, which the parent waits for unless it is independent; it is of the same
    customer, and no Draft: nobody would know what the parent waits for. Rules: C-12, G-5, G-9.
    """
    _allowed_anywhere(by)
    if not case_type:
        raise Invalid.one("case_type", "required", "This is needed.")
    current = definitions.current_case_type(case_type)
    if current is None:
        raise Invalid.one("case_type", "unknown", "There is no Case type “%(path)s”.", path=case_type)
    item = Item(kind=Kind.CASE, title=short_description.strip())
    set_process(item, current)
    item.fields = put(item, fields or {})
    item.schedule = scheduling.chosen(item, schedule)
    if parent is not None:
        _below(parent, item, draft=draft, independent=independent, by=by)
    item = _start(item, requester, primary_contact, cc, draft=draft, by=by, at=at)
    if parent is not None:
        linking.link(parent, to=item, by=by, at=at, type="sub_case")
    return item


def _below(parent: Item, item: Item, *, draft: bool, independent: bool, by: Actor) -> None:
    """Put a new Case below another that runs. Raises: NotPermitted, Conflict, Invalid."""
    require(by, "work", parent)
    if draft:
        raise Invalid.one("draft", "sub_case", "A Sub-Case is submitted at once.")
    flowing.hold(parent)
    case = Item.objects.select_for_update().get(pk=parent.pk)
    if case.kind is not Kind.CASE:
        raise Conflict("Only a Case has Sub-Cases.", code="not_a_case")
    if case.state not in flowing.RUNNING:
        raise Conflict("Sub-Cases are started while the Case runs.", code="case_not_running")
    if item.customer_id != case.customer_id:
        raise Invalid.one("case_type", "other_customer", "A Sub-Case is of the customer of its Case.")
    item.parent = None if independent else parent
    item.related_to_id = case.related_to_id or case.pk
    item.organisation_id = case.organisation_id
    item.schedule = item.schedule or scheduling.inherited(item, case)


def _start(
    item: Item,
    requester: str | None,
    primary_contact: str | None,
    cc: Iterable[str],
    *,
    draft: bool,
    by: Actor,
    at: datetime,
) -> Item:
    people = contacts.by_address({"requester": requester, "primary_contact": primary_contact})
    copied = contacts.copied_by_address(cc)
    filled = contacts.filled(people, item)
    for name, person in filled.items():
        setattr(item, f"{name}_id", person.pk)
    item.organisation_id = contacts.organisation_for(item, filled.get("requester"))
    contacts.check_companies({**{name: [one] for name, one in people.items()}, "cc": copied}, item.organisation_id)
    allowed_to_create(item, by)
    if by.bounds is not None:
        by.bounds.expect_inside([one.email or "" for one in (*people.values(), *copied)])
    if draft:
        begin(item, "draft", by=by, at=at, assignee_id=by.id, listed=Listed.INBOX)
    else:
        decide(item, "create", by=by, at=at, missing=missing(item))
        begin_submitted(item, by=by, at=at)
    contacts.copy_to(item, copied)
    return item


def begin_submitted(
    item: Item,
    *,
    by: Actor,
    at: datetime,
    reason: Reason = Reason.NEW,
    told: Mapping[str, Any] | None = None,
    keep: bool = False,
) -> Change:
    """Write a new item that is To Do at once (T-21, C-41): due date and allocation included.

    `told`: what else its first entry says of how it came about. `keep`: it stays with whoever starts it.
    """
    change = begin(item, "create", by=by, at=at, write=False)
    submission(change)
    change.record("clock_started", **clockwork.begun(item, at=at))
    place(change, keep=keep)
    change.lines[0].reason = reason
    change.lines[0].data |= told or {}
    lending.mark(item)
    create(item, by=by, at=at, change=change)
    lending.begun(item, at=at)
    if item.kind is Kind.CASE:
        flowing.begin(item, at=at)
    return change


@one_transaction
def submit(item: Item, *, by: Actor, at: datetime) -> None:
    """A Draft becomes To Do. Rules: T-2 to T-4, T-23, C-42."""
    row = decide(item, "submit", by=by, at=at, missing=missing(item))
    change = Change(item, by, at)
    settle(change)
    submission(change)
    if item.approval_id is not None:
        expire(change)  # nobody is left who could decide whether it opens (TO-4)
    follow(change, row, "submitted", visibility=Visibility.PARTICIPANTS)
    place(change)
    change.write()
    if item.kind is Kind.CASE:
        flowing.begin(item, at=at)


@one_transaction
def discard(item: Item, *, by: Actor, at: datetime) -> None:
    """A Draft goes; an audit entry stays, on an item that no list and no search shows. Rules: T-53, CG-51."""
    row = decide(item, "discard", by=by, at=at)
    change = Change(item, by, at)
    data = {"from": item.state.value, "to": None, "reason": int(row.reason), "rule": row.rule}
    change.record("discarded", reason=row.reason, data=data, discarded_at=at, listed=Listed.NONE, assignee_id=None)
    change.write()


def allowed_to_create(item: Item, by: Actor) -> None:
    """Refuse who may not start work in that process (T-20, SEC-2)."""
    if by.bounds is not None:
        by.bounds.expect("create")
    if not may(by, "create", item):
        raise NotPermitted("You may not start work here.")


def _allowed_anywhere(by: Actor) -> None:
    """Who may start nothing is told that before anything: else they learn by it whom and what the desk knows."""
    if by.bounds is not None:
        by.bounds.expect("create")
    if not may(by, "create"):
        raise NotPermitted("You may not start work here.")


def _current_category(path: str) -> definitions.Current[Any]:
    current = definitions.current_category(path)
    if current is None:
        raise Invalid.one("category", "unknown", "There is no category “%(path)s”.", path=path)
    return current
