"""Four eyes: one does the work of an Action, another looks at it; two halves with a queue, a due date and a checklist
each (A-40 to A-42, A-50)."""

from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.codes import Listed, Method
from tramita.domain.lifecycle import Row
from tramita.domain.process_definitions import ActionDefinition
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.due_rules import current_due_rule
from tramita.queries.facts import action_of
from tramita.services import clockwork, flowing, returning
from tramita.services.finishing import finish
from tramita.services.fitting import still_fits
from tramita.services.ledger import Change, plain
from tramita.services.moving import assigned_to, decide, follow, settle
from tramita.services.transactions import one_transaction


def hand_over(change: Change, row: Row) -> None:
    """The work is done and goes to its reviewer; the caller writes the change. Rules: A-40, A-50, D-10."""
    item, definition = change.item, _definition(change.item)
    settle(change)
    queue = definitions.queue_id(definition.review_queue) or item.queue_id
    follow(
        change,
        row,
        "handed_to_review",
        assignee_id=None,
        queue_id=queue,
        allocation="review",
        first_resolver_id=change.by.id,
        first_resolved_at=change.at,
        checklist=[[text, False] for text in definition.review_checklist],
    )
    _promise(change, definition.review_due)


@one_transaction
def review(item: Item, *, passed: bool | None, reason: str = "", by: Actor, at: datetime) -> None:
    """Somebody else has looked at the work: it is complete, or goes back to whoever did it. Rules: A-41, A-42, A-50."""
    flowing.hold(item)
    still_open = tuple(text for text, done in item.checklist if not done)
    row = decide(item, "review", by=by, at=at, passed=passed, open_checklist=still_open)
    change = Change(item, by, at)
    if passed:
        finish(change, row, Method.COMPLETE, "", {"reviewed": True})
        change.write()
        flowing.ended(item, at=at)
        return
    definition, doer = _definition(item), item.first_resolver_id
    settle(change)
    follow(
        change,
        row,
        "review_failed",
        words={"reason": reason} if reason.strip() else None,
        queue_id=definitions.queue_id(definition.queue) or item.queue_id,
        first_resolved_at=None,
        checklist=[[text, False] for text in definition.checklist],
        assignee_id=None,
    )
    if still_fits(item, doer):
        change.record("assigned", **assigned_to(item, doer), allocation="reviewed", listed=Listed.INBOX)
    else:
        by_rule = returning.by_rule(item, at=at)
        change.record("allocated", data=by_rule.data, **by_rule.columns)
    _promise(change, definition.due)
    change.write()


def _promise(change: Change, key: str | None) -> None:
    """Each half has a due date of its own, counted from when it begins; without a rule the present one stays (A-50)."""
    item = change.item
    rule_id = current_due_rule(key, item.process.key) if key and item.process else None
    if rule_id is None:
        return
    lent = clockwork.lent_columns(item, rule_id)
    change.record("clock_set", data={"anew": True}, due_rule_id=rule_id, **lent)
    clock = clockwork.begun(item, at=change.at)
    if clock["due_at"] != item.due_at:
        data = {"from": plain(item.due_at), "to": plain(clock["due_at"]), "by_hand": False}
        change.record("due_changed", data=data, by_system=True, **clock)


def _definition(item: Item) -> ActionDefinition:
    definition = action_of(item)
    if definition is None:
        raise ValueError("an Action that is reviewed has a definition")
    return definition
