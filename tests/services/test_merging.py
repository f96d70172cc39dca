"""Tickets merged into other items, and the undo of it (SPEC section 10, Z-3, Z-4)."""

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.approving import customer
from tests.desk import MONDAY, Desk
from tests.services.test_joining import token
from tests.services.test_receiving import HOUR, fresh, mail, receive, started
from tramita.domain.codes import Kind, Method, State
from tramita.domain.errors import Conflict, GuardFailed, Invalid, NotPermitted, TransitionNotAllowed
from tramita.models import CopiedContact, Item, Link, Message, Timer
from tramita.queries.files import files_of
from tramita.queries.item_view import view
from tramita.queries.timeline import comms
from tramita.services import (
    approvals,
    copying_talk,
    launching,
    linking,
    merging,
    notes,
    resolving,
    undoing,
    waiting,
    working,
)

LATER = MONDAY + HOUR


def merge(*tickets: Item, into: Item, desk: Desk, at: Any = LATER) -> None:
    merging.merge([fresh(one) for one in tickets], into=fresh(into), by=desk.ana, at=at)


def undo(item: Item, desk: Desk, at: Any = LATER + HOUR) -> None:
    undoing.undo(fresh(item), by=desk.ana, at=at)


def by_mail(desk: Desk, text: str) -> Item:
    outcome = receive(mail(text, sender=desk.rui.email or ""))
    return Item.objects.get(number=int(outcome.items[0].partition("-")[0]))


def read(item: Item, desk: Desk, at: Any = MONDAY + 5 * HOUR) -> dict[str, Any]:
    plain = view(fresh(item), desk.leo, at).as_json("")
    return {name: value for name, value in plain.items() if name not in ("version", "updated_at")}


def timers(item: Item) -> list[Any]:
    return list(Timer.objects.filter(item=item).order_by("purpose").values_list("purpose", "due_at", "payload"))


def types(item: Item) -> list[str]:
    return [one.type for one in item.entries.order_by("seq")]


def test_a_merged_ticket_is_closed_and_leads_to_its_target(desk: Desk) -> None:
    """X-1, X-3, T-37: Closed with method Merged, by whom and when."""
    ticket, target = desk.ticket(), desk.ticket()

    merge(ticket, into=target, desk=desk)

    gone = fresh(ticket)
    assert (gone.state, gone.method, gone.resolver_id, gone.resolved_at) == (
        State.CLOSED,
        Method.MERGED,
        desk.ana.id,
        LATER,
    )
    assert read(ticket, desk)["merged_into"] == target.reference
    assert (fresh(target).new_information, fresh(target).state) == (True, State.TO_DO)
    assert types(target)[-1] == "merged_here"


def test_what_was_said_and_filed_on_it_is_shown_in_its_target(desk: Desk, data_dir: object) -> None:
    """X-4, G-11, F-1."""
    ticket, target = started(desk), desk.ticket()
    factories.attachment(ticket, None)
    notes.add_note(fresh(ticket), body="He means another one", by=desk.ana, at=MONDAY)

    merge(ticket, into=target, desk=desk)

    said = comms(fresh(target), desk.leo)
    assert {one.entry.item for one in said if one.message} == {ticket.reference}
    assert [one.reference for one in files_of(fresh(target), desk.leo)] == [ticket.reference]
    assert all(one.brought for one in said if one.entry.item == ticket.reference)


def test_contacts_who_are_new_to_the_target_get_copies(desk: Desk) -> None:
    """X-1: contacts are carried; who is one already is not doubled."""
    ticket, target = desk.ticket(requester=desk.marta.email), desk.ticket()

    merge(ticket, into=target, desk=desk)

    assert list(CopiedContact.objects.filter(item=target).values_list("person_id", flat=True)) == [desk.marta.pk]


