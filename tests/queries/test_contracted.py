"""Hours spent under contracts, month by month, and what they are worth (TO-3)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pytest_django import DjangoAssertNumQueries

from tests import factories
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Role
from tramita.domain.contracted import Month
from tramita.domain.errors import NotPermitted
from tramita.models import Item, TimeSpent
from tramita.queries import definitions
from tramita.queries.contracted import hours
from tramita.queries.people import actor_by_id, person_by_address
from tramita.services import starting, tracking, trashing
from tramita.services.definitions import apply

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
APRIL = datetime(2026, 4, 20, 9, 0, tzinfo=UTC)
MARCH = Month(2026, 3)
DESK = """
calendars:
  warsaw: {time_zone: Europe/Warsaw, week: {mon-fri: "09:00-17:00"}}
due_rules:
  usual: {within: 8 working hours}
  urgent: {within: 1 hour, hours: {hourly_value: 150, currency: EUR}}
users:
  ana@desk.example: {name: Ana Lima, role: agent}
  leo@desk.example: {name: Leo Roy, role: team_leader}
contacts:
  rui@acme.es: {name: Rui}
customers:
  acme:
    title: Acme
    contracts:
      main:
        title: Main
        calendar: warsaw
        hours: {monthly_hours: 2, normal_price: "80.00", excess_price: "120.10", currency: EUR}
        services:
          finance:
            ticket_categories:
              query: {title: Query, due: usual}
              outage: {title: Outage, due: urgent}
      free:
        title: Free
        services: {help: {ticket_categories: {query: {title: Query}}}}
"""


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> None:
    applied(tmp_path, DESK, at=BEFORE)


def applied(place: Path, text: str, *, at: datetime) -> None:
    (place / "desk.yaml").write_text(text)
    apply([place / "desk.yaml"], by=SYSTEM, at=at)
    definitions.forget()


def who(name: str) -> Actor:
    return actor_by_id(person_by_address(f"{name}@desk.example").pk)


def ticket(category: str) -> Item:
    given = {"title": "T", "description": "D", "category": f"acme/{category}", "requester": "rui@acme.es"}
    return starting.start_ticket(**given, by=who("ana"), at=BEFORE)


def worked(item: Item, begun: datetime, minutes: int) -> None:
    tracking.add(item, begun_at=begun, minutes=minutes, by=who("ana"), at=APRIL)


def told(name: str = "leo", first: Month = MARCH, last: Month = MARCH) -> list[tuple[object, ...]]:
    """Contract, rule, month, minutes spent, contracted and beyond, worth."""
    return [
        (one.contract, one.rule, str(one.month), it.spent, it.contracted, it.excess, it.worth)
        for one in hours(who(name), first, last, at=APRIL)
        for it in [one.reckoned]
    ]


def test_a_month_of_a_contract_shows_what_was_spent_contracted_beyond_it_and_its_worth() -> None:
    """TO-3, TL-5: hours under a rule with prices of its own stand apart, and take nothing of what is contracted."""
    query, outage, free = ticket("main/finance/query"), ticket("main/finance/outage"), ticket("free/help/query")
    worked(query, datetime(2026, 3, 2, 9, tzinfo=UTC), 90)
    worked(query, datetime(2026, 3, 20, 9, tzinfo=UTC), 45)
    worked(outage, datetime(2026, 3, 20, 11, tzinfo=UTC), 20)
    worked(free, datetime(2026, 3, 20, 12, tzinfo=UTC), 10)

    assert told() == [
        ("acme/free", "", "2026-03", 10, None, 0, None),
        ("acme/main", "", "2026-03", 135, 120, 15, Decimal("160.00") + Decimal("30.03")),
        ("acme/main", "urgent", "2026-03", 20, None, 0, Decimal("50.00")),
    ]


def test_a_month_is_one_of_the_contracts_calendar_and_what_is_deleted_counts_no_more() -> None:
    """TO-3, Z-13, AP-23: Warsaw is an hour or two ahead of the desk."""
    query, gone = ticket("main/finance/query"), ticket("main/finance/query")
    begins, ends = MARCH.bounds(ZoneInfo("Europe/Warsaw"))
    worked(query, begins - timedelta(minutes=2), 1)
    worked(query, begins, 3)
    worked(query, ends - timedelta(minutes=1), 5)  # goes on in April
    worked(query, ends, 7)
    worked(gone, begins, 60)
    trashing.delete_item(gone, reason="Not ours", by=factories.administrator(), at=APRIL)

    found = told(first=Month(2026, 2), last=Month(2026, 5))

    assert [row[2:4] for row in found] == [("2026-04", 7), ("2026-03", 8), ("2026-02", 1)]


def test_a_month_goes_by_the_prices_that_held_at_its_end(tmp_path: Path) -> None:
    """TO-3: what was told of a month that is over is told the same later."""
    query = ticket("main/finance/query")
    for month in (2, 3, 4):
        worked(query, datetime(2026, month, 10, 9, tzinfo=UTC), 60)

    applied(tmp_path, DESK.replace("80.00", "90.00"), at=datetime(2026, 3, 31, 12, tzinfo=UTC))
    applied(tmp_path, DESK.replace("hours: {monthly_hours: 2, n", "hours: {monthly_hours: 1, n"), at=APRIL)

    found = told(first=Month(2026, 2), last=Month(2026, 4))

    assert [(row[2], row[4], row[6]) for row in found] == [
        ("2026-04", 60, Decimal("80.00")),
        ("2026-03", 120, Decimal("90.00")),
        ("2026-02", 120, Decimal("80.00")),
    ]


def test_hours_are_for_who_reads_reports_and_money_for_who_may_see_prices() -> None:
    """TO-3, SEC-1, SEC-2: of whole contracts only; nobody of a customer's, and nobody who sees only some items."""
    worked(ticket("main/finance/query"), datetime(2026, 3, 2, 9, tzinfo=UTC), 60)
    branch = factories.agent("Bea", grants={"acme/main": ["view", "reports", "prices"]})
    below = factories.agent("Cem", grants={"acme/main/finance": ["view", "reports", "prices"]})
    narrow = factories.agent("Dan", sees="own_queues")
    asks = [factories.person("Eve", role=role) for role in (Role.REQUESTER, Role.MANAGER)]

    mine = hours(who("ana"), MARCH, MARCH, at=APRIL)
    theirs = hours(branch, MARCH, MARCH, at=APRIL)

    assert [(one.reckoned.spent, one.reckoned.worth, one.reckoned.currency) for one in mine] == [(60, None, "")]
    assert [(one.reckoned.spent, one.reckoned.worth) for one in theirs] == [(60, Decimal("80.00"))]
    assert hours(below, MARCH, MARCH, at=APRIL) == []
    for one in (narrow, *(actor_by_id(it.pk) for it in asks)):
        with pytest.raises(NotPermitted):
            hours(one, MARCH, MARCH, at=APRIL)


def test_a_year_costs_four_statements_whatever_was_spent_before(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """TO-3."""
    query, ana = ticket("main/finance/query"), who("ana")
    sessions = [
        TimeSpent(item=query, person_id=ana.id, begun_at=at, seen_at=at, until=at, ended_at=at, seconds=60)
        for at in (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=count) for count in range(800))
    ]
    TimeSpent.objects.bulk_create(sessions)

    with django_assert_num_queries(4):
        hours(ana, Month(2025, 5), Month(2026, 4), at=APRIL)
