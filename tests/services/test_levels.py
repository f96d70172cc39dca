"""Approvals on Tickets whose type asks level by level: any of some, so many of them, all of them (Z-16)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.approving import Customer, approval_type, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState, Kind
from tramita.domain.errors import Conflict, NotPermitted
from tramita.models import Approval, Consent, Delivery, Entry, Item, Message, Person
from tramita.queries import people, portal, timeline
from tramita.queries.approvals import asked_now, get_visible, shown_to, with_approvers
from tramita.services import (
    approvals,
    approving_by_mail,
    converting,
    editing,
    ledger,
    merging,
    resolving,
    splitting,
    trashing,
    undoing,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = MONDAY + timedelta(hours=1)


def converted(item: Item, by: Actor) -> list[Item]:
    return [converting.convert(item, case_type="acme/main/finance/onboarding", by=by, at=LATER)]


def split(item: Item, by: Actor) -> list[Item]:
    parts = [splitting.Child(name, "A part of it.") for name in ("One", "Two")]
    return list(splitting.split(item, children=parts, by=by, at=LATER))


REGROUPED = pytest.mark.parametrize("regroup", [converted, split])


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def level(*approvers: str, **how: Any) -> dict[str, Any]:
    return {"approvers": list(approvers), **how}


def asked(acme: Customer, *levels: dict[str, Any], item: Item | None = None) -> Approval:
    approval_type("joint", name="Change of bank details", description="All mean it.", levels=list(levels))
    return approvals.ask(item or acme.ticket(), type="joint", by=acme.desk.ana, at=MONDAY)


def another(acme: Customer, name: str) -> Actor:
    return people.actor_by_id(factories.manager(name, organisation=acme.branch).pk)


def written_to() -> list[str]:
    return [one.to[0][1] for one in Message.objects.filter(outgoing=True).order_by("pk")]


def state_of(approval: Approval) -> ApprovalState:
    return ApprovalState(Approval.objects.get(pk=approval.pk).state)


def sound(item: Item) -> Item:
    held = fresh(item)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    return held


def test_one_level_is_asked_after_another_and_the_last_decides(acme: Customer) -> None:
    """Z-16, AP-16, AP-18: the managers of the organisation first, then those of its parent."""
    approval = asked(acme, level("managers"), level("parent_managers"))
    first, waiting = written_to(), portal.to_decide(acme.marta, at=LATER)

    approvals.approve(approval.pk, by=acme.sofia, at=LATER)
    between, held = state_of(approval), fresh(approval.item)
    approvals.approve(approval.pk, by=acme.marta, at=LATER)

    assert (first, waiting, written_to()) == ([acme.sofia.email], [], [acme.sofia.email, acme.marta.email])
    assert (between, held.approval_id) == (ApprovalState.AWAITING, approval.pk)
    assert (state_of(approval), sound(approval.item).approval_id) == (ApprovalState.APPROVED, None)
    told = Entry.objects.filter(item=approval.item, type="approval_approved").order_by("seq")
    assert [(one.actor_id, one.data["level"], one.data.get("open", False)) for one in told] == [
        (acme.sofia.id, 1, True),
        (acme.marta.id, 2, False),
    ]


def test_who_is_asked_later_or_not_at_all_decides_nothing_yet(acme: Customer) -> None:
    """Z-16, AP-11: every manager sees it, those whom the level asks decide."""
    approval = asked(acme, level("managers"), level("parent_managers"))

    for who in (acme.marta, another(acme, "Nuno Sá")):
        assert get_visible(who, approval.pk, at=LATER).state is ApprovalState.AWAITING
        with pytest.raises(NotPermitted):
            approvals.approve(approval.pk, by=who, at=LATER)

    assert state_of(approval) is ApprovalState.AWAITING


def test_a_refusal_on_any_level_declines_it(acme: Customer) -> None:
    """EA-2 as of Actions, AP-12."""
    approval = asked(acme, level("managers"), level("parent_managers"))

    approvals.reject(approval.pk, reason="Not now.", by=acme.sofia, at=LATER)

    kept = Approval.objects.get(pk=approval.pk)
    assert (kept.state, kept.reason, written_to()) == (ApprovalState.REJECTED, "Not now.", [acme.sofia.email])
    assert set(kept.consents.values_list("state", flat=True)) == {ApprovalState.REJECTED, ApprovalState.EXPIRED}
    assert sound(approval.item).approval_id is None


def test_all_of_them_must_agree(acme: Customer) -> None:
    """Z-16: nobody twice; who has said is asked no more, and the page says so."""
    approval = asked(acme, level("managers", "parent_managers", every=True))

    approvals.approve(approval.pk, by=acme.marta, at=LATER)
    with pytest.raises(Conflict) as caught:
        approvals.approve(approval.pk, by=acme.marta, at=LATER)
    seen = shown_to(get_visible(acme.marta, approval.pk, at=LATER), Person.objects.get(pk=acme.marta.id), at=LATER)
    left = portal.to_decide(acme.marta, at=LATER), [one.pk for one in portal.to_decide(acme.sofia, at=LATER)]
    approvals.approve(approval.pk, by=acme.sofia, at=LATER)

    assert caught.value.code == "already_decided"
    assert (seen.state, left) == (ApprovalState.APPROVED, ([], [approval.pk]))
    assert state_of(approval) is ApprovalState.APPROVED


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("yes yes", ApprovalState.APPROVED),
        ("no yes yes", ApprovalState.APPROVED),
        ("yes no", ApprovalState.AWAITING),
        ("no no", ApprovalState.REJECTED),
    ],
)
def test_two_of_three_agree_and_are_declined_when_two_cannot_any_more(
    acme: Customer, said: str, ends: ApprovalState
) -> None:
    """Z-16: N of M."""
    nuno = another(acme, "Nuno Sá")
    approval = asked(acme, level("managers", "parent_managers", least=2))
    verbs = {"yes": approvals.approve, "no": approvals.reject}

    for word, who in zip(said.split(), (acme.marta, acme.sofia, nuno), strict=False):
        verbs[word](approval.pk, by=who, at=LATER)

    assert state_of(approval) is ends
    assert (sound(approval.item).approval_id is None) is (ends is not ApprovalState.AWAITING)
    if ends is not ApprovalState.AWAITING:
        assert not Consent.objects.filter(approval=approval, state=ApprovalState.AWAITING).exists()


def test_too_few_managers_are_not_asked_and_the_level_is_named(acme: Customer) -> None:
    """AP-6, AP-11, Z-16: a contact who manages neither the organisation nor its parent decides nothing on a Ticket."""
    stranger = factories.manager("Eve Moll", organisation=factories.organisation("other"))

    for levels in (
        [level("managers"), level("managers", "parent_managers", least=3)],
        [level("managers"), level(acme.sofia.email, str(stranger.email), every=True)],
    ):
        with pytest.raises(Conflict) as caught:
            asked(acme, *levels)
        assert caught.value.code == "too_few_approvers"
        assert "Level 2" in str(caught.value)

    assert not Approval.objects.exists()
    assert not Message.objects.filter(outgoing=True).exists()


def test_a_type_without_levels_asks_as_ever(acme: Customer) -> None:
    """AP-24: the first decision counts, and nobody is asked by name."""
    approval = acme.asked()

    assert not Consent.objects.exists()
    assert with_approvers([approval])[0].approvers == []


def test_the_words_that_were_decided_on_stay_with_the_decision(acme: Customer) -> None:
    """Z-16: the type's, the asker's and the Ticket's, whatever is changed afterwards; for staff alone (AP-22)."""
    item = acme.ticket()
    approval = acme.asked(item, comment="He paid twice.")
    editing.edit(fresh(item), changes={"title": "Refund of 40"}, by=acme.desk.ana, at=MONDAY)

    approvals.approve(approval.pk, by=acme.marta, at=LATER)
    approval_type("refund", name="Refund", description="Other words.")
    editing.edit(fresh(item), changes={"title": "Refund of 4000"}, by=acme.desk.ana, at=LATER)

    entry = Entry.objects.get(item=item, type="approval_approved")
    wording = entry.words["wording"]
    assert all(
        part in wording for part in ("Refund above limit", "Money goes back", "He paid twice.", "Refund of 40\n")
    )
    assert "4000" not in wording
    rui = people.actor_by_id(acme.desk.rui.pk)
    told = [one.type for one in timeline.timeline(fresh(item), rui)]
    assert not [one for one in told if one.startswith("approval")]


