"""What robots propose stands on the item, and the switch that stops them on their page."""

import re
from datetime import timedelta

from django.utils import timezone

from tests import factories
from tests.desk import MONDAY, Desk
from tests.services.robots.test_bounds import robot, takes
from tests.services.robots.test_proposing import MAIL, proposed
from tests.services.test_edges import fresh
from tests.web.conftest import Browser
from tests.web.reading import words_of
from tramita.domain.codes import State
from tramita.domain.proposals import Decided, Proposed
from tramita.models import Message, Person, Proposal, RobotStop
from tramita.services import leasing, notes, proposing, resolving


def test_a_person_reads_exactly_what_would_be_done_and_agrees(desk: Desk, as_: Browser) -> None:
    """Z-17: recipients, subject and text; who is told apart, and what is sent is what stood there."""
    made = proposed(desk, to=[desk.rui.email, "evil@elsewhere.example"], **MAIL)
    ana = as_(desk.ana)

    page = ana.get(f"/items/{made.item.reference}").content.decode()
    assert "A robot proposes a mail" in page
    assert "80 % sure" in page
    assert "Goes to somebody who takes no part: evil@elsewhere.example" in page
    words = {"to": desk.rui.email, "subject": MAIL["subject"], "text": MAIL["text"]}
    answer = ana.post(f"/items/{made.item.reference}/proposals/{made.pk}/accept", words)

    assert answer.status_code == 302
    assert [address for _, address in Message.objects.get().to] == [desk.rui.email]
    assert Proposal.objects.get().state is Decided.CHANGED  # one recipient was taken out
    assert "A robot proposes a mail" not in ana.get(f"/items/{made.item.reference}").content.decode().split("<nav")[0]


def test_a_result_is_agreed_to_as_it_is_or_refused(desk: Desk, as_: Browser) -> None:
    """Z-17, AI-1: fields and method are shown, the note may be typed over; who comes second is told."""
    desk.ticket()
    by, lease = takes(robot(desk, modes={"resolve": "suggest"}))
    leasing.complete(lease.pk, note="Booked.", fields={"amount": 991}, by=by, at=MONDAY)
    made = Proposal.objects.get()
    path, ana = f"/items/{made.item.reference}", as_(desk.ana)
    assert "991" in ana.get(path).content.decode()

    ana.post(f"{path}/proposals/{made.pk}/accept", {"note": "Booked."})

    assert (fresh(made.item).state, Proposal.objects.get().state) == (State.RESOLVED, Decided.ACCEPTED)
    second = ana.post(f"{path}/proposals/{made.pk}/refuse")
    assert "This proposal was decided already." in second.content.decode()


def test_a_change_is_typed_over_field_by_field_before_it_is_agreed_to(desk: Desk, as_: Browser) -> None:
    """Z-17: numbers stay numbers; what was not touched is as it was proposed."""
    made = proposed(desk, verb=Proposed.CHANGE, fields={"amount": 991, "paid": True}, tags=["late"], note="Look.")
    path, ana = f"/items/{made.item.reference}", as_(desk.ana)
    page = ana.get(path).content.decode()
    assert all(f'name="{name}"' in page for name in ("field:amount", "field:paid", "tags", "note"))
    words = {"field:amount": "992", "field:paid": "yes", "tags": "late", "note": "Look."}

    assert ana.post(f"{path}/proposals/{made.pk}/accept", words).status_code == 302

    assert fresh(made.item).fields == {"amount": 992, "paid": True}
    assert Proposal.objects.get().state is Decided.CHANGED


def test_the_page_says_in_whose_name_it_would_be_done_and_the_timeline_who_agreed(desk: Desk, as_: Browser) -> None:
    """Z-17: the robot's own deed; what came too late is told, and stands there no more."""
    desk.ticket()
    by, lease = takes(robot(desk, modes={"change": "act_with_approval"}))
    made, late = (
        proposing.propose(lease.pk, verb=Proposed.CHANGE, given={"fields": {"amount": n}}, by=by, at=MONDAY)
        for n in (1, 2)
    )
    path, ana = f"/items/{made.item.reference}", as_(desk.ana)
    assert "Invoice reader does it and you are named" in " ".join(ana.get(path).content.decode().split())

    ana.post(f"{path}/proposals/{made.pk}/accept", {"field:amount": "1"})
    notes.add_note(fresh(made.item), body="No more.", by=desk.ana, at=MONDAY)
    refused = ana.post(f"{path}/proposals/{late.pk}/accept", {"field:amount": "2"}).content.decode()

    assert "The item went on since the robot proposed this" in refused
    timeline = ana.get(f"{path}?tab=timeline").content.decode()
    assert "Invoice reader, approved by Ana Lima" in timeline
    assert "came too late" in timeline
    assert fresh(made.item).fields == {"amount": 1}
    assert f"proposal-{late.pk}" not in timeline


