"""The conditions of the lifecycle tables, each with the sentence for a person when it does not hold.

On the item (409): the upper part. On the person who asks (403): the lower part. Input checks (422) stand with
what they are about, in `waits` and `resolution`, and the few of splitting, merging and assigning here.
"""

from collections.abc import Iterator

from tramita.domain import facts as is_so
from tramita.domain.errors import FieldError
from tramita.domain.facts import Facts
from tramita.domain.lifecycle import Guard

# on the item
FREE_OR_HELD = Guard(is_so.free_or_held, "Somebody else has it. Ask for it to be assigned to you.")
ASSIGNED = Guard(is_so.assigned, "Nobody has it.")
UNASSIGNED = Guard(is_so.unassigned, "Somebody has it already.")
WINDOW_OPEN = Guard(is_so.window_open, "The feedback window has passed.")
WINDOW_OVER = Guard(is_so.window_over, "The feedback window is still open.")
FOR_INFORMATION = Guard(is_so.waits_for_information, "It does not wait for more information.")
UNTIL = Guard(is_so.waits_until, "It does not wait for a date.")
FOR_SPLIT = Guard(is_so.waits_for_split, "It does not wait for the Tickets it was split into.")
FOR_CASE = Guard(is_so.waits_for_case, "It does not wait for a launched Case.")
FOR_SUB_CASE = Guard(is_so.waits_for_sub_case, "It does not wait for a Sub-Case.")
IN_PAUSE = Guard(is_so.in_pause, "It is not in Pause.")
NOT_IN_PAUSE = Guard(is_so.not_in_pause, "It is in Pause, which only a person ends.")
NO_SYSTEM_WAIT = Guard(is_so.no_system_wait, "It waits for other items and goes on by itself when they end.")
ENDS_BY_HAND = Guard(is_so.ends_by_hand, NO_SYSTEM_WAIT.why)
ANOTHER_WAIT = Guard(is_so.another_wait, "It waits like this already.")
DAYS_GIVEN = Guard(is_so.days_given, "It waits without a limit.")
COMES_BACK = Guard(is_so.comes_back, "It closes when nobody answers.")
CLOSES_UNANSWERED = Guard(is_so.closes_unanswered, "It comes back when nobody answers.")
CHILDREN_CLOSED = Guard(is_so.children_closed, "Not everything it waits for has ended.")
HAS_PROBLEM = Guard(is_so.has_problem, "It has no problem to be dealt with.")
STEP_OVER = Guard(is_so.step_over, "Its step is not over, or it goes on by itself.")
HAS_STEPS = Guard(is_so.has_steps, "Its Case type has no steps.")
OPENED = Guard(is_so.opened, "A manager of the customer decides first whether it opens.")
TARGET_RUNNING = Guard(is_so.target_running, "The item to merge into does not run any more.")
FIRST_PART = Guard(is_so.first_part, "There is nothing left to be reviewed.")
NOT_FIRST_PART = Guard(is_so.not_first_part, "Its work is reviewed first.")
REVIEW_PART = Guard(is_so.review_part, "It is not up for review.")
SOMETHING_TO_AWAIT = Guard(is_so.something_to_await, "There is no Sub-Case to wait for.")
LEFT_TO_A_PERSON = Guard(is_so.left_to_a_person, "Nobody needs to decide.")
CLOSES_BY_ITSELF = Guard(is_so.closes_by_itself, "A person decides about it.")
NOTHING_TO_AWAIT = Guard(is_so.nothing_to_await, "Its Sub-Case is still running.")

# on the person
HOLDS = Guard(is_so.holds, "Only the one who has it may do this.")
HOLDS_OR_MAY_ASSIGN = Guard(is_so.holds_or_may_assign, "Only the one who has it, or a leader, may do this.")
MAY_ASSIGN = Guard(is_so.may_assign, "Only a leader may do this.")
MAY_HOLD = Guard(is_so.may_hold, "It is in a queue that is not one of yours.")
MAY_TAKE_UP = Guard(is_so.may_take_up, MAY_HOLD.why)
WROTE_OR_HAS_IT = Guard(is_so.wrote_or_has_it, "Only the one who wrote this draft, or has it since, may discard it.")
FRESH_EYES = Guard(is_so.fresh_eyes, "Whoever did the work does not review it.")


def check_target(facts: Facts) -> Iterator[FieldError]:
    """Only an active person or robot with permission on the process can be assigned (Q-12)."""
    if not facts.given.target_valid:
        yield FieldError("to", "not_assignable", "This item cannot be assigned to them.")


def check_children(facts: Facts) -> Iterator[FieldError]:
    """A split makes at least two Tickets (T-32)."""
    if facts.given.children < 2:
        yield FieldError("children", "too_few", "Split into at least two Tickets.")
