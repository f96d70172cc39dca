"""Approvals on Tickets: asked for, decided, cancelled, expired, and nothing else touched."""

from datetime import timedelta
from typing import Any

import pytest

from tests import factories
from tests.approving import Customer, approval_type, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState, Role, State, Visibility
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.models import Approval, ApprovalToken, Definition, Delivery, Entry, Item, Message, Organisation, Person
from tramita.queries import people, quotable
from tramita.queries.approvals import get_visible, shown
from tramita.services import approvals, editing, ledger, notes, resolving, restraint, waiting, working

pytestmark = pytest.mark.database
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def code_of(caught: Any) -> str:
    return str(caught.value.code)


def entries(item: Item) -> list[str]:
    found = Entry.objects.filter(item=item, type__startswith="approval").order_by("seq")
    return list(found.values_list("type", flat=True))


def sound(item: Item) -> Item:
    held = fresh(item)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    return held


def test_approvals_are_off_by_default(acme: Customer) -> None:
    """AP-3, AP-4, Z-18."""
    Definition.objects.filter(kind="settings").update(active=False)

    with pytest.raises(Conflict) as caught:
        acme.asked()

    assert code_of(caught) == "approvals_off"


def test_a_request_awaits_its_decision_and_stands_in_the_timeline_of_staff(acme: Customer) -> None:
    """AP-10, AP-22, AP-31, CG-55."""
    item = acme.ticket()

    approval = acme.asked(item, comment="He paid twice.")

    held = sound(item)
    entry = Entry.objects.get(item=item, type="approval_requested")
    assert held.approval_id == approval.pk
    assert approval.state is ApprovalState.AWAITING
    assert (entry.actor_id, entry.at) == (acme.desk.ana.id, MONDAY)
    assert entry.visibility == Visibility.INTERNAL.value
    assert (entry.data["name"], entry.words["comment"]) == ("Refund above limit", "He paid twice.")


def test_asking_starts_nothing_and_leaves_the_clock_alone(acme: Customer) -> None:
    """AP-29, Z-1."""
    item = acme.ticket()
    before = (item.state, item.assignee_id, item.due_at, item.clock, item.listed)

    acme.asked(item)

    held = fresh(item)
    assert (held.state, held.assignee_id, held.due_at, held.clock, held.listed) == before


def test_one_waits_at_a_time_and_the_next_may_follow(acme: Customer) -> None:
    """AP-16."""
    item = acme.ticket()
    first = acme.asked(item)

    with pytest.raises(Conflict) as caught:
        acme.asked(fresh(item))
    approvals.reject(first.pk, by=acme.sofia, at=LATER)
    second = acme.asked(fresh(item))

    assert code_of(caught) == "approval_pending"
    assert second.pk != first.pk


@pytest.mark.parametrize("parent_only", [True, False])
def test_a_manager_of_the_organisation_or_of_its_parent_is_enough(acme: Customer, *, parent_only: bool) -> None:
    """AP-6, CG-47, CG-48."""
    Person.objects.filter(pk=acme.sofia.id if parent_only else acme.marta.id).update(is_active=False)

    assert acme.asked().state is ApprovalState.AWAITING


@pytest.mark.parametrize(
    "change",
    [
        lambda acme: Person.objects.filter(role=Role.MANAGER).update(is_active=False),
        lambda acme: Person.objects.filter(role=Role.MANAGER).update(role=Role.REQUESTER),
        lambda acme: Person.objects.filter(pk=acme.desk.rui.pk).update(organisation=None),
        lambda acme: Person.objects.filter(role=Role.MANAGER).update(
            organisation=factories.organisation("other", parent=acme.branch)
        ),
    ],
    ids=["inactive", "no managers", "no organisation", "of a branch below"],
)
def test_without_an_active_manager_nothing_can_be_asked(acme: Customer, change: Any) -> None:
    """AP-6, CG-53: active both as a person and as a manager; a branch does not decide for its parent."""
    change(acme)
    item = acme.ticket()

    with pytest.raises(Conflict) as caught:
        acme.asked(item)

    assert code_of(caught) == "no_active_manager"
    assert not Approval.objects.exists()


