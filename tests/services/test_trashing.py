"""Items and contacts are deleted and restored: gone from everywhere, and back as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.approving import Customer, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tests.services.test_races import at_once, sound
from tests.services.test_receiving import mail
from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState, Listed
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.models import Approval, Consent, Delivery, Entry, Item, Link, Person, Timer, Trashed
from tramita.queries import contacts, portal, trash
from tramita.queries.approvals import get_visible as get_approval
from tramita.queries.items import get_visible, visible_to
from tramita.queries.people import actor_by_id
from tramita.services import (
    approvals,
    approving_by_mail,
    directory,
    firing,
    launching,
    receiving,
    trashing,
    waiting,
    working,
)
from tramita.services.directory import Card

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER, NEXT_WEEK = MONDAY + timedelta(hours=1), MONDAY + timedelta(days=7)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def root() -> Actor:
    return factories.administrator()


def columns(item: Item) -> dict[str, Any]:
    """All but what every change moves on."""
    moved = {"version", "seq", "chain", "updated_at"}
    return {name: value for name, value in Item.objects.filter(pk=item.pk).values()[0].items() if name not in moved}


def kept(item: Item) -> dict[str, Any]:
    """The item, its moments, its requests and what is to leave the house."""
    return {
        "item": columns(item),
        "timers": sorted(Timer.objects.filter(item=item).values_list("purpose", "due_at")),
        "approvals": list(Approval.objects.filter(item=item).order_by("pk").values()),
        "consents": list(Consent.objects.filter(approval__item=item).order_by("pk").values()),
        "deliveries": sorted(Delivery.objects.filter(item=item).values_list("pk", "state", "next_at")),
    }


def delete(item: Item, root: Actor, reason: str = "By mistake.") -> Trashed:
    return trashing.delete_item(fresh(item), reason=reason, by=root, at=LATER)


def test_a_deleted_ticket_is_found_by_nobody_and_its_requests_decided_by_nobody(
    acme: Customer, root: Actor, settings: Any, tmp_path: Any
) -> None:
    """AP-23: out of lists, page, search and portal, for staff, its customer and managers; its links lead nowhere."""
    item = acme.ticket()
    asked = acme.asked(item)
    keys = sent(settings, tmp_path)
    marta = actor_by_id(acme.marta.id or 0)

    delete(item, root)

    for actor in (acme.desk.ana, acme.desk.leo, root, marta, actor_by_id(acme.desk.rui.pk)):
        assert not visible_to(actor).filter(pk=item.pk).exists()
        with pytest.raises(NotFound):
            get_visible(actor, item.reference)
        with pytest.raises(NotFound):
            get_approval(actor, asked.pk, at=LATER)
    assert portal.to_decide(marta, at=LATER) == []
    with pytest.raises(NotFound):
        approvals.approve(asked.pk, by=marta, at=LATER)
    with pytest.raises(NotFound):
        approving_by_mail.decide(keys[marta.email], "approve", at=LATER)
    assert fresh(item).listed is Listed.NONE


def test_a_restored_ticket_is_as_it_was_with_every_request(acme: Customer, root: Actor) -> None:
    """AP-23: decided ones, the one that waits with its reminders, its list, its due date, mails that had not left."""
    item = acme.ticket()
    working.start(item, by=acme.desk.ana, at=MONDAY)
    approvals.reject(acme.asked(fresh(item)).pk, reason="Too dear.", by=acme.sofia, at=MONDAY)
    asked = acme.asked(fresh(item))
    before = kept(item)
    assert {"approval_day_1", "approval_day_3"} <= {purpose for purpose, _ in before["timers"]}

    row = delete(item, root)
    while firing.claim(at=NEXT_WEEK):
        pytest.fail("nothing fires meanwhile")
    trashing.restore(row.pk, by=root, at=NEXT_WEEK)

    assert kept(item) == before
    assert approvals.approve(asked.pk, by=acme.marta, at=NEXT_WEEK).state is ApprovalState.APPROVED
    told = Entry.objects.filter(item=item, type__in=("deleted", "restored")).order_by("seq")
    assert [(one.type, one.actor_id) for one in told] == [("deleted", root.id), ("restored", root.id)]
    assert told[0].words["why"] == "By mistake."
    assert not Trashed.objects.exists()
    sound(item)


def test_a_contact_goes_with_what_they_asked_for_and_all_comes_back(acme: Customer, root: Actor) -> None:
    """AP-23: each request as it was; nobody signs in as them or finds them meanwhile."""
    items = [acme.ticket(), acme.ticket()]
    asked = [acme.asked(one) for one in items]
    approvals.approve(asked[0].pk, by=acme.marta, at=MONDAY)
    gone_before = delete(acme.ticket(), root)
    before, rui = [kept(one) for one in items], acme.desk.rui

    row = trashing.delete_contact(rui.pk, reason="Left.", by=root, at=LATER)
    with pytest.raises(NotFound):
        contacts.get_visible(acme.desk.ana, rui.pk)
    assert rui.pk not in [one.id for one in contacts.listed(acme.desk.ana, typed="rui").rows]
    assert not Person.objects.get(pk=rui.pk).is_active
    assert [fresh(one).discarded_at for one in items] == [LATER, LATER]
    assert {one.item for one in trash.listed(root)[0]} >= {one.reference for one in items}
    trashing.restore(row.pk, by=root, at=NEXT_WEEK)

    assert [kept(one) for one in items] == before
    assert contacts.get_visible(acme.desk.ana, rui.pk).active
    assert list(Trashed.objects.all()) == [gone_before]


def test_a_ticket_of_a_deleted_contact_is_restored_alone(acme: Customer, root: Actor) -> None:
    """AP-23: restoring the ticket restores its requests; the contact stays where they are, with the rest."""
    one, other = acme.ticket(), acme.ticket()
    acme.asked(one)
    before = kept(one)
    row = trashing.delete_contact(acme.desk.rui.pk, reason="Left.", by=root, at=LATER)

    trashing.restore(Trashed.objects.get(item=one).pk, by=root, at=LATER)

    assert kept(one) == before
    assert fresh(other).discarded_at == LATER
    assert [gone.along for gone in trash.listed(root)[0] if gone.id == row.pk] == [1]


def test_a_case_goes_with_its_actions(desk: Desk, root: Actor) -> None:
    """AP-23: all that is below it, and all comes back; an Action alone does not go."""
    case = desk.case(short_description="New supplier", at=MONDAY)
    working.start(case, by=desk.ana, at=MONDAY)
    actions = launching.launch(fresh(case), action="bank-check", copies=2, by=desk.ana, at=MONDAY)
    before = [kept(one) for one in (case, *actions)]
    with pytest.raises(Conflict) as refused:
        delete(actions[0], root)
    assert refused.value.code == "action_of_case"

    row = delete(case, root)
    assert not visible_to(desk.leo).filter(pk__in=[case.pk, *(one.pk for one in actions)]).exists()
    trashing.restore(row.pk, by=root, at=LATER)

    assert [kept(one) for one in (case, *actions)] == before


def test_a_mail_to_a_deleted_ticket_starts_anew_and_nothing_is_lost(acme: Customer, root: Actor, data_dir: Any) -> None:
    """AP-23: as one to a discarded Draft does; the Ticket comes back without it."""
    told = receiving.receive(mail("First.", subject="Invoice 991"), source="import", at=MONDAY)
    item = Item.objects.get(number=int(told.items[0].split("-")[0]))
    row = delete(item, root)

    answer = mail("Second.", subject=f"Re: Invoice 991 [{item.reference}]", number=2)
    again = receiving.receive(answer, source="import", at=LATER)
    trashing.restore(row.pk, by=root, at=LATER)

    assert again.outcome == "created"
    assert again.items[0] != item.reference
    assert fresh(item).discarded_at is None


@pytest.mark.django_db(transaction=True)
def test_of_a_decision_and_a_deletion_at_once_both_hold(acme: Customer, root: Actor) -> None:
    """AP-23, AP-24: whoever is first; restored, the request is decided or still waits."""
    item = acme.ticket()
    asked = acme.asked(item)

    decided, deleted = at_once(lambda: approvals.approve(asked.pk, by=acme.marta, at=LATER), lambda: delete(item, root))
    if isinstance(deleted, TramitaError):
        deleted = delete(item, root)
    trashing.restore(deleted.pk, by=root, at=NEXT_WEEK)

    state = Approval.objects.get(pk=asked.pk).state
    assert (state is ApprovalState.APPROVED) is not isinstance(decided, TramitaError)
    assert (sound(item).approval_id is None) is (state is ApprovalState.APPROVED)


def test_each_refusal_says_why(acme: Customer, root: Actor) -> None:
    """AP-23, SEC-2: who may not; without a reason; a Draft; what another waits for; who is in the configuration."""
    item, draft = acme.ticket(), acme.desk.ticket(draft=True)
    bound = factories.administrator("Bound", grants={"acme": ["manage_users"]})
    for by in (acme.desk.ana, acme.desk.leo, bound):
        with pytest.raises(NotPermitted):
            delete(item, by)
        with pytest.raises(NotPermitted):
            trash.listed(by)
    with pytest.raises(Invalid) as missing:
        delete(item, root, reason=" ")
    assert [fault.field for fault in missing.value.errors] == ["reason"]
    with pytest.raises(Conflict, match="discarded"):
        delete(draft, root)
    Person.objects.filter(pk=acme.desk.rui.pk).update(configured=True)
    with pytest.raises(Conflict, match="configuration"):
        trashing.delete_contact(acme.desk.rui.pk, reason="Left.", by=root, at=LATER)
    assert not Trashed.objects.exists()


def test_pages_ask_delete_and_restore(acme: Customer, root: Actor, client: Client) -> None:
    """AP-23: administrators alone see them; a page of what is gone answers 404."""
    client.force_login(Person.objects.get(pk=root.id))
    item = acme.ticket(title="Invoice 991 twice")
    address = f"/items/{item.reference}/delete"
    assert address in client.get(f"/items/{item.reference}").content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": ""}).status_code == 422

    listed = client.post(address, {"reason": "By mistake."}, follow=True).content.decode()
    gone = client.get(f"/items/{item.reference}").status_code
    back = client.post(f"/trash/{Trashed.objects.get().pk}/restore")

    assert ("Invoice 991 twice" in listed, gone) == (True, 404)
    assert back.headers["Location"] == f"/items/{item.reference}"
    made = directory.add_contact(Card("Bo Nu", "bo@acme.example"), by=root, at=timezone.now())
    client.post(f"/contacts/{made.pk}/delete", {"reason": "Doubled."})
    assert client.get(f"/contacts/{made.pk}").status_code == 404
    client.post(f"/trash/{Trashed.objects.get().pk}/restore")
    assert client.get(f"/contacts/{made.pk}").status_code == 200
    client.force_login(Person.objects.get(pk=acme.desk.ana.id))
    assert [client.get(one).status_code for one in (address, "/trash", f"/contacts/{made.pk}/delete")] == [403] * 3
    assert address not in client.get(f"/items/{item.reference}").content.decode()


def test_what_another_waits_for_is_not_deleted(acme: Customer, root: Actor) -> None:
    """AP-23, T-40: a Ticket that waits for those split from it."""
    parent, child = acme.ticket(), acme.ticket()
    working.start(parent, by=acme.desk.ana, at=MONDAY)
    waiting.wait(fresh(parent), type="more_information", days=3, by=acme.desk.ana, at=MONDAY)
    Link.objects.create(source=child, target=parent, type="split_from", at=MONDAY)
    Item.objects.filter(pk=parent.pk).update(wait_type="split")

    with pytest.raises(Conflict) as refused:
        delete(child, root)

    assert refused.value.code == "awaited"
