"""Approval Actions: approvers are found by rules, asked level by level, and decide by the link of a mail."""

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.approving import sent
from tests.desk import MONDAY, Desk
from tests.flows import begun, names, running
from tests.services.test_first_ticket import fresh, in_order
from tests.services.test_receiving import mail
from tests.services.test_reports import bounce
from tramita.domain.cel import parse
from tramita.domain.codes import ApprovalState, Listed, Method, Reason, State, WaitType
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.process_definitions import ApprovalLevel, ApprovalRule
from tramita.models import Approval, BlockedAddress, Consent, Delivery, Entry, Item, Message, Person, Timer
from tramita.queries import people
from tramita.services import approvals, approving_by_mail, firing, receiving, resolving, reworking, waiting

LATER, HOUR = MONDAY + timedelta(hours=2), timedelta(hours=1)
pytestmark = pytest.mark.django_db


def contact(name: str) -> Person:
    return factories.requester(name)


def any_of(*who: Person | str) -> ApprovalLevel:
    return ApprovalLevel(tuple(one if isinstance(one, str) else str(one.email) for one in who))


def all_of(*who: Person | str) -> ApprovalLevel:
    return ApprovalLevel(any_of(*who).approvers, every=True)


def asking(desk: Desk, *levels: ApprovalLevel, fields: Any = None, **keys: Any) -> tuple[Item, Item]:
    """A Case whose first step asks for an approval; the Case and the Action."""
    agree = {"kind": "approval", "title": "Agree", "levels": levels, **keys}
    case = begun(desk, {"one": ["agree"], "two": ["pay"]}, actions={"agree": agree}, fields=fields)
    return case, Item.objects.get(parent=case, action_name="agree")


def say(action: Item, verb: str, who: Person, *, reason: str = "") -> None:
    number = Approval.objects.get(item=action).pk
    {"approve": approvals.approve, "reject": approvals.reject}[verb](
        number, reason=reason, by=people.actor_by_id(who.pk), at=LATER
    )


def asked() -> list[str]:
    """Who was written to, in order."""
    return [one.to[0][1] for one in Message.objects.filter(outgoing=True).order_by("pk")]


def why(action: Item) -> Any:
    return Entry.objects.filter(item=action, type="action_failed").latest("seq").data["why"]


def test_all_levels_agree_and_the_case_goes_on(desk: Desk, data_dir: object) -> None:
    """EA-1 to EA-4, A-56, A-33: one level after another; resolved and closed by the system."""
    lee, kim, bo = contact("Lee Ames"), contact("Kim Roe"), contact("Bo Dahl")
    case, action = asking(desk, any_of(lee), all_of(kim, bo))
    waits, first = (action.state, action.wait_type, action.listed), asked()

    say(action, "approve", lee)
    second = asked()
    say(action, "approve", bo)
    between = fresh(action).state
    say(action, "approve", kim)

    assert waits == (State.WAITING, WaitType.MORE_INFORMATION, Listed.OWNED)
    assert (first, second) == ([lee.email], [lee.email, bo.email, kim.email])
    done = fresh(action)
    assert (between, done.state, done.method, done.resolver) == (State.WAITING, State.CLOSED, Method.COMPLETE, None)
    assert names(case) == ["pay"]
    assert Approval.objects.get(item=action).state == ApprovalState.APPROVED
    assert not Timer.objects.filter(item=action).exists()
    in_order(action)


def test_of_several_side_by_side_the_first_decision_counts(desk: Desk, data_dir: object) -> None:
    """EA-2 parallel-any: the others are told that nothing is asked of them any more."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    case, action = asking(desk, any_of(lee, kim))

    say(action, "approve", kim)

    assert names(case) == ["pay"]
    with pytest.raises(Conflict) as late:
        say(action, "reject", lee)
    assert late.value.code == "already_decided"
    assert Consent.objects.get(person=lee).state == ApprovalState.EXPIRED


@pytest.mark.parametrize("levels", [("any", "all"), ("all", "any"), ("any",)])
def test_a_refusal_declines_and_an_agent_gets_it_with_the_reason(
    desk: Desk, data_dir: object, levels: tuple[str, ...]
) -> None:
    """EA-2, EA-5: whatever others would have said; the reason of the Case is theirs to read."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    case, action = asking(desk, *({"any": any_of, "all": all_of}[one](lee, kim) for one in levels))

    say(action, "reject", lee, reason="Too dear")

    held = fresh(action)
    assert (held.state, held.listed, held.highlighted, why(action)) == (State.TO_DO, Listed.QUEUE, True, "declined")
    assert Entry.objects.get(item=action, type="action_failed").reason == Reason.APPROVAL_DECIDED
    assert Entry.objects.get(item=action, type="approval_rejected").words["decision_reason"] == "Too dear"
    assert (names(case), held.approval_id) == (["agree"], None)
    assert Approval.objects.get(item=action).state == ApprovalState.REJECTED
    in_order(action)


