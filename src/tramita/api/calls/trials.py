"""A test run of a process in one call (BU-5, decision 51)."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tramita.api.auth import caller
from tramita.api.calls.processes import named
from tramita.api.schemas.trials import (
    TrialFaultOut,
    TrialIn,
    TrialItemOut,
    TrialMailOut,
    TrialMoveOut,
    TrialOut,
    TrialStepOut,
)
from tramita.services import trials
from tramita.services.trials import Played
from tramita.ui import errors

router = Router(tags=["Configuration"])


@router.post("/configuration/trial", response=TrialOut, operation_id="try_process")
def try_process(request: HttpRequest, wanted: TrialIn) -> TrialOut:
    """Play a process, or the draft of it, from its start to the last of these moves. Nothing of it is kept."""
    kind, path = named(wanted)
    start = {"title": wanted.title, "short_description": wanted.title}
    start |= {name: getattr(wanted, name) for name in ("description", "requester", "fields", "route")}
    moves = [one.model_dump() for one in wanted.moves]
    by, now = caller(request), timezone.now()
    return _told(trials.run(kind, path, draft=wanted.draft, start=start, moves=moves, by=by, at=now))


def _told(played: Played) -> TrialOut:
    root, fault = played.root, played.fault
    return TrialOut(
        state=root.state,
        problem=root.problem or None,
        title=root.title,
        due=root.due_at,
        now=played.now,
        fields=root.fields,
        steps=[TrialStepOut.model_validate(one) for one in played.steps],
        items=[_item(played, place) for place in range(len(played.items))],
        mails=[TrialMailOut(to=[it for _, it in one.to], subject=one.subject, text=one.text) for one in played.mails],
        done=played.done,
        fault=TrialFaultOut(code=fault.code, detail=errors.sentence(fault)) if fault else None,
    )


def _item(played: Played, place: int) -> TrialItemOut:
    one = played.items[place]
    return TrialItemOut(
        item=place,
        kind=one.kind,
        action=one.action_name or None,
        title=one.title,
        state=one.state,
        moves=[TrialMoveOut(do=do, of=of) for do, of in played.offers[place]],
    )
