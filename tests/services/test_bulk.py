"""Many items at once: each change, what is refused and why, the way back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from tests import factories as make
from tests.desk import MONDAY, Desk
from tests.services.test_races import sound
from tramita.domain.actors import Actor
from tramita.domain.bulk import OFFERED, Bulk
from tramita.domain.codes import State
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.domain.notices import Event
from tramita.models import Entry, Follow, Item, Job, JobItem, Person
from tramita.queries import jobs
from tramita.queries.notices import notices, popups, to_mail, unread
from tramita.queries.people import actor_for
from tramita.services import bulk, bulk_changes, bulk_work, resolving, retention, tagging, waiting, working
from tramita.ui.notices import sentence

LATER = MONDAY + timedelta(hours=1)
Outcome = JobItem.Outcome
PLAIN = "acme/main/finance/plain"


def worked(at: Any = LATER) -> None:
    """The worker, until nothing is left."""
    while bulk_work.work(at=at).total():
        pass


def done(change: str, *items: Item, by: Actor, **given: Any) -> Job:
    """Asked for and worked."""
    job = bulk.begin(change, [item.pk for item in items], by=by, at=MONDAY, **given)
    worked()
    return job


def outcomes(job: Job) -> list[str]:
    """In the order of the items."""
    return [Outcome(one).name.lower() for one in job.items.order_by("id").values_list("outcome", flat=True)]


def why(job: Job, by: Actor) -> list[str]:
    """What is told of each item that was refused."""
    return [str(line.error) for line in jobs.lines(by, job)[0] if line.error]


def fresh(item: Item) -> Item:
    return Item.objects.get(pk=item.pk)


def started(desk: Desk, by: Actor, **given: Any) -> Item:
    item = desk.ticket(**given)
    working.start(item, by=by, at=MONDAY)
    return fresh(item)


def test_ticked_items_are_given_to_somebody_and_the_ledger_tells_who_did_it_and_how(desk: Desk) -> None:
    """Z-7, BK-2, T-27, T-54: nobody's, a colleague's, and one that they have already."""
    free, held, theirs = desk.ticket(), started(desk, desk.leo), started(desk, desk.ana)

    job = done("assign", free, held, theirs, to=desk.ana.id, by=desk.leo)

    assert outcomes(job) == ["done", "done", "unchanged"]
    for item in (free, held):
        now = sound(item)
        assert (now.assignee_id, now.state) == (desk.ana.id, State.TO_DO)
        entry = Entry.objects.filter(item=item, type="assigned").latest("seq")
        assert (entry.actor_id, entry.data["job"], entry.at) == (desk.leo.id, job.pk, LATER)
    assert fresh(theirs).state is State.IN_PROGRESS
    assert Job.objects.get().ended_at == LATER


def test_released_items_wait_in_their_queue(desk: Desk) -> None:
    """Z-7, S-6."""
    held, free, waits = started(desk, desk.ana), desk.ticket(), started(desk, desk.ana)
    waiting.wait(waits, type="more_information", by=desk.ana, at=MONDAY)

    job = done("release", held, free, waits, by=desk.leo)

    assert outcomes(job) == ["done", "unchanged", "refused"]
    assert (fresh(held).assignee_id, fresh(held).listed.value) == (None, "queue")
    assert why(job, desk.leo) == ["“release” is not possible while the item is waiting."]


def test_states_that_need_nothing_are_set_where_the_tables_allow_it(desk: Desk) -> None:
    """Z-7, BK-2: start, To Do, the end of a wait, reopening."""
    one, two, three, other = (desk.ticket() for _ in range(4))
    assert outcomes(done("start", one, two, three, by=desk.leo)) == ["done"] * 3
    working.start(other, by=desk.ana, at=MONDAY)

    job = done("to-do", one, other, by=desk.leo)
    assert outcomes(job) == ["done", "refused"]
    assert why(job, desk.leo) == ["Only the one who has it may do this."]

    waiting.wait(fresh(two), type="until", until=LATER + timedelta(days=3), by=desk.leo, at=MONDAY)
    assert outcomes(done("resume", two, by=desk.leo)) == ["done"]
    resolving.resolve(fresh(three), method="replied", note="Done.", by=desk.leo, at=MONDAY)
    reopened = done("reopen", three, one, by=desk.leo)
    assert outcomes(reopened) == ["done", "refused"]
    assert [fresh(item).state.value for item in (one, two, three, other)] == [
        "to_do",
        "in_progress",
        "to_do",
        "in_progress",
    ]


def test_another_category_for_many_starts_none_of_them(desk: Desk) -> None:
    """Z-7, T-10, T-11, decision 37: who sorts a queue does not take it."""
    free, case, same = desk.ticket(), desk.case(), desk.ticket(category=PLAIN)

    job = done("category", free, case, same, category=PLAIN, by=desk.leo)

    assert outcomes(job) == ["done", "refused", "unchanged"]
    now = sound(free)
    assert (now.process.key, now.state, now.assignee_id) == (PLAIN, State.TO_DO, None)
    assert why(job, desk.leo) == ["category: Only a Ticket has a category."]


def test_many_items_are_followed_and_followed_no_more(desk: Desk) -> None:
    """Z-7, N-1, N-2: a Draft cannot be followed."""
    item, draft = desk.ticket(), desk.ticket(draft=True)

    job = done("follow", item, draft, by=desk.leo)
    assert outcomes(job) == ["done", "refused"]
    assert outcomes(done("follow", item, by=desk.leo)) == ["unchanged"]
    assert Follow.objects.get().person_id == desk.leo.id
    assert outcomes(done("unfollow", item, by=desk.leo)) == ["done"]
    assert outcomes(done("unfollow", item, by=desk.leo)) == ["unchanged"]


def test_many_items_are_tagged_and_a_tag_is_taken_away(desk: Desk) -> None:
    """Z-7: in one spelling, told with what was added; it starts nothing, and a Closed item is refused."""
    plain, has, closed = desk.ticket(), desk.ticket(), make.ticket(closed=True)
    tagging.add(has, tags=["audit"], by=desk.leo, at=MONDAY)

    job = done("tag", plain, has, closed, tags=["Month  End, audit"], by=desk.leo)

    assert outcomes(job) == ["done", "done", "refused"]
    assert tagging.tags_on(plain) == tagging.tags_on(has) == ["audit", "month end"]
    assert Entry.objects.filter(item=has, type="tags_changed").latest("seq").data == {
        "added": ["month end"],
        "removed": [],
        "job": job.pk,
    }
    assert sound(plain).state is State.TO_DO
    assert outcomes(done("tag", plain, tags=["audit"], by=desk.leo)) == ["unchanged"]
    assert outcomes(done("untag", plain, has, tags=["audit", "none such"], by=desk.leo)) == ["done", "done"]
    assert outcomes(done("untag", plain, tags=["audit"], by=desk.leo)) == ["unchanged"]
    many = done("tag", plain, tags=[str(number) for number in range(20)], by=desk.leo)
    assert why(many, desk.leo) == ["tags: There may be 20 tags at most."]


def test_an_undo_of_tags_gives_back_those_that_were_there_and_no_others(desk: Desk) -> None:
    """Z-7: what somebody tagged since is left alone, but only if it is the same tag."""
    has, other, plain = (desk.ticket() for _ in range(3))
    tagging.add(has, tags=["audit"], by=desk.leo, at=MONDAY)
    job = done("tag", has, other, plain, tags=["audit", "late"], by=desk.leo)
    tagging.add(fresh(has), tags=["mine"], by=desk.leo, at=LATER)
    tagging.remove(fresh(other), tags=["late"], by=desk.leo, at=LATER)

    back = bulk.undo(job, by=desk.leo, at=LATER)
    worked(LATER + timedelta(minutes=1))

    assert [tagging.tags_on(item) for item in (has, other, plain)] == [["audit", "mine"], ["audit"], []]
    assert sorted(outcomes(back)) == ["done", "done", "refused"]
    gone = done("untag", has, tags=["audit", "late"], by=desk.leo)
    bulk.undo(gone, by=desk.leo, at=LATER)
    worked(LATER + timedelta(minutes=2))
    assert tagging.tags_on(has) == ["audit", "mine"]


def test_who_may_not_change_many_is_refused_and_what_is_invisible_is_not_there(desk: Desk) -> None:
    """Z-7, SEC-2: the permission on the branch of each item, at the moment at which it is changed."""
    item, hidden = desk.ticket(), make.ticket(process=make.definition(key="other/main/it/printer"))
    narrow = actor_for(make.person("Ivo", role="team_leader", grants={"acme": ["view", "work", "assign", "bulk"]}))
    looks = actor_for(make.person("Uma", role="team_leader", grants={"acme": ["view"], "other": ["view", "bulk"]}))

    for one in (desk.ana, desk.eve, desk.robot):
        with pytest.raises(NotPermitted):
            bulk.begin("release", [item.pk], by=one, at=MONDAY)
    with pytest.raises(Invalid) as nothing:
        bulk.begin("release", [hidden.pk], by=narrow, at=MONDAY)
    assert nothing.value.errors[0].field == "items"
    assert done("assign", item, hidden, to=desk.ana.id, by=narrow).total == 1
    assert outcomes(done("follow", item, hidden, by=looks)) == ["refused", "done"]


def test_rights_that_are_lost_before_an_items_turn_are_lost(desk: Desk) -> None:
    """Z-7, SEC-2: whoever is deactivated or sees it no more changes nothing; the reason names no item."""
    item = desk.ticket()
    leaves, narrowed = make.leader("Leaves"), make.leader("Narrowed")
    first = bulk.begin("assign", [item.pk], to=desk.ana.id, by=leaves, at=MONDAY)
    second = bulk.begin("assign", [item.pk], to=desk.ana.id, by=narrowed, at=MONDAY)
    Person.objects.filter(pk=leaves.id).update(is_active=False)
    make.Grant.objects.create(person_id=narrowed.id, path="other", permissions=["view", "bulk"])
    worked()

    assert (outcomes(first), outcomes(second)) == (["refused"], ["refused"])
    (line,) = jobs.lines(actor_for(Person.objects.get(pk=narrowed.id)), second)[0]
    assert (line.reference, line.title, isinstance(line.error, TramitaError)) == ("", "", True)
    assert fresh(item).assignee_id is None


def test_a_job_is_its_owners_and_an_auditors(desk: Desk) -> None:
    """Z-7: another leader does not see it."""
    job = done("start", desk.ticket(), by=desk.leo)

    assert jobs.get_job(desk.leo, job.pk).counts["done"] == 1
    assert jobs.get_job(make.administrator(), job.pk).job == job
    assert [view.job for view in jobs.mine(desk.leo)[0]] == [job]
    for one in (make.leader("Other"), desk.ana):
        with pytest.raises(NotFound):
            jobs.get_job(one, job.pk)
    with pytest.raises(NotPermitted):
        bulk.undo(job, by=make.leader("Another"), at=LATER)


def test_what_is_missing_or_too_much_is_named(desk: Desk, settings: Any) -> None:
    """Z-7, STYLE 5."""
    settings.TRAMITA_BULK_LIMIT = 2
    items = [desk.ticket().pk for _ in range(3)]

    def fault(change: str = "assign", ids: list[int] = items[:1], **given: Any) -> tuple[str, str]:
        with pytest.raises(Invalid) as refused:
            bulk.begin(change, ids, by=desk.leo, at=MONDAY, **given)
        return refused.value.errors[0].field, refused.value.errors[0].code

    assert fault("close") == ("change", "unknown")
    assert fault(to="nobody@desk.example") == fault(to=desk.rui.pk) == fault() == ("to", "unknown")
    assert fault("category", category="acme/none") == ("category", "unknown")
    assert fault("tag", tags=[" , "]) == ("tags", "required")
    assert fault("tag", tags=["x" * 41]) == ("tags", "too_long")
    assert fault("start", []) == ("items", "required")
    assert fault("start", items) == ("items", "too_many")
    assert bulk.begin("start", items[:2] * 2, by=desk.leo, at=MONDAY).total == 2


def test_an_item_that_cannot_be_given_to_them_is_refused_by_name_of_the_field(desk: Desk) -> None:
    """Z-7, Q-12: Eve has no rights there; one item's refusal is not the others'."""
    other = make.ticket(process=make.definition(key="other/main/it/printer"))

    job = done("assign", desk.ticket(), other, to=desk.eve.id, by=desk.leo)

    assert outcomes(job) == ["refused", "done"]
    (error,) = [line.error for line in jobs.lines(desk.leo, job)[0] if line.error]
    assert isinstance(error, Invalid)
    assert error.errors[0].field == "to"


def assigned(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "assign", {"to": desk.ana.id}, started(desk, desk.leo)


def assigned_from_queue(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "assign", {"to": desk.ana.id}, desk.ticket()


def released(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "release", {}, started(desk, desk.leo)


def picked_up(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "start", {}, desk.ticket()


def set_back(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "to-do", {}, started(desk, desk.leo)


def resumed(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    item = started(desk, desk.leo)
    waiting.wait(item, type="until", until=LATER + timedelta(days=2), by=desk.leo, at=MONDAY)
    return "resume", {}, fresh(item)


def sorted_anew(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "category", {"category": PLAIN}, desk.ticket()


def followed(desk: Desk) -> tuple[str, dict[str, Any], Item]:
    return "follow", {}, desk.ticket()


KEPT = ("state", "listed", "assignee_id", "queue_id", "process_id", "wait_type", "wait_until")


@pytest.mark.parametrize(
    "given",
    [assigned, assigned_from_queue, released, picked_up, set_back, resumed, sorted_anew, followed],
    ids=lambda given: given.__name__,
)
def test_an_undo_brings_an_item_where_it_stood(
    desk: Desk, given: Callable[[Desk], tuple[str, dict[str, Any], Item]]
) -> None:
    """Z-7: assignee, queue, state, category, following; a mail or a note since keeps it not away."""
    change, more, item = given(desk)
    before = [getattr(item, name) for name in KEPT]
    job = done(change, item, by=desk.leo, **more)
    assert outcomes(job) == ["done"]
    make.entry(fresh(item), "mail_received")

    back = bulk.undo(Job.objects.get(pk=job.pk), by=desk.leo, at=LATER)
    worked(LATER + timedelta(minutes=1))

    assert (back.undoes_id, outcomes(back), why(back, desk.leo)) == (job.pk, ["done"], [])
    assert [getattr(sound(item), name) for name in KEPT] == before
    assert not Follow.objects.exists()


def test_what_was_changed_since_is_left_alone_and_told(desk: Desk) -> None:
    """Z-7: each item by itself."""
    one, two, three = (desk.ticket() for _ in range(3))
    job = done("assign", one, two, three, to=desk.ana.id, by=desk.leo)
    working.start(fresh(one), by=desk.ana, at=LATER)
    resolving.resolve(fresh(two), method="replied", note="Done.", by=desk.ana, at=LATER)

    back = bulk.undo(job, by=desk.leo, at=LATER)
    worked(LATER + timedelta(minutes=1))

    said = {line.reference: line.outcome for line in jobs.lines(desk.leo, back)[0]}
    assert said == {one.reference: "refused", two.reference: "refused", three.reference: "done"}
    assert set(why(back, desk.leo)) == {"It was changed since, and is left as it is."}
    assert (fresh(one).assignee_id, fresh(three).assignee_id) == (desk.ana.id, None)


def test_only_what_was_done_is_taken_back_once_and_an_undo_is_not_undone(desk: Desk) -> None:
    """Z-7: pressed twice it is one job; what stood already, was refused, or cannot be taken back stays."""
    theirs, free = started(desk, desk.ana), desk.ticket()
    job = done("assign", theirs, free, to=desk.ana.id, by=desk.leo)

    back = bulk.undo(job, by=desk.leo, at=LATER)
    worked(LATER + timedelta(minutes=1))

    assert bulk.undo(job, by=desk.leo, at=LATER) == back
    assert (back.total, fresh(theirs).assignee_id, fresh(free).assignee_id) == (1, desk.ana.id, None)
    with pytest.raises(Conflict):
        bulk.undo(back, by=desk.leo, at=LATER)
    resolving.resolve(theirs, method="replied", note="Done.", by=desk.ana, at=MONDAY)
    for one in (done("reopen", theirs, by=desk.leo), done("release", free, by=desk.leo)):
        with pytest.raises(Conflict):
            bulk.undo(one, by=desk.leo, at=LATER)


def test_a_stopped_job_leaves_the_rest_alone_and_an_undo_stops_it_first(desk: Desk) -> None:
    """Z-7: what a worker had claimed before is not its any more."""
    items = [desk.ticket() for _ in range(3)]
    job = bulk.begin("assign", [item.pk for item in items], to=desk.ana.id, by=desk.leo, at=MONDAY)
    claimed = bulk_work.claim(bulk_work.ITEMS, bulk_work.CHANGES, at=LATER, limit=2)
    assert bulk_work.make(claimed[0], by=desk.leo, at=LATER) is Outcome.DONE

    back = bulk.undo(job, by=desk.leo, at=LATER)

    assert bulk_work.make(claimed[1], by=desk.leo, at=LATER) is None
    worked(LATER + timedelta(minutes=1))
    assert (outcomes(job), outcomes(back)) == (["done", "stopped", "stopped"], ["done"])
    assert [fresh(item).assignee_id for item in items] == [None] * 3
    assert not Job.objects.filter(ended_at=None).exists()


def test_an_item_that_takes_its_worker_along_each_time_is_given_up(desk: Desk) -> None:
    """Z-7, DESIGN section 5."""
    job = bulk.begin("start", [desk.ticket().pk], by=desk.leo, at=MONDAY)
    JobItem.objects.update(tries=bulk_work.MOST_TRIES)
    worked()

    assert outcomes(job) == ["refused"]
    assert why(job, desk.leo) == ["It could not be done: it failed again and again."]


def test_the_end_of_a_job_is_told_to_who_asked_for_it(desk: Desk) -> None:
    """Z-7, N-1: once, in the hub, with what could not be done; not to who stopped it, and not after a right is lost."""
    free, held = desk.ticket(), started(desk, desk.leo)
    resolving.resolve(held, method="replied", note="Done.", by=desk.leo, at=MONDAY)
    job = done("start", free, held, by=desk.leo)
    worked()
    stopped = bulk.begin("follow", [free.pk], by=desk.leo, at=MONDAY)
    bulk.stop(stopped, by=desk.leo)
    worked()

    (told,), _ = notices(desk.leo)

    assert (told.event, told.job, told.data["total"], told.data["refused"]) == (Event.BULK, job.pk, 2, 1)
    assert sentence(told) == "The change of 2 items has ended · 1 could not be changed"
    assert (unread(desk.leo, 9), popups(desk.leo, after=0), to_mail(desk.leo), notices(desk.ana)[0]) == (1, [], [], [])
    assert notices(replace(desk.leo, grants=(("other", frozenset({"view"})),)))[0] == []

    retention.forget_jobs(at=LATER + timedelta(days=91))
    assert notices(desk.leo)[0] == []


def test_old_jobs_are_forgotten(desk: Desk) -> None:
    """Z-7: ninety days after they ended, those that still run never."""
    job = done("start", desk.ticket(), by=desk.leo)
    running = bulk.begin("follow", [desk.ticket().pk], by=desk.leo, at=MONDAY)

    assert retention.forget_jobs(at=LATER + timedelta(days=89)) == 0
    assert retention.forget_jobs(at=LATER + timedelta(days=91)) == 1
    assert list(Job.objects.all()) == [running]
    assert not JobItem.objects.filter(job=job.pk).exists()


def test_a_claim_takes_no_more_than_was_asked_for_whatever_the_planner_believes(desk: Desk) -> None:
    """Z-7, MEASURED section 7: PostgreSQL, which takes the table for a single row, chose anew for each of them."""
    items = [desk.ticket().pk for _ in range(12)]
    bulk.begin("follow", items[:1], by=desk.leo, at=MONDAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE job_items")
    bulk.begin("start", items, by=desk.leo, at=MONDAY)

    claimed = bulk_work.claim(bulk_work.ITEMS, bulk_work.CHANGES, at=LATER, limit=3)

    assert [one.item_id for one in claimed] == [items[0], items[0], items[1]]
    assert JobItem.objects.filter(fence=1).count() == 3


def test_an_item_of_many_costs_what_its_verb_costs_and_four_statements(
    desk: Desk, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Z-7, DESIGN section 4: held, read, what an undo needs, its outcome. Nothing to do is one statement."""
    with django_assert_max_num_queries(1):
        bulk_work.work(at=LATER)
    items = [desk.ticket().pk for _ in range(20)]
    with django_assert_max_num_queries(9):
        bulk.begin("start", items, by=desk.leo, at=MONDAY)
    with django_assert_max_num_queries(20 * 8 + 12):  # 2 of them are the bounds of its transaction, 2 tell its end
        bulk_work.work(at=LATER)

    assert Item.objects.filter(state=State.IN_PROGRESS.number).count() == 20


def test_every_change_has_its_service_and_its_way_back() -> None:
    """Z-7."""
    assert set(bulk_changes.DO) == set(bulk_changes.SAME) == set(OFFERED)
    assert set(bulk_changes.BACK) == {one for one in Bulk if one is not Bulk.REOPEN}
