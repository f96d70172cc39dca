"""A Ticket becomes a Case with its number, waits for it, and is closed with it (X-20 to X-24)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from tramita.domain.actors import Actor
from tramita.domain.codes import Clock, Kind, Reason, State, WaitType
from tramita.domain.errors import Invalid
from tramita.models import CaseStep, CopiedContact, Item, Link, Regrouping
from tramita.queries import definitions
from tramita.queries.regroupings import CONVERTED, RETURNED
from tramita.services import automatic_mails, clockwork, flowing, offspring, regrouping, scheduling
from tramita.services.beginning import place, set_process
from tramita.services.fields import put
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow, left_team, settle, take
from tramita.services.starting import allowed_to_create, begin_submitted
from tramita.services.submitting import missing
from tramita.services.transactions import one_transaction

TAKEN = (
    "process_id",
    "process_version_id",
    "customer_id",
    "organisation_id",
    "title",
    "fields",
    "related_to_id",
    "schedule",
)


@one_transaction
def convert(
    ticket: Item,
    *,
    case_type: str | None,
    short_description: str = "",
    fields: Mapping[str, Any] | None = None,
    schedule: str | None = None,
    due_at: datetime | None = None,
    keep: bool = False,
    mail: bool = True,
    by: Actor,
    at: datetime,
) -> Item:
    """Make a Case of it; `mail`: its contact is told, where mails are on. Gives the Case.

    Rules: T-33, W-5, X-20 to X-24, C-3, C-4, G-11. Raises: Invalid, NotPermitted, StaleVersion, TransitionNotAllowed.
    """
    regrouping.hold(ticket, besides=[ticket.related_to_id])
    case = _planned(ticket, case_type, short_description or ticket.title, fields or {}, schedule)
    allowed_to_create(case, by)
    given = {"wait_type": WaitType.CASE_LAUNCHED, "missing": missing(case)}
    row = decide(ticket, "convert", by=by, at=at, **given)
    was, change = regrouping.standing(ticket), Change(ticket, by, at)
    if take(change):
        row = decide(ticket, "convert", by=by, at=at, **given)
    settle(change)
    case = _begun(ticket, case, keep=keep, by=by, at=at)
    if due_at is not None:
        offspring.set_due(case, due_at, field="due", by=by, at=at)
    columns = {"wait_type": WaitType.CASE_LAUNCHED, "wait_since": at}
    follow(change, row, "converted", data={"case": case.reference}, **columns, **left_team(ticket, by))
    if mail:
        automatic_mails.tell(change, "case_launched", at=at, case=case.reference)
    change.write()
    Link.objects.create(source=ticket, target=case, type=CONVERTED, at=at, by_id=by.id)
    before = {"item": regrouping.changed(was)}
    Regrouping.objects.create(what=Regrouping.What.CONVERT, item=ticket, other=case, by_id=by.id, at=at, before=before)
    return case


def _planned(ticket: Item, case_type: str | None, title: str, fields: Mapping[str, Any], schedule: str | None) -> Item:
    if not case_type:
        raise Invalid.one("case_type", "required", "This is needed.")
    current = definitions.current_case_type(case_type)
    if current is None:
        raise Invalid.one("case_type", "unknown", "There is no Case type “%(path)s”.", path=case_type)
    case = Item(kind=Kind.CASE, number=ticket.number, title=" ".join(title.split()), parent_id=ticket.pk)
    case.organisation_id = ticket.organisation_id
    case.related_to_id = ticket.related_to_id or ticket.pk
    set_process(case, current)
    offspring.inherit(case, ticket)
    case.fields = put(case, fields)
    case.schedule = scheduling.chosen(case, schedule)
    return case


def _begun(ticket: Item, case: Item, *, keep: bool, by: Actor, at: datetime) -> Item:
    """A new Case; or the one that it was before, if that was undone: the number has but one (X-21)."""
    old = Item.objects.select_for_update(of=("self",)).filter(number=ticket.number, kind=Kind.CASE.number).first()
    if old is None:
        begin_submitted(case, by=by, at=at, told={"converted_from": ticket.reference}, keep=keep)
        offspring.copy_contacts(ticket, case)
        case.refresh_from_db()  # its flow may have moved it on
        return case
    return _again(ticket, old, case, keep=keep, by=by, at=at)


def _again(ticket: Item, old: Item, planned: Item, *, keep: bool, by: Actor, at: datetime) -> Item:
    """Its clock and its flow begin anew; what it was before stays in its timeline."""
    change = Change(old, by, at)
    told = {"from": old.state.value, "to": State.TO_DO.value, "reason": int(Reason.NEW), "forgets": [1, old.seq]}
    columns = {name: getattr(planned, name) for name in (*TAKEN, *offspring.PEOPLE)}
    gone: dict[str, Any] = {"closed_at": None, "assignee_id": None, "method": None}
    stopped: dict[str, Any] = {"due_rule_id": None, "due_at": None, "clock": Clock.STOPPED, "seconds_left": None}
    change.record(
        "converted_again",
        reason=Reason.NEW,
        data={**told, "converted_from": ticket.reference},
        state=State.TO_DO,
        submitted_at=at,
        **columns,
        **gone,
        **stopped,
    )
    old.process = planned.process
    change.record("clock_set", **clockwork.rule_columns(old))
    change.record("clock_started", **clockwork.begun(old, at=at))
    place(change, keep=keep)
    change.write()
    CopiedContact.objects.filter(item=old).delete()
    offspring.copy_contacts(ticket, old)
    Link.objects.filter(source=old, target=ticket, type=RETURNED).delete()
    newest = CaseStep.objects.filter(case=old).aggregate(most=Max("number"))["most"] or 0
    flowing.begin(old, at=at, number=newest + 1)
    old.refresh_from_db()
    return old
