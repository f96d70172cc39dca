"""To act with approval: a person's yes lets the robot do it, in its own name and within what it may (decision 76)."""

from contextlib import suppress

import pytest

from tests.desk import MONDAY, Desk
from tests.services.robots.test_bounds import asked_by_mail, robot, takes
from tests.services.robots.test_leasing import sound
from tests.services.robots.test_proposing import MAIL, told
from tests.services.test_edges import fresh
from tramita.domain.actors import Actor
from tramita.domain.bounds import LimitReached, NeedsPerson, RobotsStopped
from tramita.domain.codes import Listed, Method, State
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.proposals import Decided, Proposed
from tramita.models import Entry, Item, Lease, Link, Message, Person, Proposal, Queue
from tramita.queries.proposals import get_visible
from tramita.services import (
    editing,
    launching,
    leasing,
    mailing,
    notes,
    proposing,
    pulling,
    resolving,
    stopping,
    working,
)
from tramita.services.composing_mail import composed
from tramita.services.transactions import writing

ASKS = {"modes": {"mail": "act_with_approval", "resolve": "act_with_approval", "change": "act_with_approval"}}


def asks(desk: Desk, verb: Proposed = Proposed.MAIL, *, modes: str = "act_with_approval", **given: object) -> Proposal:
    """What the robot would do itself on its next item, and asks for."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True, modes=dict.fromkeys(("mail", "resolve", "change"), modes)))
    given = given or {"to": [desk.rui.email], **MAIL}
    return proposing.propose(lease.pk, verb=verb, given=given, confidence=80, by=by, at=MONDAY)


def accept(made: Proposal, by: Actor, **changed: object) -> Proposal:
    found = get_visible(by, made.pk)
    proposing.accept(found, changed=changed or None, by=by, at=MONDAY)
    return found


def by_whom(kind: str) -> tuple[int | None, str | None]:
    entry = Entry.objects.filter(type=kind).latest("pk")
    return entry.actor_id, entry.data.get("approved_by")


def test_what_is_agreed_to_is_the_robots_deed_and_says_who_agreed(desk: Desk) -> None:
    """B-8, Z-17: the mail is the robot's, and says that a person checked it; both stand in the timeline."""
    made = asks(desk)

    accept(made, desk.ana)

    assert by_whom("mail_sent") == (desk.robot.id, "Ana Lima")
    assert by_whom("proposal_accepted") == (desk.ana.id, None)
    assert "Invoice reader" in Message.objects.get().sender_name
    assert "written by a robot and checked by a person" in composed(Message.objects.get()).decode()
    assert sound(made.item).assignee_id == desk.robot.id  # it works on


@pytest.mark.parametrize("modes", ["suggest", "act_with_approval"])
def test_a_suggestion_is_done_by_whoever_takes_it_up_and_a_deed_by_the_robot(desk: Desk, modes: str) -> None:
    """B-8: that is the difference of the two modes; what was changed first is the person's own either way."""
    made = asks(desk, Proposed.CHANGE, modes=modes, fields={"amount": 9})
    other = proposing.propose(
        Lease.objects.get().pk,
        verb=Proposed.CHANGE,
        given={"fields": {"amount": 8}},
        by=robot(desk, modes=dict.fromkeys(("change", "mail"), modes)),
        at=MONDAY,
    )
    assert (made.as_robot, other.as_robot) == (modes != "suggest",) * 2

    accept(made, desk.ana)
    first = by_whom("fields_changed")
    accept(other, desk.ana, fields={"amount": 7})

    assert first == ((desk.robot.id, "Ana Lima") if made.as_robot else (desk.ana.id, None))
    assert by_whom("fields_changed") == (desk.ana.id, None)
    assert sound(made.item).fields == {"amount": 7}


