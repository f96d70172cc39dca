"""Items of a v2020.1 export come here as they stood there (SPEC section 27)."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.desk import MONDAY, Desk
from tests.domain.test_legacy import LINES
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Kind, Listed, Method, State, WaitType
from tramita.domain.errors import TransitionNotAllowed
from tramita.models import Entry, Item, Link, Notification, Person
from tramita.queries.facts import allowed
from tramita.queries.items import get_visible
from tramita.services import bringing_in, firing, ledger, notifying, resolving, starting, waiting
from tramita.services.bringing_in import Import, Verdict
from tramita.services.legacy_sheet import COLUMNS, open_sheet

CATEGORY, CASE_TYPE = "acme/main/finance/invoice-query", "acme/main/finance/onboarding"
LONG_AGO, YESTERDAY = "2025-11-03T10:00:00+00:00", (MONDAY - timedelta(days=1)).isoformat()
NEXT_WEEK = (MONDAY + timedelta(days=7)).isoformat()
SUFFIX = {"ticket": "T", "case": "C"}


def sheet(folder: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def ticket(number: int, state: str = "Resolved", **more: str) -> dict[str, str]:
    plain = {"kind": "ticket", "reference": f"{number}-T", "title": f"Ticket {number}", "process": CATEGORY}
    return plain | {"state": state, "requester": "rui.sousa@example.com", "created_at": LONG_AGO} | more


def case(number: int, state: str = "Paused", **more: str) -> dict[str, str]:
    return ticket(number, state) | {"kind": "case", "reference": f"{number}-C", "process": CASE_TYPE} | more


def action(number: int, ordinal: int, state: str = "Resolved", **more: str) -> dict[str, str]:
    return case(number, state) | {"kind": "action", "reference": f"{number}-C-A{ordinal}", "process": ""} | more


def take(path: Path, *, dry_run: bool = False, at: datetime = MONDAY) -> list[Verdict]:
    run = Import("legacy", at, dry_run=dry_run)
    outcomes = [outcome for records in open_sheet(path).passes() for outcome in run.take(records)]
    if not dry_run:
        bringing_in.settle("legacy", at=at)
    return outcomes


def read(reference: str) -> Item:
    return get_visible(SYSTEM, reference)


def told(outcomes: Sequence[Verdict]) -> dict[str, str]:
    return {one.key: one.what for one in outcomes}


def every_row() -> list[dict[str, str]]:
    """A row of each old state, numbered by its rule; Actions below a Case of their own."""
    rows = [case(1000, "Paused")]
    for rule, kind, was, *_ in LINES:
        number = 1000 + int(rule.removeprefix("V-"))
        more = {"resolved_at": LONG_AGO, "follow_up_at": NEXT_WEEK, "reason": "Because."}
        rows.append(action(1000, number, was, **more) if kind == "action" else globals()[kind](number, was, **more))
    return rows[1:] + rows[:1]  # a parent need not come first


def test_a_row_of_every_old_state_comes_to_stand_as_the_tables_say(desk: Desk, tmp_path: Path) -> None:
    """V-2 to V-9, V-20 to V-26, V-41 to V-55; V-60: what was resolved long ago and completed is Closed; V-61."""
    outcomes = take(sheet(tmp_path, every_row()))

    assert {one.what for one in outcomes} == {"created"}
    assert [one.rule for one in sorted(outcomes, key=lambda one: one.line)] == [line[0] for line in LINES] + ["V-6"]
    for rule, kind, was, state, with_ in LINES:
        number = rule.removeprefix("V-")
        reference = f"1000-C-A{1000 + int(number)}" if kind == "action" else f"{1000 + int(number)}-{SUFFIX[kind]}"
        item = read(reference)
        assert item.state.value == (state if "*" not in state else "closed"), rule
        assert str(item.wait_type or item.method or item.problem or "") == with_, rule
        assert item.brought_from == {"system": "legacy", "key": reference, "state": was}
        assert ledger.differences(item) == {}
        assert ledger.chain_holds(item.entries.order_by("seq"))


def test_resolved_or_closed_depends_on_the_window(desk: Desk, tmp_path: Path) -> None:
    """V-52, V-53, V-24, V-60: five days here; merged Tickets and Actions are Closed whatever the window says."""
    split, merged = "Resolved - Ticket split (completed)", "Resolved - existing Ticket updated"
    rows = [
        ticket(1, split, resolved_at=YESTERDAY),
        ticket(2, split, resolved_at=LONG_AGO),
        ticket(3, split),
        ticket(4, merged, resolved_at=YESTERDAY),
        case(5),
        action(5, 1, "Resolved", resolved_at=YESTERDAY),
        ticket(6, "Resolved", resolved_at=LONG_AGO),
    ]

    take(sheet(tmp_path, rows))

    assert [read(f"{number}-T").state for number in (1, 2, 3, 4)] == [State.RESOLVED, *[State.CLOSED] * 3]
    assert read("5-C-A1").state is State.CLOSED
    still = read("6-T")  # its system had not closed it: it may be disputed here
    assert (still.state, still.window_ends_at) == (State.RESOLVED, MONDAY + timedelta(days=7))  # five working days


def test_timers_go_on_here(desk: Desk, tmp_path: Path) -> None:
    """V-44, V-45, T-41, T-47."""
    rows = [ticket(1, "Paused - scheduled for follow-up", follow_up_at=NEXT_WEEK), ticket(2, "Resolved")]
    take(sheet(tmp_path, rows))

    later = MONDAY + timedelta(days=8)
    for timer in firing.claim(at=later):
        firing.fire(timer, at=later)

    assert (read("1-T").state, read("1-T").highlighted) == (State.TO_DO, True)
    assert read("2-T").state is State.CLOSED


def test_an_item_keeps_its_reference_its_people_and_its_dates(desk: Desk, tmp_path: Path) -> None:
    """INTERFACES 2, G-6, G-10, CT-3; whoever asked and is a stranger becomes a contact."""
    ana = str(Person.objects.get(pk=desk.ana.id).email)
    rows = [
        ticket(70_000, "In progress (being processed)", assignee=ana.upper(), requester="new@acme.example"),
        ticket(
            70_001, "Rejected", resolved_by=ana, resolved_at=YESTERDAY, reason="Not for us", assignee="old@desk.example"
        ),
    ]

    outcomes = take(sheet(tmp_path, rows))
    mine, rejected = read("70000-T"), read("70001-T")

    assert (mine.assignee_id, mine.owner_id, mine.listed) == (desk.ana.id, desk.ana.id, Listed.INBOX)
    assert mine.requester is not None
    assert mine.requester == mine.original_requester == mine.primary_contact
    assert (mine.requester.email, mine.created_at.isoformat()) == ("new@acme.example", LONG_AGO)
    assert mine.queue == desk.invoices
    assert (rejected.resolver_id, rejected.resolution_reason) == (desk.ana.id, "Not for us")
    assert rejected.first_resolved_at == MONDAY - timedelta(days=1)
    assert outcomes[1].notes == ("assignee does not work here: old@desk.example",)
    assert desk.ticket().number > 70_001  # what begins here goes on above


def test_a_promise_begins_with_the_import(desk: Desk, tmp_path: Path) -> None:
    """SLA-4, SLA-5, Z-15: what waits is paused, and the clock counted from the ledger is the one that is kept."""
    rows = [ticket(1, "In progress (not yet being processed)"), ticket(2, "Paused - waiting for more information")]
    take(sheet(tmp_path, rows))
    fresh = desk.ticket(at=MONDAY)

    running, paused = read("1-T"), read("2-T")

    assert (running.due_at, running.clock) == (fresh.due_at, fresh.clock)
    assert (paused.due_at, paused.seconds_left) == (None, 16 * 3600)
    waiting.resume(paused, by=desk.leo, at=MONDAY)
    assert read("2-T").due_at == fresh.due_at


def test_what_was_split_or_converted_names_its_children_by_their_parent(desk: Desk, tmp_path: Path) -> None:
    """V-51, V-54, X-10, X-12, X-22, X-23, C-12: in any order of the lines."""
    rows = [
        action(30, 1, "In progress (not yet being processed)", title="Check the bank account"),
        case(31, "In progress (being processed)", parent="30-C"),
        ticket(11, "In progress (not yet being processed)", parent="10-T"),
        ticket(12, "Closed", parent="10-T"),
        case(30, "In progress (being processed)", parent="20-T"),
        ticket(10, "Resolved - Ticket split"),
        ticket(20, "Resolved - new Case launched"),
    ]

    assert set(told(take(sheet(tmp_path, rows))).values()) == {"created"}
    part, whole, launched, sub, step = (read(one) for one in ("11-T", "10-T", "30-C", "31-C", "30-C-A1"))

    links = set(Link.objects.values_list("source__number", "type", "target__number"))
    assert links == {(11, "split_from", 10), (12, "split_from", 10), (20, "converted_to", 30), (30, "sub_case", 31)}
    assert (launched.parent.reference, sub.parent, step.parent) == ("20-T", launched, launched)
    assert (step.action_name, step.process_id) == ("bank-check", launched.process_id)
    assert {one.related_to_id for one in (launched, sub, step)} == {read("20-T").pk}
    assert "resume" not in allowed(whole, desk.leo, MONDAY)
    resolving.resolve(part, method="rejected_spam", by=desk.leo, at=MONDAY)
    assert (read("10-T").state, read("10-T").method) == (State.CLOSED, Method.SPLIT_COMPLETED)


def test_what_waits_for_nothing_that_came_along_is_resumed_by_hand(desk: Desk, tmp_path: Path) -> None:
    """V-51, V-54, T-34."""
    take(sheet(tmp_path, [ticket(1, "Resolved - Ticket split"), ticket(2, "Resolved - new Case launched")]))

    for reference in ("1-T", "2-T"):
        item = read(reference)
        assert item.wait_type in (WaitType.SPLIT, WaitType.CASE_LAUNCHED)
        assert "resume" in allowed(item, desk.ana, MONDAY)
        waiting.resume(item, by=desk.ana, at=MONDAY)
        assert (read(reference).state, read(reference).assignee_id) == (State.IN_PROGRESS, desk.ana.id)


def test_a_ticket_that_waits_for_what_was_closed_all_along_ends_with_it(desk: Desk, tmp_path: Path) -> None:
    """V-51, X-12, T-42."""
    rows = [ticket(1, "Resolved - Ticket split"), *(ticket(number, "Closed", parent="1-T") for number in (2, 3))]
    take(sheet(tmp_path, rows))

    assert (read("1-T").state, read("1-T").method) == (State.CLOSED, Method.SPLIT_COMPLETED)


def test_what_is_wrong_with_a_row_is_told_and_the_others_come(desk: Desk, tmp_path: Path) -> None:
    """INTERFACES 2: a row with an unknown state is reported and makes nothing."""
    ours = desk.ticket()
    wrong = {
        "state": ticket(1, "Frozen"),
        "process": ticket(2, process="acme/main/finance/no-such"),
        "reference": ticket(3, reference="4-C"),
        "kind": ticket(5, kind="letter"),
        "created_at": ticket(6, created_at="yesterday"),
        "parent": action(7, 1),
    }
    rings = [case(8, parent="9-C"), case(9, parent="8-C")]
    rows = [*wrong.values(), *rings, ticket(ours.number), ticket(10), ticket(10), ticket(11, reference="x-T")]

    outcomes = sorted(take(sheet(tmp_path, rows)), key=lambda one: one.line)

    assert [one.what for one in outcomes] == ["refused"] * 9 + ["created"] + ["refused"] * 2
    assert [str(one.fault).partition(":")[0] for one in outcomes[:6]] == list(wrong)
    assert {str(one.fault) for one in outcomes[6:8]} == {"parent: It hangs below itself."}
    assert str(outcomes[8].fault) == "An item of this house has this number already."
    assert str(outcomes[10].fault) == "reference: It stands in the file twice."
    assert set(Item.objects.values_list("number", flat=True)) == {ours.number, 10}


def test_again_and_after_an_interruption_it_makes_nothing_new(desk: Desk, tmp_path: Path, monkeypatch) -> None:
    """INTERFACES 2: importing the file again makes nothing new."""
    monkeypatch.setattr(bringing_in, "BATCH", 4)
    rows = [ticket(number) for number in range(1, 11)]
    path = sheet(tmp_path, rows)
    run = Import("legacy", MONDAY).take(next(open_sheet(path).passes()))
    first = [next(run).what for _ in range(4)]  # the second batch never comes

    again, third = take(path), take(path)

    assert first == ["created"] * 4
    assert [one.what for one in again] == ["unchanged"] * 4 + ["created"] * 6
    assert [one.reference for one in third] == [f"{number}-T" for number in range(1, 11)]
    assert {one.what for one in third} == {"unchanged"}
    assert Item.objects.count() == Entry.objects.count() == 10


def test_a_dry_run_says_the_same_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    """INTERFACES 2, decision 23."""
    rows = [*every_row(), ticket(1, "Frozen"), ticket(2, requester="stranger@else.example")]
    path, people = sheet(tmp_path, rows), Person.objects.count()

    planned = take(path, dry_run=True)

    assert (Item.objects.count(), Entry.objects.count(), Person.objects.count()) == (0, 0, people)
    assert [(one.key, one.what, one.state) for one in take(path)] == [(one.key, one.what, one.state) for one in planned]


@pytest.mark.django_db(transaction=True)
def test_nobody_is_told_of_what_was_brought_in(desk: Desk, tmp_path: Path) -> None:
    """N-2, MAIL-17."""
    ana = str(Person.objects.get(pk=desk.ana.id).email)
    take(sheet(tmp_path, [ticket(1, "In progress (being processed)", assignee=ana), ticket(2, "Needs attention")]))

    notifying.notify(at=MONDAY)

    assert not Notification.objects.exists()


def test_a_native_wait_for_children_is_still_not_ended_by_hand(desk: Desk) -> None:
    """T-34."""
    from tramita.services.splitting import Child, split

    whole = desk.ticket()
    split(whole, children=[Child("One", "One."), Child("Two", "Two.")], by=desk.ana, at=MONDAY)

    with pytest.raises(TransitionNotAllowed):
        waiting.resume(read(whole.reference), by=desk.ana, at=MONDAY)


def test_a_case_begun_here_with_that_number_is_not_taken_for_an_old_one(desk: Desk, tmp_path: Path) -> None:
    """X-21: a number has one Ticket and its Case."""
    begun = starting.start_ticket(
        title="Ours", description="d", category=CATEGORY, requester=desk.rui.email, by=desk.ana, at=MONDAY
    )

    (outcome,) = take(sheet(tmp_path, [case(begun.number)]))

    assert outcome.what == "refused"
    assert not Item.objects.filter(kind=Kind.CASE.number).exists()
