"""The loop of a robot: next, heartbeat, and complete, reject or unable (B-4 to B-6, Z-17)."""

from datetime import timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.paging import Paging, cursor_for, position_of
from tramita.api.schemas.base import RowId
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.robots import (
    BeatIn,
    CompleteIn,
    HeldOut,
    HeldPage,
    LeaseOut,
    NextOut,
    RejectIn,
    RobotOut,
    RobotPage,
    StopIn,
    StoppedOut,
    UnableIn,
    WorkIn,
    WorkOut,
)
from tramita.api.versions import tried_again
from tramita.queries import leases, robots
from tramita.services import leasing, stopping

router = Router(tags=["Robots"])
JUST_ALIVE, DONE, NO_REASON = BeatIn(), CompleteIn(), StopIn()  # an empty body


@router.post("/robot/next", response={200: NextOut, 204: None}, operation_id="robot_next")
def next_item(request: HttpRequest, response: HttpResponse) -> NextOut | Status[None]:
    """The next item for this robot, In Progress under a lease; 204 when there is none (B-4, Q-3)."""
    found = leasing.next_lease(by=caller(request), at=timezone.now())
    if found is None:
        return Status(204, None)
    item, lease = found
    return NextOut(item=item_answer(request, response, item), lease=LeaseOut.model_validate(lease))


@router.get("/robot/leases", response=HeldPage, operation_id="list_leases")
def list_leases(request: HttpRequest, paging: Query[Paging]) -> HeldPage:
    """Your living leases: what a robot that was restarted goes on with."""
    after = position_of(paging.cursor)
    rows = leases.living_leases(caller(request), timezone.now(), after=after, limit=paging.limit + 1)
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    results = [
        HeldOut(
            id=one.pk,
            expires_at=one.expires_at,
            fence=one.fence,
            item=str(one.item.reference),
            taken_at=one.taken_at,
        )
        for one in shown
    ]
    return HeldPage(results=results, next=cursor_for(shown[-1].pk if more else None))


@router.post("/robot/leases/{lease}/heartbeat", response=LeaseOut, operation_id="lease_heartbeat")
def heartbeat(request: HttpRequest, lease: RowId, given: BeatIn = JUST_ALIVE) -> LeaseOut:
    """A sign of life: the lease lasts as long again from now; 409 `lease_lost` when it has ended."""
    kept = leasing.heartbeat(lease, fence=given.fence, cost=_cost(given), by=caller(request), at=timezone.now())
    return LeaseOut.model_validate(kept)


@router.post("/robot/leases/{lease}/complete", response=ItemOut, operation_id="lease_complete")
def complete(request: HttpRequest, response: HttpResponse, lease: RowId, given: CompleteIn = DONE) -> ItemOut:
    """The work is done: the item is resolved; 409 `lease_lost` when the lease has ended (Z-17)."""
    by, words = caller(request), given.model_dump() | {"note": given.note or "", "cost": _cost(given)}
    item = tried_again(lambda: leasing.complete(lease, **words, by=by, at=timezone.now()))
    return item_answer(request, response, item)


@router.post("/robot/leases/{lease}/reject", response=ItemOut, operation_id="lease_reject")
def reject(request: HttpRequest, response: HttpResponse, lease: RowId, given: RejectIn) -> ItemOut:
    """This robot cannot do it: the item goes to people, and never to this robot again (B-5, B-10)."""
    by = caller(request)
    item = tried_again(lambda: leasing.reject(lease, **given.model_dump(), by=by, at=timezone.now()))
    return item_answer(request, response, item)


@router.post("/robot/leases/{lease}/unable", response=ItemOut, operation_id="lease_unable")
def unable(request: HttpRequest, response: HttpResponse, lease: RowId, given: UnableIn) -> ItemOut:
    """Nobody can do it: the Action ends so and its Case goes to a person (B-6); 409 on a Ticket or Case."""
    by, words = caller(request), given.model_dump() | {"note": given.note or ""}
    item = tried_again(lambda: leasing.unable(lease, **words, by=by, at=timezone.now()))
    return item_answer(request, response, item)


def _cost(given: BeatIn) -> Decimal | None:
    return None if given.cost is None else Decimal(str(given.cost))


@router.get("/robots", response=RobotPage, operation_id="list_robots")
def list_robots(request: HttpRequest, paging: Query[Paging]) -> RobotPage:
    """Every robot: what it may, what it has at hand, and why it rests."""
    by, at = caller(request), timezone.now()
    rows = robots.listed(by, at, after=position_of(paging.cursor), limit=paging.limit + 1)
    shown, more = rows[: paging.limit], len(rows) > paging.limit
    return RobotPage(
        results=[RobotOut.model_validate(one) for one in shown], next=cursor_for(shown[-1].id if more else None)
    )


@router.get("/robots/work", response=WorkOut, operation_id="robots_work")
def work(request: HttpRequest, asked: Query[WorkIn]) -> WorkOut:
    """Robots beside people in the last days: results, what was reversed, hand-overs by reason, hours, cost (B-9)."""
    by, at = caller(request), timezone.now()
    report = robots.work(by, since=at - timedelta(days=asked.days), at=at)
    return WorkOut.model_validate({"results": report.rows, "bands": report.bands, "bars": dict(report.bars)})


@router.post("/robots/stop", response=StoppedOut, operation_id="stop_robots")
def stop(request: HttpRequest, given: StopIn = NO_REASON) -> StoppedOut:
    """Stop all robots at once: their calls are refused, their items are free. For leaders."""
    by, at = caller(request), timezone.now()
    return StoppedOut(stopped=True, items=stopping.stop(reason=given.reason, by=by, at=at))


@router.post("/robots/resume", response=StoppedOut, operation_id="resume_robots")
def resume(request: HttpRequest) -> StoppedOut:
    """Let robots work again. For leaders."""
    stopping.resume(by=caller(request), at=timezone.now())
    return StoppedOut(stopped=False, items=0)
