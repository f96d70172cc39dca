"""The loop of a robot over HTTP: next, heartbeat, complete, reject, unable."""

import pytest

from tests.api.callers import cast, fields, problem
from tests.desk import Desk
from tests.services.robots.test_bounds import robot as terms
from tramita.models import Item, Lease

pytestmark = pytest.mark.django_db


def test_a_robot_works_an_item_from_the_queue_to_its_end(desk: Desk) -> None:
    """B-4, B-7, Z-17, INTERFACES 5."""
    ticket, robot = desk.ticket(), cast(desk).robot

    taken = robot.post("/robot/next")
    lease = taken.json()["lease"]
    path = f"/robot/leases/{lease['id']}"
    held = robot.get("/robot/leases").json()
    beat = robot.post(f"{path}/heartbeat", {"fence": lease["fence"]})
    done = robot.post(f"{path}/complete", {"note": "Booked."})

    assert (taken.status_code, taken.json()["item"]["state"]) == (200, "in_progress")
    assert taken.json()["item"]["assignee"]["kind"] == "robot"
    assert [one["item"] for one in held["results"]] == [str(ticket.reference)]
    assert beat.json()["expires_at"] >= lease["expires_at"]
    assert (done.status_code, done.json()["state"]) == (200, "resolved")
    assert robot.post("/robot/next").status_code == 204
    problem(robot.post(f"{path}/complete", {"note": "Again."}), 409, "lease_lost")
    problem(robot.post(f"{path}/heartbeat"), 409, "lease_lost")


def test_a_robot_says_why_it_cannot(desk: Desk) -> None:
    """B-5, B-6: the reason is needed, and told; nobody is unable to complete a Ticket."""
    ticket, robot = desk.ticket(), cast(desk).robot
    path = f"/robot/leases/{robot.post('/robot/next').json()['lease']['id']}"

    assert fields(problem(robot.post(f"{path}/reject", {}), 422, "validation_failed")) == {"reason": "required"}
    problem(robot.post(f"{path}/unable", {"reason": "Gone."}), 409, "not_an_action")
    back = robot.post(f"{path}/reject", {"reason": "The scan cannot be read."})

    assert (back.json()["state"], back.json()["assignee"]) == ("to_do", None)
    told = cast(desk).ana.get(f"/items/{ticket.reference}/timeline", type="rejected").json()["results"]
    assert told[0]["data"]["reason"] == 103
    assert "The scan cannot be read." in str(told[0])


def test_people_have_no_leases_and_robots_only_their_own(desk: Desk) -> None:
    """B-1, Z-17: a lease of another is not there."""
    desk.ticket()
    who = cast(desk)
    number = who.robot.post("/robot/next").json()["lease"]["id"]

    for path in ("/robot/next", f"/robot/leases/{number}/heartbeat", f"/robot/leases/{number}/complete"):
        problem(who.leo.post(path), 403, "not_permitted")
        problem(who.nobody.post(path), 401, "not_signed_in")
    problem(who.robot.post(f"/robot/leases/{number + 1}/heartbeat"), 404, "not_found")
    problem(who.ana.get("/robot/leases"), 403, "not_permitted")


def test_leaders_stop_all_robots_and_each_call_of_one_is_refused(desk: Desk) -> None:
    """B-1, Q-10: at once, for the next call asks; agents look, and do not stop."""
    desk.ticket()
    who = cast(desk)
    lease = who.robot.post("/robot/next").json()["lease"]["id"]
    problem(who.ana.post("/robots/stop"), 403, "not_permitted")

    stopped = who.leo.post("/robots/stop", {"reason": "It errs."})

    assert stopped.json() == {"stopped": True, "items": 1}
    for path in ("/robot/next", f"/robot/leases/{lease}/heartbeat", f"/robot/leases/{lease}/complete", "/tickets"):
        problem(who.robot.post(path), 403, "robots_stopped")
    problem(who.robot.get("/items"), 403, "robots_stopped")
    assert who.leo.post("/robots/resume").json() == {"stopped": False, "items": 0}
    assert who.robot.post("/robot/next").status_code == 200
    [told] = who.ana.get("/robots").json()["results"]
    assert (told["at_hand"], told["rests"], told["modes"]["mail"]) == (1, None, "suggest")
    problem(who.robot.get("/robots"), 403, "not_permitted")


def test_an_answer_that_was_lost_is_given_again(desk: Desk) -> None:
    """INTERFACES 5: with a key a repeated call takes nothing more, and completes nothing twice."""
    desk.ticket()
    desk.ticket()
    robot = cast(desk).robot

    first, again = (robot.post("/robot/next", headers={"Idempotency-Key": "k1"}) for _ in range(2))
    path = f"/robot/leases/{first.json()['lease']['id']}/complete"
    ends = [robot.post(path, {"note": "Done."}, headers={"Idempotency-Key": "k2"}).status_code for _ in range(2)]

    assert first.json() == again.json()
    assert ends == [200, 200]
    assert Lease.objects.count() == Item.objects.filter(fence__isnull=False).count() + 1 == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k1"}], ids=["plain", "with a key"])
def test_a_proposal_that_came_too_late_stays_expired(desk: Desk, headers: dict[str, str]) -> None:
    """Z-17: with a key the refusal takes back its transaction; that it expired is kept all the same."""
    terms(desk, mails=True, modes={"mail": "act_with_approval"})
    item, who = desk.ticket(), cast(desk)
    lease = who.robot.post("/robot/next").json()["lease"]["id"]
    mail = {"to": [desk.rui.email], "subject": "991", "text": "It was paid."}
    made = who.robot.post(f"/robot/leases/{lease}/propose", {"verb": "mail", "given": mail}).json()
    who.ana.post(f"/items/{item.reference}/notes", {"body": "No!"})

    problem(who.leo.post(f"/proposals/{made['id']}/accept", headers=headers), 409, "proposal_expired")

    assert made["as_robot"]
    [told] = who.leo.get(f"/items/{item.reference}/proposals").json()["results"]
    assert told["state"] == "expired"


def test_a_robot_proposes_to_wait_over_http(desk: Desk) -> None:
    """B-8, decision 82: where its mode answers `needs_a_person`."""
    terms(desk, modes={"change": "suggest"})
    item, who = desk.ticket(), cast(desk)
    lease = who.robot.post("/robot/next").json()["lease"]["id"]
    wait = {"type": "more_information", "days": 5}
    problem(who.robot.post(f"/items/{item.reference}/wait", wait), 403, "needs_a_person")

    made = who.robot.post(f"/robot/leases/{lease}/propose", {"verb": "wait", "given": wait})
    done = who.leo.post(f"/proposals/{made.json()['id']}/accept")

    assert (made.status_code, done.json()["state"], done.json()["wait"]["days"]) == (201, "waiting", 5)
