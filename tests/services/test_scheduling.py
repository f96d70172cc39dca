"""Due dates that are counted from the schedule of a Case (BU-3, BU-6, SLA-2)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories import administrator, requester
from tests.services.test_first_ticket import fresh, in_order
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries.history import base_of, history
from tramita.services import clockwork, converting, editing, launching, resolving, reworking, starting
from tramita.services.definitions import apply
from tramita.worker import loop

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "acme/main/people/payroll"
AT = datetime(2026, 4, 1, 9, tzinfo=UTC)
DESK = """
schedules:
  payroll:
    schedules:
      2026-04: {cutoff: 2026-04-20T09:00, payday: 2026-04-30}
      2026-05: {cutoff: 2026-05-20T09:00, payday: 2026-05-29T12:00}
calendars: {office: {time_zone: Europe/Warsaw, week: {mon-fri: "08:00-16:00"}}}
due_rules:
  paid: {within: 0 days, base: schedule.payday, calendar: office}
  ready: {within: -2 working days, base: schedule.payday, calendar: office}
  plain: {within: 3 days}
customers:
  acme:
    contracts:
      main:
        services:
          people:
            ticket_categories: {question: {}}
            case_types:
              payroll:
                title: Payroll
                due: paid
                schedule: payroll
                starts: [{schedule: payroll/cutoff}]
                action_types: {extra: {due: ready}}
                steps:
                  - collect: {actions: [{sheets: {due: ready}}]}
                  - pay: {actions: [transfer: {due: paid}, below: {kind: start_case, case_type: acme/main/people/sub}]}
              sub: {title: Sub, due: ready, schedule: payroll}
              other: {title: Other, due: plain}
