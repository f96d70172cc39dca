"""A manager names who decides in their place while they are away: both are recorded, nobody decides for themselves."""

from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.approving import Customer, approval_type, customer, fresh, sent
from tests.desk import MONDAY, Desk, build
from tests.services.test_races import at_once
from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted
from tramita.models import Approval, Consent, Delivery, Entry, Item, MarkedAddress, Message, Person, Substitution
from tramita.queries import people, portal
from tramita.queries.approvals import get_visible, left_undecided
from tramita.queries.portal import in_whose_place
from tramita.services import approvals, approving_by_mail, merging_contacts, reminding, substituting

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER, AFTER = MONDAY + HOUR, MONDAY + 3 * DAY
TODAY = MONDAY.date()


@pytest.fixture
def acme(desk: Desk) -> Customer:
    """Sofia manages the branch, where Rui works; Lia is a colleague of theirs."""
    return customer(desk)


@pytest.fixture
def lia(acme: Customer) -> Actor:
    return people.actor_by_id(factories.requester("Lia Few", organisation=acme.branch).pk)


def away(manager: Actor, substitute: Actor | Person, *, days: int = 2, at: Any = MONDAY) -> Substitution:
    last = TODAY + timedelta(days=days - 1)
    return substituting.name(str(substitute.email), first=TODAY, last=last, by=manager, at=at)


def to_whom() -> set[str]:
    return {one.to[0][1] for one in Message.objects.filter(outgoing=True)}


def test_who_stands_in_is_asked_besides_and_decides_in_their_name(acme: Customer, lia: Actor) -> None:
    """Z-16: both are kept, in the request and in the Timeline."""
    away(acme.sofia, lia)
    approval = acme.asked()
    asked = [one.pk for one in portal.to_decide(lia, at=LATER)]

    done = approvals.approve(approval.pk, by=lia, at=LATER)

    entry = Entry.objects.get(item=approval.item, type="approval_approved")
    assert to_whom() == {acme.marta.email, acme.sofia.email, lia.email}
    assert asked == [approval.pk]
    assert (done.state, done.decided_by_id, done.decided_for_id) == (ApprovalState.APPROVED, lia.id, acme.sofia.id)
    assert (entry.actor_id, entry.data["for"], entry.words["in_place_of"]) == (lia.id, acme.sofia.id, "Sofia Prado")
    assert [one.pk for one in portal.decided(lia, limit=9, at=AFTER)] == [approval.pk]


def test_the_mail_says_in_whose_place_and_its_link_decides(
    acme: Customer, lia: Actor, settings: Any, tmp_path: Path
) -> None:
    """Z-16, MAIL-52: only while the manager is away; what was asked before is asked with the reminder (Z-11)."""
    approval = acme.asked()
    away(acme.sofia, lia)
    reminding.remind(fresh(approval.item), at=LATER)
    words = Message.objects.filter(outgoing=True).latest("pk").text
    keys = sent(settings, tmp_path, at=LATER)

    late = approving_by_mail.read(keys[lia.email], at=AFTER)
    invited = approving_by_mail.read(keys[lia.email], at=LATER)
    approving_by_mail.decide(keys[lia.email], "reject", reason="Too dear.", at=LATER)

    assert "in the place of Sofia Prado, who is away" in words
    assert (late.closed, invited.closed, invited.instead) == ("no_manager", "", "Sofia Prado")
    assert Approval.objects.get(pk=approval.pk).decided_for_id == acme.sofia.id


@pytest.mark.parametrize("why", ["before", "after", "ended", "left", "elsewhere", "no manager any more"])
def test_outside_of_it_nothing_is_seen_or_decided(acme: Customer, lia: Actor, why: str) -> None:
    """Z-16: a colleague of the same organisation, active, within the days; of one who manages it still."""
    away(acme.sofia, lia)
    approval = acme.asked()
    at = {"before": MONDAY - DAY, "after": AFTER}.get(why, LATER)
    if why == "ended":
        substituting.end(by=acme.sofia)
    if why == "left":
        Person.objects.filter(pk=lia.id).update(is_active=False)
    if why == "elsewhere":
        Person.objects.filter(pk=lia.id).update(organisation=factories.organisation("other"))
    if why == "no manager any more":
        Person.objects.filter(pk=acme.sofia.id).update(role="requester")

    assert portal.to_decide(lia, at=at) == []
    with pytest.raises(NotFound):
        approvals.approve(approval.pk, by=lia, at=at)