@pytest.mark.parametrize(("key", "code"), [("old", "inactive"), ("nothing", "unknown")])
def test_only_an_active_type_can_be_asked_for(acme: Customer, key: str, code: str) -> None:
    """AP-5, CG-52."""
    with pytest.raises(Invalid) as caught:
        approvals.ask(acme.ticket(), type=key, by=acme.desk.ana, at=MONDAY)

    assert [(one.field, one.code) for one in caught.value.errors] == [("type", code)]


def test_a_draft_a_case_and_what_has_ended_take_no_request(acme: Customer) -> None:
    """AP-7."""
    ended = acme.ticket()
    resolving.resolve(ended, method="replied", note="Done.", by=acme.desk.ana, at=MONDAY)

    for item in (acme.ticket(draft=True), acme.desk.case(), fresh(ended)):
        with pytest.raises(Conflict) as caught:
            acme.asked(item)
        assert code_of(caught) == "approval_not_possible"


def test_anyone_who_may_ask_may_ask_on_a_colleagues_ticket_and_others_may_not(acme: Customer) -> None:
    """AP-8, CG-30, SEC-2."""
    item = acme.ticket()
    working.start(item, by=acme.desk.ana, at=MONDAY)

    with pytest.raises(NotPermitted):
        acme.asked(fresh(item), by=acme.desk.robot)

    assert acme.asked(fresh(item), by=acme.desk.leo).requested_by_id == acme.desk.leo.id


def test_a_manager_approves_and_the_work_goes_on_by_hand(acme: Customer) -> None:
    """AP-1, AP-7, AP-9, AP-11, AP-31, CG-47: a manager of the parent decides; approval executes nothing."""
    item = acme.ticket()
    asked = acme.asked(item)

    approval = approvals.approve(asked.pk, reason="He is right.", by=acme.marta, at=LATER)

    held = sound(item)
    entry = Entry.objects.get(item=item, type="approval_approved")
    assert (approval.state, approval.reason) == (ApprovalState.APPROVED, "He is right.")
    assert (held.approval_id, held.state) == (None, State.TO_DO)
    assert (entry.actor_id, entry.at, entry.visibility) == (acme.marta.id, LATER, Visibility.INTERNAL.value)


def test_a_rejection_needs_no_reason(acme: Customer) -> None:
    """AP-12."""
    approval = approvals.reject(acme.asked().pk, by=acme.sofia, at=LATER)

    assert (approval.state, approval.reason) == (ApprovalState.REJECTED, "")


def test_who_asks_for_the_ticket_may_decide_when_they_manage(acme: Customer) -> None:
    """AP-27."""
    asked = acme.asked(acme.ticket(requester=acme.sofia.email))

    assert approvals.approve(asked.pk, by=acme.sofia, at=LATER).state is ApprovalState.APPROVED


def test_the_first_decision_counts_and_the_other_is_told_whose_it_was(acme: Customer) -> None:
    """AP-15, AP-24, CG-31."""
    asked = acme.asked()
    approvals.approve(asked.pk, by=acme.marta, at=LATER)

    with pytest.raises(Conflict) as caught:
        approvals.reject(asked.pk, by=acme.sofia, at=LATER)

    assert code_of(caught) == "already_decided"
    assert "Marta Vidal" in str(caught.value)
    assert entries(asked.item) == ["approval_requested", "approval_approved"]


def test_others_may_not_decide_and_strangers_see_nothing(acme: Customer) -> None:
    """AP-11, CG-55, SEC-1: staff may not; who asked, and managers elsewhere, know of nothing."""
    asked = acme.asked()
    stranger = factories.manager("Olga Nowak", organisation=factories.organisation("dolina"))

    with pytest.raises(NotPermitted):
        approvals.approve(asked.pk, by=acme.desk.leo, at=LATER)
    for other in (people.actor_by_id(acme.desk.rui.pk), people.actor_for(stranger), acme.desk.eve):
        with pytest.raises(NotFound):
            approvals.approve(asked.pk, by=other, at=LATER)
    assert fresh(asked.item).approval_id == asked.pk