def test_a_list_says_what_a_robot_handed_over_with_a_proposal(desk: Desk, as_: Browser) -> None:
    """Q-2, L-11: until somebody has decided."""
    desk.ticket()
    by, lease = takes(robot(desk, modes={"resolve": "suggest"}))
    leasing.complete(lease.pk, note="Booked.", by=by, at=MONDAY)
    made = Proposal.objects.get()
    assert "Robot proposes" in as_(desk.ana).get(f"/queues/{desk.invoices.key}").content.decode()

    proposing.refuse(made, by=desk.ana, at=MONDAY)

    page = as_(desk.ana).get(f"/queues/{desk.invoices.key}").content.decode()
    assert ("Robot proposes" in page, "Robot rejected" in page) == (False, True)


def test_who_may_only_look_decides_nothing(desk: Desk, as_: Browser) -> None:
    """SEC-2: what is invisible is not there; another item's proposal is not either."""
    made, other = proposed(desk, verb=Proposed.CHANGE, title="Better"), desk.ticket()

    assert as_(desk.eve).post(f"/items/{made.item.reference}/proposals/{made.pk}/accept").status_code == 404
    assert as_(desk.ana).post(f"/items/{other.reference}/proposals/{made.pk}/accept").status_code == 404
    assert Proposal.objects.get().state is Decided.WAITING


def test_a_leader_stops_all_robots_on_their_page_and_lets_them_go_on(desk: Desk, as_: Browser) -> None:
    """B-1, B-9: agents see them and have no switch."""
    desk.ticket()
    takes(robot(desk))
    ana, leo = as_(desk.ana), as_(desk.leo)
    assert "Stop all robots" not in ana.get("/robots").content.decode()
    assert ana.post("/robots/stop").status_code == 403
    assert "Stop all robots" in leo.get("/robots").content.decode()

    stopped = leo.post("/robots/stop", {"reason": "It errs."}, follow=True).content.decode()

    assert "1 item is free" in stopped
    assert "It errs." in stopped
    assert "Robots work again." in leo.post("/robots/resume", follow=True).content.decode()
    assert not RobotStop.objects.filter(ended_at=None).exists()


def test_robots_stand_beside_people_in_what_was_done(desk: Desk, as_: Browser) -> None:
    """RP-1, AI-1: results, what was taken up again, what was handed over, and how sure robots were."""
    at = timezone.now()
    for _ in range(2):
        desk.ticket(at=at - timedelta(hours=1))
    found = leasing.next_lease(by=robot(desk), at=at)
    leasing.complete(found[1].pk, note="Done.", confidence=95, by=robot(desk), at=at)
    resolving.reopen(fresh(found[0]), by=desk.ana, at=at)
    found = leasing.next_lease(by=robot(desk), at=at)
    leasing.reject(found[1].pk, reason="No.", by=robot(desk), at=at)

    page = " ".join(as_(desk.leo).get("/robots").content.decode().split())

    assert "90–100" in page
    row = page.partition("last 30 days</h2>")[2].partition("Invoice reader")[2].partition("</tr>")[0]
    cells = re.findall(r'<td class="end"[^>]*>([^<]*)', row)
    assert cells == ["1", "1", "0.0", "0.00", "1", "0", "0", "0"]
    assert "reopened: 1" in row
    assert "rejected: 1" in row


def test_the_bar_that_its_history_suggests_stands_where_the_bar_is_set(desk: Desk, as_: Browser) -> None:
    """AI-1: on the page of robots and in the Builder, once there are results enough."""
    boss, item, at = as_(factories.administrator()), desk.ticket(), timezone.now()
    key = Person.objects.get(pk=desk.robot.id).key
    assert "would fit" not in boss.get(f"/builder/desk/robots/{key}").content.decode()
    rows = [(90, Decided.ACCEPTED)] * 30 + [(60, Decided.REFUSED)] * 10
    for sure, state in rows:
        made = {"item": item, "robot_id": desk.robot.id, "fence": 1, "seq": 1, "verb": Proposed.CHANGE}
        Proposal.objects.create(**made, confidence=sure, state=state, created_at=at)

    assert "results of the last 30 days 65 would fit" in boss.get(f"/builder/desk/robots/{key}").content.decode()
    assert "would fit: 65 %" in boss.get("/robots").content.decode()


def test_a_step_is_read_on_the_page_and_done_as_it_stands(desk: Desk, as_: Browser) -> None:
    """B-8, decision 82: words, not codes; a colleague's address is no recipient of anything."""
    desk.ticket()
    by, lease = takes(robot(desk))
    wait = {"type": "more_information", "days": 5, "close_if_no_response": True}
    made = proposing.propose(lease.pk, verb=Proposed.WAIT, given=wait, by=by, at=MONDAY)
    proposing.propose(lease.pk, verb=Proposed.ASSIGN, given={"to": desk.ana.email}, by=by, at=MONDAY)
    proposing.propose(lease.pk, verb=Proposed.MOVE, given={"verb": "release"}, by=by, at=MONDAY)
    path, leo = f"/items/{made.item.reference}", as_(desk.leo)

    page = words_of(leo.get(path))
    answer = leo.post(f"{path}/proposals/{made.pk}/accept")

    assert "A robot proposes to wait" in page
    assert "Wait type Wait for more information Days 5 Close if no response received Yes" in page
    assert f"Assignee {desk.ana.email}" in page
    assert "What is done Release to the queue" in page
    assert "takes no part" not in page
    assert (answer.status_code, fresh(made.item).state) == (302, State.WAITING)