def test_nobody_decides_on_their_own_request_by_substitution(acme: Customer) -> None:
    """Z-16, AP-27: Rui asked for the Ticket; he is told nothing of it either (CG-55)."""
    rui = people.actor_by_id(acme.desk.rui.pk)
    away(acme.sofia, rui)
    own = acme.asked()
    other = acme.asked(acme.ticket(requester=str(factories.requester("Kim Roe", organisation=acme.branch).email)))

    with pytest.raises(NotFound):
        approvals.approve(own.pk, by=rui, at=LATER)

    assert [one.pk for one in portal.to_decide(rui, at=LATER)] == [other.pk]
    told = Message.objects.filter(outgoing=True, approval_token__approval=own)
    assert acme.desk.rui.email not in {one.to[0][1] for one in told}


def test_a_substitute_does_not_cancel_and_a_manager_decides_in_their_own_name(acme: Customer, lia: Actor) -> None:
    """AP-14, Z-16: being away takes no right; Marta, who stands in for nobody else, is a manager herself."""
    away(acme.sofia, lia)
    approval = acme.asked()

    with pytest.raises(NotPermitted):
        approvals.cancel(approval.pk, by=lia, at=LATER)
    done = approvals.approve(approval.pk, by=acme.sofia, at=LATER)

    assert (done.decided_by_id, done.decided_for_id) == (acme.sofia.id, None)
    with pytest.raises(Conflict):
        approvals.approve(approval.pk, by=lia, at=LATER)


def joint(acme: Customer, **how: Any) -> Approval:
    level = {"approvers": ["managers"], **how}
    approval_type("joint", name="Change of bank details", description="All mean it.", levels=[level])
    return approvals.ask(acme.ticket(), type="joint", by=acme.desk.ana, at=MONDAY)


def test_nobody_has_two_voices_on_a_level(acme: Customer, lia: Actor) -> None:
    """Z-16: neither a manager who is asked too, nor who stands in for two."""
    nuno = people.actor_by_id(factories.manager("Nuno Sá", organisation=acme.branch).pk)
    ida = people.actor_by_id(factories.manager("Ida Lund", organisation=acme.branch).pk)
    away(acme.sofia, nuno)
    first = joint(acme, every=True)
    approvals.approve(first.pk, by=nuno, at=LATER)
    with pytest.raises(Conflict):
        approvals.approve(first.pk, by=nuno, at=LATER)
    away(acme.sofia, lia)
    away(ida, lia)

    approvals.approve(first.pk, by=lia, at=LATER)
    with pytest.raises(Conflict):
        approvals.approve(first.pk, by=lia, at=LATER)

    heard = Consent.objects.filter(approval=first, state=ApprovalState.APPROVED)
    assert sorted(heard.values_list("person", "decided_by")) == sorted([(nuno.id, None), (ida.id, lia.id)])
    assert Approval.objects.get(pk=first.pk).state == ApprovalState.AWAITING
    assert in_whose_place(get_visible(acme.sofia, first.pk, at=LATER), acme.sofia, at=LATER) == ""


def test_each_wrong_word_is_named(acme: Customer, lia: Actor) -> None:
    """Z-16: only a manager, only a colleague, only days to come."""
    stranger = factories.requester("Eve Moll", organisation=factories.organisation("other"))

    def faults(who: str, first: date | None, last: date | None) -> set[tuple[str, str]]:
        with pytest.raises(Invalid) as caught:
            substituting.name(who, first=first, last=last, by=acme.sofia, at=MONDAY)
        return {(one.field, one.code) for one in caught.value.errors}

    assert faults("", None, None) == {("substitute", "unknown"), ("from", "required"), ("to", "required")}
    assert faults(str(stranger.email), TODAY, TODAY) == {("substitute", "unknown")}
    assert faults(acme.sofia.email, TODAY, TODAY - DAY) == {("substitute", "oneself"), ("to", "too_early")}
    assert faults(lia.email, TODAY - 9 * DAY, TODAY - DAY) == {("to", "past")}
    assert faults(lia.email, TODAY, TODAY + 400 * DAY) == {("to", "too_long")}
    for by in (lia, acme.desk.ana):
        with pytest.raises(NotPermitted):
            substituting.name(acme.sofia.email, first=TODAY, last=TODAY, by=by, at=MONDAY)
    assert not Substitution.objects.exists()