def cancellers(acme: Customer) -> dict[str, Actor]:
    """The four kinds (AP-2, AP-14)."""
    account = factories.agent("Paul Key")
    Organisation.objects.filter(pk=acme.group.pk).update(account_manager=account.id)
    return {"asked": acme.desk.ana, "works": acme.desk.leo, "manager": acme.sofia, "account": account}


@pytest.mark.parametrize("who", ["asked", "works", "manager", "account"])
def test_four_kinds_of_people_cancel(acme: Customer, who: str) -> None:
    """AP-14."""
    item = acme.ticket()
    working.assign(item, to=acme.desk.leo.id or 0, by=acme.desk.leo, at=MONDAY)
    asked = acme.asked(fresh(item))

    approval = approvals.cancel(asked.pk, by=cancellers(acme)[who], at=LATER)

    assert approval.state is ApprovalState.CANCELLED
    assert entries(item) == ["approval_requested", "approval_cancelled"]
    assert sound(item).approval_id is None


def test_a_colleague_with_no_part_in_it_does_not_cancel(acme: Customer) -> None:
    """AP-14."""
    asked = acme.asked()

    with pytest.raises(NotPermitted):
        approvals.cancel(asked.pk, by=factories.agent("Ines Dias"), at=LATER)


def test_a_request_expires_with_its_ticket_and_does_not_come_back(acme: Customer) -> None:
    """AP-13, AP-15, AP-20, AP-28, CG-32: it blocks nothing; reopening revives nothing."""
    item = acme.ticket()
    asked = acme.asked(item)

    resolving.resolve(fresh(item), method="replied", note="Done.", by=acme.desk.ana, at=LATER)
    resolving.reopen(fresh(item), by=acme.desk.ana, at=LATER)

    held = sound(item)
    asked.refresh_from_db()
    assert (held.approval_id, asked.state, asked.decided_at) == (None, ApprovalState.EXPIRED, LATER)
    assert Entry.objects.get(item=item, type="approval_expired").actor_id is None
    with pytest.raises(Conflict) as caught:
        approvals.approve(asked.pk, by=acme.marta, at=LATER)
    assert code_of(caught) == "already_decided"


def test_a_rejected_ticket_counts_as_cancelled(acme: Customer) -> None:
    """AP-13, CG-54."""
    item = acme.ticket()
    asked = acme.asked(item)

    resolving.resolve(fresh(item), method="rejected_spam", by=acme.desk.ana, at=LATER)

    asked.refresh_from_db()
    assert (sound(item).state, asked.state) == (State.CLOSED, ApprovalState.EXPIRED)


def test_waiting_leaves_a_request_open(acme: Customer) -> None:
    """AP-20, CG-50."""
    item = acme.ticket()
    asked = acme.asked(item)

    waiting.wait(fresh(item), type="more_information", by=acme.desk.ana, at=LATER)

    assert sound(item).approval_id == asked.pk


def test_a_manager_who_left_leaves_the_request_to_the_others(acme: Customer) -> None:
    """AP-25."""
    asked = acme.asked()
    Person.objects.filter(pk=acme.sofia.id).update(role=Role.REQUESTER)

    with pytest.raises(NotPermitted):
        approvals.approve(asked.pk, by=acme.sofia, at=LATER)

    assert approvals.approve(asked.pk, by=acme.marta, at=LATER).state is ApprovalState.APPROVED