def test_it_is_done_whoever_has_the_item_and_leaves_it_there(desk: Desk) -> None:
    """T-35, Z-1: Ana pulled it to look; it is resolved in the robot's name, once, and not handed over any more."""
    made = asks(desk, Proposed.COMPLETE, note="Booked.", fields={"amount": 991})
    assert pulling.pull(by=desk.ana, at=MONDAY) == made.item

    accept(made, desk.ana)

    held = sound(made.item)
    assert (held.state, held.resolver_id, held.assignee_id) == (State.RESOLVED, desk.robot.id, desk.ana.id)
    assert (held.fields, held.robot_rejected) == ({"amount": 991}, False)
    assert by_whom("resolved") == (desk.robot.id, "Ana Lima")
    with pytest.raises(Conflict):
        accept(made, desk.ana)


@pytest.mark.parametrize("what", ["mail", "fields", "note"])
def test_a_deed_is_agreed_to_for_the_item_as_it_was(desk: Desk, what: str) -> None:
    """Z-2, Z-17: once somebody else changed the matter it expires, is told so, and nothing is done."""
    made = asks(desk, Proposed.COMPLETE, note="Booked.")
    pulling.pull(by=desk.ana, at=MONDAY)  # who has it is not the matter
    item = fresh(made.item)
    if what == "mail":
        mailing.send(item, to=[desk.rui.email], text="Wait.", by=desk.ana, at=MONDAY)
    elif what == "fields":
        editing.edit(item, changes={"fields": {"amount": 1}}, by=desk.ana, at=MONDAY)
    else:
        notes.add_note(item, body="No!", by=desk.ana, at=MONDAY)

    with pytest.raises(Conflict) as caught:
        accept(made, desk.ana)

    assert caught.value.code == "proposal_expired"
    assert (Proposal.objects.get().state, told(item)[-1]) == (Decided.EXPIRED, "proposal_expired")
    assert sound(item).state is State.IN_PROGRESS


def test_what_the_robot_and_other_proposals_did_since_lets_nothing_expire(desk: Desk) -> None:
    """Z-17: it knew that itself; and two of its proposals are agreed to one after the other."""
    mail = asks(desk)
    lease = Lease.objects.get()
    by = robot(desk, mails=True, **ASKS)
    done = proposing.propose(lease.pk, verb=Proposed.COMPLETE, given={"note": "Answered."}, by=by, at=MONDAY)

    accept(mail, desk.ana)
    accept(done, desk.leo)

    assert sound(done.item).state is State.RESOLVED
    assert by_whom("resolved") == (desk.robot.id, desk.leo.name)


def test_rights_modes_limits_and_the_stop_hold_for_what_is_agreed_to_as_well(desk: Desk) -> None:
    """B-1, B-8: as they are now; then it waits on, and a person may do it themselves or refuse."""
    made = asks(desk)
    Lease.objects.update(writes=50)
    with pytest.raises(LimitReached):
        accept(made, desk.ana)
    Lease.objects.update(writes=0)
    robot(desk, modes={"mail": "suggest"})
    with pytest.raises(NeedsPerson):
        accept(made, desk.ana)
    robot(desk, modes={"mail": "off"})
    with pytest.raises(NotPermitted):
        accept(made, desk.ana)
    robot(desk, **ASKS)
    stopping.stop(by=desk.leo, at=MONDAY)
    with pytest.raises(RobotsStopped):
        accept(made, desk.ana)
    stopping.resume(by=desk.leo, at=MONDAY)
    Person.objects.filter(pk=desk.robot.id).update(is_active=False)
    with pytest.raises(Conflict) as caught:
        accept(made, desk.ana)

    assert caught.value.code == "robot_gone"
    assert (Proposal.objects.get().state, Message.objects.count()) == (Decided.WAITING, 0)
    assert "proposal_accepted" not in told(made.item)
    accept(made, desk.ana, text="Paid. Ana")  # in her own name
    assert by_whom("mail_sent") == (desk.ana.id, None)