def test_days_are_those_of_the_managers_own_clock(acme: Customer, lia: Actor) -> None:
    """SS-1: from midnight to midnight there."""
    Person.objects.filter(pk=acme.sofia.id).update(time_zone="America/Sao_Paulo")

    row = away(acme.sofia, lia, days=1)

    assert (row.starts_at.astimezone(UTC).hour, row.ends_at - row.starts_at) == (3, DAY)


def test_a_double_who_is_merged_hands_over_what_they_stand_in_for(acme: Customer, lia: Actor) -> None:
    """CT-1, Z-16."""
    kept = factories.requester("Lia Few-Long", organisation=acme.branch)
    away(acme.sofia, lia)

    merging_contacts.merge(lia.id or 0, into=str(kept.email), by=factories.administrator(), at=LATER)

    assert Substitution.objects.get().substitute == kept


def test_who_was_written_to_in_their_place_is_told_that_it_ended(acme: Customer, lia: Actor) -> None:
    """AP-24, AP-30."""
    away(acme.sofia, lia)
    approval = acme.asked()

    approvals.approve(approval.pk, by=acme.marta, at=LATER)

    assert {one.pk for one in left_undecided(approval, at=LATER)} == {acme.marta.id, acme.sofia.id, lia.id}


@pytest.mark.django_db(transaction=True)
def test_the_manager_and_who_stands_in_decide_at_once_and_one_counts(transactional_db: None) -> None:
    """Z-16, AP-24: on a level that one voice of theirs decides, too."""
    acme = customer(build())
    lia = people.actor_by_id(factories.requester("Lia Few", organisation=acme.branch).pk)
    away(acme.sofia, lia)
    for approval in (acme.asked(), joint(acme, every=True)):
        results = at_once(
            lambda it=approval: approvals.approve(it.pk, by=lia, at=LATER),
            lambda it=approval: approvals.reject(it.pk, by=acme.sofia, at=LATER),
        )
        lost = [one for one in results if isinstance(one, Exception)]
        assert [one.code for one in lost if isinstance(one, Conflict)] == ["already_decided"], results
        assert Item.objects.get(pk=approval.item_id).approval_id is None
        assert (
            Entry.objects.filter(item=approval.item, type__in=["approval_approved", "approval_rejected"]).count() == 1
        )


def letters() -> list[dict[str, Any]]:
    rows = Delivery.objects.filter(kind="account").order_by("pk").values_list("payload", flat=True)
    return [one for one in rows if one["kind"] == "substitute_named"]


def test_who_is_named_is_told_by_mail_in_their_language_and_once(acme: Customer, lia: Actor) -> None:
    """Z-16, M-19b, MAIL-98: from when until when and in whose place; not again for the same, nor who wants no mail."""
    Person.objects.filter(pk=lia.id).update(language="pl")
    mute = factories.requester("Tom Few", organisation=acme.branch)
    MarkedAddress.objects.create(address=mute.email, complained=True, at=MONDAY)

    away(acme.sofia, lia)
    away(acme.sofia, lia)
    away(acme.sofia, lia, days=5)
    away(acme.sofia, mute)

    told = letters()
    assert [one["to"] for one in told] == [lia.email, lia.email]
    assert "Sofia Prado" in told[0]["subject"]
    assert "2 marca 2026" in told[0]["text"]
    assert "3 marca 2026" in told[0]["text"]
    assert "6 marca 2026" in told[1]["text"]
    assert "/portal/approvals" in told[0]["text"]
