"""Actions that call another system: ordered with what begins them, called after the commit, at least once (A-55).

A call that gets no answer, or one that may change, is tried again with back-off; each try carries the same idempotency
key. Then the Action ends and the Case goes on, or a person gets it with the error. What is taken out of its wait
meanwhile is not called any more (decision 47).
"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from tramita.domain import calls
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State
from tramita.domain.errors import Invalid
from tramita.domain.process_definitions import ActionDefinition
from tramita.gateways.calling import Answer, CallFault, call
from tramita.models import Delivery, Item
from tramita.queries.facts import action_of
from tramita.services import automatic_actions, clockwork, flowing, lending, returning
from tramita.services.call_orders import KIND, awaited
from tramita.services.claiming import DELIVERIES, Claimed, backoff, claim, update
from tramita.services.fields import put
from tramita.services.ledger import Change
from tramita.services.moving import decide, follow
from tramita.services.transactions import writing

log = logging.getLogger(__name__)
BATCH = 3  # each half a minute at most: within one lease
PATIENCE = timedelta(seconds=30)  # for one answer
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class _Call:
    """What a try needs; read before it, for nothing is held while others answer."""

    action: Item
    case: Item
    definition: ActionDefinition


def call_due(*, at: datetime) -> int:
    """Try one batch of calls; how many."""
    due = claim(DELIVERIES, (KIND,), at=at, limit=BATCH)
    for delivery in due:
        _try(delivery, at=at)
    return len(due)


def _try(delivery: Claimed, *, at: datetime) -> None:
    wanted = _wanted(delivery)
    if wanted is None:
        with writing():
            update(DELIVERIES, delivery, state=int(Delivery.State.CANCELLED), lease_until=at)
        return
    if error := _settle(delivery, wanted, _asked, at=at):
        log.warning("a call failed", extra={"item": wanted.action.reference, "error": error})


def answer_instead(action: Item, answer: Answer, *, at: datetime) -> None:
    """As if the system that an Action waits for had said this; nobody is called (BU-5)."""
    for one in Delivery.objects.filter(item=action, kind=KIND, state=Delivery.State.PENDING):
        delivery = Claimed(one.pk, one.kind, action.pk, one.next_at, one.payload, one.fence, one.tries + 1)
        if (wanted := _wanted(delivery)) is not None:
            _settle(delivery, wanted, lambda *_asked, **_patience: answer, at=at)


def _settle(delivery: Claimed, wanted: _Call, ask: Callable[..., Answer], *, at: datetime) -> str:
    """Ask, and go on by the answer; why it has failed for good."""
    ends = _ends(wanted, delivery)
    try:
        if ends is not None and at >= ends:
            raise CallFault("it could not be called in time", again=False)
        answer = ask(wanted, delivery, patience=PATIENCE if ends is None else min(PATIENCE, ends - at))
        if not calls.passes(answer.status):
            again = calls.may_pass_later(answer.status)
            raise CallFault(f"the answer is {answer.status} {' '.join(answer.text[:200].split())}".strip(), again=again)
        values = calls.picked(answer.text, wanted.definition.store) if wanted.definition.store else {}
    except CallFault as fault:
        return _failed(delivery, wanted, str(fault), again=fault.again, at=at)
    except ValueError as error:
        return _failed(delivery, wanted, f"the answer cannot be read: {error}", again=False, at=at)
    _answered(delivery, wanted, values, answer.status, at=at)
    return ""


def _wanted(delivery: Claimed) -> _Call | None:
    """The Action, if it still waits for this call."""
    action = Item.objects.select_related("parent").get(pk=delivery.item_id or 0)
    definition = action_of(action)
    if action.parent is None or definition is None or not awaited(action, delivery.payload):
        return None
    return _Call(action, action.parent, definition)


def _asked(wanted: _Call, delivery: Claimed, *, patience: timedelta) -> Answer:
    action, case, how = wanted.action, wanted.case, wanted.definition
    values = {"reference": action.reference, "case": case.reference, "title": case.title, "fields": case.fields}
    url = calls.address(how.url or "", values)
    headers = {name: str(calls.filled(text, values)) for name, text in how.headers.items()} | _secrets(how)
    body = None
    if how.body is not None or how.method not in ("GET", "DELETE"):
        body, kind = calls.body(how.body, values)
        headers = {"Content-Type": kind} | headers
    headers["Idempotency-Key"] = f"{action.reference}-{delivery.id}"
    inside, seconds = settings.TRAMITA_CALLS_INSIDE, patience.total_seconds()
    return call(how.method, url, headers=headers, body=body, patience=seconds, inside=inside)


def _secrets(how: ActionDefinition) -> dict[str, str]:
    """Headers whose values only the environment knows. Raises: CallFault."""
    found = {name: os.environ.get(variable, "") for name, variable in how.secret_headers.items()}
    for name, variable in how.secret_headers.items():
        if not found[name]:
            raise CallFault(f"the environment has no {variable}", again=False)
    return found


def _ends(wanted: _Call, delivery: Claimed) -> datetime | None:
    """The moment at which no try begins any more."""
    ordered_at = datetime.fromisoformat(str(delivery.payload["wait_since"]))
    limit = wanted.definition.timeout
    return clockwork.later(wanted.case, limit, at=ordered_at) if limit else None


def _failed(delivery: Claimed, wanted: _Call, error: str, *, again: bool, at: datetime) -> str:
    """Later, or a person gets it with the error: for good, too often, or too late. The error, if it is for good."""
    next_at = at + backoff(delivery)
    ends = _ends(wanted, delivery)
    late = ends is not None and next_at >= ends
    if again and not late and delivery.tries <= wanted.definition.retries:
        with writing():
            update(DELIVERIES, delivery, next_at=next_at, lease_until=at, error=error[:LONGEST_ERROR])
        return ""
    with writing():
        action = _held(delivery, wanted, Delivery.State.FAILED, error, at=at)
        if action is not None:
            _to_a_person(action, error, at=at)
    return error


def _answered(delivery: Claimed, wanted: _Call, values: dict[str, object], status: int, *, at: datetime) -> None:
    """Its Action is done, with what it brought; where that does not fit its field, a person gets it."""
    with writing():
        action = _held(delivery, wanted, Delivery.State.DONE, "", at=at)
        if action is None:
            return
        try:
            with transaction.atomic():
                _store(wanted.case.pk, values, at=at)
        except Invalid as invalid:
            _to_a_person(action, f"the answer does not fit: {invalid}", at=at)
            return
        change = Change(action, SYSTEM, at)
        change.record("called", data={"status": status})
        change.write()
        automatic_actions.complete(action, at=at)
        flowing.ended(action, at=at)


def _held(delivery: Claimed, wanted: _Call, state: Delivery.State, error: str, *, at: datetime) -> Item | None:
    """End the delivery; the Action, held, if it still waits for it and the delivery is still ours."""
    flowing.hold(wanted.action)
    Item.objects.select_for_update().get(pk=wanted.case.pk)
    action = Item.objects.select_for_update().get(pk=wanted.action.pk)
    if not update(DELIVERIES, delivery, state=int(state), error=error[:LONGEST_ERROR], lease_until=at):
        return None
    return action if awaited(action, delivery.payload) else None


def _store(case_id: int, values: dict[str, object], *, at: datetime) -> None:
    """Into the declared fields of the Case. Raises: Invalid."""
    case = Item.objects.get(pk=case_id)
    fields = put(case, values) if values else case.fields
    if fields == case.fields or case.state is State.CLOSED:
        return
    before, change = case.fields, Change(case, SYSTEM, at)
    change.record("fields_changed", data={"fields": sorted(values)}, fields=fields)
    clockwork.follow_fields(change, values)
    lending.moved(change)
    change.write()
    for action in automatic_actions.follow_dates(case, before, at=at):
        flowing.ended(action, at=at)


def _to_a_person(action: Item, error: str, *, at: datetime) -> None:
    change = Change(action, SYSTEM, at)
    row = decide(action, "fail", by=SYSTEM, at=at)
    words, back = {"names": error[:LONGEST_ERROR]}, returning.woken(action, at=at)
    follow(change, row, "action_failed", data={"why": "call"}, words=words, **back.columns)
    change.write()
