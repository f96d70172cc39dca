"""What became of the work of robots and people, in one table."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import factories
from tests.api.callers import cast
from tests.desk import MONDAY, Desk
from tests.flows import begun, running
from tests.services.robots.test_bounds import robot, takes
from tests.services.robots.test_leasing import LATE, fire
from tests.services.test_edges import fresh
from tramita.domain.errors import NotPermitted
from tramita.models import Item, TimeSpent
from tramita.queries import people, robots
from tramita.services import feedback, leasing, pulling, resolving, reviewing, working

HOUR = timedelta(hours=1)
CHECK = {"four_eyes": True, "queue": "invoices", "review_queue": "invoices"}


def done_by(desk: Desk, who: str) -> Item:
    """A Ticket of Rui's that this one resolved."""
    desk.ticket()
    if who == "robot":
        by, lease = takes(robot(desk))
        return leasing.complete(lease.pk, note="Done.", by=by, at=MONDAY)
    item = pulling.pull(by=desk.ana, at=MONDAY)
    resolving.resolve(item, method="replied", note="Done.", by=desk.ana, at=MONDAY)
    return item


def row(desk: Desk, of: int | None) -> robots.Work:
    report = robots.work(desk.leo, since=MONDAY - HOUR, at=MONDAY + 9 * HOUR)
    return next(one for one in report.rows if one.id == of)


@pytest.mark.parametrize("who", ["robot", "ana"])
def test_what_was_taken_up_again_is_told_of_who_resolved_it_first_and_how(desk: Desk, who: str) -> None:
    """B-9, RP-1, R-20: each item once, by what came first; of people as of robots."""
    kept, disputed, reopened = (done_by(desk, who) for _ in range(3))
    feedback.dispute(disputed, comment="It is not.", by=people.actor_for(desk.rui), at=MONDAY + HOUR)
    resolving.reopen(fresh(reopened), by=desk.leo, at=MONDAY + HOUR)

    told = row(desk, desk.robot.id if who == "robot" else desk.ana.id)

    assert (told.robot, told.results, told.reversed) == (who == "robot", 3, 2)
    assert told.reversals == {"disputed": 1, "reopened": 1}
    assert fresh(kept).first_resolver_id == told.id


def test_a_review_is_no_reversal_and_its_verdict_says_how_right_a_robot_was(desk: Desk) -> None:
    """A-40 to A-42, AI-1: while nobody looked at the result it is neither right nor wrong."""
    case = begun(desk, {"check": ["bank"], "finish": ["create"]}, actions={"bank": CHECK})
    [action] = running(case)
    by, lease = takes(robot(desk, kinds=["action"], confidence=80))
    assert lease.item_id == action.pk
    leasing.complete(lease.pk, note="Done.", confidence=90, by=by, at=MONDAY)

    assert robots.work(desk.leo, since=MONDAY - HOUR, at=MONDAY).bands == []
    reviewing.review(fresh(action), passed=True, by=desk.leo, at=MONDAY + HOUR)

    report = robots.work(desk.leo, since=MONDAY - HOUR, at=MONDAY + HOUR)
    assert [(one.total, one.right) for one in report.bands] == [(1, 1)]
    assert row(desk, desk.robot.id).reversed == 0


def test_what_went_wrong_before_a_run_says_nothing_of_it(desk: Desk) -> None:
    """AI-1: Ana's result was reversed; the robot's stays."""
    item = done_by(desk, "ana")
    resolving.reopen(fresh(item), by=desk.leo, at=MONDAY)
    working.release(fresh(item), by=desk.leo, at=MONDAY)
    by, lease = takes(robot(desk))
    leasing.complete(lease.pk, note="Done.", confidence=90, by=by, at=MONDAY + HOUR / 60)

    report = robots.work(desk.leo, since=MONDAY - HOUR, at=MONDAY + HOUR)

    assert [(one.total, one.right) for one in report.bands] == [(1, 1)]
    assert row(desk, desk.ana.id).reversals == {"reopened": 1}


def test_hand_overs_are_told_by_their_reason(desk: Desk) -> None:
    """B-5, B-9: robots reject and are too late; people give back."""
    desk.ticket(), desk.ticket()
    by, lease = takes(robot(desk))
    leasing.reject(lease.pk, reason="Unreadable.", by=by, at=MONDAY)
    takes(robot(desk))
    fire(LATE)
    working.release(pulling.pull(by=desk.ana, at=LATE), by=desk.ana, at=LATE)

    assert row(desk, desk.robot.id).hand_overs == {"rejected": 1, "too_late": 1}
    assert row(desk, desk.ana.id).hand_overs == {"given_back": 1}
    assert row(desk, desk.ana.id).handed_over == 1


def test_hours_and_cost_stand_beside_them(desk: Desk) -> None:
    """B-1, B-9, TL-5: a robot's price an hour, and what its runs told of themselves; people have no price."""
    desk.ticket()
    by, lease = takes(robot(desk, cost_per_hour=12, lease=7200))
    leasing.complete(lease.pk, note="Done.", cost=Decimal("0.5"), by=by, at=MONDAY + HOUR / 2)
    item = desk.ticket()
    moments = {"begun_at": MONDAY, "seen_at": MONDAY, "until": MONDAY, "ended_at": MONDAY}
    TimeSpent.objects.create(person_id=desk.ana.id, item=item, seconds=5400, **moments)

    machine, person = row(desk, desk.robot.id), row(desk, desk.ana.id)

    assert (machine.hours, machine.cost) == (0.5, Decimal("6.5"))
    assert (person.hours, person.cost) == (1.5, None)


def test_the_report_is_of_what_its_reader_sees(desk: Desk) -> None:
    """SEC-2: Eve sees another customer's only; robots and who asks read none."""
    done_by(desk, "robot")

    assert robots.work(desk.eve, since=MONDAY - HOUR, at=MONDAY).rows == []
    with pytest.raises(NotPermitted):
        robots.work(desk.robot, since=MONDAY - HOUR, at=MONDAY)


def test_the_page_and_the_api_tell_the_same(desk: Desk) -> None:
    """B-9, INTERFACES 5."""
    who = cast(desk)
    item = factories.ticket(queue=desk.invoices)
    lease = who.robot.post("/robot/next").json()["lease"]["id"]
    who.robot.post(f"/robot/leases/{lease}/reject", {"reason": "Unreadable."})

    told = who.leo.get("/robots/work").json()

    (one,) = told["results"]
    assert (one["name"], one["robot"], one["hand_overs"]) == ("Invoice reader", True, {"rejected": 1})
    assert (told["bands"], told["bars"]) == ([], {})
    assert fresh(item).robot_rejected
    assert who.leo.get("/robots/work", days=0).status_code == 422
    assert who.robot.get("/robots/work").status_code == 403
