"""What a lifecycle needs to know: the facts about one item, and what the caller gives with a verb.

Services fill these from a row of the database; tests write them by hand. Every default is the plain case.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tramita.domain.codes import Kind, Method, State, WaitType


@dataclass(frozen=True, slots=True)
class Given:
    """What the caller sends with a verb. A button never depends on it, only the answer to pressing it."""

    now: datetime | None = None  # aware; needed with `until`
    missing: tuple[str, ...] = ()  # mandatory fields still empty (T-2, C-3, C-4)

    wait_type: WaitType | str | None = None
    until: datetime | None = None
    days: int | None = None
    close_if_no_response: bool = False

    method: Method | str | None = None
    reason: str = ""  # why it cannot be completed
    note_required: bool = False  # the setting of R-6
    note_given: bool = False  # a resolution mail or note, now or since the last pick-up (R-9, CG-24)
    open_checklist: tuple[str, ...] = ()  # mandatory items not yet ticked (D-12)
    confirmed: bool = False  # an abort is asked twice (C-56)

    target_valid: bool = True  # of an assignment, judged by the service
    target_running: bool = True  # of a merge (X-2, CG-26), judged by the service
    children: int = 0  # how many Tickets a split makes
    passed: bool | None = None  # a reviewer's verdict


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so about an item, seen by the person who asks. `state` is None before it exists."""

    kind: Kind = Kind.TICKET
    state: State | None = None
    wait_type: WaitType | None = None  # never None while Waiting (S-9)

    assigned: bool = False  # somebody is its assignee
    holds: bool = False  # the asking person is its assignee; a robot: by a living lease
    is_creator: bool = False
    may_assign: bool = False  # the permission was granted beyond the role (T-54)
    may_hold: bool = True  # False: held to their own queues, and this item is in another

    days_given: bool = False  # the wait ends by itself (T-39)
    close_if_no_response: bool = False  # and then closes the Ticket (T-40)
    window_open: bool = False  # Resolved, and the feedback window has not passed
    childless: bool = False  # it waits for Tickets or a Case that are not there: it came like that (V-51, V-54)
    children_closed: bool = False  # of a split, a launched Case, a Case's Actions, an awaited Sub-Case
    has_problem: bool = False  # a Case with a problem not yet dealt with (C-25)
    has_steps: bool = False  # the type of a Case has some: it may be reworked (C-30)
    step_over: bool = False  # a Case that a person has to move on (C-7)

    first_part: bool = False  # of a review Action: the work itself
    review_part: bool = False  # of a review Action: the second pair of eyes
    did_first_part: bool = False  # the asking person did the work that is reviewed
    nothing_to_await: bool = False  # its Sub-Case never started or had ended already
    close_if_none: bool = False  # and then it closes by itself

    awaits_opening: bool = False  # a manager of the customer decides first (TO-4)

    given: Given = field(default_factory=Given)


def opened(facts: Facts) -> bool:
    """Nobody at the customer's has to agree first that it opens (TO-4)."""
    return not facts.awaits_opening


def free_or_held(facts: Facts) -> bool:
    """Nobody works on it, or the asking person does (Z-1)."""
    return facts.holds or not facts.assigned


def assigned(facts: Facts) -> bool:
    """Somebody has it."""
    return facts.assigned


def unassigned(facts: Facts) -> bool:
    """Nobody has it."""
    return not facts.assigned


def holds(facts: Facts) -> bool:
    """The asking person has it."""
    return facts.holds


def holds_or_may_assign(facts: Facts) -> bool:
    """The asking person has it, or was granted the right to assign."""
    return facts.holds or facts.may_assign


def may_assign(facts: Facts) -> bool:
    """The right to assign was granted beyond the role."""
    return facts.may_assign


def may_hold(facts: Facts) -> bool:
    """The item is in a queue of theirs, if they are held to these; what they have already they keep (Q-14)."""
    return facts.holds or facts.may_hold


def may_take_up(facts: Facts) -> bool:
    """Somebody has it, or the asking person may: whoever goes on with what nobody has, has it (Q-14)."""
    return facts.assigned or may_hold(facts)


def wrote_or_has_it(facts: Facts) -> bool:
    """The asking person made this Draft, or it was handed to them when its writer left (decision 87)."""
    return facts.is_creator or facts.holds


