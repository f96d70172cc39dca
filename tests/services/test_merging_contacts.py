"""Doubled contacts are merged: everything moves, and the old address leads to the one who is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.approving import Customer, customer, fresh, sent
from tests.desk import MONDAY, Desk
from tests.services.test_races import at_once, sound
from tests.services.test_receiving import mail
from tramita.domain.actors import Actor
from tramita.domain.codes import ApprovalState
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.models import CopiedContact, Entry, Item, Person
from tramita.queries import contacts
from tramita.services import approving_by_mail, directory, merging_contacts, receiving
from tramita.services.contacts import by_address
from tramita.services.directory import Card

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def root() -> Actor:
    return factories.administrator()


def double(acme: Customer, **columns: Any) -> Person:
    """Rui, as he was known a second time."""
    return factories.requester("R. Sousa", email="rui@old.example", language="fr", **columns)


def merge(one: Person, into: Person, by: Actor) -> Person:
    return merging_contacts.merge(one.pk, into=str(into.email), by=by, at=LATER)


def test_everything_of_the_double_moves_and_each_item_tells(acme: Customer, root: Actor) -> None:
    """CT-1, CT-4, CT-7: tags, copies, the original requester; what the kept contact lacked is filled in."""
    old, rui = double(acme), acme.desk.rui
    asked = acme.ticket(requester=old.email)
    copied, both = acme.ticket(), acme.ticket()
    CopiedContact.objects.bulk_create(
        CopiedContact(item=item, person=who) for item, who in ((copied, old), (both, old), (both, rui))
    )

    kept = merge(old, rui, root)

    item = sound(asked)
    assert (item.requester_id, item.primary_contact_id, item.original_requester_id) == (rui.pk, rui.pk, rui.pk)
    assert sorted(CopiedContact.objects.values_list("item", "person")) == sorted(
        [(copied.pk, rui.pk), (both.pk, rui.pk)]
    )
    told = Entry.objects.get(item=asked, type="contacts_changed")
    assert (told.data["merged"], told.actor_id) == ({"from": old.pk, "into": rui.pk}, root.id)
    assert (kept.language, kept.name) == ("fr", "Rui Sousa")
    assert [one.id for one in contacts.listed(acme.desk.ana, typed="sousa").rows] == [rui.pk]
    assert contacts.get_visible(acme.desk.ana, rui.pk).others == "rui@old.example"
    with pytest.raises(NotFound):
        contacts.get_visible(acme.desk.ana, old.pk)


def test_the_old_address_leads_to_who_is_kept(acme: Customer, root: Actor, data_dir: Any) -> None:
    """CT-7, MAIL-56: mail from it is theirs, and it can be typed; nobody else can have it."""
    old = double(acme)
    merge(old, acme.desk.rui, root)

    told = receiving.receive(mail("Hello.", sender="rui@old.example"), source="import", at=LATER)

    item = Item.objects.get(number=int(told.items[0].split("-")[0]))
    assert (item.requester_id, item.organisation_id) == (acme.desk.rui.pk, acme.branch.pk)
    assert by_address({"requester": "RUI@old.example"})["requester"] == acme.desk.rui
    with pytest.raises(Invalid):
        directory.add_contact(Card("Somebody", "rui@old.example"), by=root, at=LATER)
    assert Person.objects.filter(email="rui@old.example").count() == 0


def test_what_waited_for_the_double_waits_for_who_is_kept(
    acme: Customer, root: Actor, settings: Any, tmp_path: Any
) -> None:
    """AP-17, CT-7: by the link that the double was sent, in the name of who is kept."""
    twin = factories.manager("M. Vidal", email="m@old.example", organisation=acme.group)
    asked = acme.asked()
    key = sent(settings, tmp_path)[str(twin.email)]

    merge(twin, Person.objects.get(pk=acme.marta.id), root)
    approval = approving_by_mail.decide(key, "approve", at=LATER)

    assert (approval.pk, approval.state, approval.decided_by_id) == (asked.pk, ApprovalState.APPROVED, acme.marta.id)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_the_same_double_at_once_one_does(acme: Customer, root: Actor) -> None:
    """CT-7: nothing is lost or doubled."""
    old = double(acme)
    item = acme.ticket(requester=old.email)

    results = at_once(lambda: merge(old, acme.desk.rui, root), lambda: merge(old, acme.desk.rui, root))

    assert sum(isinstance(one, TramitaError) for one in results) == 1
    assert sound(item).requester_id == acme.desk.rui.pk


def test_each_refusal_says_why(acme: Customer, root: Actor, client: Client) -> None:
    """CT-7, SEC-2: who may not; into nobody, themselves, a colleague; who stands in the configuration."""
    old = double(acme)
    with pytest.raises(NotPermitted):
        merge(old, acme.desk.rui, acme.desk.leo)
    for into in ("nobody@acme.example", str(old.email), str(acme.desk.ana.email)):
        with pytest.raises(Invalid) as refused:
            merging_contacts.merge(old.pk, into=into, by=root, at=LATER)
        assert [fault.field for fault in refused.value.errors] == ["into"]
    Person.objects.filter(pk=old.pk).update(configured=True)
    with pytest.raises(Conflict):
        merge(old, acme.desk.rui, root)
    Person.objects.filter(pk=old.pk).update(configured=False)
    client.force_login(Person.objects.get(pk=root.id))
    assert client.post(f"/contacts/{old.pk}/merge", {"into": "nobody@acme.example"}).status_code == 422
    done = client.post(f"/contacts/{old.pk}/merge", {"into": acme.desk.rui.email})
    assert done.headers["Location"] == f"/contacts/{acme.desk.rui.pk}"
    assert fresh(acme.ticket()).requester_id == acme.desk.rui.pk
