"""The factories write what services would."""

import pytest

from tests import factories as make
from tramita.domain.codes import Listed, State
from tramita.services import ledger

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("trait", ["draft", "in_progress", "waiting", "resolved", "closed", "overdue"])
def test_an_item_of_every_trait_folds_from_its_entries(trait):
    """DESIGN decision 4."""
    item = make.ticket(**{trait: True})

    item.refresh_from_db()

    assert ledger.differences(item) == {}
    assert ledger.chain_holds(item.entries.order_by("seq"))


def test_an_action_belongs_to_its_case():
    """G-6, G-11."""
    case = make.case()

    first, second = make.action(case), make.action(case, waiting=True)

    assert (first.reference, second.reference) == (f"{case.number}-C-A1", f"{case.number}-C-A2")
    assert first.related_to_id == case.pk


def test_a_draft_stands_in_the_inbox_of_its_creator():
    """L-9."""
    ana = make.person()

    draft = make.ticket(draft=True, creator=ana)

    assert (draft.state, draft.listed, draft.assignee_id) == (State.DRAFT, Listed.INBOX, ana.pk)
