"""Any flow, any order of what people do to it: nobody is stuck, nothing runs twice in a pass, the ledger folds.

`make soak` walks some twenty thousand steps (TRAMITA_SOAK=1); here a few hundred.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests import factories
from tests.desk import MONDAY, Desk, publish
from tests.flows import Steps, begun, publish_flow, republish, running
from tests.services.test_first_ticket import fresh
from tests.services.test_walk import consistent, stands_in
from tramita.domain import upgrades
from tramita.domain.actors import SYSTEM
from tramita.domain.codes import ApprovalState, State, WaitType
from tramita.domain.errors import TramitaError
from tramita.domain.process_definitions import ApprovalLevel
from tramita.domain.upgrades import Chosen
from tramita.models import Approval, CaseAction, Item, Person
from tramita.queries import definitions, people
from tramita.queries import flow as flows
from tramita.queries.approvals import asked_now
from tramita.queries.borrowing import borrowed
from tramita.queries.due import clock_of
from tramita.queries.facts import in_review
from tramita.queries.flow_view import Passage, flow_of
from tramita.services import (
    approvals,
    consents,
    editing,
    flowing,
    launching,
    ledger,
    resolving,
    reviewing,
    reworking,
    upgrading,
    waiting,
    working,
)
from tramita.services.sub_cases import running_sub_cases

SOAK = bool(os.environ.get("TRAMITA_SOAK"))
WALKS = 1_500 if SOAK else 8
LONG_ENOUGH = 200  # presses after which whoever goes on must have reached the end

CONDITIONS = ["", "?fields.amount > 5", "?fields.amount <= 5"]
LETTERS = "abcdefgh"
APPROVERS = ("lee@acme.es", "kim@acme.es", "gone@acme.es")  # two contacts, and one who is none
MORE = {"more": {"startable": True}}
KINDS: dict[str, dict[str, Any]] = {
    "one approves": {"kind": "approval", "levels": (ApprovalLevel(APPROVERS),)},
    "two approve": {"kind": "approval", "levels": (ApprovalLevel(APPROVERS[:1]), ApprovalLevel(APPROVERS[:2], True))},
    "nobody can": {"kind": "approval", "levels": (ApprovalLevel(APPROVERS, True),)},
    "start": {"kind": "start_case"},
    "await": {"kind": "wait_for_sub_case"},
    "close": {"kind": "wait_for_sub_case", "close_if_none": True},
    "review": {"four_eyes": True},
    "call": {"kind": "call_api", "url": "https://erp.example/"},
    "later": {"kind": "wait_until", "after": "1 hour"},
}
RULES = {
    "before": {"within": "-1 day", "base": "parent.due"},
    "so_many": {"within": "fields.amount days", "base": "parent.start"},
    "by_a": {"within": "1 day", "base": "sub.a.due"},
    "after_a": {"within": "1 day", "base": "sub.a.end"},
    "by_sub": {"within": "1 day", "base": "sub.b.due"},
}  # SLA-2; an Action that a Case counts from does not count from the Case
OF_ACTIONS, OF_CASES = ["before", "so_many", "two_days"], ["two_days", "by_a", "after_a", "by_sub"]


@st.composite
def flows_of(draw: st.DrawFn, letters: str = LETTERS) -> dict[str, list[str]]:
    """One to four steps of one to three Actions each, some with conditions."""
    names, first = iter(letters), draw(st.integers(0, 2))
    return {
        f"step-{number}{draw(st.sampled_from(CONDITIONS))}": [
            f"{next(names)}{draw(st.sampled_from(CONDITIONS))}" for _ in range(draw(st.integers(1, 2)))
        ]
        for number in range(first, first + draw(st.integers(1, 4)))
    }


@dataclass
class Walk:
    """A Case on its way."""

    desk: Desk
    case: Item
    newer: Sequence[Steps] = ()
    before: dict[str, Any] | None = None  # what an undo of the last move knows

    def some(self, pick: int) -> Item | None:
        """One of the Actions that run."""
        open_ones = running(self.case)
        return open_ones[pick % len(open_ones)] if open_ones else None


def end_one(walk: Walk, pick: int) -> None:
    action = walk.some(pick)
    if action is None:
        end_in_sub_case(walk, pick)
    elif in_review(action):
        reviewing.review(action, passed=pick % 3 > 0, by=walk.desk.leo, at=MONDAY)
    else:
        resolving.resolve(action, method="complete", by=walk.desk.ana, at=MONDAY)


def end_in_sub_case(walk: Walk, pick: int) -> None:
    for sub in running_sub_cases(walk.case):
        for action in running(sub):
            resolving.resolve(action, method="complete", by=walk.desk.ana, at=MONDAY)
            return


def cancel(walk: Walk, pick: int) -> None:
    for sub in running_sub_cases(walk.case)[:1]:
        resolving.abort(sub, by=walk.desk.ana, at=MONDAY)


def say(walk: Walk, pick: int) -> None:
    """Some approver of some Action decides, be they asked or not."""
    decided = [approvals.approve, approvals.approve, approvals.reject][pick % 3]
    requests = Approval.objects.filter(item__related_to=walk.case).order_by("pk")
    person = Person.objects.get(email=APPROVERS[pick // 3 % 2])
    if number := len(requests):
        decided(requests[pick // 6 % number].pk, by=people.actor_by_id(person.pk), at=MONDAY)


def nobody_decides(walk: Walk, pick: int) -> None:
    if action := walk.some(pick):
        consents.time_out(action, at=MONDAY)


def fail_one(walk: Walk, pick: int) -> None:
    if action := walk.some(pick):
        resolving.resolve(action, method="unable_to_complete", reason="No", by=walk.desk.ana, at=MONDAY)


def rework(walk: Walk, pick: int) -> None:
    from_ = [{"step": f"step-{pick % 4}"}, {"action": LETTERS[pick % 8]}][pick // 8 % 2]
    reworking.rework(fresh(walk.case), **from_, terminate=pick % 3 > 0, by=walk.desk.ana, at=MONDAY)


def relaunch(walk: Walk, pick: int) -> None:
    source = fresh(walk.case).problem_source
    name = source.action_name if source and source.action_name and pick % 2 else "more"
    launching.launch(fresh(walk.case), action=name, copies=pick % 2 + 1, by=walk.desk.ana, at=MONDAY)


def edit(walk: Walk, pick: int) -> None:
    editing.edit(fresh(walk.case), changes={"fields": {"amount": pick % 11}}, by=walk.desk.ana, at=MONDAY)


def wait(walk: Walk, pick: int) -> None:
    type_ = ["pause", "pause", "more_information"][pick % 3]
    waiting.wait(fresh(walk.case), type=type_, by=walk.desk.ana, at=MONDAY)


def upgrade(walk: Walk, pick: int) -> None:
    """To a newer version; what vanished goes somewhere, is closed, goes on as it is, or keeps the Case where it is."""
    case = fresh(walk.case)
    was, now = case.process_version, republish(case.process.key, walk.newer[pick % len(walk.newer)], actions=MORE)
    old, new = (definitions.case_type(one.pk) for one in (was, now))
    steps, names = upgrades.vanished(old, new)
    free = [name for name in new.actions if name not in old.actions]
    actions = {one: (free.pop() if free and pick % 2 else None) for one in names if (pick + len(one)) % 3}
    chosen = {one.name: new.steps[pick % len(new.steps)].name for one in steps if pick % 5}
    ends = {"old": was.pk, "new": now.pk, "numbers": [was.number, now.number]}
    upgrades.check(old, new, Chosen(chosen, actions))
    with transaction.atomic():
        walk.before = upgrading.upgrade(case, **ends, steps=chosen, actions=actions, by=SYSTEM, at=MONDAY)


def take_back(walk: Walk, pick: int) -> None:
    if walk.before is not None:
        with transaction.atomic():
            upgrading.take_back(fresh(walk.case), walk.before, by=SYSTEM, at=MONDAY)
        walk.before = None


def of_case(verb: Callable[..., object]) -> Callable[[Walk, int], None]:
    def press(walk: Walk, pick: int) -> None:
        verb(fresh(walk.case), by=walk.desk.ana, at=MONDAY)

    return press


DO: Mapping[str, Callable[[Walk, int], None]] = {
    "end": end_one,
    "end more": end_one,
    "fail": fail_one,
    "end in a sub-case": end_in_sub_case,
    "cancel a sub-case": cancel,
    "say": say,
    "say more": say,
    "nobody decides": nobody_decides,
    "rework": rework,
    "launch": relaunch,
    "edit": edit,
    "wait": wait,
    "start": of_case(working.start),
    "resume": of_case(waiting.resume),
    "next": of_case(flowing.next_step),
    "reopen": of_case(resolving.reopen),
    "upgrade": upgrade,
    "take back": take_back,
}
PRESSES = st.lists(st.tuples(st.sampled_from(sorted(DO)), st.integers(0, 1000)), min_size=5, max_size=25)


@settings(
    max_examples=WALKS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    steps=flows_of(),
    kinds=st.dictionaries(st.sampled_from(LETTERS), st.sampled_from(sorted(KINDS)), max_size=4),
    manual=st.booleans(),
    amount=st.integers(0, 10),
    newer=st.lists(flows_of("cdefghijkl"), min_size=1, max_size=3),
    presses=PRESSES,
    due=st.sampled_from(OF_CASES),
    dues=st.lists(st.sampled_from(OF_ACTIONS), min_size=8, max_size=8),
)
def walk_about(
    desk: Desk,
    steps: dict[str, list[str]],
    kinds: dict[str, str],
    manual: bool,
    amount: int,
    newer: list[dict[str, list[str]]],
    presses: list[tuple[str, int]],
    due: str,
    dues: list[str],
) -> None:
    definitions.forget()  # a walk that was rolled back gave the ids of its versions to this one
    with transaction.atomic():
        note(f"{steps} {kinds} {'manual' if manual else 'automatic'} {amount} {due} {dues}: {presses}")
        mode = "manual" if manual else "automatic"
        for address in APPROVERS[:2]:
            factories.requester(address, email=address)
        for name, rule in RULES.items():
            publish("due_rule", name, **rule)
        inner = publish_flow("inner", {"only": ["work"]}, due="two_days" if due == "by_sub" else "before")
        special = {
            name: KINDS[kind] | ({"case_type": inner} if kind == "start" else {}) for name, kind in kinds.items()
        }
        by_rule = {name: {"due": rule} for name, rule in zip(LETTERS, dues, strict=True) if name not in "ab"}
        actions = MORE | {name: by_rule.get(name, {}) | special.get(name, {}) for name in by_rule | special}
        case = begun(desk, steps, progression=mode, fields={"amount": amount}, actions=actions, due=due)
        walk = Walk(desk, case, newer)
        for verb, pick in presses:
            with suppress(TramitaError):
                DO[verb](walk, pick)
            sound(walk)
        reaches_the_end(walk)
        transaction.set_rollback(True)


def sound(walk: Walk) -> None:
    """Every item's ledger folds; no Action runs twice in a pass; something or somebody moves the Case."""
    case = fresh(walk.case)
    consistent(case)
    follows(case)
    for below in Item.objects.filter(related_to=case):
        assert ledger.differences(below) == {}
        follows(below)
        assert below.listed is stands_in(below)
        asked = Approval.objects.filter(item=below, state=ApprovalState.AWAITING).values_list("pk", flat=True)
        assert list(asked) == ([below.approval_id] if below.approval_id else [])
        assert below.approval_id is None or below.wait_type is WaitType.MORE_INFORMATION
        assert below.approval_id is None or asked_now(Approval.objects.get(pk=below.approval_id))
    doubled = CaseAction.objects.filter(step__case=case, copy=0).values("step", "name").annotate(n=Count("id"))
    assert all(row["n"] == 1 for row in doubled)
    waits_for_somebody(case)
    states = [step.state for step in flow_of(case, walk.desk.ana)]
    assert sum(one in (Passage.RUNNING, Passage.ASKED) for one in states) <= 1


