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


HELD = Rule(queue=INVOICES, position=(ANA, LEO), secondary_position=(EVE,))


def test_a_position_is_its_holders_in_the_order_written() -> None:
    """Q-1."""
    assert allocate(HELD, valid=anybody) == Allocation(ANA, INVOICES, Why.RULE_POSITION)
    assert allocate(HELD, valid=lambda one: one == LEO) == Allocation(LEO, INVOICES, Why.RULE_POSITION)
    assert allocate(HELD, valid=lambda one: one == EVE) == Allocation(EVE, INVOICES, Why.RULE_SECONDARY_POSITION)


def test_of_several_holders_whoever_has_least_where_the_rule_says_so() -> None:
    """Q-1: ties by the order written."""

    def chosen(**has: int) -> int | None:
        loads = {ANA: has["ana"], LEO: has["leo"]}
        return allocate(HELD, valid=anybody, load=lambda people: {one: loads[one] for one in people}).assignee

    assert chosen(ana=3, leo=2) == LEO
    assert chosen(ana=2, leo=2) == ANA
    assert allocate(HELD, valid=anybody, load=lambda _: {}).assignee == ANA


def test_a_load_is_not_asked_for_where_there_is_no_choice() -> None:
    """Q-1: a person of a rule, or the only holder who can."""
    asked: list[object] = []

    allocate(PUSHED, valid=anybody, load=lambda people: asked.append(people) or {})
    allocate(HELD, valid=lambda one: one == LEO, load=lambda people: asked.append(people) or {})

    assert asked == []


def test_a_substitute_stands_in_for_whoever_is_away() -> None:
    """Q-7, Q-9."""
    kept = allocate(PUSHED, valid=anybody, keep_with_user=True, last_worker=ANA, away={ANA: EVE})
    held = allocate(HELD, valid=anybody, away={ANA: EVE})

    assert kept == Allocation(EVE, INVOICES, Why.KEPT_WITH_USER, ANA)
    assert held == Allocation(EVE, INVOICES, Why.RULE_POSITION, ANA)
    assert (kept.reason, held.reason) == ("kept_with_user_substitute", "rule_position_substitute")


def test_there_are_no_chains_of_substitutes() -> None:
    """Q-7."""
    rule = Rule(queue=INVOICES, user=LEO)

    assert allocate(rule, valid=anybody, away={LEO: EVE, EVE: ANA}) == Allocation(None, INVOICES, Why.QUEUE)


def test_who_holds_a_position_and_stands_in_as_well_has_one_load() -> None:
    """Q-1: and takes the work in their own name."""
    chosen = allocate(HELD, valid=anybody, away={ANA: LEO}, load=lambda people: dict.fromkeys(people, 0))

    assert chosen == Allocation(LEO, INVOICES, Why.RULE_POSITION)


def test_every_reason_fits_its_column() -> None:
    """Z-9."""
    assert max(len(Allocation(1, 1, why, 2).reason) for why in Why) <= 40


def test_who_cannot_do_what_a_rule_asks_for_is_skipped() -> None:
    """Q-1, Q-7: skills; a substitute must have them as well."""
    only_eve = allocate(PUSHED, valid=anybody, skilled=lambda one: one == EVE)
    nobody_can = allocate(PUSHED, valid=anybody, skilled=nobody)
    substitute = allocate(PUSHED, valid=anybody, away={LEO: ANA}, skilled=lambda one: one != ANA)

    assert only_eve == Allocation(EVE, INVOICES, Why.RULE_SECONDARY)
    assert nobody_can == Allocation(None, INVOICES, Why.NO_SKILL)
    assert substitute == Allocation(EVE, INVOICES, Why.RULE_SECONDARY)


def test_it_is_no_lack_of_skill_where_nobody_could_have_it_anyway() -> None:
    """Z-9: the reason says what was missing."""
    assert allocate(PUSHED, valid=nobody, skilled=nobody).why is Why.QUEUE
    assert allocate(Rule(queue=INVOICES), valid=anybody, skilled=nobody).why is Why.QUEUE


def test_who_worked_on_it_keeps_it_whatever_the_rule_asks_for() -> None:
    """Q-9: they have shown that they can."""
    kept = allocate(PUSHED, valid=anybody, skilled=nobody, keep_with_user=True, last_worker=ANA)

    assert kept == Allocation(ANA, INVOICES, Why.KEPT_WITH_USER)
