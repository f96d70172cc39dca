"""Each condition and each check of the tables, one sentence each: 409, 403 or 422."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.codes import Kind, Method, Role, State, WaitType
from tramita.domain.errors import GuardFailed, Invalid, NotPermitted
from tramita.domain.facts import Facts, Given
from tramita.domain.lifecycle import Row
from tramita.domain.lifecycles import LIFECYCLES

ANA, LEO, ROBO, SYSTEM = {Role.AGENT}, {Role.TEAM_LEADER}, {Role.ROBOT}, {Role.SYSTEM}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANUAL_WAITS = {
    Kind.TICKET: [WaitType.MORE_INFORMATION, WaitType.UNTIL],
    Kind.CASE: [WaitType.MORE_INFORMATION, WaitType.UNTIL, WaitType.PAUSE],
    Kind.ACTION: [WaitType.MORE_INFORMATION, WaitType.UNTIL],
}


def decide(verb: str, by: set[Role], kind: Kind = Kind.TICKET, given: Given | None = None, **facts: object) -> Row:
    known = Facts(kind=kind, given=given or Given(), **{"state": State.TO_DO} | facts)  # type: ignore[arg-type]
    return LIFECYCLES[kind].decide(verb, known, by=by)


def faults(error: Invalid) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in error.errors]


def test_a_draft_with_fields_missing_is_not_submitted_and_every_one_is_named() -> None:
    """T-2, T-3, T-23."""
    with pytest.raises(Invalid) as refused:
        decide("submit", ANA, state=State.DRAFT, given=Given(missing=("title", "category")))

    assert faults(refused.value) == [("title", "required"), ("category", "required")]


def test_first_contact_resolution_needs_what_submission_and_resolution_need() -> None:
    """T-24, T-2, R-6."""
    given = Given(method=Method.REPLIED, missing=("requester",), note_required=True)

    with pytest.raises(Invalid) as refused:
        decide("resolve", ANA, state=State.DRAFT, given=given)

    assert faults(refused.value) == [
        ("requester", "required"),
        ("resolution_note_required", "resolution_note_required"),
    ]


def test_a_case_without_short_description_is_neither_submitted_nor_resolved() -> None:
    """C-3, C-42, C-43."""
    given = Given(missing=("short_description",), method=Method.FULLY_RESOLVED)

    for verb in ("submit", "resolve"):
        with pytest.raises(Invalid) as refused:
            decide(verb, ANA, Kind.CASE, state=State.DRAFT, given=given)
        assert faults(refused.value) == [("short_description", "required")]


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.CASE])
def test_what_the_interface_creates_must_be_complete_but_a_mail_starts_as_it_is(kind: Kind) -> None:
    """T-9, T-21, C-41, INTERFACES 5."""
    given = Given(missing=("title",))

    with pytest.raises(Invalid):
        decide("create", ANA, kind, state=None, given=given)
    assert decide("create", SYSTEM, kind, state=None, given=given).to is State.TO_DO


def test_only_its_creator_or_who_has_it_since_discards_a_draft() -> None:
    """T-53, CG-51, decision 87: it is handed on when its writer left."""
    with pytest.raises(NotPermitted):
        decide("discard", LEO, state=State.DRAFT)

    assert decide("discard", ANA, state=State.DRAFT, is_creator=True).to is None
    assert decide("discard", LEO, state=State.DRAFT, assigned=True, holds=True).to is None


@pytest.mark.parametrize("kind", Kind)
def test_nobody_starts_what_somebody_else_has(kind: Kind) -> None:
    """Z-1, T-25, C-44, A-31."""
    for role in (ANA, LEO, ROBO):
        with pytest.raises(GuardFailed, match="Somebody else has it"):
            decide("start", role, kind, assigned=True)


@pytest.mark.parametrize("kind", Kind)
def test_an_agent_with_the_right_assigns_like_a_leader(kind: Kind) -> None:
    """T-54, T-27, Q-13."""
    assert decide("assign", ANA, kind, may_assign=True).rule == "T-54"
    assert decide("assign", ANA, kind, may_assign=True, assigned=True).to is State.TO_DO
    with pytest.raises(NotPermitted):
        decide("assign", ANA, kind, assigned=True)


@pytest.mark.parametrize("kind", Kind)
def test_only_a_valid_target_is_assigned(kind: Kind) -> None:
    """Q-12, T-27, C-45, A-32."""
    with pytest.raises(Invalid) as refused:
        decide("assign", LEO, kind, given=Given(target_valid=False))

    assert faults(refused.value) == [("to", "not_assignable")]


@pytest.mark.parametrize("kind", Kind)
def test_only_the_robot_that_has_it_rejects_or_resolves_it(kind: Kind) -> None:
    """T-29, T-35, C-45, C-55, A-32, A-38, B-5."""
    given = Given(
        method={Kind.TICKET: Method.REPLIED, Kind.CASE: Method.FULLY_RESOLVED, Kind.ACTION: Method.COMPLETE}[kind]
    )

    for verb in ("reject", "resolve"):
        with pytest.raises(NotPermitted):
            decide(verb, ROBO, kind, state=State.IN_PROGRESS, assigned=True, given=given)
        assert decide(verb, ROBO, kind, state=State.IN_PROGRESS, assigned=True, holds=True, given=given)


def test_a_robot_does_not_call_anything_spam() -> None:
    """T-36: an agent's judgement."""
    with pytest.raises(NotPermitted):
        decide("resolve", ROBO, assigned=True, holds=True, given=Given(method=Method.REJECTED_SPAM))