"""


@pytest.fixture
def ana(tmp_path: Path) -> Actor:
    """Who starts them, at a desk with the payrolls of two months."""
    put(tmp_path, DESK)
    return administrator("Ana Lima")


def put(folder: Path, text: str, at: datetime = AT) -> None:
    (folder / "desk.yaml").write_text(text)
    apply([folder / "desk.yaml"], by=SYSTEM, at=at)


def begun(ana: Actor, schedule: str | None = "2026-04", case_type: str = PATH) -> Item:
    asks = requester().email
    return starting.start_case(
        case_type=case_type, short_description="April", requester=asks, schedule=schedule, by=ana, at=AT
    )


def due(item: Item) -> str | None:
    found = fresh(item).due_at
    return found and f"{found:%m-%d %H:%M}"


def actions(case: Item) -> dict[str | None, str | None]:
    """When each Action that has not ended is due."""
    return {one.action_name: due(one) for one in Item.objects.filter(parent=case, kind=3, state__lt=5)}


def test_due_dates_are_counted_from_the_schedule_that_was_chosen(ana: Actor) -> None:
    """BU-3, BU-6, SLA-2: of the Case, of its steps and of what is launched by hand; recounting gives them."""
    case = begun(ana)
    launching.launch(fresh(case), action="extra", by=ana, at=AT)

    assert (case.schedule["name"], due(case)) == ("payroll/2026-04", "04-30 13:59")
    assert actions(case) == {"sheets": "04-28 13:59", "extra": "04-28 13:59"}
    for item in Item.objects.all():
        rule = clockwork.rule_of(item)
        assert clockwork.fold(rule, history(item), now=AT, base=base_of(item, rule)).due_at == item.due_at
        in_order(item)


def test_a_case_without_a_schedule_has_no_due_date_until_somebody_chooses_one(ana: Actor) -> None:
    """BU-6: its Actions follow; what has ended stays."""
    case = begun(ana, None)
    before = due(case), actions(case)

    editing.edit(fresh(case), changes={"schedule": "payroll/2026-05"}, by=ana, at=AT)
    after = due(case), actions(case)
    editing.edit(fresh(case), changes={"schedule": ""}, by=ana, at=AT)

    assert before == (None, {"sheets": None})
    assert after == ("05-29 10:00", {"sheets": "05-27 10:00"})
    assert (due(case), actions(case), fresh(case).schedule) == (None, {"sheets": None}, None)
    for item in Item.objects.all():
        in_order(item)


def test_a_rework_goes_on_by_the_schedule_that_it_names(ana: Actor) -> None:
    """C-30: also what was launched by hand and goes on."""
    case = begun(ana)
    launching.launch(fresh(case), action="extra", by=ana, at=AT)
    resolving.resolve(Item.objects.get(action_name="sheets"), method="complete", by=ana, at=AT)

    reworking.rework(fresh(case), step="collect", schedule="2026-05", terminate=False, by=ana, at=AT)

    assert due(case) == "05-29 10:00"
    assert actions(case) == {"sheets": "05-27 10:00", "extra": "05-27 10:00"}
    resolving.resolve(Item.objects.get(action_name="sheets", state__lt=5), method="complete", by=ana, at=AT)
    with pytest.raises(Invalid, match="no schedule “2027”"):
        reworking.rework(fresh(case), step="collect", schedule="2027", by=ana, at=AT)


def test_a_case_keeps_the_dates_it_was_started_with(ana: Actor, tmp_path: Path) -> None:
    """SLA-17, Z-15: a change of the schedule moves nothing that runs, until somebody chooses it again."""
    case = begun(ana)
    put(tmp_path, "schedules: {payroll: {schedules: {2026-04: {cutoff: 2026-04-20T09:00, payday: 2026-04-29}}}}")
    kept = due(case)

    editing.edit(fresh(case), changes={"schedule": "2026-04"}, by=ana, at=AT)

    assert (kept, due(case), actions(case)) == ("04-30 13:59", "04-29 13:59", {"sheets": "04-27 13:59"})


def test_a_case_that_starts_on_a_date_belongs_to_its_schedule(ana: Actor) -> None:
    """BU-3, BU-6: start by schedule; the timeline says by which."""
    started = loop.drain(at=datetime(2026, 5, 20, 9, 0, 1, tzinfo=UTC), only="starts")["started"]

    cases = Item.objects.filter(kind=Kind.CASE.number).order_by("id")
    assert started == 2
    assert sorted(due(one) or "" for one in cases) == ["04-30 13:59", "05-29 10:00"]
    told = cases.get(schedule__name="payroll/2026-05").entries.get(type="created")
    assert told.data["trigger"] == "on 2026-05-20T09:00 of payroll/2026-05"


def test_sub_cases_and_converted_tickets_have_schedules_too(ana: Actor) -> None:
    """G-11, X-20: a Sub-Case goes by that of its Case, where both know it; a conversion chooses."""
    case = begun(ana)
    resolving.resolve(Item.objects.get(action_name="sheets"), method="complete", by=ana, at=AT)
    sub = Item.objects.get(parent=case, kind=Kind.CASE.number)
    ticket = starting.start_ticket(
        title="Pay",
        description="Please pay.",
        category="acme/main/people/question",
        requester=fresh(case).requester.email,
        by=ana,
        at=AT,
    )

    made = converting.convert(fresh(ticket), case_type=PATH, schedule="2026-05", by=ana, at=AT)

    assert (sub.schedule["name"], due(sub)) == ("payroll/2026-04", "04-28 13:59")
    assert (made.schedule["name"], due(made)) == ("payroll/2026-05", "05-29 10:00")


@pytest.mark.parametrize(
    ("case_type", "schedule", "says"),
    [(PATH, "2027-01", "no schedule “2027-01”"), ("acme/main/people/other", "2026-04", "have no schedule")],
)
def test_a_schedule_that_is_not_of_the_type_is_refused(ana: Actor, case_type: str, schedule: str, says: str) -> None:
    """BU-3: naming the field."""
    with pytest.raises(Invalid, match=says) as refused:
        begun(ana, schedule, case_type)

    assert refused.value.errors[0].field == "schedule"