def test_the_link_of_a_level_decides_and_one_who_need_not_say_is_told(
    acme: Customer, settings: Any, tmp_path: Path
) -> None:
    """MAIL-52, Z-16."""
    nuno = another(acme, "Nuno Sá")
    approval = asked(acme, level("managers"), level("parent_managers"))
    keys = sent(settings, tmp_path)

    approving_by_mail.decide(keys[nuno.email], "approve", at=LATER)
    late = approving_by_mail.read(keys[acme.sofia.email], at=LATER)

    assert set(keys) == {nuno.email, acme.sofia.email}
    assert late.closed == "not_asked"
    assert shown_to(late.approval, late.person, at=LATER).state is ApprovalState.EXPIRED
    assert state_of(approval) is ApprovalState.AWAITING


def test_what_is_cancelled_or_ends_with_its_ticket_asks_nobody_any_more(acme: Customer) -> None:
    """AP-13, AP-14: half decided too; mails that have not left stay here."""
    approval = asked(acme, level("managers"), level("parent_managers"))
    approvals.approve(approval.pk, by=acme.sofia, at=LATER)
    approvals.cancel(approval.pk, by=acme.desk.ana, at=LATER)
    second = asked(acme, level("managers"), item=fresh(approval.item))
    resolving.resolve(fresh(approval.item), method="replied", note="Done.", by=acme.desk.ana, at=LATER)

    assert [state_of(one) for one in (approval, second)] == [ApprovalState.CANCELLED, ApprovalState.EXPIRED]
    assert not Consent.objects.filter(state=ApprovalState.AWAITING).exists()
    unsent = Delivery.objects.filter(message__approval_token__isnull=False, state=Delivery.State.PENDING)
    assert not unsent.exists()
    sound(approval.item)