@pytest.mark.parametrize("kind", Kind)
def test_a_wait_that_this_kind_never_has_or_only_the_system_sets_is_wrong_input(kind: Kind) -> None:
    """W-1 to W-6, A-4, C-62, INTERFACES 5: 422 naming the field."""
    for state, current in ((State.TO_DO, None), (State.WAITING, WaitType.UNTIL)):
        for wrong in set(WaitType) - set(MANUAL_WAITS[kind]):
            with pytest.raises(Invalid) as refused:
                decide("wait", ANA, kind, state=state, wait_type=current, given=Given(wait_type=wrong))
            assert faults(refused.value) == [("type", "not_offered")]


def test_a_wait_that_nobody_knows_is_wrong_input() -> None:
    """S-9, INTERFACES 5."""
    with pytest.raises(Invalid) as refused:
        decide("wait", ANA, given=Given(wait_type="siesta"))

    assert refused.value.errors[0].values == {"value": "siesta"}


def test_only_the_engine_waits_for_a_sub_case() -> None:
    """W-6."""
    waiting = decide("wait", SYSTEM, Kind.ACTION, given=Given(wait_type=WaitType.SUB_CASE))

    assert (waiting.to, waiting.wait_type) == (State.WAITING, WaitType.SUB_CASE)


@pytest.mark.parametrize("kind", Kind)
def test_while_waiting_another_wait_may_be_chosen_but_not_the_same(kind: Kind) -> None:
    """W-14."""
    for current in MANUAL_WAITS[kind]:
        for wanted in MANUAL_WAITS[kind]:
            given = Given(wait_type=wanted, now=NOW, until=NOW + timedelta(1) if wanted == "until" else None)
            facts = {"state": State.WAITING, "wait_type": current, "given": given}
            if current is wanted and wanted is not WaitType.UNTIL:
                with pytest.raises(GuardFailed, match="waits like this already"):
                    decide("wait", ANA, kind, **facts)
            else:
                assert decide("wait", ANA, kind, **facts).rule == "W-14"


@pytest.mark.parametrize("kind", Kind)
def test_the_date_of_a_wait_until_may_be_changed(kind: Kind) -> None:
    """W-14, Q-6: a new wait-until date."""
    given = Given(wait_type=WaitType.UNTIL, now=NOW, until=NOW + timedelta(days=2))

    assert decide("wait", ANA, kind, state=State.WAITING, wait_type=WaitType.UNTIL, given=given).to is State.WAITING


