"""Cases that start by themselves: when, once, and what was missed (BU-6, C-1)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import factories
from tests.services.test_races import at_once

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Reason, State
from tramita.models import Alert, Definition, Item, PlannedStart
from tramita.queries.bounds import from_outside
from tramita.services import starting_by_time
from tramita.services.definitions import WrongConfiguration, apply, export
from tramita.worker import loop

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[[str], Path]
PATH = "acme/main/finance/closing"
FRIDAY = datetime(2026, 3, 27, 12, tzinfo=UTC)  # the nights of the 29th are an hour shorter in Warsaw
DESK = """
queues: {{books: {{title: Books}}}}
calendars:
  office: {{time_zone: Europe/Warsaw, week: {{mon-fri: "08:00-16:00"}}, extra_days_off: [2026-04-06]}}
customers:
  acme:
    contracts:
      main:
        {calendar}
        services:
          finance:
            case_types: {{closing: {{title: Monthly closing, queue: books, starts: [{starts}]}}}}
"""


def put(write: Write, starts: str, *, calendar: str = "", at: datetime = FRIDAY) -> None:
    """The desk with these starts."""
    apply([write(DESK.format(starts=starts, calendar=calendar))], by=SYSTEM, at=at)


def due() -> dict[str, str]:
    rows = PlannedStart.objects.order_by("due_at").values_list("trigger", "due_at")
    return {trigger: f"{moment:%a %d %H:%M}" for trigger, moment in rows}


def work(at: datetime) -> int:
    return loop.drain(at=at, only="starts")["started"]


def test_a_trigger_starts_a_case_each_time(file: Write) -> None:
    """BU-6, C-1, C-41: To Do at once, in its queue; the timeline says which trigger it was."""
    put(file, "{every: monday 09:00}", calendar="calendar: office")

    early, first = work(FRIDAY + timedelta(days=2)), work(datetime(2026, 3, 30, 7, 0, 1, tzinfo=UTC))
    again = work(datetime(2026, 3, 30, 12, tzinfo=UTC))

    case = Item.objects.get()
    created = case.entries.get(type="created")
    assert (early, first, again) == (0, 1, 0)
    assert (case.title, case.state, case.queue.key) == ("Monthly closing", State.TO_DO, "books")
    assert created.reason == Reason.NEW
    assert created.data["trigger"] == "every monday 09:00"
    assert created.data["planned"] == "2026-03-30T07:00:00+00:00"
    assert due() == {"every monday 09:00": "Tue 07 06:00"}, "the 6th is a holiday: the next working moment"


def test_after_days_of_downtime_it_is_made_up_for_once(file: Write) -> None:
    """BU-6: one Case a trigger, however often it would have come; a named date is a start of its own."""
    put(file, '{every: day 09:00}, {cron: "*/10 * * * *"}, {dates: [2026-03-28, 2026-03-29T10:00, 2026-06-01]}')
    late = datetime(2026, 3, 30, 12, 5, tzinfo=UTC)

    started = work(late)

    told = [entry["trigger"] for entry in Item.objects.values_list("entries__data", flat=True) if "trigger" in entry]
    assert started == 4
    assert sorted(told) == ["cron */10 * * * *", "every day 09:00", "on 2026-03-28", "on 2026-03-29T10:00"]
    assert due() == {
        "cron */10 * * * *": "Mon 30 12:10",
        "every day 09:00": "Tue 31 09:00",
        "on 2026-06-01": "Mon 01 00:00",
    }


def test_what_is_applied_again_stays_and_what_is_gone_starts_nothing(file: Write) -> None:
    """BU-6: a start that is overdue is still owed; one that was taken out is not; past dates never were."""
    put(file, "{every: monday 09:00}, {dates: [2026-03-26, 2026-04-01]}")
    before = dict(PlannedStart.objects.values_list("trigger", "pk"))
    late = datetime(2026, 4, 2, tzinfo=UTC)

    put(file, "{every: monday 09:00}, {dates: [2026-03-26, 2026-04-01]}", at=late)
    kept = dict(PlannedStart.objects.values_list("trigger", "pk"))
    put(file, "{cron: 0 7 1 * *}", at=late)

    assert sorted(before) == ["every monday 09:00", "on 2026-04-01"]
    assert kept == before
    assert due() == {"cron 0 7 1 * *": "Fri 01 07:00"}
    Definition.objects.filter(kind="case_type").update(active=False)
    starting_by_time.plan(at=late)
    assert not PlannedStart.objects.exists()


def test_another_calendar_moves_what_is_not_due_yet(file: Write) -> None:
    """BU-6: the calendar counts as it is now."""
    put(file, "{every: saturday 09:00}")
    plain = due()
    put(file, "{every: saturday 09:00}", calendar="calendar: office")

    assert plain == {"every saturday 09:00": "Sat 28 09:00"}
    assert due() == {"every saturday 09:00": "Mon 30 06:00"}


def test_two_workers_start_it_once(file: Write) -> None:
    """BU-6: also when one of them was thought dead: the fence tells."""
    put(file, "{every: monday 09:00}")
    monday = datetime(2026, 3, 30, 9, tzinfo=UTC)
    (slow,) = starting_by_time.claim(at=monday)
    (quick,) = starting_by_time.claim(at=monday + timedelta(minutes=5))

    made = at_once(
        lambda: starting_by_time.start(slow, at=monday + timedelta(minutes=6)),
        lambda: starting_by_time.start(quick, at=monday + timedelta(minutes=6)),
        lambda: work(monday + timedelta(minutes=6)),
    )

    assert [isinstance(one, Item) for one in made] == [False, True, False]
    assert Item.objects.count() == 1


def test_a_case_that_cannot_start_is_told_and_tried_again(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """BU-6: nothing is set aside in silence."""
    put(file, "{every: monday 09:00}")
    monday = datetime(2026, 3, 30, 9, tzinfo=UTC)
    with monkeypatch.context() as broken:
        broken.setattr(starting_by_time, "begin_submitted", refuse)
        assert work(monday) == 0
    told = Alert.objects.get()

    later = work(monday + timedelta(minutes=1))

    assert (told.kind, told.about["case_type"], told.about["fault"]) == ("start_failed", PATH, "It cannot be.")
    assert later == 1
    assert not Alert.objects.exists()
    assert PlannedStart.objects.get().error == ""


def refuse(*_args: object, **_more: object) -> None:
    from tramita.domain.errors import Conflict

    raise Conflict("It cannot be.")


SCHEDULED = """
schedules:
  payroll: {schedules: {2026-04: {cutoff: 2026-04-20T09:00, payday: 2026-04-30}, 2026-05: {cutoff: 2026-05-20T09:00}}}
