"""A Ticket that becomes a Case, and the undo of it (X-20 to X-24, Z-3)."""

from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.services.test_joining import token
from tests.services.test_merging import LATER, by_mail, read, timers, undo
from tests.services.test_receiving import HOUR, fresh, mail, receive
from tramita.domain.codes import Kind, Method, State, WaitType
from tramita.domain.errors import Conflict, Invalid
from tramita.models import Item, Message
from tramita.queries.due import explain
from tramita.queries.timeline import comms
from tramita.services import converting, launching, merging, notes, resolving, working

ONBOARDING = "acme/main/finance/onboarding"


def convert(ticket: Item, desk: Desk, **given: Any) -> Item:
    plain = {"case_type": ONBOARDING, "by": desk.ana, "at": LATER}
    return converting.convert(fresh(ticket), **plain | given)


def test_the_case_has_the_number_of_the_ticket_which_waits_for_it(desk: Desk, data_dir: object) -> None:
    """X-21, X-22, T-33: To Do with suffix -C; what was said is shared (G-11)."""
    ticket = by_mail(desk, "Please take us on")

    case = convert(ticket, desk)

    assert case.reference == ticket.reference.replace("-T", "-C")
    assert (fresh(case).state, fresh(case).requester_id, fresh(case).title) == (
        State.TO_DO,
        ticket.requester_id,
        ticket.title,
    )
    waits = fresh(ticket)
    assert (waits.state, waits.wait_type) == (State.WAITING, WaitType.CASE_LAUNCHED)
    assert read(ticket, desk)["children"] == [case.reference]
    assert [one.message.text.strip() for one in comms(fresh(case), desk.ana) if one.message][-1] == "Please take us on"


def test_the_due_date_can_be_given_and_the_case_kept(desk: Desk) -> None:
    """G-2, X-20."""
    due = LATER + 100 * HOUR

    case = convert(desk.ticket(), desk, short_description="Bodegas", due_at=due, keep=True)

    assert (case.due_at, case.assignee_id, case.title) == (due, desk.ana.id, "Bodegas")


def test_what_the_case_misses_is_named(desk: Desk) -> None:
    """X-20, T-33: a Case type must be chosen."""
    ticket = desk.ticket()

    for wrong in (None, "acme/main/finance/none"):
        with pytest.raises(Invalid) as refused:
            convert(ticket, desk, case_type=wrong)
        assert refused.value.errors[0].field == "case_type"
    assert fresh(ticket).state is State.TO_DO


def test_the_ticket_is_closed_with_its_case_and_not_when_that_is_resolved(desk: Desk) -> None:
    """X-23, T-43, CG-27."""
    ticket = desk.ticket()
    case = convert(ticket, desk)

    resolving.resolve(fresh(case), method="fully_resolved", by=desk.ana, at=LATER)
    assert fresh(ticket).state is State.WAITING
    ends = fresh(case).window_ends_at
    resolving.window_passed(fresh(case), at=ends)

    done = fresh(ticket)
    assert (done.state, done.method, done.closed_at) == (State.CLOSED, Method.CASE_LAUNCHED, ends)


def test_mail_for_the_ticket_goes_to_its_case(desk: Desk, data_dir: object) -> None:
    """G-6, X-22."""
    ticket = by_mail(desk, "Please take us on")
    case = convert(ticket, desk)

    receive(mail("More about us", to=token(ticket), sender=desk.rui.email), at=LATER + HOUR)

    assert Message.objects.get(text__contains="More about us").item_id == case.pk


def test_an_undone_conversion_leaves_the_ticket_as_it_was(desk: Desk, data_dir: object) -> None:
    """Z-3, Z-15: the Case is Closed with what ran in it, what was said there is still in sight."""
    ticket = by_mail(desk, "Please take us on")
    working.start(fresh(ticket), by=desk.ana, at=MONDAY)
    before, waits = read(ticket, desk), timers(ticket)
    case = convert(ticket, desk)
    (action,) = launching.launch(fresh(case), action="bank-check", by=desk.ana, at=LATER)
    notes.add_note(fresh(case), body="Their bank is new", by=desk.ana, at=LATER)

    undo(case, desk, at=LATER + 3 * HOUR)

    assert (read(ticket, desk), timers(ticket)) == (before, waits)
    assert {fresh(one).state for one in (case, action)} == {State.CLOSED}
    assert "Their bank is new" in [one.entry.data.get("body") for one in comms(fresh(ticket), desk.ana)]
    told = explain(fresh(ticket), LATER + 5 * HOUR)
    assert told["at"] == fresh(ticket).due_at
    receive(mail("More about us", to=token(case), sender=desk.rui.email), at=LATER + 4 * HOUR)
    assert Message.objects.get(text__contains="More about us").item_id == ticket.pk


def test_converting_again_takes_up_the_same_case(desk: Desk) -> None:
    """X-21: the number has one Case, whose clock and flow begin anew."""
    ticket = desk.ticket()
    first = convert(ticket, desk, short_description="Once")
    undo(ticket, desk)

    again = convert(ticket, desk, short_description="Twice", at=LATER + 30 * HOUR)

    held = fresh(again)
    assert (again.pk, held.state, held.title, held.closed_at) == (first.pk, State.TO_DO, "Twice", None)
    assert held.due_at == explain(held, LATER + 31 * HOUR)["at"]
    assert held.due_at > LATER + 30 * HOUR
    assert Item.objects.filter(kind=Kind.CASE).count() == 1


def test_a_conversion_is_not_undone_once_its_case_has_ended(desk: Desk) -> None:
    """Z-3."""
    ticket = desk.ticket()
    case = convert(ticket, desk)
    resolving.abort(fresh(case), by=desk.ana, at=LATER)

    with pytest.raises(Conflict) as refused:
        undo(case, desk)

    assert (refused.value.code, fresh(ticket).state) == ("ended_since", State.CLOSED)


def test_what_was_undone_in_between_keeps_no_other_undo_away(desk: Desk) -> None:
    """Z-3: in a chain, the dots of the merge go although the conversion took them away and brought them back."""
    ticket, target = desk.ticket(), desk.ticket()
    before = read(target, desk)
    merging.merge([fresh(ticket)], into=fresh(target), by=desk.ana, at=LATER)

    convert(target, desk)
    undo(target, desk)
    undo(ticket, desk)

    assert read(target, desk) == before