@pytest.mark.parametrize("kind", Kind)
def test_a_wait_until_needs_a_moment_ahead(kind: Kind) -> None:
    """W-12, T-31, C-49, A-34."""
    moments = {None: "required", NOW: "in_the_past", NOW.replace(tzinfo=None): "invalid"}
    for until, code in moments.items():
        with pytest.raises(Invalid) as refused:
            decide("wait", ANA, kind, given=Given(wait_type=WaitType.UNTIL, now=NOW, until=until))
        assert faults(refused.value) == [("until", code)]


def test_a_split_makes_at_least_two_tickets() -> None:
    """T-32, X-10."""
    with pytest.raises(Invalid) as refused:
        decide("split", ANA, given=Given(children=1))

    assert faults(refused.value) == [("children", "too_few")]


def test_a_conversion_needs_what_the_case_needs() -> None:
    """T-33, X-20."""
    with pytest.raises(Invalid) as refused:
        decide("convert", ANA, given=Given(missing=("case_type",)))

    assert faults(refused.value) == [("case_type", "required")]


@pytest.mark.parametrize("method", [Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED])
def test_a_ticket_is_resolved_only_with_a_mail_or_note_where_the_desk_asks_for_one(method: Method) -> None:
    """R-6, T-35; R-1, R-2, R-3."""
    with pytest.raises(Invalid) as refused:
        decide("resolve", ANA, given=Given(method=method, note_required=True))

    assert faults(refused.value) == [("resolution_note_required", "resolution_note_required")]
    assert decide("resolve", ANA, given=Given(method=method, note_required=True, note_given=True))
    assert decide("resolve", ANA, given=Given(method=method))


def test_spam_needs_no_note() -> None:
    """T-36, R-3a."""
    given = Given(method=Method.REJECTED_SPAM, note_required=True)

    assert decide("resolve", ANA, given=given).to is State.CLOSED


def test_a_case_needs_no_note() -> None:
    """R-12, C-55."""
    given = Given(method=Method.FULLY_RESOLVED, note_required=True)

    assert decide("resolve", ANA, Kind.CASE, given=given).to is State.RESOLVED


@pytest.mark.parametrize("kind", Kind)
def test_a_method_of_another_kind_or_of_the_system_is_wrong_input(kind: Kind) -> None:
    """T-51, R-3b, R-4, R-4a, CG-27."""
    offered = {
        Kind.TICKET: {Method.REPLIED, Method.NO_RESPONSE, Method.REJECTED, Method.REJECTED_SPAM},
        Kind.CASE: {Method.FULLY_RESOLVED},
        Kind.ACTION: {Method.COMPLETE, Method.UNABLE_TO_COMPLETE},
    }[kind]

    for wrong in set(Method) - offered:
        with pytest.raises(Invalid) as refused:
            decide("resolve", ANA, kind, given=Given(method=wrong))
        assert faults(refused.value) == [("method", "not_offered")]


def test_a_draft_is_not_closed_as_spam() -> None:
    """T-24, T-36: the method exists, the state forbids it."""
    with pytest.raises(GuardFailed):
        decide("resolve", ANA, state=State.DRAFT, given=Given(method=Method.REJECTED_SPAM))


def test_a_ticket_is_merged_only_into_something_that_runs() -> None:
    """T-37, X-2, CG-26."""
    with pytest.raises(GuardFailed, match="does not run any more"):
        decide("merge", ANA, given=Given(target_running=False))


@pytest.mark.parametrize(
    ("kind", "waiting"),
    [(Kind.TICKET, WaitType.SPLIT), (Kind.TICKET, WaitType.CASE_LAUNCHED), (Kind.ACTION, WaitType.SUB_CASE)],
)
def test_what_waits_for_others_ends_only_when_they_have_all_ended(kind: Kind, waiting: WaitType) -> None:
    """T-42, T-43, A-44, W-4, W-5, W-6."""
    facts = {"state": State.WAITING, "wait_type": waiting}

    with pytest.raises(GuardFailed, match="Not everything it waits for has ended"):
        decide("complete_children", SYSTEM, kind, **facts)
    assert decide("complete_children", SYSTEM, kind, **facts, children_closed=True).to is State.CLOSED