def test_several_are_merged_at_once_or_none(desk: Desk) -> None:
    """X-1: several, also into a Case or an Action."""
    one, two, closed, case = desk.ticket(), desk.ticket(), desk.ticket(), desk.case()
    resolving.resolve(fresh(closed), method="rejected_spam", by=desk.ana, at=MONDAY)
    (action,) = launching.launch(fresh(case), action="bank-check", by=desk.ana, at=MONDAY)

    with pytest.raises(TransitionNotAllowed):
        merge(one, closed, into=case, desk=desk)
    assert fresh(one).state is State.TO_DO
    merge(one, into=case, desk=desk)
    merge(two, into=action, desk=desk)

    assert {fresh(one).related_to_id, fresh(two).related_to_id} == {case.pk}


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.CASE])
def test_a_resolved_target_in_its_window_is_reopened(desk: Desk, kind: Kind) -> None:
    """X-5, R-16, CG-26, T-44, C-57."""
    ticket, target = desk.ticket(), desk.ticket() if kind is Kind.TICKET else desk.case()
    method = "replied" if kind is Kind.TICKET else "fully_resolved"
    resolving.resolve(fresh(target), method=method, note="Done", by=desk.ana, at=MONDAY)

    merge(ticket, into=target, desk=desk)

    again = fresh(target)
    assert (again.state, again.highlighted, again.first_resolver_id) == (State.TO_DO, True, desk.ana.id)
    assert not Timer.objects.filter(item=target, purpose="close").exists()


def test_what_does_not_run_takes_no_ticket(desk: Desk) -> None:
    """X-2, T-8, CG-26: not a Draft (nor is one merged), not what is Closed, nor what was resolved too long ago."""
    ticket, draft, done = desk.ticket(), desk.ticket(draft=True), desk.ticket()
    resolving.resolve(fresh(done), method="replied", note="Done", by=desk.ana, at=MONDAY)

    with pytest.raises(GuardFailed):
        merge(ticket, into=draft, desk=desk)
    with pytest.raises(GuardFailed):
        merge(ticket, into=done, desk=desk, at=MONDAY + timedelta(days=30))
    with pytest.raises(TransitionNotAllowed):
        merge(draft, into=ticket, desk=desk)
    with pytest.raises(Invalid):
        merge(ticket, into=ticket, desk=desk)
    with pytest.raises(TransitionNotAllowed):
        merge(desk.case(), into=ticket, desk=desk)


def test_who_may_not_work_there_merges_nothing_into_it(desk: Desk) -> None:
    """SEC-2."""
    ticket, target = desk.ticket(), desk.ticket()

    with pytest.raises(NotPermitted):
        merging.merge([fresh(ticket)], into=fresh(target), by=desk.eve, at=LATER)


def test_mail_for_a_merged_ticket_goes_to_where_it_lives_on(desk: Desk, data_dir: object) -> None:
    """Z-4, MAIL-77: through any number of merges."""
    ticket, middle, target = started(desk), desk.ticket(), desk.ticket()
    merge(ticket, into=middle, desk=desk)
    merge(middle, into=target, desk=desk, at=LATER + HOUR)

    receive(mail("And one more thing", to=token(ticket), sender=desk.rui.email), at=LATER + 2 * HOUR)

    entry = fresh(target).entries.latest("seq")
    assert (entry.type, entry.data["named"]) == ("mail_received", ticket.reference)


def test_an_undone_merge_leaves_both_as_they_were(desk: Desk, data_dir: object) -> None:
    """Z-3: also waits, their timers and approvals; the timelines only gain entries."""
    ticket, target = started(desk), desk.ticket(requester=desk.marta.email)
    waiting.wait(fresh(ticket), type="more_information", days=3, by=desk.ana, at=MONDAY)
    before = [(read(one, desk), timers(one), types(one)) for one in (ticket, target)]

    merge(ticket, into=target, desk=desk)
    undo(ticket, desk)

    for one, (columns, waits, told) in zip((ticket, target), before, strict=True):
        assert read(one, desk) == columns
        assert timers(one) == waits
        assert types(one)[: len(told)] == told
        assert types(one)[-1] == "undone"
    assert not Link.objects.exists()
    assert fresh(ticket).related_to_id is None


def test_a_reopened_target_is_resolved_again_unless_somebody_went_on(desk: Desk) -> None:
    """Z-3, R-16."""
    ticket, other, target = desk.ticket(), desk.ticket(), desk.ticket()
    resolving.resolve(fresh(target), method="replied", note="Done", by=desk.ana, at=MONDAY)
    before, waits = read(target, desk), timers(target)

    merge(ticket, into=target, desk=desk)
    undo(target, desk)

    assert (read(target, desk), timers(target)) == (before, waits)
    merge(other, into=target, desk=desk)
    working.start(fresh(target), by=desk.ana, at=LATER)
    undo(other, desk)
    assert fresh(target).state is State.IN_PROGRESS