@pytest.mark.parametrize(
    ("level", "reason", "missing"),
    [
        (any_of("nobody@acme.es"), "no_approvers", "nobody@acme.es"),
        (all_of("rui@acme.es", "nobody@acme.es"), "too_few_approvers", "nobody@acme.es"),
        (all_of("ana@desk.example"), "no_approvers", "ana@desk.example"),  # no contact (EA-1)
        (any_of("fields.boss"), "no_approvers", "fields.boss"),
    ],
)
def test_without_enough_approvers_an_agent_gets_it(
    desk: Desk, data_dir: object, level: ApprovalLevel, reason: str, missing: str
) -> None:
    """EA-5, EA-1: with the names of who is missing."""
    Person.objects.filter(pk=desk.rui.pk).update(email="rui@acme.es")
    desk.rui.refresh_from_db()
    _case, action = asking(desk, level)

    assert (action.state, action.listed, why(action)) == (State.TO_DO, Listed.QUEUE, reason)
    assert Entry.objects.get(item=action, type="action_failed").words["names"] == missing
    assert not Approval.objects.exists()
    in_order(action)


def test_who_wants_no_mail_from_us_cannot_be_asked(desk: Desk, data_dir: object) -> None:
    """EA-5, MAIL-98: of two who may decide the other is asked; where all must, too few are."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    BlockedAddress.objects.create(address=lee.email, at=MONDAY)

    _, one_of_them = asking(desk, any_of(lee, kim))
    _, both = asking(desk, all_of(lee, kim))

    assert (one_of_them.state, asked()) == (State.WAITING, [kim.email])
    assert Entry.objects.get(item=one_of_them, type="approval_requested").words["unreached"] == "Lee Ames"
    assert (both.state, why(both)) == (State.TO_DO, "too_few_approvers")


def test_the_first_rule_that_holds_names_the_levels(desk: Desk, data_dir: object) -> None:
    """EA-1: inputs, conditions, approvers per level; an approver may stand in a field of the Case."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    rules = (
        ApprovalRule((any_of(lee),), parse("fields.amount <= 1000")),
        ApprovalRule((any_of("fields.boss"), any_of(lee)), parse("fields.amount > 1000")),
    )

    asking(desk, rules=rules, fields={"amount": 500})
    asking(desk, rules=rules, fields={"amount": 5000, "boss": str(kim.email).upper()})
    _, neither = asking(desk, rules=rules)

    assert asked() == [lee.email, kim.email]
    assert why(neither) == "no_approvers"


def test_nobody_decides_in_time_and_an_agent_gets_it(desk: Desk, data_dir: object) -> None:
    """EA-5: the links decide nothing any more."""
    lee = contact("Lee Ames")
    _, action = asking(desk, any_of(lee), timeout="3 days")
    due = Timer.objects.get(item=action, purpose="approval_time_out").due_at

    fired = [firing.fire(timer, at=due) for timer in firing.claim(at=due) if timer.kind == "approval_time_out"]

    assert (due, fired) == (MONDAY + timedelta(days=3), [True])
    assert (fresh(action).state, why(action)) == (State.TO_DO, "approval_time_out")
    with pytest.raises(Conflict):
        say(action, "approve", lee)
    assert not Timer.objects.filter(item=action, purpose__startswith="approval").exists()
    in_order(action)


def test_who_has_not_said_is_reminded(desk: Desk, data_dir: object) -> None:
    """Z-11: as managers are; who has said is left alone."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    _, action = asking(desk, all_of(lee, kim))
    say(action, "approve", lee)
    day = Timer.objects.get(item=action, purpose="approval_day_1").due_at

    for timer in firing.claim(at=day):
        firing.fire(timer, at=day)

    assert asked() == [lee.email, kim.email, kim.email]
    _, quiet = asking(desk, any_of(lee), reminders=False)
    assert not Timer.objects.filter(item=quiet, purpose__startswith="approval_day").exists()


def test_the_link_of_a_mail_decides_without_an_account(
    desk: Desk, data_dir: object, settings: Any, tmp_path: Any
) -> None:
    """EA-3, MAIL-52: once, by the machinery of all approvals."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    case, _ = asking(desk, all_of(lee, kim))
    keys = sent(settings, tmp_path)

    approving_by_mail.decide(keys[str(lee.email)], "approve", at=LATER)
    again = approving_by_mail.read(keys[str(lee.email)], at=LATER)
    approving_by_mail.decide(keys[str(kim.email)], "approve", at=LATER)

    assert again.closed == "used"
    assert names(case) == ["pay"]


