"""One Ticket becomes several, and waits for them (X-10 to X-16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, WaitType
from tramita.domain.errors import FieldError, Invalid
from tramita.models import Item, Link, Regrouping
from tramita.queries import definitions
from tramita.queries.regroupings import SPLIT
from tramita.services import automatic_mails, offspring, regrouping
from tramita.services.beginning import set_process
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow, left_team, settle, take
from tramita.services.starting import begin_submitted
from tramita.services.submitting import missing
from tramita.services.transactions import one_transaction


@dataclass(frozen=True, slots=True)
class Child:
    """What one of them is to be. Without a category it has that of the Ticket."""

    title: str = ""
    description: str = ""
    category: str = ""
    due_at: datetime | None = None
    keep: bool = False  # with who splits


@one_transaction
def split(ticket: Item, *, children: Sequence[Child], mail: bool = True, by: Actor, at: datetime) -> list[Item]:
    """Make Tickets of it; it waits until all of them are Closed. `mail`: its contact is told, where mails are on.

    Rules: T-32, W-4, X-10 to X-16, M-11, Z-14. Raises: Invalid, naming fields as `children.0.title`; NotPermitted;
    StaleVersion; TransitionNotAllowed.
    """
    most = definitions.settings().limits.split_children
    if len(children) > most:
        raise Invalid.one("children", "too_many", "At most %(most)s at once.", most=most)
    regrouping.hold(ticket)
    given = {"wait_type": WaitType.SPLIT, "children": len(children)}
    row = decide(ticket, "split", by=by, at=at, **given)
    was, change = regrouping.standing(ticket), Change(ticket, by, at)
    if take(change):
        row = decide(ticket, "split", by=by, at=at, **given)
    settle(change)
    made = _made(ticket, children, by=by, at=at)
    references = [one.reference for one in made]
    told = {"children": references}
    columns = {"wait_type": WaitType.SPLIT, "wait_since": at}
    follow(change, row, "split", data=told, **columns, **left_team(ticket, by))
    if mail:
        automatic_mails.tell(change, "split", at=at, children=", ".join(references))
    change.write()
    offspring.snapshot(ticket, made, at=at)
    offspring.follow_too(ticket, made, at=at)
    before = {"item": regrouping.changed(was), "children": [one.pk for one in made]}
    Regrouping.objects.create(what=Regrouping.What.SPLIT, item=ticket, by_id=by.id, at=at, before=before)
    return made


def _made(ticket: Item, children: Sequence[Child], *, by: Actor, at: datetime) -> list[Item]:
    """All of them, or every fault of all at once."""
    planned = [_planned(ticket, child, number) for number, child in enumerate(children)]
    faults = [fault for number, new in enumerate(planned) for fault in _lacking(new, number)]
    if faults:
        raise Invalid(faults)
    for number, (child, new) in enumerate(zip(children, planned, strict=True)):
        begin_submitted(new, by=by, at=at, told={"split_from": ticket.reference}, keep=child.keep)
        offspring.copy_contacts(ticket, new)
        if child.due_at is not None:
            offspring.set_due(new, child.due_at, field=f"children.{number}.due", by=by, at=at)
        Link.objects.create(source=new, target=ticket, type=SPLIT, at=at, by_id=by.id)
    return planned


def _planned(ticket: Item, child: Child, number: int) -> Item:
    path = child.category or (ticket.process.key if ticket.process else "")
    current = definitions.current_category(path)
    if current is None:
        raise Invalid.one(f"children.{number}.category", "unknown", "There is no category “%(path)s”.", path=path)
    new = Item(
        kind=Kind.TICKET, title=" ".join(child.title.split()), description=child.description, parent_id=ticket.pk
    )
    new.organisation_id = ticket.organisation_id
    set_process(new, current)
    offspring.inherit(new, ticket)
    return new


def _lacking(new: Item, number: int) -> list[FieldError]:
    return [FieldError(f"children.{number}.{name}", "required", "This is needed.") for name in missing(new)]
