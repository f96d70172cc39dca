"""An approval Action on the pages: whom it waits for, beside the Action and on its Case."""

from datetime import timedelta

from django.test import Client

from tests import factories
from tests.desk import MONDAY, Desk
from tests.flows import begun, publish_flow
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.domain.cel import parse
from tramita.domain.codes import Role
from tramita.domain.process_definitions import ApprovalLevel, ApprovalRule
from tramita.models import Approval, Item
from tramita.queries import people
from tramita.services import approvals


def test_the_pages_show_on_whose_decision_it_waits(desk: Desk, ana: Client, data_dir: object) -> None:
    """EA-2, EA-3: who has said, who is asked, and who will be."""
    lee, kim, bo = (factories.requester(name) for name in ("Lee Ames", "Kim Roe", "Bo Dahl"))
    levels = (ApprovalLevel((str(lee.email), str(kim.email)), every=True), ApprovalLevel((str(bo.email),)))
    case = begun(desk, {"one": ["agree"]}, actions={"agree": {"kind": "approval", "levels": levels}})
    action = Item.objects.get(parent=case)
    approvals.approve(
        Approval.objects.get().pk, by=people.actor_by_id(lee.pk), at=MONDAY + timedelta(hours=1), way="mail_link"
    )

    there, above = ana.get(f"/items/{action.reference}"), ana.get(f"/items/{case.reference}")

    said = words_of(there)
    assert "level 1 of 2: all of them" in said
    assert all(part in said for part in ("Kim Roe Awaiting approval", "Lee Ames Approved", "Bo Dahl asked later"))
    assert "approval of Agree" not in text_of(there)
    assert "waits for the decision of Kim Roe" in words_of(above)
    assert 'action="/items/' + f"{action.reference}/approvals/" in text_of(there)


def test_a_card_says_how_many_approve(desk: Desk, as_: Browser) -> None:
    """EA-1, BU-1: level after level, rule beside rule."""
    one, two = ApprovalLevel(("a@acme.es", "b@acme.es")), ApprovalLevel(("a@acme.es", "b@acme.es"), every=True)
    rules = (ApprovalRule((one, two), parse("fields.amount > 5")), ApprovalRule((one,)))
    path = publish_flow("sums", {"one": ["agree"]}, actions={"agree": {"kind": "approval", "rules": rules}})
    root = people.actor_by_id(factories.person("Root", role=Role.ADMINISTRATOR).pk)

    page = words_of(as_(root).get(f"/builder/case-types/{path}"))

    assert "asks for an approval · Invoices · approvers: 1/2 → 2/2 | 1/2" in page
