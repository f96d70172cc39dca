"""Approvers are asked level after level, by the mails and links of all approvals: by an Action (EA-1 to EA-3), or on a
Ticket where its type has levels (Z-16)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Approval, Consent, Item, Person
from tramita.queries import flow as flows
from tramita.queries.approvals import asked_about
from tramita.queries.approvers import Found, find, levels_of
from tramita.queries.definitions import case_type
from tramita.queries.mailboxes import directory
from tramita.queries.substitutes import standing_in
from tramita.services import approval_mail, push_orders, reminding, restraint
from tramita.services.expiring import TIME_OUT, facts
from tramita.services.ledger import Change


def found(case: Item, definition: ActionDefinition) -> list[Found]:
    """The levels to ask, without those to whom no mail may go (MAIL-98). Empty where no rule holds."""
    levels = levels_of(definition, flows.values(case, case_type(case.process_version_id or 0)))
    every = find(levels, case)
    addresses = sorted({one.email or "" for level in every for one in level.people})
    willing = set(restraint.willing(addresses))
    return [_reachable(level, willing) for level in every]


def _reachable(level: Found, willing: set[str]) -> Found:
    silent = [one.name or one.email or "" for one in level.people if one.email not in willing]
    willing_ones = [one for one in level.people if one.email in willing]
    return Found(willing_ones, level.every, [*level.missing, *silent], level.least)


def ask(change: Change, case: Item, levels: Sequence[Found], *, ends: datetime | None) -> None:
    """Ask the first level, in a change that the caller writes; the Action waits already, at most until `ends`."""
    approval = Approval.objects.create(
        item=change.item,
        type_id=case.process_id or 0,  # a Case that flows has a type
        version_id=case.process_version_id or 0,
        organisation_id=case.organisation_id,
        requested_at=change.at,
    )
    put(approval, levels)
    missing = ", ".join(dict.fromkeys(one for level in levels for one in level.missing))
    words = {"unreached": missing} if missing else {}
    ask_level(change, approval, levels[0].people, of=len(levels), words=words, approval_id=approval.pk)
    if ends is not None:
        change.set_timer(TIME_OUT, ends)


def put(approval: Approval, levels: Sequence[Found]) -> None:
    """What is asked of each, level by level."""
    Consent.objects.bulk_create(
        Consent(approval=approval, level=number, person=one, every=level.every, least=level.least)
        for number, level in enumerate(levels)
        for one in level.people
    )


def ask_level(
    change: Change,
    approval: Approval,
    reached: Sequence[Person],
    *,
    level: int = 0,
    of: int,
    besides: Sequence[Person] = (),
    **told: Any,
) -> None:
    """A mail to each of a level who is reached by one, and to who stands in for them, the browsers of all, and its
    reminders. `besides` are those whom no mail reaches; `told` goes into the entry."""
    change.record("approval_requested", data=facts(approval) | {"level": level + 1, "of": of}, **told)
    here = [*reached, *besides]
    instead = list({one.substitute_id: one.substitute for one in standing_in(approval, here, at=change.at)}.values())
    also = approval_mail.reachable(instead)[0] if instead else []
    approval_mail.tell(change, approval, [*reached, *also], desk=directory())
    everybody = [*here, *instead]
    change.beside.append(lambda: push_orders.tell_of_approval(approval, everybody, "asked", at=change.at))
    reminding.set_reminders(change, asked_about(approval))
