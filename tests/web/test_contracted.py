"""The report of contracted hours as a page, a file and over the API (TO-3)."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.desk import Desk
from tests.services.test_custom_roles import role
from tests.web.conftest import Browser
from tests.web.reading import text_of, words_of
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.models import AuditLine, Definition, Person, Version
from tramita.queries import definitions
from tramita.services import tracking

TERMS = {"monthly_hours": "1", "normal_price": "80.00", "excess_price": "1120.50", "currency": "EUR"}


@pytest.fixture
def spent(desk: Desk) -> None:
    """Ninety minutes this month, of which sixty are contracted."""
    now = timezone.now()
    contract, _new = Definition.objects.get_or_create(kind="contract", key="acme/main", defaults={"title": "Main"})
    body, before = {"title": "Main", "hours": TERMS}, now - timedelta(days=60)
    contract.current = Version.objects.create(definition=contract, number=99, body=body, published_at=before)
    contract.save()
    definitions.forget()
    begins = max(now - timedelta(minutes=90), now.replace(day=1, hour=0, minute=0, second=0))
    tracking.add(desk.ticket(), begun_at=begins, minutes=0, by=desk.ana, at=now)
    ours = tracking.add(desk.ticket(), begun_at=now - timedelta(minutes=90), minutes=90, by=desk.ana, at=now)
    type(ours).objects.filter(pk=ours.pk).update(begun_at=begins)


def test_a_leader_reads_hours_and_their_worth_and_an_agent_the_hours(desk: Desk, as_: Browser, spent: None) -> None:
    """TO-3, SEC-1: in the reader's language; money is not even in the page of who may not see it."""
    Person.objects.filter(pk=desk.leo.id).update(language="pl")

    leo, ana = (as_(one).get("/reports/hours?months=1") for one in (desk.leo, desk.ana))

    assert "1:30 1:00 0:30 80,00 EUR 560,25 EUR 640,25 EUR" in words_of(leo)
    assert "1:30 1:00 0:30" in words_of(ana)
    assert "EUR" not in text_of(ana)
    assert "/reports/hours" in text_of(as_(desk.ana).get("/contacts"))


def test_nobody_of_a_customers_and_nobody_who_sees_only_some_reads_it(desk: Desk, as_: Browser) -> None:
    """TO-3, TO-5: a manager neither."""
    narrow = factories.person("Nia", sees="own")

    refused = [as_(one).get("/reports/hours").status_code for one in (desk.rui, desk.marta, narrow)]

    assert set(refused) <= {302, 403, 404}
    assert "/reports/hours" not in text_of(as_(narrow).get("/contacts"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_is_taken_along_as_a_file_and_the_audit_is_told(desk: Desk, as_: Browser, spent: None, kind: str) -> None:
    """TO-3, TO-6: what is shown, and nothing more."""
    settings = Definition.objects.get_or_create(kind="settings", key="settings", defaults={"title": ""})[0]
    settings.current = Version.objects.create(
        definition=settings, number=99, body={"audit": ["exports"]}, published_at=timezone.now()
    )
    settings.save()
    definitions.forget()

    files = [as_(one).get(f"/reports/hours?months=1&export={kind}").content for one in (desk.leo, desk.ana)]
    leo, ana = (_texts(kind, one) for one in files)

    assert "640.25 EUR" in leo
    assert "1:30" in ana
    assert "EUR" not in ana
    assert AuditLine.objects.filter(what="exported", about=f"Contracted hours ({kind.upper()})").count() == 2


def _texts(kind: str, content: bytes) -> str:
    if kind == "csv":
        return content.decode("utf-8-sig")
    with ZipFile(BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_an_empty_report_says_where_hours_and_prices_are_given(desk: Desk, ana: Client) -> None:
    """TO-3."""
    assert SYSTEM.is_system
    assert "No time was spent" in words_of(ana.get("/reports/hours"))


def test_who_may_take_no_list_along_has_no_file_of_hours(desk: Desk, as_: Browser, spent: None) -> None:
    """SEC-1: the page is there, the file and its buttons are not."""
    nora = factories.person("Nora Keep", role=Role.TEAM_LEADER, custom=role("stay", Role.TEAM_LEADER, export=False))

    page, file = as_(nora).get("/reports/hours"), as_(nora).get("/reports/hours?export=csv")

    assert (page.status_code, file.status_code) == (200, 403)
    assert "export=csv" not in text_of(page)
