"""Definitions as JSON and back."""

import json
from datetime import date, timedelta

from tramita.domain.bodies import body_of, restore
from tramita.domain.cel import parse
from tramita.domain.codes import Kind, Role
from tramita.domain.definitions import Absence, CategoryDefinition, PersonDefinition
from tramita.domain.process_definitions import (
    ActionDefinition,
    ApprovalLevel,
    CaseTypeDefinition,
    StartDefinition,
    StepDefinition,
)


def test_a_version_gives_back_the_definition_it_was_published_from() -> None:
    """SLA-17: a running item reads the words it started with."""
    onboarding = CaseTypeDefinition(
        path="acme/main/finance/onboarding",
        title="Supplier onboarding",
        feedback_window=3,
        steps=(StepDefinition("check", "Check", ("credit",), when=parse("fields.amount > 10 || !fields.known")),),
        actions={"credit": ActionDefinition("credit", "Credit", levels=(ApprovalLevel(("marta@acme.es",), True),))},
        starts=(StartDefinition(dates=("2026-03-01T09:00",)),),
    )
    robot = PersonDefinition(
        "robo-1",
        "Reader",
        Role.ROBOT,
        kinds=(Kind.ACTION,),
        lease=timedelta(minutes=5),
        absent=Absence(date(2026, 1, 1), date(2026, 1, 2)),
        grants={"acme": ("view",)},
    )

    for definition in (onboarding, robot):
        body = json.loads(json.dumps(body_of(definition)))

        assert restore(type(definition), body) == definition


def test_a_body_leaves_out_what_has_its_default_and_passes_over_what_it_does_not_know() -> None:
    """SLA-17: a field added later does not change the versions that never heard of it."""
    query = CategoryDefinition(path="acme/main/finance/query", title="Query")

    assert body_of(query) == {"path": "acme/main/finance/query", "title": "Query"}
    assert restore(CategoryDefinition, body_of(query) | {"colour": "red"}) == query
