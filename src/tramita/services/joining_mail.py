"""A mail that belongs to an item: appended, and the item woken or reopened if its state asks for it (M-7 to M-13)."""

import logging
from dataclasses import replace

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import State, WaitType
from tramita.domain.correspondence import Effect, Match, Rule, effect
from tramita.domain.thanks import only_thanks
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.facts import awaits_approval, window_open
from tramita.queries.matching import Finder
from tramita.services import reports
from tramita.services.answered import answers_automatic, is_internal, is_second_copy
from tramita.services.call_orders import awaits_call
from tramita.services.ledger import Change
from tramita.services.outcomes import Outcome
from tramita.services.resolving import reopen_by_mail
from tramita.services.restraint import reopened_too_often, tell_operator
from tramita.services.storing_mail import Arrival, store
from tramita.services.waiting import wake_by_bounce, wake_by_mail

log = logging.getLogger(__name__)


def join(arrival: Arrival, found: Match[Item], finder: Finder) -> Outcome | None:
    """Append the mail to its item; None, when it starts a new one that continues a Closed one (M-10)."""
    item = found.item
    arrival.notes["named"] = finder.named_as.get(item.pk)
    arrival.notes["matched"] = {"rule": found.rule.value, "evidence": found.evidence, "item": item.reference}
    if is_second_copy(arrival, item, finder):
        return Outcome("duplicate", (item.reference,))
    if arrival.archive:
        return _file(arrival, found)
    does = _effect(arrival, item, finder)
    if does is Effect.IGNORE:
        return Outcome("ignored", reason="automatic answer to an automatic mail")
    if does is Effect.SET_ASIDE:
        return Outcome("unhandled", reason="unverified sender")
    return None if does is Effect.NEW_LINKED else _append(arrival, found, finder, does)


def _effect(arrival: Arrival, item: Item, finder: Finder) -> Effect:
    mail = arrival.mail
    if mail.bounce or mail.receipt:
        arrival.notes["about"] = about = reports.about(arrival, item)
        return effect(mail, state=item.state, wait_type=item.wait_type, ends_wait=reports.ends_wait(item, about))
    return effect(
        mail,
        state=item.state,
        wait_type=item.wait_type,
        awaits_approval=awaits_approval(item) or awaits_call(item),
        window_open=window_open(item, arrival.at),
        answers_automatic=answers_automatic(arrival, item, finder),
        unverified_staff=arrival.unverified,
        automatic_wakes=arrival.desk.rules_of(arrival.seen.mailbox).automatic_answers_wake,
        thanks=item.state is State.RESOLVED and definitions.settings().thank_you_detection and only_thanks(mail),
    )


def _append(arrival: Arrival, found: Match[Item], finder: Finder, does: Effect) -> Outcome:
    item, at = found.item, arrival.at
    too_often = does is Effect.REOPEN and reopened_too_often(item, at=at)
    if item.state is State.WAITING and item.wait_type is WaitType.SPLIT:
        _copy_to_children(arrival, found, finder)
    change = Change(item, SYSTEM, at)
    store(change, arrival, match=found, internal=is_internal(arrival, item, finder))
    if too_often:
        return _only_append(change)
    said = _move(change, does, bounced=arrival.mail.bounce is not None)
    if arrival.mail.bounce or arrival.mail.receipt:
        reports.take_note(arrival)
    change.write()
    return Outcome(said, (item.reference,))


def _only_append(change: Change) -> Outcome:
    """Mails keep taking the item up again: this one is kept on it and no more; an operator hears of it (MAIL-93)."""
    reference = change.item.reference
    log.warning("mail reopens too often", extra={"item": reference})
    tell_operator(f"loop:item:{reference}", about={"item": reference}, at=change.at)
    change.write()
    return Outcome("appended", (reference,), "reopened too often")


def _move(change: Change, does: Effect, *, bounced: bool) -> str:
    if does is Effect.WAKE:
        wake = wake_by_bounce if bounced else wake_by_mail
        wake(change)
        return "woken"
    if does is Effect.REOPEN:
        reopen_by_mail(change)
        return "reopened"
    return "appended"


def _copy_to_children(arrival: Arrival, found: Match[Item], finder: Finder) -> None:
    """What is written to a Ticket that was split, those split from it must know (M-11, MAIL-77).

    A child that waits for information is woken; nothing is appended to a Closed one, and none is reopened.
    """
    if arrival.mail.bounce or arrival.mail.receipt:
        return
    internal = is_internal(arrival, found.item, finder)
    children = Item.objects.filter(links_out__target=found.item, links_out__type="split_from", discarded_at=None)
    for child in children.exclude(state=State.CLOSED.number).select_related("process").order_by("id"):
        change = Change(child, SYSTEM, arrival.at)
        copy = replace(found, item=child, rule=Rule.SPLIT)
        store(change, arrival, match=copy, internal=internal, copied=found.item.reference)
        does = _effect(arrival, child, finder)
        _move(change, does if does is Effect.WAKE else Effect.APPEND, bounced=False)
        change.write()


def _file(arrival: Arrival, found: Match[Item]) -> Outcome:
    """Old mail is only filed, whatever the state: it wakes and reopens nothing, and no clock hears of it (MAIL-17)."""
    if arrival.mail.bounce or arrival.mail.receipt:
        arrival.notes["about"] = reports.about(arrival, found.item)
    change = Change(found.item, SYSTEM, arrival.dated)
    store(change, arrival, match=found)
    change.write()
    return Outcome("appended", (found.item.reference,), "archive")