def window_open(facts: Facts) -> bool:
    """The requester may still dispute the resolution."""
    return facts.window_open


def window_over(facts: Facts) -> bool:
    """The feedback window has passed, or there never was one (R-13)."""
    return not facts.window_open


def waits_for_information(facts: Facts) -> bool:
    """W-1: the only wait that a mail ends."""
    return facts.wait_type is WaitType.MORE_INFORMATION


def waits_until(facts: Facts) -> bool:
    """W-2."""
    return facts.wait_type is WaitType.UNTIL


def waits_for_split(facts: Facts) -> bool:
    """W-4."""
    return facts.wait_type is WaitType.SPLIT


def waits_for_case(facts: Facts) -> bool:
    """W-5."""
    return facts.wait_type is WaitType.CASE_LAUNCHED


def waits_for_sub_case(facts: Facts) -> bool:
    """W-6."""
    return facts.wait_type is WaitType.SUB_CASE


def in_pause(facts: Facts) -> bool:
    """W-3."""
    return facts.wait_type is WaitType.PAUSE


def not_in_pause(facts: Facts) -> bool:
    """A Pause keeps what happens to a Case back until a person ends it (C-10, C-46)."""
    return facts.wait_type is not WaitType.PAUSE


def no_system_wait(facts: Facts) -> bool:
    """It does not wait for something that only the system can end (W-4 to W-6)."""
    return facts.wait_type not in {WaitType.SPLIT, WaitType.CASE_LAUNCHED, WaitType.SUB_CASE}


def ends_by_hand(facts: Facts) -> bool:
    """A person may end the wait; also one for what an import did not bring along (V-51, V-54)."""
    return facts.childless or no_system_wait(facts)


def another_wait(facts: Facts) -> bool:
    """The wait asked for is not the present one; a new date is a new wait (W-14, Q-6)."""
    wanted = facts.given.wait_type
    return wanted is None or wanted != facts.wait_type or wanted == WaitType.UNTIL


def days_given(facts: Facts) -> bool:
    """The wait was given a number of days (W-9)."""
    return facts.days_given


def comes_back(facts: Facts) -> bool:
    """Unanswered, it returns to its worker (T-39)."""
    return not facts.close_if_no_response


def closes_unanswered(facts: Facts) -> bool:
    """Unanswered, it closes (T-40)."""
    return facts.close_if_no_response


def children_closed(facts: Facts) -> bool:
    """All that it depends on has ended."""
    return facts.children_closed


def has_problem(facts: Facts) -> bool:
    """C-20: something went wrong with the Case."""
    return facts.has_problem


def step_over(facts: Facts) -> bool:
    """Its step is done, and a person moves it on (C-7)."""
    return facts.step_over


def has_steps(facts: Facts) -> bool:
    """There is a step to start again from (C-30)."""
    return facts.has_steps


def target_running(facts: Facts) -> bool:
    """The item merged into can still take it (X-2, CG-26)."""
    return facts.given.target_running


def first_part(facts: Facts) -> bool:
    """The work that somebody else will review (A-40)."""
    return facts.first_part


def not_first_part(facts: Facts) -> bool:
    """No review stands between this and the end (A-38)."""
    return not facts.first_part


def review_part(facts: Facts) -> bool:
    """The review is what is left to do (A-41, A-42)."""
    return facts.review_part


def fresh_eyes(facts: Facts) -> bool:
    """Nobody reviews their own work (A-50)."""
    return not (facts.review_part and facts.did_first_part)


def something_to_await(facts: Facts) -> bool:
    """Its Sub-Case runs, or it is no such Action (A-30)."""
    return not facts.nothing_to_await


def left_to_a_person(facts: Facts) -> bool:
    """Nothing to await, and a person decides (A-45)."""
    return facts.nothing_to_await and not facts.close_if_none


def closes_by_itself(facts: Facts) -> bool:
    """Nothing to await, and nobody needs to look (A-46)."""
    return facts.nothing_to_await and facts.close_if_none


def nothing_to_await(facts: Facts) -> bool:
    """The Sub-Case it should await never started or has ended (A-45)."""
    return facts.nothing_to_await
