"""“While I am away”, and what who stands in sees in the portal."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.approving import Customer, approval_type, customer
from tests.desk import Desk
from tests.web.reading import words_of
from tramita.models import Approval, Person, Substitution
from tramita.services import approvals

pytestmark = pytest.mark.django_db
PAGE = "/portal/substitute"


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


@pytest.fixture
def lia(acme: Customer) -> Person:
    return factories.requester("Lia Few", organisation=acme.branch)


def of(person_id: int | None) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=person_id))
    return client


def test_a_manager_names_a_colleague_who_then_decides_in_their_place(acme: Customer, lia: Person) -> None:
    """Z-16, AP-21: without scripts; both names stand on the request."""
    now = timezone.now()
    approval = acme.asked(at=now)
    today = timezone.localdate(now).isoformat()
    sofia, substitute = of(acme.sofia.id), of(lia.pk)
    before = words_of(substitute.get("/portal"))

    saved = sofia.post(PAGE, {"substitute": lia.email, "from": today, "to": today}, follow=True)
    tab = words_of(substitute.get("/portal"))
    page = words_of(substitute.get(f"/portal/approvals/{approval.pk}"))
    substitute.post(f"/portal/approvals/{approval.pk}", {"decision": "approve", "reason": "", "seen": "0"})
    told = words_of(sofia.get(f"/portal/approvals/{approval.pk}"))

    assert "Lia Few decides in your place" in words_of(saved)
    assert ("Approve actions" in before, "Approve actions (1)" in tab) == (False, True)
    assert "You decide in the place of Sofia Prado" in page
    assert Approval.objects.get(pk=approval.pk).decided_for_id == acme.sofia.id
    assert "Lia Few (in the place of Sofia Prado)" in told


def test_it_is_ended_and_a_wrong_word_stays_in_its_field(acme: Customer, lia: Person) -> None:
    """Z-16."""
    sofia, day = of(acme.sofia.id), timezone.localdate() + timedelta(days=3)
    wrong = sofia.post(PAGE, {"substitute": "", "from": day.isoformat(), "to": ""})
    sofia.post(PAGE, {"substitute": lia.email, "from": day.isoformat(), "to": day.isoformat()})
    named = Substitution.objects.count()

    ended = sofia.post(PAGE, {"end": "1"}, follow=True)

    assert (wrong.status_code, named, Substitution.objects.count()) == (422, 1, 0)
    assert "Choose a colleague of your organisation." in words_of(wrong)
    assert "Give a day." in words_of(wrong)
    assert f'value="{day.isoformat()}"' in wrong.content.decode()
    assert "Nobody decides in your place any more." in words_of(ended)


def test_only_a_manager_has_a_substitute(acme: Customer, lia: Person) -> None:
    """Z-16, SEC-2."""
    assert of(lia.pk).get(PAGE).status_code == 403
    assert of(lia.pk).post(PAGE, {"substitute": "x", "from": "", "to": ""}).status_code == 403
    assert PAGE not in of(lia.pk).get("/portal").content.decode()
    assert Client().get(PAGE).status_code == 302


def test_a_manager_cancels_in_the_portal_and_a_substitute_does_not(acme: Customer, lia: Person) -> None:
    """AP-14, Z-16."""
    now = timezone.now()
    approval, today = acme.asked(at=now), timezone.localdate(now).isoformat()
    sofia, address = of(acme.sofia.id), f"/portal/approvals/{approval.pk}"
    sofia.post(PAGE, {"substitute": lia.email, "from": today, "to": today})
    theirs = words_of(of(lia.pk).get(address))
    refused = of(lia.pk).post(address, {"decision": "cancel"})

    offered = words_of(sofia.get(address))
    done = sofia.post(address, {"decision": "cancel"}, follow=True)

    assert ("Yes, cancel it" in theirs, "Yes, cancel it" in offered, refused.status_code) == (False, True, 403)
    assert "The request is cancelled." in words_of(done)
    assert Approval.objects.get(pk=approval.pk).state == "cancelled"


def test_the_request_says_how_many_must_agree_and_how_many_have(acme: Customer) -> None:
    """Z-16: in the portal and by the link of a mail; a plain request says nothing of it."""
    both, either = {"approvers": ["managers", "parent_managers"], "every": True}, {"approvers": ["parent_managers"]}
    approval_type("joint", name="Bank details", description="Both.", levels=[both, either])
    now = timezone.now()
    asked, plain = approvals.ask(acme.ticket(), type="joint", by=acme.desk.ana, at=now), acme.asked(at=now)
    first = words_of(of(acme.marta.id).get(f"/portal/approvals/{asked.pk}"))

    approvals.approve(asked.pk, by=acme.sofia, at=now)
    second = words_of(of(acme.marta.id).get(f"/portal/approvals/{asked.pk}"))
    approvals.approve(asked.pk, by=acme.marta, at=now)
    last = words_of(of(acme.marta.id).get(f"/portal/approvals/{asked.pk}"))

    assert "All 2 who are asked must agree. Others are asked after that." in first
    assert "All 2 who are asked must agree. Agreed so far: 1. Others are asked after that." in second
    assert "are asked" not in last
    assert "who are asked" not in words_of(of(acme.marta.id).get(f"/portal/approvals/{plain.pk}"))
