"""The verbs of an item. Which of them its state allows is in `allowed`; any other is 409."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from tramita.api.auth import caller
from tramita.api.calls.answers import item_answer
from tramita.api.schemas.items import ItemOut
from tramita.api.schemas.working import AssignIn, ResolveIn, ReviewIn, WaitIn
from tramita.api.versions import change_item
from tramita.models import Item
from tramita.services import flowing, pulling, resolving, reviewing, starting, waiting, working

router = Router(tags=["Working"])
NO_WAIT, NO_RESOLUTION, NO_VERDICT = WaitIn(), ResolveIn(), ReviewIn()  # an empty body: the table says what is missing

PLAIN = {  # the transitions without data
    "submit": (starting.submit, "Hand a Draft in: it is validated and becomes To Do."),
    "start": (working.start, "Pick it up: it becomes yours and In Progress."),
    "release": (working.release, "Give it back to its queue."),
    "to-do": (working.to_do, "Undo an accidental start; it stays yours."),
    "resume": (waiting.resume, "End a wait by hand."),
    "next-step": (flowing.next_step, "Move a Case on whose step is done, where people do that."),
    "reopen": (resolving.reopen, "Take a resolved item up again, inside its feedback window."),
    "abort": (resolving.abort, "End a Case for good, its running Actions with it."),
    "discard": (starting.discard, "Throw a Draft away."),
}


def _plain(verb: str, service: Callable[..., Any], summary: str) -> None:
    name = verb.replace("-", "_")

    @router.post(f"/items/{{reference}}/{verb}", response=ItemOut, operation_id=name, summary=summary)
    def call(request: HttpRequest, response: HttpResponse, reference: str) -> ItemOut:
        def change(item: Item) -> Item:
            service(item, by=caller(request), at=timezone.now())
            return item

        return item_answer(request, response, change_item(request, reference, change))


for _verb, (_service, _summary) in PLAIN.items():
    _plain(_verb, _service, _summary)


@router.post("/items/{reference}/assign", response=ItemOut, operation_id="assign")
def assign(request: HttpRequest, response: HttpResponse, reference: str, target: AssignIn) -> ItemOut:
    """Give it to a user or robot; it is To Do there."""

    def change(item: Item) -> Item:
        working.assign(item, to=target.to, by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/wait", response=ItemOut, operation_id="wait")
def wait(request: HttpRequest, response: HttpResponse, reference: str, given: WaitIn = NO_WAIT) -> ItemOut:
    """Interrupt the work, with the reason why; a Waiting item may be given another reason."""

    def change(item: Item) -> Item:
        waiting.wait(item, **given.model_dump(), by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/resolve", response=ItemOut, operation_id="resolve")
def resolve(request: HttpRequest, response: HttpResponse, reference: str, given: ResolveIn = NO_RESOLUTION) -> ItemOut:
    """End the work by a method of its kind; 422 `resolution_note_required` when a note or mail must come first."""

    def change(item: Item) -> Item:
        resolving.resolve(
            item,
            method=given.method,
            reason=given.reason or "",
            note=given.note or "",
            by=caller(request).as_sure(given.confidence),
            at=timezone.now(),
        )
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/items/{reference}/review", response=ItemOut, operation_id="review")
def review(request: HttpRequest, response: HttpResponse, reference: str, given: ReviewIn = NO_VERDICT) -> ItemOut:
    """Pass or fail the work that somebody else did: it is complete, or goes back to them (A-41, A-42)."""

    def change(item: Item) -> Item:
        reviewing.review(item, passed=given.passed, reason=given.reason or "", by=caller(request), at=timezone.now())
        return item

    return item_answer(request, response, change_item(request, reference, change))


@router.post("/next", response={200: ItemOut, 204: None}, operation_id="pull_next", summary="Pull from the queue")
def pull_next(request: HttpRequest, response: HttpResponse) -> ItemOut | Status[None]:
    """The next item of the caller's queues, now theirs and In Progress; 204 when there is none (Q-2)."""
    item = pulling.pull(by=caller(request), at=timezone.now())
    return Status(204, None) if item is None else item_answer(request, response, item)
