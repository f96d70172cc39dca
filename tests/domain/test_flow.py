"""What a Case does next, without a database."""

import pytest

from tramita.domain.cel import parse
from tramita.domain.flow import Move, Standing, move, plan
from tramita.domain.process_definitions import ActionDefinition, CaseTypeDefinition, StepDefinition

ACTIONS = {
    "papers": ActionDefinition("papers", "Papers"),
    "credit": ActionDefinition("credit", "Credit", when=parse("fields.amount > 10000")),
    "visit": ActionDefinition("visit", "Visit"),
    "create": ActionDefinition("create", "Create"),
}
STEPS = (
    StepDefinition("collect", "Collect", ("papers", "credit")),
    StepDefinition("look", "Look", ("visit",), when=parse('fields.country == "PT"')),
    StepDefinition("rate", "Rate", ("credit",)),
    StepDefinition("finish", "Finish", ("create",)),
)
TYPE = CaseTypeDefinition("acme/main/finance/flow", "Flow", steps=STEPS, actions=ACTIONS)


@pytest.mark.parametrize(
    ("after", "fields", "expected"),
    [
        (None, {}, ("collect", ("papers",), ("credit",))),
        (None, {"amount": 20_000}, ("collect", ("papers", "credit"), ())),
        ("collect", {"country": "PT"}, ("look", ("visit",), ())),
        ("collect", {"country": "ES", "amount": 20_000}, ("rate", ("credit",), ())),
        ("collect", {"country": "ES"}, ("finish", ("create",), ())),
        ("finish", {"amount": 20_000}, None),
    ],
)
def test_a_step_that_has_nothing_to_do_is_passed_over(after: str | None, fields: object, expected: object) -> None:
    """C-7, C-8: neither if its own condition does not hold, nor if none of its Actions is wanted."""
    planned = plan(TYPE, after, {"fields": fields})

    assert (planned and (planned.step.name, planned.actions, planned.left_out)) == expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (Standing(), Move.NEXT),
        (Standing(open=1), Move.STAY),
        (Standing(held=True), Move.STAY),
        (Standing(manual=True), Move.ASK),
        (Standing(manual=True, more=False), Move.NEXT),
        (Standing(manual=True, over=True, asked=True), Move.STAY),
        (Standing(manual=True, over=True), Move.NEXT),
        (Standing(at_end=True, open=1), Move.STAY),
        (Standing(at_end=True), Move.COMPLETE),
        (Standing(at_end=True, held=True), Move.STAY),
        (Standing(at_end=True, completed=True), Move.STAY),
        (Standing(at_end=True, completed=True, child_ended=True), Move.COMPLETE),
    ],
)
def test_one_thing_is_done_at_a_time(standing: Standing, expected: Move) -> None:
    """C-7, C-10, C-25, C-47, C-57, CG-49."""
    assert move(standing) is expected
