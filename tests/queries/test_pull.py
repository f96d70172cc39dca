"""What "Pull from Queue" gives next."""

from datetime import timedelta

import pytest

from tests import factories as make
from tramita.domain.codes import Clock, Kind
from tramita.queries import people
from tramita.queries.pull import candidates

pytestmark = pytest.mark.django_db

NOW = make.NOW


def due(hours):
    return {"due_at": NOW + timedelta(hours=hours), "clock": Clock.RUNNING}


def offered(actor, **more):
    return [one.id for one in candidates(actor, at=NOW, **more)]


def test_overdue_comes_first_then_what_a_robot_rejected_then_what_is_due_soonest(django_assert_num_queries):
    """Q-2: over all queues of the person, whatever queue it is in."""
    one, other = make.queue(), make.queue()
    ana = make.agent(queues=[one, other])
    never = make.ticket(queue=one)
    soon, later = make.ticket(queue=other, **due(1)), make.ticket(queue=one, **due(9))
    rejected = make.ticket(queue=other, robot_rejected=True)
    late, most_overdue = make.ticket(queue=one, **due(-1)), make.case(queue=other, **due(-5))

    with django_assert_num_queries(2):
        ids = offered(ana)

    assert ids == [item.pk for item in (most_overdue, late, rejected, soon, later, never)]
    assert offered(ana, limit=1) == [most_overdue.pk]


def test_only_what_waits_in_an_own_queue_and_may_be_seen_is_offered():
    """Q-2, SEC-2, L-4."""
    queue = make.queue()
    mine = make.ticket(queue=queue, process=make.definition())
    make.ticket(queue=queue, process=make.definition(key="blue/main/finance/x"))
    make.ticket(queue=queue, assignee=make.person(), process=make.definition())
    make.ticket(queue=queue, waiting=True, process=make.definition())
    make.ticket(queue=make.queue(), process=make.definition())

    assert offered(make.agent(queues=[queue], grants={"acme": ["view", "work"]})) == [mine.pk]
    assert offered(make.agent("Cy", queues=[queue], grants={"acme": ["view"]})) == []
    assert offered(make.agent("Eve")) == []
    assert offered(make.agent("Bo", queues=[make.queue(active=False)])) == []


def test_people_get_from_a_strict_queue_what_a_robot_rejected_only():
    """Q-3."""
    strict = make.queue(strict=True)
    make.ticket(queue=strict, **due(-2))
    rejected, late = (
        make.ticket(queue=strict, robot_rejected=True),
        make.ticket(queue=strict, robot_rejected=True, **due(-1)),
    )

    assert offered(make.agent(queues=[strict])) == [late.pk, rejected.pk]


def test_a_robot_gets_nothing_that_a_robot_rejected_and_only_kinds_it_is_made_for():
    """B-3, B-5, B-10, Q-3."""
    strict = make.queue(strict=True)
    ticket, case = make.ticket(queue=strict, **due(3)), make.case(queue=strict, **due(-1))
    make.ticket(queue=strict, robot_rejected=True)
    robot = people.actor_for(make.robot(queues=[strict]))

    assert offered(robot) == [case.pk, ticket.pk]
    assert offered(robot, kinds=frozenset({Kind.TICKET, Kind.ACTION})) == [ticket.pk]


def test_a_candidate_carries_the_version_it_was_seen_in():
    """DESIGN decision 9: whoever is faster wins."""
    queue = make.queue()
    ticket = make.ticket(queue=queue)
    make.entry(ticket)

    (candidate,) = candidates(make.agent(queues=[queue]), at=NOW)

    assert (candidate.id, candidate.version) == (ticket.pk, 2)
