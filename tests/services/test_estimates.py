"""The effort that a Case is expected to cost (C-13)."""

from typing import Any

import pytest

from tests.desk import MONDAY, Desk
from tests.flows import begun, running
from tests.services.test_first_ticket import fresh, in_order
from tramita.domain.errors import Invalid
from tramita.models import Item
from tramita.queries.estimates import Estimate, estimate_of
from tramita.services import editing, launching, resolving, reworking

pytestmark = pytest.mark.django_db
MINUTE = 60
TEN = {"estimate": "10 minutes"}


def estimated(desk: Desk, **fields: Any) -> Item:
    """Two Actions of ten minutes for each invoice, the second one only for what is dear."""
    steps = {"one": ["look"], "two": ["pay?fields.dear == 1"], "three": ["file"]}
    extra = {"look": TEN | {"startable": True}, "pay": TEN, "file": {"estimate": "1 hour"}}
    return begun(desk, steps, actions=extra, fields=fields, records="fields.invoices")


def of(case: Item) -> tuple[int, int, int]:
    found = estimate_of(fresh(case))
    assert found is not None
    return found.total // MINUTE, found.created // MINUTE, found.to_come // MINUTE


def test_the_total_is_what_was_begun_and_what_comes(desk: Desk) -> None:
    """C-13: for each record; conditions count as they stand now."""
    case = estimated(desk, invoices=3)
    first = of(case)

    editing.edit(case, changes={"fields": {"dear": 1}}, by=desk.ana, at=MONDAY)
    dear = of(case)
    launching.launch(fresh(case), action="look", by=desk.ana, at=MONDAY)

    assert (first, dear) == ((210, 30, 180), (240, 30, 210))
    assert of(case) == (270, 60, 210)


def test_an_action_keeps_the_estimate_it_began_with_until_a_person_changes_it(desk: Desk) -> None:
    """C-13: the initial value; a rework begins with that of its day."""
    case = estimated(desk, invoices=3)
    [action] = running(case)

    editing.edit(case, changes={"fields": {"invoices": 5}}, by=desk.ana, at=MONDAY)
    kept = fresh(action).estimate
    editing.edit(fresh(action), changes={"estimate": 45 * MINUTE}, by=desk.ana, at=MONDAY)

    assert (kept, fresh(action).estimate) == (30 * MINUTE, 45 * MINUTE)
    in_order(action)
    resolving.resolve(fresh(action), method="complete", by=desk.ana, at=MONDAY)
    reworking.rework(fresh(case), step="one", by=desk.ana, at=MONDAY)
    assert running(case)[0].estimate == 50 * MINUTE


def test_it_is_locked_once_the_case_is_resolved(desk: Desk) -> None:
    """C-13: an Action that still runs then cannot change it either."""
    case = estimated(desk)
    resolving.resolve(case, method="fully_resolved", by=desk.ana, at=MONDAY)
    action = Item.objects.get(parent=case)

    assert estimate_of(fresh(case)) == Estimate(10 * MINUTE, 0, locked=True)
    if action.closed_at is None:
        with pytest.raises(Invalid) as locked:
            editing.edit(action, changes={"estimate": 1}, by=desk.ana, at=MONDAY)
        assert locked.value.errors[0].code == "locked"


@pytest.mark.parametrize("value", [-1, "10", True, 3_000_000_000])
def test_what_is_no_time_is_refused(desk: Desk, value: Any) -> None:
    """C-13."""
    [action] = running(estimated(desk))

    with pytest.raises(Invalid):
        editing.edit(action, changes={"estimate": value}, by=desk.ana, at=MONDAY)
    with pytest.raises(Invalid):
        editing.edit(desk.ticket(), changes={"estimate": 60}, by=desk.ana, at=MONDAY)


def test_a_case_type_without_estimates_has_none(desk: Desk) -> None:
    """C-13: the setting is optional."""
    case = begun(desk, {"one": ["a"]})

    assert (estimate_of(case), running(case)[0].estimate) == (None, None)
