"""How much each colleague has, over HTTP (H-1, H-5)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.api.callers import Callers, problem
from tests.desk import Desk
from tramita.models import Item, Membership, Person
from tramita.services import working

pytestmark = pytest.mark.django_db


def given(desk: Desk, to: int | None, *, late: bool = False) -> None:
    """An item to somebody."""
    item = desk.ticket(at=timezone.now())
    working.assign(item, to=to or 0, by=desk.leo, at=timezone.now())
    if late:
        past = timezone.now() - timedelta(days=1)
        Item.objects.filter(pk=item.pk).update(due_at=past, sort_due=past)


def test_a_leader_reads_what_everybody_has_and_what_is_nobodys(caller: Callers, desk: Desk) -> None:
    """H-5: who has most first, those with nothing too."""
    given(desk, desk.ana.id, late=True)
    given(desk, desk.ana.id)
    given(desk, desk.robot.id)
    desk.ticket()

    rows = caller.leo.get("/team").json()["results"]

    told = {one["name"]: (one["total"], one["overdue"]) for one in rows}
    assert (told["Ana Lima"], told["Invoice reader"], told["Leo Roy"]) == ((2, 1), (1, 0), (0, 0))
    assert [one["total"] for one in rows if one["id"] is None] == [1]
    assert rows[0]["id"] == desk.ana.id


def test_an_agent_reads_of_those_who_share_a_queue_or_a_line(caller: Callers, desk: Desk) -> None:
    """H-1, SEC-2: neither robots nor what is nobody's; a part with nobody in it is not there."""
    bea, far = factories.person("Bea Mate"), factories.person("Far Away")
    Membership.objects.create(queue=desk.invoices, person=bea)
    Person.objects.filter(pk__in=(desk.ana.id, bea.pk)).update(reports_to=desk.leo.id)
    for one in (bea.pk, far.pk, desk.robot.id):
        given(desk, one)

    every = {one["name"] for one in caller.ana.get("/team").json()["results"]}
    peers = [one["name"] for one in caller.ana.get("/team", whose="peers").json()["results"]]

    assert {"Ana Lima", "Bea Mate"} <= every
    assert not {"Far Away", "Invoice reader", ""} & every
    assert peers == ["Bea Mate"]
    problem(caller.ana.get("/team", whose="reports"), 404, "not_found")
    problem(caller.ana.get("/team", whose="moon"), 422, "validation_failed")


def test_the_team_is_for_those_who_work_on_requests(caller: Callers, desk: Desk) -> None:
    """B-8, SS-1."""
    for one in (caller.robot, caller.rui):
        problem(one.get("/team"), 403, "not_permitted")