def test_only_who_is_asked_decides(desk: Desk, data_dir: object) -> None:
    """EA-2: neither staff nor another contact, nor who is asked later."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    _, action = asking(desk, any_of(lee), any_of(kim))
    number = Approval.objects.get(item=action).pk

    with pytest.raises(NotPermitted):
        approvals.approve(number, by=desk.leo, at=LATER)
    with pytest.raises(NotPermitted):
        say(action, "approve", kim)
    with pytest.raises(Conflict):
        approvals.cancel(number, by=desk.leo, at=LATER)


@pytest.mark.parametrize("by", ["abort", "rework", "resume", "wait"])
def test_what_ends_the_wait_ends_the_asking(desk: Desk, data_dir: object, by: str) -> None:
    """EA-3, C-60, A-43: unsent mails stay here, and a link says that nothing is asked."""
    lee = contact("Lee Ames")
    agree = {"kind": "approval", "levels": (any_of(lee),)}
    case = begun(desk, {"zero": ["look"], "one": ["agree"]}, actions={"agree": agree})
    resolving.resolve(running(case)[0], method="complete", by=desk.ana, at=MONDAY)
    [action] = running(case)
    ends = {
        "abort": lambda: resolving.abort(fresh(case), by=desk.ana, at=LATER),
        "rework": lambda: reworking.rework(fresh(case), step="zero", by=desk.ana, at=LATER),
        "resume": lambda: waiting.resume(fresh(action), by=desk.ana, at=LATER),
        "wait": lambda: waiting.wait(fresh(action), type="until", until=LATER + HOUR, by=desk.ana, at=LATER),
    }
    first = Approval.objects.get(item=action)

    ends[by]()

    first.refresh_from_db()
    assert (first.state, fresh(action).approval_id) == (ApprovalState.EXPIRED, None)
    assert Delivery.objects.get(message__approval_token__approval=first).state == Delivery.State.CANCELLED
    with pytest.raises(Conflict) as late:
        say(action, "approve", lee)
    assert late.value.code == "already_decided"
    in_order(action)


def test_no_mail_ends_a_wait_for_approvals(desk: Desk, data_dir: object) -> None:
    """EA-3, W-1: what an approver writes is added, and decides nothing."""
    lee = contact("Lee Ames")
    _, action = asking(desk, any_of(lee))
    question = Message.objects.get(item=action)

    receiving.receive(mail("Which?", sender=lee.email, reply_to=question.message_id), source="import", at=LATER)

    held = fresh(action)
    assert (held.state, held.new_information) == (State.WAITING, True)
    in_order(action)


@pytest.mark.parametrize(("others", "after"), [(False, State.TO_DO), (True, State.WAITING)])
def test_a_mail_that_comes_back_is_an_agents_where_nobody_else_can_decide(
    desk: Desk, data_dir: object, others: bool, after: State
) -> None:
    """EA-5, MAIL-96: too few approvers, found out later."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    _, action = asking(desk, any_of(lee, kim) if others else any_of(lee), all_of(kim))
    [question] = Message.objects.filter(item=action, approval_token__person=lee)

    receiving.receive(bounce(question.message_id, (str(lee.email), "failed", "5.1.1")), source="import", at=LATER)

    held = fresh(action)
    assert (held.state, held.approval_id is None) == (after, not others)
    assert Approval.objects.get(item=action).state == (ApprovalState.AWAITING if others else ApprovalState.EXPIRED)
    in_order(action)


def test_who_left_before_their_level_makes_it_an_agents(desk: Desk, data_dir: object) -> None:
    """EA-5: too few are left when the level begins; what was decided stays told."""
    lee, kim, bo = contact("Lee Ames"), contact("Kim Roe"), contact("Bo Dahl")
    case, action = asking(desk, any_of(lee), all_of(kim, bo))
    Person.objects.filter(pk=bo.pk).update(is_active=False)

    say(action, "approve", lee)

    assert (fresh(action).state, why(action), asked()) == (State.TO_DO, "too_few_approvers", [lee.email])
    assert Approval.objects.get(item=action).state == ApprovalState.EXPIRED
    assert names(case) == ["agree"]
    in_order(action)


def test_an_agent_sends_the_links_again(desk: Desk, data_dir: object, settings: Any, tmp_path: Any) -> None:
    """MAIL-52: to those who have not said."""
    lee, kim = contact("Lee Ames"), contact("Kim Roe")
    _, action = asking(desk, all_of(lee, kim))
    sent(settings, tmp_path)
    say(action, "approve", lee)

    approvals.ask_again(Approval.objects.get(item=action).pk, by=desk.ana, at=LATER)

    assert asked() == [lee.email, kim.email, kim.email]
    in_order(action)