def test_a_case_completes_only_when_all_its_actions_have() -> None:
    """C-10, C-55."""
    with pytest.raises(GuardFailed):
        decide("complete_children", SYSTEM, Kind.CASE, state=State.IN_PROGRESS)


def test_a_pause_holds_completion_back() -> None:
    """C-10, C-63, CG-4."""
    with pytest.raises(GuardFailed, match="in Pause"):
        decide(
            "complete_children",
            SYSTEM,
            Kind.CASE,
            state=State.WAITING,
            wait_type=WaitType.PAUSE,
            children_closed=True,
        )


def test_a_problem_in_pause_is_kept_and_highlighted_without_ending_it() -> None:
    """C-46."""
    row = decide("problem", SYSTEM, Kind.CASE, state=State.WAITING, wait_type=WaitType.PAUSE)

    assert (row.to, row.wait_type, row.highlight) == (State.WAITING, WaitType.PAUSE, True)


@pytest.mark.parametrize("kind", Kind)
def test_only_a_wait_for_information_is_woken_by_mail(kind: Kind) -> None:
    """T-38, C-51, A-35, M-8, W-13."""
    for current in WaitType:
        facts = {"state": State.WAITING, "wait_type": current}
        if current is WaitType.MORE_INFORMATION:
            row = decide("wake", SYSTEM, kind, **facts)
            assert (row.to, row.highlight) == (State.TO_DO, True)
        else:
            with pytest.raises(GuardFailed):
                decide("wake", SYSTEM, kind, **facts)


def test_a_wait_without_days_never_times_out() -> None:
    """W-10, T-39, T-40."""
    with pytest.raises(GuardFailed, match="without a limit"):
        decide("time_out", SYSTEM, state=State.WAITING, wait_type=WaitType.MORE_INFORMATION)


@pytest.mark.parametrize("kind", [Kind.TICKET, Kind.CASE])
def test_the_window_decides_between_reopening_and_closing(kind: Kind) -> None:
    """T-44 to T-47, C-57, C-58, R-13, R-14, R-17; R-16: what merges into it reopens it by the same row as a mail."""
    for verb, by in (("reopen", ANA), ("reopen", SYSTEM), ("feedback", SYSTEM)):
        assert decide(verb, by, kind, state=State.RESOLVED, window_open=True).to is State.TO_DO
        with pytest.raises(GuardFailed, match="window has passed"):
            decide(verb, by, kind, state=State.RESOLVED)
    assert decide("close", SYSTEM, kind, state=State.RESOLVED).to is State.CLOSED
    with pytest.raises(GuardFailed, match="window is still open"):
        decide("close", SYSTEM, kind, state=State.RESOLVED, window_open=True)


def test_only_a_reopening_by_mail_or_feedback_is_highlighted() -> None:
    """T-44, T-45, T-46, C-57."""
    for kind in (Kind.TICKET, Kind.CASE):
        facts = {"state": State.RESOLVED, "window_open": True}
        assert decide("reopen", SYSTEM, kind, **facts).highlight
        assert decide("feedback", SYSTEM, kind, **facts).highlight
        assert not decide("reopen", ANA, kind, **facts).highlight


def test_an_abort_is_confirmed() -> None:
    """C-56."""
    with pytest.raises(Invalid) as refused:
        decide("abort", ANA, Kind.CASE)

    assert faults(refused.value) == [("confirm", "required")]
    assert decide("abort", ANA, Kind.CASE, given=Given(confirmed=True)).method is Method.ABORTED


