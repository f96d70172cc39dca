"""Managers are reminded of what awaits their decision: twice, on working days, each time once (Z-11)."""

import os
import signal
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from tests.approving import Customer, approval_type, customer, fresh, sent
from tests.desk import MONDAY, Desk, publish
from tests.services.test_races import at_once
from tramita.models import Definition, Entry, Item, MarkedAddress, Message, Person, Timer, Version
from tramita.services import approvals, firing, ledger, reminding, resolving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
DAY = timedelta(days=1)
FRIDAY = MONDAY + 4 * DAY
PLAIN = "acme/main/finance/plain"


@pytest.fixture
def acme(desk: Desk) -> Customer:
    return customer(desk)


def moments(item: Item) -> list[datetime]:
    found = Timer.objects.filter(item=item, purpose__in=reminding.DAYS).order_by("due_at")
    return list(found.values_list("due_at", flat=True))


def pass_time(at: datetime) -> int:
    """As the worker does; how many timers were executed."""
    return sum(firing.fire(timer, at=at) for timer in firing.claim(at=at) if timer.kind in reminding.DAYS)


def reminders(item: Item) -> list[str]:
    held = fresh(item)
    assert ledger.differences(held) == {}
    assert ledger.chain_holds(held.entries.order_by("seq"))
    found = Message.objects.filter(item=item, subject__contains="Reminder").order_by("id")
    return [address for one in found for _, address in one.to]


def asked_on(acme: Customer, at: datetime, **given: Any) -> Item:
    item = acme.ticket(**given)
    approvals.ask(item, type="refund", by=acme.desk.ana, at=at)
    return item


@pytest.mark.parametrize(
    ("asked", "days"),
    [(MONDAY, (1, 3)), (FRIDAY, (3, 5)), (MONDAY + 5 * DAY, (2, 4))],
    ids=["monday", "friday", "saturday"],
)
@pytest.mark.parametrize("category", ["acme/main/finance/invoice-query", PLAIN], ids=["rule's calendar", "none"])
def test_reminders_are_due_after_one_and_three_working_days(
    acme: Customer, asked: datetime, days: tuple[int, int], category: str
) -> None:
    """Z-11: of the due rule's calendar; where nobody has one, from Monday to Friday."""
    item = asked_on(acme, asked, category=category)

    assert moments(item) == [asked + one * DAY for one in days]


def test_without_a_calendar_of_the_rule_that_of_the_contract_counts(acme: Customer) -> None:
    """Z-11, SLA-3: here work is done on Sundays and Mondays only."""
    week = {"sun": "00:00-24:00", "mon": "00:00-24:00"}
    Version.objects.filter(definition=publish("calendar", "odd")).update(
        body={"key": "odd", "time_zone": "UTC", "week": week}
    )
    contract = Definition.objects.get(kind="contract", key="acme/main")
    assert contract.current is not None
    contract.current.body = {"calendar": "odd"}
    contract.current.save()

    item = asked_on(acme, MONDAY, category=PLAIN)

    assert moments(item) == [MONDAY + 6 * DAY, MONDAY + 13 * DAY]


def test_every_manager_who_may_still_decide_is_written_to_with_a_link(
    acme: Customer, settings: Any, tmp_path: Any
) -> None:
    """Z-11, AP-25, MAIL-52, MAIL-98: not who manages no more, nor who complained about our mail."""
    item = asked_on(acme, MONDAY)
    sent(settings, tmp_path / "asked")
    assert pass_time(MONDAY + DAY - timedelta(seconds=1)) == 0

    assert pass_time(MONDAY + DAY) == 1
    first = sent(settings, tmp_path / "first", MONDAY + DAY)
    Person.objects.filter(pk=acme.sofia.id).update(is_active=False)
    assert pass_time(MONDAY + 3 * DAY) == 1
    MarkedAddress.objects.create(address=acme.marta.email, complained=True, at=MONDAY)

    assert set(first) == {acme.marta.email, acme.sofia.email}
    assert reminders(item) == [acme.marta.email, acme.sofia.email, acme.marta.email]
    assert [one.actor_id for one in Entry.objects.filter(item=item, type="approval_reminded")] == [None, None]
    assert moments(item) == []
    mail = Message.objects.filter(item=item, subject__contains="Reminder").first()
    assert mail is not None
    assert "This has been waiting for your decision since March 2, 2026." in mail.text
    assert "Ana Lima asks for your approval: Refund above limit" in mail.text