def test_what_a_tainted_run_may_not_reach_is_no_deed_of_its_own(desk: Desk) -> None:
    """Z-17: nor what it has no right to; both are suggestions, whatever the mode says."""
    asked_by_mail(desk)
    by, lease = takes(robot(desk, mails=True, **ASKS))
    assert by.bounds is not None
    assert by.bounds.tainted
    inside, outside = (
        proposing.propose(lease.pk, verb=Proposed.MAIL, given={"to": [to], "text": "A"}, by=by, at=MONDAY)
        for to in (lease.item.requester.email, "evil@elsewhere.example")
    )
    assert (inside.as_robot, outside.as_robot) == (True, False)
    accept(outside, desk.ana)
    assert by_whom("mail_sent") == (desk.ana.id, None)


def test_a_robot_without_the_right_only_suggests(desk: Desk) -> None:
    """B-8: mail by grant; and only who may do it themselves lets it be done."""
    desk.ticket()
    by, lease = takes(robot(desk, **ASKS))
    mail = proposing.propose(lease.pk, verb=Proposed.MAIL, given={"to": [desk.rui.email], **MAIL}, by=by, at=MONDAY)
    done = proposing.propose(lease.pk, verb=Proposed.COMPLETE, given={"note": "A"}, by=by, at=MONDAY)

    assert (mail.as_robot, done.as_robot) == (False, True)
    for who in (desk.eve, by):
        with pytest.raises(NotPermitted):
            proposing.accept(done, by=who, at=MONDAY)


@pytest.mark.parametrize(("modes", "waits"), [("suggest", False), ("act_with_approval", True)])
def test_a_deed_that_waits_keeps_robots_away_and_a_suggestion_nobody(desk: Desk, modes: str, waits: bool) -> None:
    """B-8, Q-2: the item that Leo gave back while the proposal stands on it."""
    made = asks(desk, Proposed.CHANGE, modes=modes, title="Better")
    working.release(fresh(made.item), by=desk.leo, at=MONDAY)

    assert (leasing.next_lease(by=robot(desk), at=MONDAY) is None) is waits


def test_people_of_a_strict_queue_get_what_a_robot_handed_over_whichever_way(desk: Desk) -> None:
    """Q-3, B-5, B-6: with a proposal, and the Case of an Action that nobody can do; nothing else."""
    Queue.objects.filter(pk=desk.invoices.pk).update(strict=True)
    desk.ticket()
    by, lease = takes(robot(desk, modes={"resolve": "suggest"}))
    given = leasing.complete(lease.pk, note="Booked.", by=by, at=MONDAY)
    case = desk.case()
    launching.launch(fresh(case), action="create-supplier-by-hand", by=desk.leo, at=MONDAY)
    Item.objects.filter(parent=case).update(queue=desk.invoices)
    Item.objects.filter(pk=case.pk).update(queue=desk.invoices, owner=None, assignee=None, listed=Listed.QUEUE.number)
    by, lease = takes(robot(desk, kinds=["action"]))
    leasing.unable(lease.pk, reason="It is closed.", by=by, at=MONDAY)
    desk.ticket()

    pulled = [pulling.pull(by=desk.ana, at=MONDAY) for _ in range(3)]

    assert {one.pk for one in pulled if one} == {given.pk, case.pk}
    assert not fresh(case).robot_rejected  # it is in her hands now


def test_an_action_that_nobody_can_do_is_put_before_people_where_the_mode_says_so(desk: Desk) -> None:
    """B-6, A-39: with its reason; no bar of confidence stands before it."""
    case = desk.case()
    launching.launch(fresh(case), action="create-supplier-by-hand", by=desk.ana, at=MONDAY)
    Item.objects.filter(parent=case).update(queue=desk.invoices)
    by, lease = takes(robot(desk, kinds=["action"], modes={"resolve": "act_with_approval"}, confidence=90))

    item = leasing.unable(lease.pk, reason="It is closed.", by=by, at=MONDAY)
    assert item.state is State.TO_DO
    accept(Proposal.objects.get(), desk.ana)

    done = sound(item)
    assert (done.method, done.resolution_reason, done.resolver_id) == (
        Method.UNABLE_TO_COMPLETE, "It is closed.", desk.robot.id,
    )  # fmt: skip
    assert fresh(case).problem == "action_unable"


