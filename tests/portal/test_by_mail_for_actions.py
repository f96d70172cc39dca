"""An approver of an Action decides by the link of a mail."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.approving import sent
from tests.desk import Desk
from tests.flows import names, publish_flow
from tests.web.reading import text_of, words_of
from tramita.domain.process_definitions import ApprovalLevel
from tramita.models import Item
from tramita.services import notes, starting

pytestmark = pytest.mark.django_db


def test_approvers_decide_on_the_page_of_their_links(
    desk: Desk, settings: Any, tmp_path: Path, data_dir: object
) -> None:
    """EA-3, MAIL-52, MAIL-60: no account; each is told what became of their own part, and no note is shown."""
    lee, kim = factories.requester("Lee Ames"), factories.requester("Kim Roe")
    level = ApprovalLevel((str(lee.email), str(kim.email)), every=True)
    agree = {"kind": "approval", "levels": (level,), "title": "Pay the deposit", "instructions": "It is not paid back."}
    path = publish_flow("deposits", {"one": ["agree"], "two": ["pay"]}, actions={"agree": agree})
    case = starting.start_case(
        case_type=path,
        short_description="Bodegas Llorente",
        requester=desk.rui.email,
        by=desk.ana,
        at=timezone.now(),
    )
    notes.add_note(Item.objects.get(pk=case.pk), body="A difficult one.", by=desk.ana, at=timezone.now())
    keys = sent(settings, tmp_path, at=timezone.now() + timedelta(seconds=1))
    phone = Client(enforce_csrf_checks=True)
    theirs, other = (f"/approvals/by-mail/{keys[str(one.email)]}" for one in (lee, kim))

    page = phone.get(theirs)
    done = phone.post(theirs, {"decision": "approve"}, follow=True)
    waits = phone.get(other)
    phone.post(other, {"decision": "approve"})
    again = phone.post(theirs, {"decision": "reject"})

    said = words_of(page)
    wanted = ("Pay the deposit", "It is not paid back.", case.reference, "Bodegas Llorente", "Rui Sousa")
    assert all(part in said for part in (*wanted, "This link is for Lee Ames"))
    assert "difficult" not in said
    assert "Lee Ames approved this by the link" in words_of(done)
    assert text_of(waits).count('name="decision" value=') == 2
    assert (again.status_code, names(case)) == (409, ["pay"])