@pytest.mark.parametrize("how", ["approved", "cancelled", "expired"])
def test_no_reminder_is_left_when_a_request_has_ended(acme: Customer, how: str) -> None:
    """Z-11, AP-13 to AP-15."""
    item = asked_on(acme, MONDAY)
    number = fresh(item).approval_id or 0
    if how == "approved":
        approvals.approve(number, by=acme.marta, at=MONDAY)
    elif how == "cancelled":
        approvals.cancel(number, by=acme.desk.ana, at=MONDAY)
    else:
        resolving.resolve(fresh(item), method="replied", note="Done.", by=acme.desk.ana, at=MONDAY)

    assert moments(item) == []


def test_reminders_are_switched_off_by_type_also_for_what_was_asked_before(acme: Customer) -> None:
    """Z-11."""
    before = asked_on(acme, MONDAY)
    approval_type("refund", name="Refund above limit", description="Money.", reminders=False)
    after = asked_on(acme, MONDAY)

    pass_time(MONDAY + 3 * DAY)

    assert (moments(before), moments(after)) == ([], [])
    assert reminders(before) == reminders(after) == []


def test_two_workers_remind_once(acme: Customer) -> None:
    """Z-11: of one timer one mail a manager."""
    item = asked_on(acme, MONDAY)
    (timer,) = firing.claim(at=MONDAY + DAY)

    at_once(*[lambda: firing.fire(timer, at=MONDAY + DAY)] * 2)

    assert sorted(reminders(item)) == sorted([acme.marta.email, acme.sofia.email])


def test_a_worker_that_is_killed_reminds_nobody_twice_and_nobody_never(acme: Customer) -> None:
    """Z-11, DESIGN section 5: kill -9 after the mails are written, before they are committed."""
    item = asked_on(acme, MONDAY)
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            real = reminding.Change.write

            def dying(change: Any) -> None:
                real(change)
                os.kill(os.getpid(), signal.SIGKILL)

            reminding.Change.write = dying  # type: ignore[method-assign]  # in a fork that dies
            pass_time(MONDAY + DAY)
        finally:
            os._exit(1)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert status == -signal.SIGKILL
    assert reminders(item) == []
    assert pass_time(MONDAY + DAY + timedelta(hours=1)) == 1, "the lease of the dead has ended"
    assert sorted(reminders(item)) == sorted([acme.marta.email, acme.sofia.email])


def test_who_does_not_work_then_is_reminded_when_they_do_and_the_others_at_once(acme: Customer) -> None:
    """SS-1, Z-11: by their own calendar; once each, and not any more when it was decided."""
    hours = {"key": "late", "time_zone": "Europe/Lisbon", "week": {"mon-wed": "14:00-18:00"}}
    Version.objects.filter(definition=publish("calendar", "late")).update(body=hours)
    Person.objects.filter(pk=acme.sofia.id).update(calendar="late")
    asked, other = asked_on(acme, MONDAY), asked_on(acme, MONDAY)
    tuesday, again = MONDAY + DAY, MONDAY + DAY + timedelta(hours=5)

    assert pass_time(tuesday) == 2
    first = reminders(asked)
    approvals.approve(fresh(other).approval_id or 0, by=acme.marta, at=tuesday)
    waits = list(Timer.objects.filter(purpose="approval_later").values_list("item_id", "due_at"))
    early, on_time = (later(at) for at in (again - timedelta(seconds=1), again))

    assert first == [acme.marta.email]
    assert waits == [(asked.pk, again)]
    assert (early, on_time) == (0, 1)
    assert reminders(asked) == [acme.marta.email, acme.sofia.email]
    assert reminders(other) == [acme.marta.email]
    assert pass_time(MONDAY + 3 * DAY) == 1
    assert list(Timer.objects.filter(purpose="approval_later").values_list("due_at", flat=True)) == [again + 6 * DAY]


def test_a_calendar_that_is_gone_or_has_no_hour_keeps_no_reminder(acme: Customer) -> None:
    """SS-1: better once too early than never."""
    closed = {"key": "never", "time_zone": "UTC", "week": {"mon": "09:00-09:01"}}
    body = closed | {"extra_days_off": [f"{MONDAY.date() + n * 7 * DAY}" for n in range(200)]}
    Version.objects.filter(definition=publish("calendar", "never")).update(body=body)
    Person.objects.filter(pk=acme.sofia.id).update(calendar="never")
    Person.objects.filter(pk=acme.marta.id).update(calendar="gone")
    item = asked_on(acme, MONDAY)

    pass_time(MONDAY + DAY)

    assert set(reminders(item)) == {acme.marta.email, acme.sofia.email}


def later(at: datetime) -> int:
    return sum(firing.fire(timer, at=at) for timer in firing.claim(at=at) if timer.kind == "approval_later")