def test_who_left_before_their_level_is_not_written_to_and_the_others_decide(acme: Customer) -> None:
    """AP-25."""
    nuno = another(acme, "Nuno Sá")
    approval = asked(acme, level("parent_managers"), level("managers"))
    Person.objects.filter(pk=nuno.id).update(is_active=False)

    approvals.approve(approval.pk, by=acme.marta, at=LATER)
    approvals.approve(approval.pk, by=acme.sofia, at=LATER)

    assert nuno.email not in written_to()
    assert state_of(approval) is ApprovalState.APPROVED


def test_it_comes_back_from_the_trash_half_decided(acme: Customer) -> None:
    """AP-23."""
    approval = asked(acme, level("managers"), level("parent_managers"))
    approvals.approve(approval.pk, by=acme.sofia, at=LATER)
    before = list(Consent.objects.order_by("pk").values_list("pk", "state", "decided_at"))
    chief = factories.administrator()

    row = trashing.delete_item(fresh(approval.item), reason="Twice.", by=chief, at=LATER)
    gone = portal.to_decide(acme.marta, at=LATER)
    trashing.restore(row.pk, by=chief, at=LATER)

    assert gone == []
    assert list(Consent.objects.order_by("pk").values_list("pk", "state", "decided_at")) == before
    approvals.approve(approval.pk, by=acme.marta, at=LATER)
    assert state_of(approval) is ApprovalState.APPROVED


def test_the_undo_of_a_merge_asks_again_whom_it_had_asked(acme: Customer) -> None:
    """Z-3, AP-13: who has said need not say it again."""
    approval = asked(acme, level("managers", "parent_managers", every=True))
    approvals.approve(approval.pk, by=acme.sofia, at=MONDAY)

    merging.merge([fresh(approval.item)], into=acme.desk.ticket(), by=acme.desk.ana, at=LATER)
    between = state_of(approval), Consent.objects.filter(state=ApprovalState.AWAITING).count()
    undoing.undo(fresh(approval.item), by=acme.desk.ana, at=LATER)

    assert between == (ApprovalState.EXPIRED, 0)
    assert [one.person_id for one in asked_now(get_visible(acme.marta, approval.pk, at=LATER))] == [acme.marta.id]
    approvals.approve(approval.pk, by=acme.marta, at=LATER)
    assert state_of(approval) is ApprovalState.APPROVED
    sound(approval.item)


@REGROUPED
@pytest.mark.parametrize("decided", ["before the undo", "after the undo"])
def test_a_half_decided_request_outlives_a_conversion_and_a_split_and_their_undo(
    acme: Customer, regroup: Callable[[Item, Actor], list[Item]], decided: str
) -> None:
    """AP-7, X-22, X-16, Z-3: the Ticket waits for its Case or its parts, and so does nobody who is asked; what they
    decide meanwhile is not undone."""
    approval = asked(acme, level("managers", "parent_managers", every=True))
    approvals.approve(approval.pk, by=acme.sofia, at=MONDAY)
    regroup(fresh(approval.item), acme.desk.ana)

    between = state_of(approval), [one.person_id for one in asked_now(approval)]
    if decided == "before the undo":
        approvals.approve(approval.pk, by=acme.marta, at=LATER)
    undoing.undo(fresh(approval.item), by=acme.desk.ana, at=LATER)
    if decided == "after the undo":
        approvals.approve(approval.pk, by=acme.marta, at=LATER)

    assert between == (ApprovalState.AWAITING, [acme.marta.id])
    assert state_of(approval) is ApprovalState.APPROVED
    held = sound(approval.item)
    assert held.approval_id is None
    assert not held.timers.filter(purpose__startswith="approval").exists()


@REGROUPED
def test_it_expires_with_the_last_of_what_its_ticket_waits_for(
    acme: Customer, regroup: Callable[[Item, Actor], list[Item]]
) -> None:
    """AP-13, X-23, X-16: half decided or not; there is nothing to decide any more."""
    approval = asked(acme, level("managers", "parent_managers", every=True))
    approvals.approve(approval.pk, by=acme.sofia, at=MONDAY)
    for one in regroup(fresh(approval.item), acme.desk.ana):
        method = "fully_resolved" if one.kind is Kind.CASE else "rejected_spam"
        resolving.resolve(fresh(one), method=method, by=acme.desk.ana, at=LATER)
        if ends := fresh(one).window_ends_at:
            resolving.window_passed(fresh(one), at=ends)

    with pytest.raises(Conflict):
        approvals.approve(approval.pk, by=acme.marta, at=LATER)

    assert state_of(approval) is ApprovalState.EXPIRED
    assert fresh(approval.item).approval_id is None
    sound(approval.item)
