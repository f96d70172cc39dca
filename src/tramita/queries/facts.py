"""What a lifecycle needs to know about an item, read from its row; and the verbs it offers a person now."""

from datetime import datetime

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind, State, WaitType
from tramita.domain.facts import Facts, Given
from tramita.domain.lifecycle import Lifecycle
from tramita.domain.lifecycles import LIFECYCLES
from tramita.domain.permissions import Permission, needs
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.flow import open_below, open_sub_case
from tramita.queries.leases import living
from tramita.queries.managers import managers_of
from tramita.queries.visibility import may

NOTHING_GIVEN = Given()
AWAITED = (WaitType.SPLIT, WaitType.CASE_LAUNCHED)

# verbs that people and robots press on an item, in the order in which they are offered (INTERFACES section 5)
OFFERED = (
    "submit",
    "start",
    "resume",
    "next-step",
    "rework",
    "to-do",
    "release",
    "assign",
    "wait",
    "resolve",
    "merge",
    "split",
    "convert",
    "review",
    "reopen",
    "abort",
    "discard",
)


def lifecycle_of(item: Item) -> Lifecycle:
    """The table of the item's kind."""
    return LIFECYCLES[item.kind]


def allowed(item: Item, actor: Actor, at: datetime) -> list[str]:
    """The verbs that the tables and the actor's rights permit now, whatever input is still missing."""
    seen = facts(item, actor, at=at)
    open_now = lifecycle_of(item).verbs(seen, by=actor.roles)
    return [verb for verb in OFFERED if verb in open_now and may(actor, needs(verb, holds=seen.holds), item)]


def facts(item: Item, actor: Actor, *, at: datetime, given: Given = NOTHING_GIVEN) -> Facts:
    """The item as this actor finds it at that moment. Also of an item that is not written yet."""
    return Facts(
        kind=item.kind,
        state=item.state,
        wait_type=item.wait_type,
        assigned=item.assignee_id is not None,
        holds=holds(item, actor, at),
        is_creator=actor.id is not None and item.creator_id == actor.id,
        may_assign=may(actor, Permission.ASSIGN, item),
        may_hold=not outside(item, actor),
        days_given=item.wait_days is not None,
        close_if_no_response=item.close_if_no_response,
        window_open=window_open(item, at),
        childless=childless(item),
        children_closed=actor.is_system and children_closed(item),
        has_problem=item.problem is not None,
        has_steps=has_steps(item),
        step_over=item.finished_step is not None,
        awaits_opening=awaits_opening(item),
        first_part=four_eyes(item) and not in_review(item),
        review_part=in_review(item),
        did_first_part=actor.id is not None and item.first_resolver_id == actor.id,
        nothing_to_await=nothing_to_await(item),
        close_if_none=closes_if_none(item),
        given=given,
    )


def holds(item: Item, actor: Actor, at: datetime) -> bool:
    """Whether the item is in their hands; in a robot's until its lease runs out, whoever notices that first (Z-17)."""
    if actor.bounds is not None and actor.bounds.approved:
        return True  # a person agreed to this deed, whoever has the item (decision 76)
    if actor.id is None or item.assignee_id != actor.id:
        return False
    return item.fence is None or living(item, at)


def awaits_opening(item: Item) -> bool:
    """Whether a customer's manager decides before it opens; where none is left, staff may (TO-4). A query for these."""
    proposed = item.kind is Kind.TICKET and item.state is State.DRAFT and item.approval_id is not None
    return proposed and managers_of(item.organisation_id).exists()


def has_steps(item: Item) -> bool:
    """Whether the type of a Case has steps; a version is read once (decision 8)."""
    if item.kind is not Kind.CASE or item.process_version_id is None:
        return False
    return bool(definitions.case_type(item.process_version_id).steps)


def action_of(item: Item) -> ActionDefinition | None:
    """What an Action was started under; None for other items, and for Actions that no Case type knows."""
    if item.kind is not Kind.ACTION or item.process_version_id is None:
        return None
    return definitions.case_type(item.process_version_id).actions.get(item.action_name or "")


def four_eyes(item: Item) -> bool:
    """Whether somebody else looks at the work of this Action before it is complete (A-50)."""
    definition = action_of(item)
    return definition is not None and definition.four_eyes


def in_review(item: Item) -> bool:
    """Whether its work is done and waits for other eyes; who did it is the first resolver (A-40)."""
    return item.first_resolved_at is not None and four_eyes(item)


def only_reviews(item: Item, actor: Actor) -> bool:
    """Whether they may only look at it, tick its checklist and decide: the desk restricts reviewers (A-50, BU-7).

    Cost: one statement for an Action in review, none for the rest.
    """
    return in_review(item) and actor.id != item.first_resolver_id and definitions.settings().restrict_reviewers


def nothing_to_await(item: Item) -> bool:
    """Whether the Sub-Case that it is there to await never started, or has ended (A-45). A query for these."""
    definition = action_of(item)
    if definition is None or definition.kind != "wait_for_sub_case" or item.parent_id is None:
        return False
    return item.state in (None, State.TO_DO, State.IN_PROGRESS) and not open_sub_case(item.parent_id)


def closes_if_none(item: Item) -> bool:
    """Whether it then closes by itself (A-46)."""
    definition = action_of(item)
    return definition is not None and definition.close_if_none


def awaits_approval(item: Item) -> bool:
    """Whether an Action waits for decisions and not for a mail, which then ends no wait (EA-3, W-1)."""
    return item.kind is Kind.ACTION and item.approval_id is not None


def outside(item: Item, actor: Actor) -> bool:
    """Whether the item is in a queue that this person, held to their own queues, is no member of (Q-14)."""
    return actor.own_queues_only and item.queue_id is not None and item.queue_id not in actor.queue_ids


def window_open(item: Item, at: datetime) -> bool:
    """Whether a resolution may still be disputed; not at the very moment at which the window ends (R-13, R-14)."""
    return item.state is State.RESOLVED and item.window_ends_at is not None and at < item.window_ends_at


def children_closed(item: Item) -> bool:
    """Whether all that the item depends on has ended. Asked for the system only: a query where there can be any.

    A Case: its Actions and Sub-Cases (C-10, G-5). An Action: the Sub-Cases that it waits for (A-44).
    A Ticket: those it was split into (W-4), or its Case (W-5).
    """
    if item.pk is None:
        return False
    if item.kind is Kind.CASE:
        return not open_below(item)
    if item.kind is Kind.ACTION and item.wait_type is WaitType.SUB_CASE and item.parent_id is not None:
        return not open_sub_case(item.parent_id)
    closed = State.CLOSED.number
    if item.wait_type in AWAITED:
        return not awaited(item).exclude(state=closed).exists()
    return False


def childless(item: Item) -> bool:
    """Whether a Ticket waits for what is not there, as an import may leave it (V-51, V-54). A query for these waits."""
    return item.kind is Kind.TICKET and item.wait_type in AWAITED and not awaited(item).exists()


def awaited(item: Item) -> "QuerySet[Item]":
    """The Tickets that it was split into, or the Case that it became."""
    if item.wait_type is WaitType.SPLIT:
        return Item.objects.filter(links_out__target=item, links_out__type="split_from")
    return Item.objects.filter(links_in__source=item, links_in__type="converted_to")