def test_the_request_keeps_its_organisation_when_the_customer_moves(acme: Customer) -> None:
    """AP-26."""
    asked = acme.asked()
    other = factories.organisation("dolina")
    olga = people.actor_for(factories.manager("Olga Nowak", organisation=other))
    Person.objects.filter(pk=acme.desk.rui.pk).update(organisation=other)
    editing.edit(
        fresh(asked.item), changes={"contacts": {"requester": acme.desk.rui.email}}, by=acme.desk.ana, at=MONDAY
    )

    with pytest.raises(NotFound):
        approvals.approve(asked.pk, by=olga, at=LATER)

    assert approvals.approve(asked.pk, by=acme.sofia, at=LATER).state is ApprovalState.APPROVED


def test_what_was_decided_on_keeps_its_words_when_the_type_changes(acme: Customer) -> None:
    """Z-16: the exact wording is stored with the decision."""
    asked = acme.asked()
    approval_type("refund", name="Refund", description="Other words.")

    assert shown(get_visible(acme.desk.ana, asked.pk, at=LATER)).wording == "Money goes back to the customer."


def test_each_manager_gets_one_mail_with_all_they_need_and_no_note(
    acme: Customer, settings: Any, tmp_path: Any
) -> None:
    """AP-17, MAIL-60: of both organisations, in their own language; a note stays in the house."""
    Person.objects.filter(pk=acme.marta.id).update(language="pt-br")
    item = acme.ticket()
    notes.add_note(item, body="He is a difficult one.", by=acme.desk.ana, at=MONDAY)
    acme.asked(fresh(item), comment="He paid twice.")

    keys = sent(settings, tmp_path)

    assert set(keys) == {acme.marta.email, acme.sofia.email}
    assert len(set(keys.values())) == 2
    texts = [one.read_text() for one in tmp_path.glob("*.eml")]
    whole = "\n".join(texts)
    assert "difficult" not in whole
    for mail in Message.objects.filter(item=item, outgoing=True):
        assert all(part in mail.text for part in (item.reference, "He paid twice.", "It came twice.", "Rui Sousa"))
    assert sum("auto-generated" in one for one in texts) == 2


def test_the_mail_to_a_manager_is_internal_and_changes_nothing_else(acme: Customer) -> None:
    """CG-55, R-6, MAIL-60, MAIL-93: it is quoted to nobody, is no resolution, and uses up nobody's allowance."""
    item = acme.ticket()
    acme.asked(item)

    told = Entry.objects.filter(item=item, type="mail_sent")
    assert {one.visibility for one in told} == {Visibility.INTERNAL.value}
    assert quotable.quotable(item, [acme.marta.email]) == []
    assert resolving.resolution_seq(item, acme.desk.ana) is None
    counted = restraint._counted(item, "rui@acme.example", "invoices@desk.example", at=LATER)
    assert {row[0]: row[2] for row in counted if row[0] == "item"} == {"item": 0}
    assert [row for row in counted if row[0] == "to"] == []


def test_what_has_not_left_when_it_is_decided_stays_here(acme: Customer) -> None:
    """AP-30, MAIL-52: there is nothing to decide any more."""
    asked = acme.asked()

    approvals.cancel(asked.pk, by=acme.desk.ana, at=LATER)

    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.CANCELLED}


def test_nobody_in_the_house_can_read_the_link(acme: Customer, settings: Any, tmp_path: Any) -> None:
    """MAIL-52, AP-11: neither the page, nor the database, nor the storage has it."""
    item = acme.ticket()
    acme.asked(item)

    keys = sent(settings, tmp_path)

    for mail in Message.objects.filter(item=item, outgoing=True):
        kept = repr([mail.text, mail.html, mail.headers, mail.view])
        assert mail.raw == ""
        assert not any(key in kept for key in keys.values())
    for token in ApprovalToken.objects.all():
        assert not any(key in repr(vars(token)) for key in keys.values())


def test_configuration_of_types_is_code(acme: Customer) -> None:
    """AP-4, AP-5."""
    approval_type("bank", name="Bank details", description="", active=True)

    approval = approvals.ask(acme.ticket(), type="bank", by=acme.desk.ana, at=MONDAY)

    assert approval.type.key == "bank"
