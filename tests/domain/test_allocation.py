"""Who gets an item."""

from tramita.domain.allocation import Allocation, Rule, Why, allocate, owner_after, to_owner

ANA, LEO, EVE, INVOICES = 1, 2, 3, 10
PUSHED = Rule(queue=INVOICES, user=LEO, secondary=EVE)


def anybody(person: int) -> bool:
    return person in {ANA, LEO, EVE}


def nobody(person: int) -> bool:
    return person < 0


def test_work_returns_to_who_had_it_if_the_setting_says_so() -> None:
    """Z-9, Q-9."""
    kept = allocate(PUSHED, valid=anybody, keep_with_user=True, last_worker=ANA)

    assert kept == Allocation(ANA, INVOICES, Why.KEPT_WITH_USER)


def test_without_the_setting_the_rule_decides() -> None:
    """Z-9, Q-9."""
    assert allocate(PUSHED, valid=anybody, last_worker=ANA) == Allocation(LEO, INVOICES, Why.RULE_USER)


def test_new_work_goes_to_the_user_of_the_rule() -> None:
    """Z-9, Q-1."""
    assert allocate(PUSHED, valid=anybody, keep_with_user=True) == Allocation(LEO, INVOICES, Why.RULE_USER)


def test_people_who_cannot_take_it_are_skipped_in_order() -> None:
    """Z-9, Q-7, Q-12."""
    only_eve = allocate(PUSHED, valid=lambda person: person == EVE, keep_with_user=True, last_worker=ANA)
    none = allocate(PUSHED, valid=nobody, keep_with_user=True, last_worker=ANA)

    assert only_eve == Allocation(EVE, INVOICES, Why.RULE_SECONDARY)
    assert none == Allocation(None, INVOICES, Why.QUEUE)


def test_a_rule_with_a_queue_only_leaves_it_to_be_pulled() -> None:
    """Q-1."""
    assert allocate(Rule(queue=INVOICES), valid=anybody) == Allocation(None, INVOICES, Why.QUEUE)


def test_without_person_and_queue_the_choice_says_so() -> None:
    """Z-9."""
    assert allocate(Rule(), valid=anybody) == Allocation(None, None, Why.NONE)


def test_the_owners_inbox_means_that_the_owner_becomes_the_assignee() -> None:
    """G-10, C-46."""
    assert to_owner(ANA, INVOICES, valid=anybody) == Allocation(ANA, INVOICES, Why.OWNER)


def test_without_a_valid_owner_it_goes_to_its_queue() -> None:
    """G-10."""
    assert to_owner(ANA, INVOICES, valid=nobody) == Allocation(None, INVOICES, Why.QUEUE)
    assert to_owner(None, None, valid=anybody) == Allocation(None, None, Why.NONE)


def test_the_first_person_it_is_assigned_to_owns_it_until_changed() -> None:
    """G-10."""
    assert owner_after(None, assignee=ANA) == ANA
    assert owner_after(ANA, assignee=LEO) == ANA
    assert owner_after(None, assignee=None) is None