def test_mail_that_came_in_between_goes_with_the_side_it_names(desk: Desk, data_dir: object) -> None:
    """Z-3: also through a chain, the middle of which is taken out first."""
    ticket, middle, target = started(desk), by_mail(desk, "Another matter"), desk.ticket()
    merge(ticket, into=middle, desk=desk)
    merge(middle, into=target, desk=desk)
    receive(mail("For the first", to=token(ticket), sender=desk.rui.email), at=LATER + HOUR)
    receive(mail("For the last", to=token(target), sender=desk.rui.email), at=LATER + HOUR)

    undo(target, desk, at=LATER + 2 * HOUR)
    undo(middle, desk, at=LATER + 3 * HOUR)

    texts = {one: [m.text.strip() for m in Message.objects.filter(item=one).order_by("id")] for one in (ticket, target)}
    assert texts[ticket][-1] == "For the first"
    assert texts[target] == ["For the last"]
    assert {fresh(one).related_to_id for one in (ticket, middle, target)} == {None}
    assert fresh(ticket).new_information


def test_the_first_of_a_chain_is_taken_out_while_the_rest_stays(desk: Desk, data_dir: object) -> None:
    """Z-3, Z-4: after chains."""
    ticket, middle, target = started(desk), by_mail(desk, "Another matter"), desk.ticket()
    merge(ticket, into=middle, desk=desk)
    merge(middle, into=target, desk=desk)
    receive(mail("For the first", to=token(ticket), sender=desk.rui.email), at=LATER + HOUR)

    undo(ticket, desk, at=LATER + 2 * HOUR)

    assert fresh(ticket).state is State.TO_DO
    assert (fresh(middle).related_to_id, fresh(ticket).related_to_id) == (target.pk, None)
    assert Message.objects.get(text__contains="For the first").item_id == ticket.pk


def test_nothing_is_undone_once_the_target_ended_for_reasons_of_its_own(desk: Desk) -> None:
    """Z-3."""
    ticket, target = desk.ticket(), desk.ticket()
    merge(ticket, into=target, desk=desk)
    resolving.resolve(fresh(target), method="rejected_spam", by=desk.ana, at=LATER)

    with pytest.raises(Conflict) as refused:
        undo(ticket, desk)
    assert refused.value.code == "ended_since"
    with pytest.raises(Conflict) as nothing:
        undo(desk.ticket(), desk)
    assert nothing.value.code == "nothing_to_undo"


def test_a_colleague_does_not_undo_it_and_a_leader_does(desk: Desk) -> None:
    """Z-3, SEC-1."""
    ticket, target, colleague = desk.ticket(), desk.ticket(), factories.agent("Bea Cruz")
    merge(ticket, into=target, desk=desk)

    with pytest.raises(NotPermitted):
        undoing.undo(fresh(ticket), by=colleague, at=LATER)
    undoing.undo(fresh(ticket), by=desk.leo, at=LATER)
    assert fresh(ticket).state is State.TO_DO


def test_a_request_for_approval_awaits_its_decision_again(desk: Desk) -> None:
    """Z-3, AP-13: with its reminders."""
    acme = customer(desk)
    ticket, target = acme.ticket(), acme.ticket()
    approvals.ask(fresh(ticket), type="refund", comment="", by=desk.ana, at=MONDAY)
    asked, waits = fresh(ticket).approval_id, timers(ticket)

    merge(ticket, into=target, desk=desk)
    assert (fresh(ticket).approval_id, timers(ticket)) == (None, [])
    undo(ticket, desk)

    assert (fresh(ticket).approval_id, timers(ticket)) == (asked, waits)
    approvals.approve(asked, by=acme.marta, at=LATER + 2 * HOUR)
    assert fresh(ticket).approval_id is None


def test_what_was_said_is_copied_to_a_linked_item_and_to_no_other(desk: Desk, data_dir: object) -> None:
    """X-32, X-30: a snapshot, as a note that stays in the house."""
    item, other = by_mail(desk, "About this"), desk.ticket()
    notes.add_note(fresh(item), body="He is right", by=desk.ana, at=MONDAY)

    with pytest.raises(Invalid):
        copying_talk.copy_communications(fresh(item), to=fresh(other), by=desk.ana, at=LATER)
    linking.link(fresh(item), to=fresh(other), by=desk.ana, at=MONDAY)
    copying_talk.copy_communications(fresh(item), to=fresh(other), by=desk.ana, at=LATER)

    copied = fresh(other).entries.latest("seq")
    assert (copied.type, copied.visibility) == ("note_added", "internal")
    assert ("About this" in copied.words["body"], "He is right" in copied.words["body"]) == (True, True)
    assert (copied.data["copied_from"], fresh(other).state) == (item.reference, State.TO_DO)
