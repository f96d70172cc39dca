"""Approvals in Tickets: asked for by staff, decided by the managers of the organisation (SPEC section 13)."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.paging import cursor_for, position_of
from tramita.api.schemas.approvals import (
    ApprovalFilter,
    ApprovalIn,
    ApprovalOut,
    ApprovalPage,
    DecisionIn,
    SubstituteIn,
    SubstituteOut,
)
from tramita.api.versions import change_item
from tramita.models import Approval, Item, Substitution
from tramita.queries.approvals import get_visible, listed, with_approvers
from tramita.queries.items import get_visible as visible_item
from tramita.queries.names import who
from tramita.services import approvals, substituting

router = Router(tags=["Approvals"])
NO_REASON = DecisionIn()


@router.post("/items/{reference}/approvals", response={201: ApprovalOut}, operation_id="ask_approval")
def ask(request: HttpRequest, reference: str, asked: ApprovalIn) -> Status[ApprovalOut]:
    """Ask the managers of the Ticket's organisation, and of its parent, for their consent (AP-7).

    Where the type has levels, those of the first are asked. 409 `approval_pending`, `no_active_manager`,
    `too_few_approvers`, `approvals_off` or `approval_not_possible` say why not.
    """

    def change(item: Item) -> Approval:
        return approvals.ask(item, type=asked.type, comment=asked.comment or "", by=caller(request), at=timezone.now())

    made = change_item(request, reference, change)
    return Status(201, _answer(get_visible(caller(request), made.pk, at=timezone.now())))


@router.get("/approvals", response=ApprovalPage, operation_id="list_approvals")
def list_approvals(request: HttpRequest, wanted: Query[ApprovalFilter]) -> ApprovalPage:
    """Staff read those of the items they see, a manager those they may decide, first of all what awaits them."""
    by = caller(request)
    item = visible_item(by, wanted.item) if wanted.item is not None else None
    states = (wanted.state,) if wanted.state else ()
    rows, last = listed(
        by, states=states, item=item, after=position_of(wanted.cursor), limit=wanted.limit, at=timezone.now()
    )
    return ApprovalPage.model_validate({"results": rows, "next": cursor_for(last)})


@router.post("/approvals/{int:number}/approve", response=ApprovalOut, operation_id="approve")
def approve(request: HttpRequest, number: int, given: DecisionIn = NO_REASON) -> ApprovalOut:
    """A manager agrees; the agent then does it by hand. 409 `already_decided` names who was faster."""
    reason = given.reason or ""
    return _answer(approvals.approve(number, reason=reason, by=caller(request), at=timezone.now()))


@router.post("/approvals/{int:number}/reject", response=ApprovalOut, operation_id="reject")
def reject(request: HttpRequest, number: int, given: DecisionIn = NO_REASON) -> ApprovalOut:
    """A manager does not agree, and may say why."""
    reason = given.reason or ""
    return _answer(approvals.reject(number, reason=reason, by=caller(request), at=timezone.now()))


@router.post("/approvals/{int:number}/ask-again", response=ApprovalOut, operation_id="ask_approval_again")
def ask_again(request: HttpRequest, number: int) -> ApprovalOut:
    """Send every manager who may still decide another mail with a link, such as when theirs has expired.

    409 `already_decided`, `approval_mail_waits`, `no_active_manager` or `no_reachable_manager` say why not.
    """
    return _answer(approvals.ask_again(number, by=caller(request), at=timezone.now()))


@router.post("/approvals/{int:number}/cancel", response=ApprovalOut, operation_id="cancel_approval")
def cancel(request: HttpRequest, number: int) -> ApprovalOut:
    """Not needed any more: by who asked, who works on the Ticket, a manager or the account manager (AP-14)."""
    return _answer(approvals.cancel(number, by=caller(request), at=timezone.now()))


@router.get("/substitute", response=SubstituteOut, operation_id="read_substitute")
def read_substitute(request: HttpRequest) -> SubstituteOut:
    """Who decides in one's place while one is away."""
    return _named(Substitution.objects.filter(person=caller(request).id or 0).select_related("substitute").first())


@router.put("/substitute", response=SubstituteOut, operation_id="name_substitute")
def name_substitute(request: HttpRequest, given: SubstituteIn) -> SubstituteOut:
    """A manager names a colleague of the same organisation, who is then asked besides them; both names are kept."""
    first, last = _day(given.first), _day(given.last)
    by, at = caller(request), timezone.now()
    return _named(substituting.name(given.substitute, first=first, last=last, by=by, at=at))


@router.delete("/substitute", response={204: None}, operation_id="end_substitute")
def end_substitute(request: HttpRequest) -> Status[None]:
    """Nobody decides in one's place any more."""
    substituting.end(by=caller(request))
    return Status(204, None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _named(row: Substitution | None) -> SubstituteOut:
    if row is None:
        return SubstituteOut(substitute=None, starts_at=None, ends_at=None)
    other = row.substitute
    facts = {"substitute": who(other.pk, other.name, other.email or "", other.role)}
    return SubstituteOut.model_validate(facts | {"starts_at": row.starts_at, "ends_at": row.ends_at})


def _answer(approval: Approval) -> ApprovalOut:
    return ApprovalOut.model_validate(with_approvers([approval])[0])