def test_unable_to_complete_needs_a_reason() -> None:
    """A-24, A-39."""
    given = Given(method=Method.UNABLE_TO_COMPLETE, reason="  ")

    for role, holds in ((ANA, False), (ROBO, True)):
        with pytest.raises(Invalid) as refused:
            decide("resolve", role, Kind.ACTION, assigned=True, holds=holds, given=given)
        assert faults(refused.value) == [("reason", "required")]


def test_an_action_is_complete_only_when_its_checklist_is() -> None:
    """D-12, A-38."""
    given = Given(method=Method.COMPLETE, open_checklist=("Tax number checked", "Papers signed"))

    with pytest.raises(Invalid, match="Still open: Tax number checked, Papers signed") as refused:
        decide("resolve", ANA, Kind.ACTION, given=given)

    assert faults(refused.value) == [("checklist", "required")]


def test_the_first_part_of_a_review_goes_to_other_eyes_and_stores_no_method() -> None:
    """A-40, A-50."""
    row = decide("resolve", ANA, Kind.ACTION, first_part=True, given=Given(method=Method.COMPLETE))

    assert (row.rule, row.to, row.method) == ("A-40", State.TO_DO, None)


def test_nobody_reviews_their_own_work() -> None:
    """A-50."""
    own = {"review_part": True, "did_first_part": True}

    for verb, given in (
        ("start", Given()),
        ("review", Given(passed=True)),
        ("resolve", Given(method=Method.COMPLETE)),
    ):
        with pytest.raises(NotPermitted, match="does not review it"):
            decide(verb, LEO, Kind.ACTION, given=given, **own)


def test_a_review_needs_a_verdict() -> None:
    """A-41, A-42."""
    with pytest.raises(Invalid) as refused:
        decide("review", ANA, Kind.ACTION, review_part=True)

    assert faults(refused.value) == [("pass", "required")]


def test_an_action_with_nothing_to_await_closes_by_itself_or_asks_a_person() -> None:
    """A-30, A-45, A-46."""
    nothing = {"state": None, "nothing_to_await": True}

    assert decide("create", SYSTEM, Kind.ACTION, state=None).rule == "A-30"
    assert decide("create", SYSTEM, Kind.ACTION, **nothing).rule == "A-45"
    assert decide("create", SYSTEM, Kind.ACTION, **nothing, close_if_none=True).to is State.CLOSED
    assert decide("wait", ANA, Kind.ACTION, nothing_to_await=True).to is State.CLOSED


@pytest.mark.parametrize("kind", Kind)
def test_a_robot_resolves_what_it_holds_even_while_that_waits(kind: Kind) -> None:
    """T-35, C-55, A-38, A-39: To Do, In Progress, Waiting."""
    methods = {
        Kind.TICKET: [Method.REPLIED],
        Kind.CASE: [Method.FULLY_RESOLVED],
        Kind.ACTION: [Method.COMPLETE, Method.UNABLE_TO_COMPLETE],
    }[kind]
    for method in methods:
        given = Given(method=method, reason="The bank is closed")
        facts = {"state": State.WAITING, "wait_type": WaitType.UNTIL, "assigned": True, "given": given}

        assert decide("resolve", ROBO, kind, **facts, holds=True)
        with pytest.raises(NotPermitted):
            decide("resolve", ROBO, kind, **facts)


def test_a_problem_case_of_somebody_else_is_not_put_back_in_progress() -> None:
    """C-22, C-53, Z-1."""
    with pytest.raises(GuardFailed, match="Somebody else has it"):
        decide("resume", ANA, Kind.CASE, has_problem=True, assigned=True)

    assert decide("resume", ANA, Kind.CASE, has_problem=True, assigned=True, holds=True).to is State.IN_PROGRESS