def follows(item: Item) -> None:
    """What counts from another item says what that says now, and its clock what its entries say (SLA-2, Z-15)."""
    clock = clock_of(item, MONDAY).state
    assert (clock.due_at, clock.clock, clock.seconds_left) == (item.due_at, item.clock, item.seconds_left)
    if item.state is not State.CLOSED and item.due_rule_id is not None:
        assert item.lent == borrowed(item, definitions.due_rule(item.due_rule_id))


def waits_for_somebody(case: Item) -> None:
    """A Case that runs and is not held has something open in its step, or a person was asked (C-7, C-25, C-47)."""
    place = flows.place(case)
    if case.state not in flowing.RUNNING or place is None:
        return
    assert not place.step or place.step in [step.name for step in flowing.type_of(case).steps]
    if case.problem or case.wait_type is WaitType.PAUSE or case.finished_step:
        return
    assert place.open or (place.at_end and (place.over or flows.open_below(case)))


def reaches_the_end(walk: Walk) -> None:
    """Whoever only goes on comes to the end: it is Resolved, or a person is told that everything is done."""
    for _ in range(LONG_ENOUGH):
        case = fresh(walk.case)
        place = flows.place(case)
        if case.state not in flowing.RUNNING:
            break
        if case.problem or case.wait_type is WaitType.PAUSE:
            waiting.resume(case, by=walk.desk.ana, at=MONDAY)
        elif case.finished_step:
            flowing.next_step(case, by=walk.desk.ana, at=MONDAY)
        elif running(case) or running_sub_cases(case):
            end_one(walk, 1)
        else:
            assert place is None or (place.at_end and place.over)
            break
    else:
        raise AssertionError("the Case goes on for ever")
    sound(walk)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_whatever_people_do_to_a_flow_it_goes_on_once_and_comes_to_its_end(desk: Desk, data_dir: object) -> None:
    """A-9, SLA-2, EA-2 to EA-5, C-7 to C-11, C-20 to C-25, C-30 to C-35, C-47, C-54, C-57, CG-49, DESIGN decision 4."""
    walk_about(desk)
