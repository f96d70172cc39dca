"""Approvals on the page of a Ticket: the form, what waits, and the timeline."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.approving import Customer, approval_type, customer, fresh
from tests.desk import MONDAY, Desk
from tests.web.reading import offered, text_of, words_of
from tramita.domain.codes import ApprovalState, Role
from tramita.models import Approval, Definition, Delivery, Item, Message, Person
from tramita.queries.around import around
from tramita.queries.managers import managers_of
from tramita.services import approvals, resolving

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def test_the_form_asks_and_the_page_shows_what_waits(acme: Customer, ana: Client) -> None:
    """AP-5, AP-7, AP-10: active types only, an optional comment, and who may decide."""
    item = acme.ticket()
    page = ana.get(f"/items/{item.reference}")

    answer = ana.post(
        f"/items/{item.reference}/approvals", {"type": "refund", "comment": "He paid twice."}, follow=True
    )

    assert '<option value="refund"' in text_of(page)
    assert '<option value="old"' not in text_of(page)
    assert "Marta Vidal, Sofia Prado" in words_of(page)
    assert answer.status_code == 200
    assert all(part in words_of(answer) for part in ("Awaiting approval", "Refund above limit", "He paid twice."))
    assert "approvals" not in offered(answer, item.reference)


@pytest.mark.parametrize("what", ["no manager", "switched off", "a case", "ended"])
def test_without_what_it_needs_nothing_of_it_is_shown(acme: Customer, ana: Client, what: str) -> None:
    """AP-3, AP-6, AP-7."""
    item = acme.desk.case() if what == "a case" else acme.ticket()
    if what == "no manager":
        Person.objects.filter(role=Role.MANAGER).update(is_active=False)
    if what == "switched off":
        Definition.objects.filter(kind="settings").update(active=False)
    if what == "ended":
        resolving.resolve(item, method="replied", note="Done.", by=acme.desk.ana, at=MONDAY)

    page = ana.get(f"/items/{item.reference}")

    assert 'id="approval' not in text_of(page)


def test_who_may_not_ask_is_not_offered_it_and_is_refused(acme: Customer, as_: Any) -> None:
    """AP-8, SEC-2: permission is checked by the service too."""
    item = acme.ticket()
    ines = factories.person("Ines Dias", grants={"acme": ["view", "work"]})
    browser = as_(ines)

    page = browser.get(f"/items/{item.reference}")
    answer = browser.post(f"/items/{item.reference}/approvals", {"type": "refund"})

    assert 'id="approval' not in text_of(page)
    assert answer.status_code == 403
    assert not Approval.objects.exists()


def test_a_type_may_warn_whoever_resolves_and_blocks_nothing(acme: Customer, ana: Client) -> None:
    """CG-33, AP-18: off where its type says nothing."""
    warning, pages = "Resolving ends the request.", []
    approval_type("bank", name="Bank details", description="From now on", warn_on_resolve=True)
    for kind in ("refund", "bank"):
        item = acme.ticket()
        ana.post(f"/items/{item.reference}/approvals", {"type": kind})
        pages.append(words_of(ana.get(f"/items/{item.reference}")))

    ana.post(f"/items/{item.reference}/resolve", {"version": fresh(item).version, "method": "replied", "note": "Done"})

    assert [warning in page for page in pages] == [False, True]
    assert fresh(item).state == "resolved"


def test_a_request_is_cancelled_on_the_page(acme: Customer, ana: Client) -> None:
    """AP-14."""
    asked = acme.asked()
    address = f"/items/{asked.item.reference}/approvals/{asked.pk}/cancel"

    page = ana.get(f"/items/{asked.item.reference}")
    ana.post(address)

    assert f'action="{address}"' in text_of(page)
    assert Approval.objects.get(pk=asked.pk).state is ApprovalState.CANCELLED


def test_who_cancels_too_late_is_told_who_decided(acme: Customer, ana: Client) -> None:
    """AP-24."""
    asked = acme.asked()
    approvals.approve(asked.pk, by=acme.marta, at=LATER)

    answer = ana.post(f"/items/{asked.item.reference}/approvals/{asked.pk}/cancel")

    assert answer.status_code == 409
    assert "Marta Vidal approved it" in words_of(answer)


def test_a_request_of_another_ticket_is_not_cancelled_from_here(acme: Customer, ana: Client) -> None:
    """SEC-2."""
    asked, other = acme.asked(), acme.ticket()

    answer = ana.post(f"/items/{other.reference}/approvals/{asked.pk}/cancel")

    assert answer.status_code == 404
    assert fresh(asked.item).approval_id == asked.pk


def test_the_timeline_tells_each_step_and_has_a_filter(acme: Customer, ana: Client) -> None:
    """AP-22, AP-31, TL-2."""
    asked = acme.asked(comment="He paid twice.")
    approvals.reject(asked.pk, reason="Too dear.", by=acme.marta, at=LATER, way="mail_link")

    page = words_of(ana.get(f"/items/{asked.item.reference}?tab=timeline&show=approvals"))

    assert "Approval requested: Refund above limit · He paid twice. · Ana Lima" in page
    assert "Approval refused: Refund above limit · Too dear. · by the link in the mail · Marta Vidal" in page
    assert "Started as" not in page


def test_the_panel_costs_no_statement(acme: Customer, ana: Client) -> None:
    """DESIGN section 4: what it shows is read with what stands around; a request that waits is one row more."""

    def cost(item: Item) -> int:
        ana.get(f"/items/{item.reference}?tab=timeline")
        with CaptureQueriesContext(connection) as captured:
            ana.get(f"/items/{item.reference}?tab=timeline")
        return len(captured)

    plain, waiting = acme.ticket(), acme.ticket()
    acme.asked(waiting)
    offered_here, waits_here = cost(plain), cost(waiting)
    Definition.objects.filter(kind="settings").update(active=False)

    assert offered_here == cost(plain)
    assert waits_here <= offered_here + 2  # the request, and which entry of a mail was the resolution


def test_the_page_names_the_very_managers_who_may_decide(acme: Customer) -> None:
    """AP-6, CG-47: the statement of the page and the rule of the service agree."""
    Person.objects.filter(pk=acme.sofia.id).update(is_active=False)
    item = acme.ticket()

    near = around(item, acme.desk.ana, at=MONDAY, paths=[], workers=False, approvals=True)

    assert list(near.managers) == [one.name for one in managers_of(item.organisation_id)] == ["Marta Vidal"]


def test_the_fault_of_an_approval_type_is_told_of_as_such(acme: Customer, ana: Client) -> None:
    """AP-5: not as a wait type."""
    item = acme.ticket()

    refused = ana.post(f"/items/{item.reference}/approvals", {"type": "old"})

    assert refused.status_code == 422
    assert "Approval type: This approval type is not in use any more." in words_of(refused)
    assert "Wait type: This" not in words_of(refused)


def test_the_page_says_that_a_link_has_expired_and_sends_another(acme: Customer, ana: Client) -> None:
    """MAIL-52, AP-17."""
    item = acme.ticket()
    asked = acme.asked(item)
    Delivery.objects.update(state=Delivery.State.DONE)
    assert "The link in the mails has expired." in words_of(ana.get(f"/items/{item.reference}"))
    mails = Message.objects.count()

    answer = ana.post(f"/items/{item.reference}/approvals/{asked.pk}/again", follow=True)

    assert "The managers are asked by mail." in words_of(answer)
    assert "The link in the mails has expired." not in words_of(answer)
    assert Message.objects.count() == mails + 2
    elsewhere = acme.desk.ticket()
    assert ana.post(f"/items/{elsewhere.reference}/approvals/{asked.pk}/again").status_code == 404


def test_the_page_says_who_is_asked_on_which_level_and_what_was_decided_on(acme: Customer, ana: Client) -> None:
    """Z-16, AP-22, AP-31: beside the Ticket while it waits, in the Timeline of staff for good."""
    levels = [{"approvers": ["managers", "parent_managers"], "least": 2}, {"approvers": ["parent_managers"]}]
    approval_type("refund", name="Refund", description="Money goes back.", levels=levels)
    asked = acme.asked()
    approvals.approve(asked.pk, by=acme.sofia, at=LATER)

    page = words_of(ana.get(f"/items/{asked.item.reference}"))
    told = words_of(ana.get(f"/items/{asked.item.reference}?tab=timeline&show=approvals"))

    assert "level 1 of 2: 2 of them MV Marta Vidal Awaiting approval SP Sofia Prado Approved level 2 of 2" in page
    assert "asked later" in page
    assert "Approval given: Refund · level 1 of 2 · not decided yet" in told
    assert "What was decided on" in told
    assert "Money goes back." in told


def test_what_awaits_a_decision_is_listed_as_far_as_one_sees_it(acme: Customer, ana: Client, as_: Any) -> None:
    """INTERFACES 6, AP-10, SEC-2."""
    asked, done = acme.asked(), acme.asked()
    approvals.approve(done.pk, by=acme.marta, at=LATER)
    elsewhere = as_(factories.person("Ines Dias", grants={"other": ["view"]}))

    page = words_of(ana.get("/approvals"))

    assert asked.item.reference in page
    assert done.item.reference not in page
    assert asked.item.reference not in words_of(elsewhere.get("/approvals"))