customers:
  acme:
    contracts:
      main: {services: {people: {case_types: {payroll: {starts: [{schedule: payroll/cutoff}]}}}}}
"""


def test_a_case_type_starts_on_the_named_dates_of_a_schedule(file: Write) -> None:
    """BU-6: all dates of the name that are to come; another schedule moves the Case type along."""
    at = datetime(2026, 5, 1, tzinfo=UTC)
    apply([file(SCHEDULED)], by=SYSTEM, at=at)
    first = [row.trigger for row in PlannedStart.objects.order_by("due_at")]
    again = apply([file(export())], by=SYSTEM, at=at)
    dates = "{2026-06: {cutoff: 2026-06-19T09:00}, 2026-05: {cutoff: 2026-05-21T09:00}}"
    later = f"schedules: {{payroll: {{schedules: {dates}}}}}"
    changed = apply([file(later)], by=SYSTEM, at=at)

    assert (again.created, again.changed) == ([], [])
    assert first == ["on 2026-05-20T09:00 of payroll/2026-05"]
    assert [row.trigger for row in PlannedStart.objects.order_by("due_at")] == [
        "on 2026-05-21T09:00 of payroll/2026-05",
        "on 2026-06-19T09:00 of payroll/2026-06",
    ]
    assert "customers/acme/main/people/payroll" in changed.changed
    with pytest.raises(WrongConfiguration, match="no schedule with the date"):
        apply([file(SCHEDULED.replace("payroll/cutoff", "payroll/bonus"))], by=SYSTEM, at=at)


def test_what_began_by_its_schedule_came_from_inside_until_somebody_outside_writes(file: Write) -> None:
    """Z-17, BU-6: nobody made it, as nobody made what a mail began; a robot that reads it stays clean."""
    put(file, "{every: monday 09:00}")
    assert work(FRIDAY + timedelta(days=4)) == 1
    case, mailed = Item.objects.get(), factories.ticket(creator=None)

    assert (from_outside(case), from_outside(mailed)) == (False, True)
    factories.mail(case)
    assert from_outside(case)
