"""Running Cases move to a newer version of their type, each by itself, and back (decision 48)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.flows import PLAIN, begun, names, passed, publish_flow, republish, running
from tests.services.test_bulk import fresh, outcomes, why, worked
from tests.services.test_walk import consistent
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid, NotPermitted
from tramita.domain.upgrades import Chosen, Fate
from tramita.models import Definition, Entry, Item, Job, Person
from tramita.queries.flow_view import Passage, flow_of
from tramita.queries.people import actor_for
from tramita.queries.upgrades import preview, versions
from tramita.services import bulk, editing, flowing, resolving, reworking, upgrading_many, waiting

LATER = MONDAY + timedelta(hours=1)
NEWER = {"gather": ["papers", "form"], "check": ["bank", "credit"], "approve": ["sign"], "finish": ["create"]}


@pytest.fixture
def chief(desk: Desk) -> Any:
    """Ana configures the desk."""
    Person.objects.filter(pk=desk.ana.id).update(role="administrator")
    return actor_for(Person.objects.get(pk=desk.ana.id))


def moved(by: Any, path: str, *, old: int = 1, new: int = 2, **chosen: Mapping[str, Any]) -> Job:
    job = upgrading_many.begin(path, old=old, new=new, chosen=Chosen(**chosen), by=by, at=MONDAY)
    worked()
    return job


def undone(job: Job, by: Any) -> Job:
    made = bulk.undo(job, by=by, at=LATER)
    worked(LATER)
    return made


def complete(case: Item, by: Any, *wanted: str) -> None:
    for action in running(case):
        if not wanted or action.action_name in wanted:
            resolving.resolve(action, method="complete", by=by, at=MONDAY)


def path_of(case: Item) -> str:
    return Definition.objects.get(pk=case.process_id).key


def test_a_case_goes_on_by_the_newer_version_from_where_it_stands(desk: Desk, chief: Any) -> None:
    """SLA-17, BU-4, C-7, C-9: what began stays as it began; steps to come are those of the newer version."""
    case = begun(desk)
    complete(case, desk.ana, "papers")
    due = fresh(case).due_at
    republish(path_of(case), NEWER)

    job = moved(chief, path_of(case), steps={"collect": "gather"})

    now = fresh(case)
    assert outcomes(job) == ["done"]
    assert now.process_version.number == 2
    assert (now.due_at, names(now)) == (due, ["form"])
    assert [step.state for step in flow_of(now, desk.ana)] == [Passage.RUNNING, *[Passage.TO_COME] * 3]
    complete(now, desk.ana)
    assert names(fresh(case)) == ["bank", "credit"]
    entry = Entry.objects.get(item=case, type="version_changed")
    assert (entry.data["from"], entry.data["to"], entry.data["job"]) == (1, 2, job.pk)
    consistent(fresh(case))


def test_an_action_that_vanished_is_mapped_closed_or_goes_on_as_it_is(desk: Desk, chief: Any) -> None:
    """C-7, A-43, decision 42: as the person chose; a step that is complete by it goes on, and nothing runs twice."""
    mapped, closed, kept = [begun(desk, {"one": ["old"], "two": ["next"]}) for _ in range(3)]
    for case in (mapped, closed, kept):
        republish(path_of(case), {"one": ["new"], "two": ["next"]})

    moved(chief, path_of(mapped), actions={"old": "new"})
    moved(chief, path_of(closed), actions={"old": None})
    moved(chief, path_of(kept))

    assert passed(mapped) == [("one", ["new"])]
    assert passed(closed) == [("one", ["old"]), ("two", ["next"])]
    ended = Entry.objects.get(item__parent=closed, type="closed")
    assert ended.data["because"] == "version_changed"
    assert names(kept) == ["old"]
    assert flow_of(fresh(kept), desk.ana)[0].actions[0].title == "Old"
    for case in (mapped, kept):
        assert len(flow_of(fresh(case), desk.ana)[0].actions) == 1
        complete(case, desk.ana)
        assert names(case) == ["next"]
        consistent(fresh(case))


def test_what_the_move_would_do_is_counted_before_it_is_done(desk: Desk, chief: Any) -> None:
    """BU-4: steps and Actions that vanished with what runs there, Cases that go on or stay, and what comes again."""
    path = publish_flow("supplier", PLAIN)
    one, two, ended = [begun(desk, path=path) for _ in range(3)]
    complete(two, desk.ana)
    resolving.abort(ended, by=desk.ana, at=MONDAY)
    republish(path, {"check": ["bank"], "finish": ["create", "papers"]})
    found = versions(path, 1)

    plain = preview(found, Chosen())
    chosen = preview(found, Chosen(steps={"collect": "check"}, actions={"form": None}))

    assert [(step.name, step.running) for step in plain.steps] == [("collect", 1)]
    assert [(action.name, action.running, action.ended) for action in plain.actions] == [("form", 1, 1)]
    assert (plain.cases, plain.moving, plain.fates[Fate.STAYS]) == (2, 1, 1)
    assert plain.stay == [(one.reference, "Collect")]
    assert plain.again == ["Papers"]
    assert (chosen.moving, chosen.closed, chosen.stay) == (2, 1, [])


def test_a_case_without_a_counterpart_for_its_step_keeps_its_version_and_says_why(desk: Desk, chief: Any) -> None:
    """Z-7: named with the reason, item by item."""
    case = begun(desk)
    republish(path_of(case), {"check": ["bank"]})

    job = moved(chief, path_of(case))

    assert outcomes(job) == ["refused"]
    assert why(job, chief) == ["The newer version has no step for “Collect”, where it stands."]
    assert fresh(case).process_version.number == 1
    complete(case, desk.ana)
    assert names(case) == ["bank"]


def test_an_undo_brings_back_version_names_and_what_was_closed(desk: Desk, chief: Any) -> None:
    """Z-7, decision 37: a copy of what the move closed is To Do again, in its place of the step."""
    case = begun(desk)
    republish(path_of(case), {"gather": ["documents", "more"], "check": ["bank"]})
    job = moved(chief, path_of(case), steps={"collect": "gather"}, actions={"papers": "documents", "form": None})
    assert passed(case) == [("gather", ["documents", "form"])]

    back = undone(job, chief)

    now = fresh(case)
    assert outcomes(back) == ["done"]
    assert now.process_version.number == 1
    assert passed(case) == [("collect", ["papers", "form"])]
    assert names(case) == ["papers", "form"]
    complete(case, desk.ana)
    assert names(case) == ["bank"]
    consistent(fresh(case))


def test_an_undo_leaves_alone_what_went_on_and_says_so(desk: Desk, chief: Any) -> None:
    """Z-7: by the move itself, or since by somebody; what nobody touched goes back."""
    path = publish_flow("short", {"one": ["old", "other"], "two": ["next"]})
    untouched, since, through = [begun(desk, path=path) for _ in range(3)]
    complete(through, desk.ana, "other")
    republish(path, {"one": ["other"], "two": ["next"]})
    job = moved(chief, path, actions={"old": None})
    complete(since, desk.ana)

    back = undone(job, chief)

    assert sorted(outcomes(back)) == ["done", "refused", "refused"]
    assert sorted(why(back, chief)) == [
        "It was changed since, and is left as it is.",
        "The move completed its step: it went on, and stays where it is.",
    ]
    assert [fresh(one).process_version.number for one in (untouched, since, through)] == [1, 2, 2]
    assert names(untouched) == ["other", "old"]


def test_a_case_that_is_asked_paused_or_at_its_end_moves_and_waits_for_whom_it_did(desk: Desk, chief: Any) -> None:
    """C-47, CG-49, C-10: the step that is over goes by its new name, a Pause holds what is complete by the move."""
    asked = begun(desk, {"one": ["old"], "two": ["next"]}, progression="manual")
    paused = begun(desk, {"one": ["old"], "two": ["next"]})
    complete(asked, desk.ana)
    waiting.wait(fresh(paused), type="pause", by=desk.ana, at=MONDAY)
    republish(path_of(asked), {"first": ["new"], "two": ["next"]}, progression="manual")
    republish(path_of(paused), {"first": ["new"], "two": ["next"]})

    moved(chief, path_of(asked), steps={"one": "first"})
    moved(chief, path_of(paused), steps={"one": "first"}, actions={"old": None})

    assert fresh(asked).finished_step == "first"
    flowing.next_step(fresh(asked), by=desk.ana, at=LATER)
    assert names(asked) == ["next"]
    assert (names(paused), fresh(paused).state) == ([], State.WAITING)
    waiting.resume(fresh(paused), by=desk.ana, at=LATER)
    assert names(paused) == ["next"]


def test_rework_and_titles_know_a_case_that_moved(desk: Desk, chief: Any) -> None:
    """C-30, G-8: from a step by its new name; the Actions that began before keep their titles."""
    case = begun(desk, allow_title_change=True)
    complete(case, desk.ana)
    republish(path_of(case), {"gather": ["papers", "proof"], "audit": ["books"]}, allow_title_change=True)
    moved(chief, path_of(case), steps={"collect": "gather", "check": "audit"}, actions={"form": "proof"})

    editing.edit(fresh(case), changes={"title": "Vega"}, by=desk.ana, at=LATER)
    assert [one.title for one in running(case)] == ["Bank: Vega"]
    reworking.rework(fresh(case), step="gather", by=desk.ana, at=LATER)

    assert names(case) == ["papers", "proof"]
    consistent(fresh(case))


def test_an_action_that_was_left_out_keeps_its_title_after_a_move(desk: Desk, chief: Any) -> None:
    """C-7: it never began and the newer version has none of its name; the code alone says nothing to a person."""
    case = begun(desk, {"one": ["old", "other?fields.amount > 5"], "two": ["next"]})
    republish(path_of(case), {"one": ["old"], "two": ["next"]})
    moved(chief, path_of(case))

    (step, _) = flow_of(fresh(case), desk.ana)

    assert [(one.title, one.reference is None) for one in step.actions] == [("Old", False), ("Other", True)]


@pytest.mark.parametrize(
    ("chosen", "fields"),
    [
        (Chosen(steps={"collect": "nowhere"}), ["steps.collect"]),
        (Chosen(steps={"check": "gather"}, actions={"form": "papers"}), ["actions.form", "steps.check"]),
        (Chosen(actions={"bank": None, "form": "unknown"}), ["actions.bank", "actions.form"]),
    ],
)
def test_a_counterpart_that_makes_no_sense_is_named(
    desk: Desk, chief: Any, chosen: Chosen, fields: Sequence[str]
) -> None:
    """BU-4: unknown, still there, or taken by another."""
    case = begun(desk)
    republish(path_of(case), {"gather": ["papers"], "check": ["bank"], "finish": ["create"]})

    with pytest.raises(Invalid) as raised:
        upgrading_many.begin(path_of(case), old=1, new=2, chosen=chosen, by=chief, at=MONDAY)

    assert sorted(one.field for one in raised.value.errors) == fields


def test_only_who_configures_the_desk_moves_cases_and_only_to_the_version_they_saw(desk: Desk, chief: Any) -> None:
    """SEC-1, Z-2, Z-7."""
    case = begun(desk)
    republish(path_of(case), NEWER)
    with pytest.raises(NotPermitted):
        upgrading_many.begin(path_of(case), old=1, new=2, chosen=Chosen(), by=desk.leo, at=MONDAY)
    republish(path_of(case), PLAIN)

    with pytest.raises(Conflict):
        upgrading_many.begin(path_of(case), old=1, new=2, chosen=Chosen(), by=chief, at=MONDAY)
