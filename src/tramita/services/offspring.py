"""What is made of a Ticket: the Tickets of a split, the Case of a conversion. They get what it had (X-11, G-11)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.due_rules import check_due, check_override
from tramita.domain.errors import Invalid
from tramita.models import Attachment, CopiedContact, Defect, Follow, Item
from tramita.queries.defects import categories_of
from tramita.queries.definitions import declared
from tramita.queries.files import AT_ONCE, Filed, files_of
from tramita.services import clockwork, lending
from tramita.services.ledger import Change, plain

PEOPLE = ("primary_contact_id", "requester_id", "subject_id", "original_requester_id")
TAKEN = ("sha256", "filename", "content_type", "size", "inline", "content_id", "url", "tags", "note")


def inherit(new: Item, ticket: Item) -> None:
    """Contacts, organisation, and the values of the fields that it knows, of an item that is not written yet."""
    for name in PEOPLE:
        setattr(new, name, getattr(ticket, name))
    new.organisation_id = ticket.organisation_id
    same = new.process_id == ticket.process_id
    known = declared(new)
    fitting = {
        name: value
        for name, value in ticket.fields.items()
        if same or (name in known.fields and not known.faults({}, {name: value}, submitted=False))
    }
    new.fields = fitting | new.fields


def copy_contacts(ticket: Item, new: Item) -> None:
    """Who gets copies (CT-1)."""
    people = CopiedContact.objects.filter(item=ticket).values_list("person_id", flat=True)
    CopiedContact.objects.bulk_create(CopiedContact(item=new, person_id=one) for one in people)


def set_due(item: Item, due_at: datetime, *, field: str, by: Actor, at: datetime) -> None:
    """Another due date than by its rule, if that allows it (X-16, X-20, SLA-15). Raises: Invalid, naming the field."""
    try:
        check_override(clockwork.rule_of(item))
    except Invalid as invalid:
        raise Invalid.one(field, invalid.errors[0].code, invalid.errors[0].message) from invalid
    check_due(due_at, at=at, field=field)
    change = Change(item, by, at)
    data = {"to": due_at.isoformat(), "from": plain(item.due_at), "by_hand": True}
    change.record("due_changed", data=data, **clockwork.overridden(item, due_at, at=at))
    lending.moved(change)
    change.write()


def snapshot(ticket: Item, children: Sequence[Item], *, at: datetime) -> None:
    """Files, links and defects of a Ticket as they are now; what changes later is not shared (X-11)."""
    filed = list(_all_files(ticket))
    Attachment.objects.bulk_create(_copy(one, child, at=at) for child in children for one in reversed(filed))
    known = {child.pk: {one.id for one in categories_of(child)} for child in children}
    defects = list(Defect.objects.filter(item=ticket).order_by("pk"))
    Defect.objects.bulk_create(
        Defect(item=child, **_described(one))
        for child in children
        for one in defects
        if one.category_id in known[child.pk]
    )


def _all_files(ticket: Item) -> list[Filed]:
    """Those of its mails and of its related group too (F-1)."""
    found: list[Filed] = []
    while more := files_of(ticket, SYSTEM, after=found[-1].number if found else None):
        found += more
        if len(more) < AT_ONCE:
            break
    return found


def _copy(one: Filed, child: Item, *, at: datetime) -> Attachment:
    row = Attachment(item=child, at=at, by_id=one.file.by_id, internal=one.internal)
    for name in TAKEN:
        setattr(row, name, getattr(one.file, name))
    return row


def _described(one: Defect) -> dict[str, Any]:
    names = ("category_id", "party", "description", "created_by_id", "created_at", "resolved_by_id", "resolved_at")
    return {name: getattr(one, name) for name in names}


def follow_too(ticket: Item, children: Sequence[Item], *, at: datetime) -> None:
    """Whoever follows the Ticket, by having it too, follows its children (X-14, N-1)."""
    said = dict(Follow.objects.filter(item=ticket).values_list("person_id", "muted"))
    for one in (ticket.assignee_id, ticket.owner_id):
        if one is not None:
            said.setdefault(one, False)
    Follow.objects.bulk_create(
        Follow(item=child, person_id=person, muted=muted, at=at) for child in children for person, muted in said.items()
    )
