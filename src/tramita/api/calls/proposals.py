"""What robots propose, and people decide."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import RowId
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.robots import AcceptIn, ProposalOut, ProposalPage, ProposeIn, RefuseIn
from tramita.api.versions import tried_again
from tramita.domain.proposals import Proposed
from tramita.models import Proposal
from tramita.queries import proposals
from tramita.queries.items import get_visible
from tramita.services import proposing

router = Router(tags=["Robots"])
AS_IT_IS, NO_REASON = AcceptIn(), RefuseIn()


@router.post("/robot/leases/{lease}/propose", response={201: ProposalOut}, operation_id="lease_propose")
def propose(request: HttpRequest, lease: RowId, given: ProposeIn) -> Status[ProposalOut]:
    """Have a person decide; to propose to `complete` ends the run, and the item goes to people."""
    by, verb = caller(request), Proposed(given.verb)
    words = given.model_dump(include={"given", "confidence", "fence"})
    made = tried_again(lambda: proposing.propose(lease, verb=verb, **words, by=by, at=timezone.now()))
    return Status(201, _told(made))


@router.get("/items/{reference}/proposals", response=ProposalPage, operation_id="list_proposals")
def list_proposals(request: HttpRequest, reference: str, paging: Query[Paging]) -> ProposalPage:
    """What robots proposed on it, and what became of that."""
    item = get_visible(caller(request), reference)
    proposals.only_workers(caller(request))
    rows = proposals.of_item(item, after=position_of(paging.cursor), limit=paging.limit + 1)
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return ProposalPage(results=[_told(one) for one in shown], next=cursor_for(shown[-1].pk if more else None))


@router.post("/proposals/{number}/accept", response=ItemOut, operation_id="accept_proposal")
def accept(request: HttpRequest, response: HttpResponse, number: RowId, given: AcceptIn = AS_IT_IS) -> ItemOut:
    """Have it done: as it is, by the robot if it is `as_robot` and else in your name; changed, in your name.

    409 `already_decided` for who comes second, `proposal_expired` if the item went on since the robot proposed it.
    """
    by = caller(request)

    def act() -> Proposal:
        found = proposals.get_visible(by, number)
        proposing.accept(found, changed=given.given, by=by, at=timezone.now())
        return found

    return item_answer(request, response, tried_again(act).item)


@router.post("/proposals/{number}/refuse", response=ItemOut, operation_id="refuse_proposal")
def refuse(request: HttpRequest, response: HttpResponse, number: RowId, given: RefuseIn = NO_REASON) -> ItemOut:
    """Nothing of it is done."""
    by = caller(request)

    def act() -> Proposal:
        found = proposals.get_visible(by, number)
        proposing.refuse(found, reason=given.reason, by=by, at=timezone.now())
        return found

    return item_answer(request, response, tried_again(act).item)


def _told(one: Proposal) -> ProposalOut:
    return ProposalOut(
        id=one.pk,
        item=str(one.item.reference),
        robot=one.robot.name,
        fence=one.fence,
        verb=one.verb.value,
        as_robot=one.as_robot,
        given=one.given,
        confidence=one.confidence,
        state=one.state.value,
        created_at=one.created_at,
        decided_at=one.decided_at,
        decided_by=one.decided_by.name if one.decided_by else None,
        reason=one.reason or None,
    )
