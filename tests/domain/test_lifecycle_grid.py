"""Every state × verb × role of the three kinds, against tables written from SPEC 3.2, 4.5 and 5.3 by hand.

A cell says who may and where it leads: `a` agents and above, `l` leaders and above, `r` a robot, `s` the system,
`q` requesters and managers; then the state: `D`raft, `T`o Do, in `P`rogress, `W`aiting, `R`esolved, `C`losed, `0` gone.
`.` the state forbids it to everybody (409); `x` it is possible, but for none of these people (403); `,` refused
either way, because the value chosen does not fit the state.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tramita.domain.codes import Kind, Method, Role, State, WaitType
from tramita.domain.errors import Conflict, NotPermitted
from tramita.domain.facts import Facts, Given
from tramita.domain.lifecycles import LIFECYCLES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TO_DO, IN_PROGRESS, WAITING = State.TO_DO, State.IN_PROGRESS, State.WAITING

WHO = {
    "a": {Role.AGENT, Role.DESIGNER, Role.TEAM_LEADER, Role.ADMINISTRATOR},
    "l": {Role.TEAM_LEADER, Role.ADMINISTRATOR},
    "r": {Role.ROBOT},
    "s": {Role.SYSTEM},
    "q": {Role.REQUESTER, Role.MANAGER},
}
LEADS_TO = {
    "D": State.DRAFT,
    "T": State.TO_DO,
    "P": State.IN_PROGRESS,
    "W": State.WAITING,
    "R": State.RESOLVED,
    "C": State.CLOSED,
    "0": None,
}

SITUATIONS = {
    "new": Facts(),
    "draft": Facts(state=State.DRAFT, assigned=True, holds=True, is_creator=True),
    "free": Facts(state=TO_DO),
    "mine": Facts(state=TO_DO, assigned=True, holds=True),
    "other": Facts(state=TO_DO, assigned=True),
    "trouble": Facts(state=TO_DO, has_problem=True),
    "asked": Facts(state=TO_DO, step_over=True),
    "prog": Facts(state=IN_PROGRESS, assigned=True, holds=True),
    "prog'": Facts(state=IN_PROGRESS, assigned=True),
    "info": Facts(state=WAITING, wait_type=WaitType.MORE_INFORMATION, assigned=True),
    "days": Facts(state=WAITING, wait_type=WaitType.MORE_INFORMATION, assigned=True, days_given=True),
    "shut": Facts(
        state=WAITING,
        wait_type=WaitType.MORE_INFORMATION,
        assigned=True,
        days_given=True,
        close_if_no_response=True,
    ),
    "until": Facts(state=WAITING, wait_type=WaitType.UNTIL, assigned=True),
    "pause": Facts(state=WAITING, wait_type=WaitType.PAUSE, assigned=True),
    "split": Facts(state=WAITING, wait_type=WaitType.SPLIT, assigned=True),
    "case": Facts(state=WAITING, wait_type=WaitType.CASE_LAUNCHED, assigned=True),
    "lone": Facts(state=WAITING, wait_type=WaitType.SPLIT, assigned=True, childless=True),
    "sub": Facts(state=WAITING, wait_type=WaitType.SUB_CASE, assigned=True),
    "open": Facts(state=State.RESOLVED, assigned=True, window_open=True),
    "over": Facts(state=State.RESOLVED, assigned=True),
    "closed": Facts(state=State.CLOSED),
    "first": Facts(state=IN_PROGRESS, assigned=True, holds=True, first_part=True),
    "review": Facts(state=TO_DO, review_part=True),
    "own": Facts(state=TO_DO, review_part=True, did_first_part=True),
    "idle": Facts(state=TO_DO, nothing_to_await=True),
}

TICKET = """
verb                     new   draft free mine other prog prog' info days shut until split case lone open over closed
draft                    aD    .     .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
create                   sarqT .     .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
propose                  sD    .     .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
admit                    .     sT    .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
decline                  .     sC    .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
refuse                   sC    .     .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
archive                  sC    .     .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
submit                   .     aT    .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
discard                  .     a0    .    .    .     .    .     .    .    .    .     .     .    .    .    .    .
start                    .     .     arP  arP  .     .    .     .    .    .    .     .     .    .    .    .    .
release                  .     .     .    aT   lT    aT   lT    .    .    .    .     .     .    .    .    .    .
assign                   .     .     lT   aT   lT    aT   lT    .    .    .    .     .     .    .    .    .    .
to-do                    .     .     .    .    .     aT   x     .    .    .    .     .     .    .    .    .    .
reject                   .     .     .    .    .     rT   x     .    .    .    .     .     .    .    .    .    .
end_lease                .     .     .    .    .     sT   sT    .    .    .    .     .     .    .    .    .    .
return                   .     .     .    sT   sT    .    .     .    .    .    .     .     .    .    .    .    .
reallocate               .     .     sT   sT   sT    sT   sT    .    .    .    .     .     .    .    .    .    .
wait more_information    .     .     aW   aW   aW    aW   aW    .    .    .    aW    .     .    .    .    .    .
wait until               .     .     aW   aW   aW    aW   aW    aW   aW   aW   aW    .     .    .    .    .    .
split                    .     .     aW   aW   aW    aW   aW    .    .    .    .     .     .    .    .    .    .
convert                  .     .     aW   aW   aW    aW   aW    .    .    .    .     .     .    .    .    .    .
resume                   .     .     .    .    .     .    .     aP   aP   aP   aP    .     .    aP   .    .    .
wake                     .     .     .    .    .     .    .     sT   sT   sT   .     .     .    .    .    .    .
bounce                   .     .     .    .    .     .    .     sT   sT   sT   .     .     .    .    .    .    .
time_out                 .     .     .    .    .     .    .     .    sT   sC   .     .     .    .    .    .    .
date_reached             .     .     .    .    .     .    .     .    .    .    sT    .     .    .    .    .    .
complete_children        .     .     .    .    .     .    .     .    .    .    .     sC    sC   sC   .    .    .
resolve replied          .     aR    aR   arR  aR    arR  aR    aR   aR   aR   aR    .     .    .    .    .    .
resolve no_response      .     aR    aR   arR  aR    arR  aR    aR   aR   aR   aR    .     .    .    .    .    .
resolve rejected         .     aR    aR   arR  aR    arR  aR    aR   aR   aR   aR    .     .    .    .    .    .
resolve rejected_spam    .     ,     aC   aC   aC    aC   aC    aC   aC   aC   aC    .     .    .    .    .    .
merge                    .     .     aC   aC   aC    aC   aC    aC   aC   aC   aC    .     .    .    .    .    .
reopen                   .     .     .    .    .     .    .     .    .    .    .     .     .    .    saT  .    .
feedback                 .     .     .    .    .     .    .     .    .    .    .     .     .    .    sqT  .    .
close                    .     .     .    .    .     .    .     .    .    .    .     .     .    .    .    sC   .
"""

CASE = """
verb                     new   draft free mine other trouble asked prog prog' info until pause open over closed
draft                    aD    .     .    .    .     .       .     .    .     .    .     .     .    .    .
create                   sarqT .     .    .    .     .       .     .    .     .    .     .     .    .    .
archive                  sC    .     .    .    .     .       .     .    .     .    .     .     .    .    .
submit                   .     aT    .    .    .     .       .     .    .     .    .     .     .    .    .
discard                  .     a0    .    .    .     .       .     .    .     .    .     .     .    .    .
start                    .     .     arP  arP  .     arP     arP   .    .     .    .     .     .    .    .
release                  .     .     .    aT   lT    .       .     aT   lT    .    .     .     .    .    .
assign                   .     .     lT   aT   lT    lT      lT    aT   lT    .    .     .     .    .    .
to-do                    .     .     .    .    .     .       .     aT   x     .    .     .     .    .    .
reject                   .     .     .    .    .     .       .     rT   x     .    .     .     .    .    .
end_lease                .     .     .    .    .     .       .     sT   sT    .    .     .     .    .    .
return                   .     .     .    sT   sT    .       .     .    .     .    .     .     .    .    .
reallocate               .     .     sT   sT   sT    sT      sT    sT   sT    .    .     .     .    .    .
wait more_information    .     .     aW   aW   aW    aW      aW    aW   aW    .    aW    aW    .    .    .
wait until               .     .     aW   aW   aW    aW      aW    aW   aW    aW   aW    aW    .    .    .
wait pause               .     .     aW   aW   aW    aW      aW    aW   aW    aW   aW    .     .    .    .
wake                     .     .     .    .    .     .       .     .    .     sT   .     .     .    .    .
bounce                   .     .     .    .    .     .       .     .    .     sT   .     .     .    .    .
date_reached             .     .     .    .    .     .       .     .    .     .    sT    .     .    .    .
resume                   .     .     .    .    .     aP      .     .    .     aP   aP    aP    .    .    .
problem                  .     .     sT   sT   sT    sT      sT    sT   sT    sT   sT    sW    .    .    .
complete_step            .     .     .    .    .     .       .     sT   sT    .    .     .     .    .    .
next-step                .     .     .    .    .     .       aP    .    .     .    .     .     .    .    .
rework                   .     .     aP   aP   aP    aP      aP    aP   aP    aP   aP    aP    .    .    .
complete_children        .     .     sR   sR   sR    sR      sR    sR   sR    sR   sR    .     .    .    .
resolve fully_resolved   .     aR    aR   arR  aR    aR      aR    arR  aR    aR   aR    aR    .    .    .
abort                    .     saC   saC  saC  saC   saC     saC   saC  saC   saC  saC   saC   .    .    .
reopen                   .     .     .    .    .     .       .     .    .     .    .     .     saT  .    .
feedback                 .     .     .    .    .     .       .     .    .     .    .     .     sqT  .    .
close                    .     .     .    .    .     .       .     .    .     .    .     .     .    sC   .
"""

ACTION = """
verb                     new  free mine other prog prog' info until sub closed first review own idle
create                   sarT .    .    .     .    .     .    .     .   .      .     .      .   .
start                    .    arP  arP  .     .    .     .    .     .   .      .     arP    x   arP
release                  .    .    aT   lT    aT   lT    .    .     .   .      aT    .      .   .
assign                   .    lT   aT   lT    aT   lT    .    .     .   .      aT    lT     lT  lT
to-do                    .    .    .    .     aT   x     .    .     .   .      aT    .      .   .
reject                   .    .    .    .     rT   x     .    .     .   .      rT    .      .   .
end_lease                .    .    .    .     sT   sT    .    .     .   .      sT    .      .   .
return                   .    .    sT   sT    .    .     .    .     .   .      .     .      .   .
reallocate               .    sT   sT   sT    sT   sT    .    .     .   .      sT    sT     sT  sT
wait more_information    .    saW  saW  saW   saW  saW   .    aW    .   .      saW   saW    saW aC
wait until               .    saW  saW  saW   saW  saW   aW   aW    .   .      saW   saW    saW aC
wake                     .    .    .    .     .    .     sT   .     .   .      .     .      .   .
bounce                   .    .    .    .     .    .     sT   .     .   .      .     .      .   .
decline                  .    .    .    .     .    .     sT   .     .   .      .     .      .   .
date_reached             .    .    .    .     .    .     .    sT    .   .      .     .      .   .
resume                   .    .    .    .     .    .     aP   aP    .   .      .     .      .   .
fail                     .    sT   sT   sT    sT   sT    sT   sT    sT  .      sT    sT     sT  sT
resolve complete         .    aC   arC  aC    arC  aC    aC   aC    aC  .      arT   aC     x   aC
resolve unable_to_complete . aC    arC  aC    arC  aC    aC   aC    aC  .      arC   aC     aC  aC
complete                 .    sC   sC   sC    sC   sC    sC   sC    sC  .      sC    sC     sC  sC
review pass              .    .    .    .     .    .     .    .     .   .      .     aC     x   .
review fail              .    .    .    .     .    .     .    .     .   .      .     aT     x   .
close                    .    sC   sC   sC    sC   sC    sC   sC    sC  .      sC    sC     sC  sC
complete_children        .    .    .    .     .    .     .    .     sC  .      .     .      .   .
"""

GRIDS = {Kind.TICKET: TICKET, Kind.CASE: CASE, Kind.ACTION: ACTION}


def lines(kind: Kind) -> list[tuple[str, dict[str, str]]]:
    """The grid of a kind: each verb (with its choice) and its cells by situation."""
    head, *rest = [line for line in GRIDS[kind].splitlines() if line]
    names = head.split()[1:]
    split = [line.split() for line in rest]
    return [(" ".join(words[: -len(names)]), dict(zip(names, words[-len(names) :], strict=True))) for words in split]


def given(line: str) -> Given:
    """Faultless input for a verb, so that only state and person decide."""
    valid = Given(now=NOW, children=2, confirmed=True, reason="The bank is closed", note_given=True)
    verb, _, choice = line.partition(" ")
    if verb == "wait":
        until = NOW + timedelta(days=1) if choice == "until" else None
        return replace(valid, wait_type=WaitType(choice), until=until)
    if verb == "resolve":
        return replace(valid, method=Method(choice))
    return replace(valid, passed=choice == "pass") if verb == "review" else valid


def permitted(cell: str) -> set[Role]:
    return set().union(*(WHO[letter] for letter in cell[:-1]))


def asking(kind: Kind, situation: str, line: str) -> Facts:
    return replace(SITUATIONS[situation], kind=kind, children_closed=True, has_steps=True, given=given(line))


CASES = [
    pytest.param(kind, line, cells, id=f"{kind}-{line.replace(' ', '-')}")
    for kind in Kind
    for line, cells in lines(kind)
]


@pytest.mark.parametrize(("kind", "line", "cells"), CASES)
@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_in_each_state_exactly_what_the_specification_says(
    kind: Kind, line: str, cells: dict[str, str], role: Role
) -> None:
    """T-20 to T-47, T-53, T-54; C-40 to C-58; A-30 to A-46; W-14, S-4 to S-12, Z-1."""
    for situation, cell in cells.items():
        facts, verb = asking(kind, situation, line), line.split()[0]

        if role in permitted(cell):
            assert LIFECYCLES[kind].next_state(verb, facts, by={role}) is LEADS_TO[cell[-1]], situation
            continue
        refusal = {".": (Conflict,), ",": (Conflict, NotPermitted)}.get(cell, (NotPermitted,))
        with pytest.raises(refusal):
            LIFECYCLES[kind].decide(verb, facts, by={role})


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("role", Role)
def test_the_buttons_are_the_verbs_that_would_work(kind: Kind, role: Role) -> None:
    """S-5, INTERFACES 5 `allowed`: what is offered and what is accepted never differ."""
    situations = lines(kind)[0][1]
    for situation in situations:
        expected = {line.split()[0] for line, cells in lines(kind) if role in permitted(cells[situation])}
        expected |= waiting_of_the_system(kind, situation, role)

        assert LIFECYCLES[kind].verbs(asking(kind, situation, "any"), by={role}) == expected, situation


def waiting_of_the_system(kind: Kind, situation: str, role: Role) -> set[str]:
    """The engine's own wait of an Action (W-6) stands in no line, as no person can choose it."""
    active = SITUATIONS[situation].state in {TO_DO, IN_PROGRESS} and situation != "idle"
    return {"wait"} if kind is Kind.ACTION and role is Role.SYSTEM and active else set()


@pytest.mark.parametrize("kind", Kind)
def test_a_verb_of_another_kind_is_refused_in_every_state(kind: Kind) -> None:
    """A-1, A-4, C-62, T-53: a Ticket is not aborted, an Action not submitted, merged or reopened."""
    own = {line.split()[0] for line, _ in lines(kind)}
    others = {line.split()[0] for other in Kind for line, _ in lines(other)} - own
    assert others

    for verb in others:
        for situation in lines(kind)[0][1]:
            with pytest.raises(Conflict):
                LIFECYCLES[kind].decide(verb, asking(kind, situation, verb), by={Role.ADMINISTRATOR})


@pytest.mark.parametrize("kind", Kind)
def test_the_grid_knows_every_verb_of_the_table(kind: Kind) -> None:
    """S-1: nothing in the code is beyond the specification."""
    assert {line.split()[0] for line, _ in lines(kind)} == set(LIFECYCLES[kind].all_verbs)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("role", Role)
def test_nothing_leads_out_of_closed(kind: Kind, role: Role) -> None:
    """S-12, A-20, T-48, C-59, A-47."""
    assert LIFECYCLES[kind].verbs(asking(kind, "closed", "any"), by={role}) == set()
