"""A Ticket that a customer asks for opens when a manager of theirs approves it, where its category says so (TO-4).

Until then it is kept as a Draft that nobody here works: no list, no clock, no allocation. Who asked, their managers and
staff see that it is there; mails about it are appended to it. Refused, it is Closed with what the manager said, and who
asked is told (decision 56).
"""

from datetime import datetime
from typing import Any

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Listed, Method, Visibility
from tramita.models import Approval, Item, Person
from tramita.queries import definitions
from tramita.queries.approvals import asked_about, deciders
from tramita.queries.mailboxes import directory
from tramita.queries.managers import managers_of
from tramita.services import approval_mail, automatic_mails, push_orders, reminding
from tramita.services.beginning import begin, place
from tramita.services.expiring import facts
from tramita.services.ledger import Change
from tramita.services.moving import decide, ended, follow
from tramita.services.submitting import submission


def who_decides(item: Item) -> list[Person]:
    """The managers who are asked before this new Ticket opens; nobody where it opens at once.

    A manager who asks for themselves has decided. Cost: a statement where the category does not say it, one more where
    somebody has to be asked.
    """
    if item.kind is not Kind.TICKET or item.organisation_id is None or item.process_version_id is None:
        return []
    category = definitions.category(item.process_version_id)
    if not (category.approve_opening or definitions.settings().approve_every_opening):
        return []
    managers = list(managers_of(item.organisation_id))
    return [] if any(one.pk == item.requester_id for one in managers) else managers


def propose(item: Item, *, at: datetime) -> Change:
    """Begin it as what waits for a manager, in a change that the caller writes."""
    return begin(item, "propose", by=SYSTEM, at=at, write=False, listed=Listed.NONE)


def ask(item: Item, *, at: datetime) -> None:
    """Ask them, each by a mail with a link, as for any approval (AP-17, Z-11)."""
    approval = Approval.objects.create(
        item=item,
        type_id=item.process_id or 0,  # who is asked was found by its category
        version_id=item.process_version_id or 0,
        organisation_id=item.organisation_id,
        requested_by_id=item.requester_id,
        requested_at=at,
    )
    change = Change(item, SYSTEM, at)
    people = deciders(approval, at=at)
    reached, silent = approval_mail.reachable(people)
    words = {"unreached": ", ".join(silent)} if silent else {}
    change.record("approval_requested", data=facts(approval), words=words, approval_id=approval.pk)
    approval_mail.tell(change, approval, reached, desk=directory())
    change.beside.append(lambda: push_orders.tell_of_approval(approval, people, "asked", at=at))
    reminding.set_reminders(change, asked_about(approval))
    change.write()


def decided(change: Change, *, approved: bool, reason: str) -> None:
    """Open it, or close it for good, in the change that ends the request; who asked is told by mail."""
    if approved:
        _admit(change)
    else:
        _decline(change, reason)
    kind = "opening_approved" if approved else "opening_declined"
    automatic_mails.tell_who_asked(change, kind, at=change.at, **({} if approved else {"reason": reason or "–"}))


def _admit(change: Change) -> None:
    item = change.item
    row = decide(item, "admit", by=SYSTEM, at=change.at)
    submission(change)
    follow(change, row, "submitted", visibility=Visibility.PARTICIPANTS)
    place(change)


def _decline(change: Change, reason: str) -> None:
    row = decide(change.item, "decline", by=SYSTEM, at=change.at, method=Method.REJECTED.value)
    columns: dict[str, Any] = ended(change.item, Method.REJECTED, by=SYSTEM, at=change.at, reason=reason)
    data = {"method": Method.REJECTED.value}
    follow(change, row, "closed", data=data, **columns, closed_at=change.at)