def test_a_mail_and_a_result_below_the_bar_are_for_a_person(desk: Desk) -> None:
    """AI-1: by whichever call; who says nothing is not sure; how sure is told in the entry."""
    desk.ticket()
    by, lease = takes(robot(desk, mails=True, modes={"mail": "act"}, confidence=80))
    item, letter = lease.item, {"to": [desk.rui.email], "text": "Paid."}

    for sure in (None, 79):
        with pytest.raises(NeedsPerson):
            mailing.send(fresh(item), **letter, by=by.as_sure(sure), at=MONDAY)
        with pytest.raises(NeedsPerson):
            resolving.resolve(fresh(item), method="replied", note="A", by=by.as_sure(sure), at=MONDAY)
    mailing.send(fresh(item), **letter, by=by.as_sure(80), at=MONDAY)
    made = proposing.propose(lease.pk, verb=Proposed.MAIL, given=letter, confidence=60, by=by, at=MONDAY)

    assert Entry.objects.get(type="mail_sent").data["confidence"] == 80
    assert made.as_robot  # it may write by itself; of this one it was not sure
    assert leasing.complete(lease.pk, note="A", by=by, at=MONDAY).state is State.TO_DO


@pytest.mark.parametrize("mode", ["off", "suggest", "act_with_approval"])
def test_new_work_is_proposed_as_the_mode_says(desk: Desk, mode: str) -> None:
    """B-8, X-31: a Ticket for somebody, linked with the item, made by whoever's deed it is."""
    origin = desk.ticket()
    by, lease = takes(robot(desk, modes={"create": mode}))
    category, words = "acme/main/finance/invoice-query", {"title": "The second one", "description": "See there."}
    given = {"category": category, "requester": desk.rui.email, **words}
    if mode == "off":
        with pytest.raises(NotPermitted):
            proposing.propose(lease.pk, verb=Proposed.CREATE, given=given, by=by, at=MONDAY)
        return

    made = proposing.propose(lease.pk, verb=Proposed.CREATE, given=given, by=by, at=MONDAY)
    accept(made, desk.ana)

    new = Item.objects.exclude(pk=origin.pk).get()
    assert new.creator_id == (desk.robot.id if mode == "act_with_approval" else desk.ana.id)
    assert Link.objects.get().target_id in (origin.pk, new.pk)
    assert sound(origin).assignee_id == desk.robot.id


def test_that_a_deed_expired_is_kept_whatever_is_taken_back(desk: Desk) -> None:
    """Z-17: the refusal takes back all that its transaction tried; what it leaves behind is committed by itself."""
    made = asks(desk, Proposed.COMPLETE, note="Booked.")
    editing.edit(fresh(made.item), changes={"fields": {"amount": 1}}, by=desk.ana, at=MONDAY)

    def much() -> None:
        with writing():
            notes.add_note(fresh(made.item), body="Tried.", by=desk.leo, at=MONDAY)
            accept(made, desk.leo)

    with pytest.raises(Conflict):
        much()

    assert (Proposal.objects.get().state, told(made.item)[-1]) == (Decided.EXPIRED, "proposal_expired")
    assert "note_added" not in told(made.item)


def test_who_catches_the_refusal_and_goes_on_lets_nothing_expire(desk: Desk) -> None:
    """Z-17: it is left by what was taken back, and by nothing else."""
    made = asks(desk, Proposed.COMPLETE, note="Booked.")
    editing.edit(fresh(made.item), changes={"fields": {"amount": 1}}, by=desk.ana, at=MONDAY)

    with writing(), suppress(Conflict):
        accept(made, desk.leo)

    assert Proposal.objects.get().state is Decided.WAITING
