"""`tramita bench flow`: the next step of a Case costs the same whether ten of its Actions ended or ten thousand."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tramita.cli.benchmarks.measuring import WARM_UP, Operation, measure, statements
from tramita.domain.actors import SYSTEM, Actor
from tramita.domain.codes import Kind, State
from tramita.models import CaseAction, CaseStep, Item, Person
from tramita.queries.people import actor_for
from tramita.queries.rows import fetch
from tramita.services import resolving, starting
from tramita.services.definitions.apply import publish
from tramita.services.definitions.export_processes import customers
from tramita.services.definitions.source import Place, Problems, as_node

FINISHED = (10, 10_000)  # Actions of a Case
A_PASS = 10  # of one step
SERVICE, NAME, QUEUE = ("acme", "main", "it"), "bench-flow", "helpdesk"
WRITTEN_AT_ONCE = 500  # rows
# a constant, not a parameter: the index of what is open answers
RUNNING = "SELECT id FROM items WHERE parent_id = %s AND state < 4 LIMIT 1"
RUNS = 10**6  # ordinals of what the flow itself creates begin behind those of the finished ones


def measured(operations: int) -> Iterator[dict[str, Any]]:
    """A Case for each number of finished Actions: completing its Action begins the next step, over and over."""
    actor = actor_for(Person.objects.get(email=f"{QUEUE}.0@desk.example"))
    at = datetime.now(UTC)
    _publish(WARM_UP + operations + 2, at=at)
    first = None
    for finished in FINISHED:
        case = starting.start_case(
            case_type="/".join((*SERVICE, NAME)),
            short_description=f"{finished} finished",
            requester="asks.1@acme.example",
            by=actor,
            at=at,
        )
        _finish(case, finished, at=at)
        with statements() as sent:
            _complete(case, by=actor, at=at)
        done = measure(_completing(case, by=actor, at=at), operations)
        cpu = round(done.cpu_ms, 2)
        first = first or cpu
        yield {
            "finished": finished,
            "operations": operations,
            "cpu_ms": cpu,
            "per_second": round(done.per_second, 1),
            "statements": len(sent),
            "flat": round(cpu / first, 2),
        }


def _publish(count: int, *, at: datetime) -> None:
    """A Case type of so many steps, each with an Action, beside what the desk has."""
    tree = customers()
    customer, contract, service = SERVICE
    steps = [{f"s{number}": {"actions": [{f"a{number}": {"title": f"Part {number}"}}]}} for number in range(count)]
    there = tree[customer]["contracts"][contract]["services"][service]
    there["case_types"][NAME] = {"title": "Bench", "queue": QUEUE, "due": "five_days", "steps": steps}
    publish(as_node({"customers": tree}, Place("bench")), Problems(), by=SYSTEM, at=at)


def _finish(case: Item, count: int, *, at: datetime) -> None:
    """So many closed Actions, in earlier passes of its first step."""
    passes = math.ceil(count / A_PASS)
    current = CaseStep.objects.get(case=case)
    CaseStep.objects.filter(pk=current.pk).update(number=passes + 1)
    steps = CaseStep.objects.bulk_create(
        CaseStep(case=case, number=number, step=current.step, begun_at=at, ended_at=at)
        for number in range(1, passes + 1)
    )
    plain = {"parent": case, "kind": Kind.ACTION, "number": case.number, "state": State.CLOSED}
    ended = Item.objects.bulk_create(
        (
            Item(
                **plain,
                ordinal=RUNS + number,
                process_id=case.process_id,
                process_version_id=case.process_version_id,
                sort_due=at,
                created_at=at,
                updated_at=at,
            )
            for number in range(count)
        ),
        batch_size=WRITTEN_AT_ONCE,
    )
    CaseAction.objects.bulk_create(
        (
            CaseAction(step=steps[number // A_PASS], name=f"p{number % A_PASS}", item=one)
            for number, one in enumerate(ended)
        ),
        batch_size=WRITTEN_AT_ONCE,
    )


def _completing(case: Item, *, by: Actor, at: datetime) -> Operation:
    def operation(number: int) -> None:
        del number
        _complete(case, by=by, at=at)

    return operation


def _complete(case: Item, *, by: Actor, at: datetime) -> None:
    running = fetch(RUNNING, [case.pk])[0][0]
    resolving.resolve(Item.objects.get(pk=running), method="complete", by=by, at=at)
