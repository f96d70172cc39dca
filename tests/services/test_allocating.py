"""Work goes to people by rule: to positions, past who is away, with the reason told (SPEC section 11)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tramita.domain.codes import Listed
from tramita.models import Definition, Entry, Item, Person, Version
from tramita.queries import definitions
from tramita.services import ledger, resolving, working

DAY = timedelta(days=1)
PUSHED = "acme/main/finance/pushed"


def by_rule(desk: Desk, **rule: Any) -> Item:
    """A new Ticket of a category with this rule."""
    body = {"queue": "invoices", "title": "Pushed", "path": PUSHED, "feedback_window": 5} | {
        f"assign_{key}": it for key, it in rule.items()
    }
    kept = Definition.objects.get(key=PUSHED)
    Version.objects.filter(definition=kept).update(body=body)
    definitions.forget()
    return fresh(desk.ticket(category=PUSHED))


def fresh(item: Item) -> Item:
    held = Item.objects.get(pk=item.pk)
    assert ledger.differences(held) == {}
    return held


def away(person_id: int | None, *, substitute: str | None = None, zone: str = "", days: int = 0) -> None:
    """From Monday on, so many days more."""
    last = (MONDAY + days * DAY).date().isoformat()
    kept = {"from": MONDAY.date().isoformat(), "to": last, "substitute": substitute}
    Person.objects.filter(pk=person_id).update(absent=kept, time_zone=zone)


def told(item: Item) -> dict[str, Any]:
    data = Entry.objects.get(item=item, type="allocated").data
    return {name: data[name] for name in ("why", "position", "instead_of") if name in data}


@pytest.fixture
def iva() -> Person:
    """Another agent."""
    return factories.person("Iva Novak")


@pytest.fixture
def accounts(desk: Desk, iva: Person) -> Definition:
    """A position that Iva holds, and Ana after her."""
    return publish("position", "accounts", title="Accounts payable", holders=[iva.email, desk.ana.email])


def test_the_first_holder_of_a_position_gets_the_work(desk: Desk, iva: Person, accounts: Definition) -> None:
    """Q-1: pushed to a position."""
    item = by_rule(desk, position="accounts")

    assert (item.assignee_id, item.owner_id, item.listed) == (iva.pk, desk.ana.id, Listed.INBOX)
    assert (item.allocation, item.queue_id) == ("rule_position", desk.invoices.pk)
    assert told(item) == {"why": "rule_position", "position": "Accounts payable"}


def test_a_holder_who_cannot_have_it_is_passed_over(desk: Desk, iva: Person, accounts: Definition) -> None:
    """Q-1, Q-7, Q-12, Q-14."""
    Person.objects.filter(pk=iva.pk).update(own_queues_only=True)

    assert by_rule(desk, position="accounts").assignee_id == desk.ana.id


def test_a_robot_may_hold_a_position(desk: Desk) -> None:
    """Q-1, B-3: as one of a rule."""
    robot = Person.objects.get(pk=desk.robot.id)
    Person.objects.filter(pk=robot.pk).update(robot={"kinds": ["ticket"], "lease": 300}, key="reader")
    publish("position", "readers", title="Readers", holders=["reader"])

    assert by_rule(desk, position="readers").assignee_id == robot.pk


def test_the_position_of_the_backup_is_asked_when_nobody_of_the_first_can(
    desk: Desk, iva: Person, accounts: Definition
) -> None:
    """Q-1, Z-9: primary, and a secondary as backup."""
    item = by_rule(desk, user="gone@desk.example", secondary_position="accounts")

    assert (item.assignee_id, item.allocation) == (iva.pk, "rule_secondary_position")


def test_a_position_that_nobody_holds_any_more_leaves_it_in_the_queue(desk: Desk, accounts: Definition) -> None:
    """Q-7: invalid targets are skipped."""
    Person.objects.filter(name__in=["Ana Lima", "Iva Novak"]).update(is_active=False)
    desk.ana = desk.leo

    item = by_rule(desk, position="accounts")

    assert (item.assignee_id, item.allocation, item.listed) == (None, "queue", Listed.QUEUE)


def test_the_holder_with_the_least_to_do_gets_it_where_the_rule_says_so(
    desk: Desk, iva: Person, accounts: Definition
) -> None:
    """Q-1: load as a criterion; what waits or is done counts for nobody."""
    first, second = (by_rule(desk, position="accounts", choose="least_loaded") for _ in range(2))
    working.start(second, by=desk.ana, at=MONDAY)
    resolving.resolve(fresh(second), method="replied", by=desk.ana, at=MONDAY)

    third = by_rule(desk, position="accounts", choose="least_loaded")

    assert [one.assignee_id for one in (first, second, third)] == [iva.pk, desk.ana.id, desk.ana.id]


def test_the_loads_of_a_position_are_read_in_one_statement(desk: Desk, iva: Person, accounts: Definition) -> None:
    """Q-1: and only where a rule goes by them; where writers do not queue up, one more asks who else is at it."""
    by_rule(desk, position="accounts")
    with CaptureQueriesContext(
        connection,
    ) as plain:
        desk.ticket(category=PUSHED)
    by_rule(desk, position="accounts", choose="least_loaded")
    with CaptureQueriesContext(connection) as chosen:
        desk.ticket(category=PUSHED)

    assert len(chosen) == len(plain) + {"sqlite": 1, "postgresql": 2}[connection.vendor]


def test_who_is_away_is_skipped_and_their_substitute_stands_in(desk: Desk, iva: Person) -> None:
    """Q-7, Z-9: told as such."""
    away(desk.ana.id, substitute=iva.email)

    item = by_rule(desk, user=desk.ana.email)

    assert (item.assignee_id, item.allocation) == (iva.pk, "rule_user_substitute")
    assert told(item) == {"why": "rule_user_substitute", "instead_of": "Ana Lima"}


def test_a_substitute_who_is_away_too_is_not_replaced_in_turn(desk: Desk, iva: Person) -> None:
    """Q-7: no chains."""
    away(desk.ana.id, substitute=iva.email)
    away(iva.pk, substitute=desk.leo.email)

    assert by_rule(desk, user=desk.ana.email).assignee_id is None


def test_a_substitute_must_be_a_valid_target(desk: Desk) -> None:
    """Q-12."""
    away(desk.ana.id, substitute=desk.eve.email)

    assert by_rule(desk, user=desk.ana.email, secondary=desk.leo.email).assignee_id == desk.leo.id


def test_a_holder_who_is_away_without_a_substitute_is_passed_over(
    desk: Desk, iva: Person, accounts: Definition
) -> None:
    """Q-1, Q-7."""
    away(iva.pk)

    assert by_rule(desk, position="accounts").assignee_id == desk.ana.id


@pytest.mark.parametrize(("zone", "here"), [("Pacific/Kiritimati", True), ("UTC", False), ("", False)])
def test_a_day_of_absence_is_one_where_the_person_is(desk: Desk, zone: str, here: bool) -> None:
    """Q-7: on Monday at eleven in the evening in London it is Tuesday on Kiritimati."""
    away(desk.ana.id, zone=zone)
    by_rule(desk, user=desk.ana.email)

    late = desk.ticket(category=PUSHED, at=MONDAY + timedelta(hours=14))

    assert (fresh(late).assignee_id == desk.ana.id) is here


def test_who_was_away_yesterday_gets_work_again(desk: Desk) -> None:
    """Q-7."""
    away(desk.ana.id)
    by_rule(desk, user=desk.ana.email)

    assert fresh(desk.ticket(category=PUSHED, at=MONDAY + DAY)).assignee_id == desk.ana.id


def test_what_comes_back_is_not_kept_with_somebody_who_is_away(desk: Desk, iva: Person) -> None:
    """Q-9."""
    publish("settings", "settings", keep_with_user=True)
    item = desk.ticket()
    working.start(item, by=desk.ana, at=MONDAY)
    resolving.resolve(fresh(item), method="replied", by=desk.ana, at=MONDAY)
    away(desk.ana.id, substitute=iva.email)

    change = ledger.Change(fresh(item), desk.leo, MONDAY)
    resolving.reopen_by_mail(change)
    change.write()

    assert (fresh(item).assignee_id, fresh(item).allocation) == (iva.pk, "kept_with_user_substitute")


def test_by_hand_somebody_who_is_away_may_be_given_work(desk: Desk) -> None:
    """Q-12: an absence is no reason that forbids."""
    item = desk.ticket()
    away(desk.ana.id)

    working.assign(item, to=desk.ana.email, by=desk.leo, at=MONDAY)

    assert (fresh(item).assignee_id, fresh(item).allocation) == (desk.ana.id, "by_hand")