@pytest.mark.parametrize("state", [State.TO_DO, State.IN_PROGRESS, State.WAITING])
def test_the_first_part_of_a_review_may_end_in_every_running_state(state: State) -> None:
    """A-40."""
    facts = {"state": state, "wait_type": WaitType.UNTIL if state is State.WAITING else None, "first_part": True}
    given = Given(method=Method.COMPLETE)

    assert decide("resolve", ANA, Kind.ACTION, given=given, **facts).to is State.TO_DO
    assert decide("resolve", ROBO, Kind.ACTION, given=given, holds=True, **facts).to is State.TO_DO
    with pytest.raises(NotPermitted):
        decide("resolve", ROBO, Kind.ACTION, given=given, **facts)


def test_a_review_passes_in_every_running_state_and_fails_only_while_it_is_active() -> None:
    """A-41, A-42."""
    waiting = {"state": State.WAITING, "wait_type": WaitType.UNTIL, "review_part": True}
    active = {"state": State.IN_PROGRESS, "review_part": True}

    assert decide("review", ANA, Kind.ACTION, given=Given(passed=True), **active).to is State.CLOSED
    assert decide("review", ANA, Kind.ACTION, given=Given(passed=False), **active).to is State.TO_DO
    assert decide("review", ANA, Kind.ACTION, given=Given(passed=True), **waiting).to is State.CLOSED
    with pytest.raises(GuardFailed):
        decide("review", ANA, Kind.ACTION, given=Given(passed=False), **waiting)


def test_a_missing_checklist_item_holds_up_a_robot_and_a_first_part_too() -> None:
    """D-12, A-38, A-40."""
    given = Given(method=Method.COMPLETE, open_checklist=("Papers signed",))

    for first_part in (True, False):
        for role in (ANA, ROBO):
            with pytest.raises(Invalid):
                decide("resolve", role, Kind.ACTION, holds=True, first_part=first_part, given=given)


def test_a_reviewer_passes_an_action_only_when_their_own_checklist_is_done() -> None:
    """D-10, A-42; failing it needs no tick (A-41)."""
    active = {"state": State.IN_PROGRESS, "review_part": True}

    with pytest.raises(Invalid, match="Still open: Seen twice"):
        decide("review", ANA, Kind.ACTION, given=Given(passed=True, open_checklist=("Seen twice",)), **active)
    failed = decide("review", ANA, Kind.ACTION, given=Given(passed=False, open_checklist=("Seen twice",)), **active)
    assert failed.to is State.TO_DO


def test_nothing_to_await_closes_an_action_in_progress_too() -> None:
    """A-45."""
    row = decide("wait", ANA, Kind.ACTION, state=State.IN_PROGRESS, nothing_to_await=True)

    assert (row.rule, row.to, row.method) == ("A-45", State.CLOSED, Method.COMPLETE)


HELD_ELSEWHERE = Facts(state=State.WAITING, wait_type=WaitType.MORE_INFORMATION, has_steps=True, may_hold=False)


@pytest.mark.parametrize(
    ("kind", "verb", "facts"),
    [
        (Kind.TICKET, "resume", HELD_ELSEWHERE),
        (Kind.ACTION, "resume", HELD_ELSEWHERE),
        (Kind.CASE, "resume", HELD_ELSEWHERE),
        (Kind.CASE, "resume", Facts(state=State.TO_DO, has_problem=True, may_hold=False)),
        (Kind.CASE, "rework", HELD_ELSEWHERE),
        (Kind.CASE, "next-step", replace(HELD_ELSEWHERE, step_over=True)),
        (Kind.CASE, "next-step", Facts(state=State.TO_DO, step_over=True, may_hold=False)),
    ],
)
def test_what_nobody_has_is_not_taken_up_by_who_is_held_to_other_queues(kind: Kind, verb: str, facts: Facts) -> None:
    """Q-14: whoever goes on with it would have it; what is theirs or somebody's they may go on with as all may."""
    table, who = LIFECYCLES[kind], {Role.AGENT}

    assert verb not in table.verbs(facts, by=who)
    with pytest.raises(NotPermitted):
        table.decide(verb, replace(facts, kind=kind), by=who)
    assert verb in table.verbs(replace(facts, assigned=True, holds=True), by=who)
    assert verb in table.verbs(replace(facts, may_hold=True), by=who)
