"""What may this person see, and do: each case with one allowed and one refused."""

from dataclasses import replace

import pytest

from tests import factories as make
from tramita.domain.actors import SYSTEM
from tramita.domain.errors import NotFound
from tramita.models import Item
from tramita.queries import items, people, visibility
from tramita.queries.rows import fetch

pytestmark = pytest.mark.django_db

QUERY, OTHER = "acme/main/finance/invoice-query", "acme/mainland/finance/invoice-query"


def seen(actor):
    """The ids of what this actor sees, asked in both ways in which the product asks."""
    by_orm = set(items.visible_to(actor).values_list("pk", flat=True))
    where = visibility.visible_sql(actor)
    by_text = {row[0] for row in fetch(f"SELECT id FROM items WHERE {where.sql}", where.params)}
    assert by_orm == by_text
    return by_orm


def test_staff_and_robots_without_grants_see_every_item():
    """SEC-1, SEC-2."""
    everything = {make.ticket().pk, make.case().pk, make.action().parent_id} | set(
        Item.objects.values_list("pk", flat=True)
    )

    for actor in (make.agent(), make.leader(), make.administrator(), people.actor_for(make.robot()), SYSTEM):
        assert seen(actor) == everything


def test_grants_limit_staff_to_what_lies_at_or_below_them():
    """SEC-2."""
    inside = make.ticket(process=make.definition(key=QUERY))
    below = make.ticket(process=make.definition(key=f"{QUERY}/duplicate"))
    beside = make.ticket(process=make.definition(key=OTHER))
    nowhere = make.ticket()

    assert seen(make.agent(grants={"acme/main": ["view"]})) == {inside.pk, below.pk}
    assert seen(make.agent(grants={"acme": ["view"]})) == {inside.pk, below.pk, beside.pk}
    assert seen(make.agent(grants={"acme": ["work"]})) == set()
    assert seen(make.agent(grants={f"{QUERY}/duplicate": ["view"], OTHER: ["view"]})) == {below.pk, beside.pk}
    assert nowhere.pk not in seen(make.administrator(grants={"acme": ["view"]}))


def test_a_path_is_matched_letter_for_letter():
    """SEC-2: on SQLite LIKE would take ACME for acme, and _ for any letter."""
    make.ticket(process=make.definition(key="ACME/main/finance/x"))
    make.ticket(process=make.definition(key="abme/main/finance/x"))

    assert seen(make.agent(grants={"acme": ["view"], "a_me": ["view"]})) == set()


def test_an_action_is_seen_by_who_may_see_its_case():
    """SEC-2, G-3."""
    case = make.case(process=make.definition("case_type", "acme/main/finance/onboarding"))
    action = make.action(case)

    assert seen(make.agent(grants={"acme/main": ["view"]})) == {case.pk, action.pk}
    assert seen(make.agent(grants={"blue": ["view"]})) == set()


def test_a_draft_is_for_its_creator_and_leaders():
    """T-20, L-9."""
    ana, eve = make.person(), make.agent("Eve")
    draft = make.ticket(draft=True, creator=ana)

    assert seen(people.actor_for(ana)) == seen(make.leader()) == {draft.pk}
    assert seen(eve) == seen(people.actor_for(make.robot())) == set()


def test_a_discarded_draft_is_seen_by_nobody():
    """T-53, CG-51."""
    ana, rui = make.person(), make.requester()
    make.ticket(draft=True, creator=ana, requester=rui, discarded_at=make.NOW)

    assert seen(people.actor_for(ana)) == seen(make.administrator()) == seen(people.actor_for(rui)) == set()


def test_an_own_draft_without_a_process_is_seen_in_spite_of_grants():
    """T-20, SEC-2."""
    ana = make.person(grants={"acme": ["view"]})
    draft = make.ticket(draft=True, creator=ana)

    assert seen(people.actor_for(ana)) == {draft.pk}


def test_a_requester_sees_what_they_asked_for_or_are_the_contact_of():
    """INTERFACES section 4, CT-1."""
    rui, eve = make.requester(), make.requester("Eve")
    asked = make.ticket(requester=rui)
    contacted = make.case(primary_contact=rui)
    make.ticket(requester=rui, draft=True, creator_id=make.agent().id)
    make.action(contacted, requester=rui)

    assert seen(people.actor_for(rui)) == {asked.pk, contacted.pk}
    assert seen(people.actor_for(eve)) == set()


def test_a_manager_sees_the_requests_of_the_organisation_and_its_branches():
    """TO-1, CT-5."""
    head = make.organisation()
    branch, stranger = make.organisation(parent=head), make.organisation()
    at_head, at_branch = make.ticket(organisation=head), make.ticket(organisation=branch)
    make.ticket(organisation=stranger)

    assert seen(people.actor_for(make.manager(organisation=head))) == {at_head.pk, at_branch.pk}
    assert seen(people.actor_for(make.manager(organisation=branch))) == {at_branch.pk}
    assert seen(people.actor_for(make.manager(organisation=None))) == set()
    assert seen(people.actor_for(make.requester(organisation=head))) == set()


@pytest.mark.parametrize("form", ["{}", "[{}]", " {} ", "https://desk.example/items/{}/?tab=1"])
def test_an_item_is_found_by_its_reference_in_any_form(form, django_assert_num_queries):
    """G-6."""
    ana, action = make.agent(), make.action(make.case(process=make.definition("case_type")))

    with django_assert_num_queries(1):
        found = items.get_visible(ana, form.format(action.reference.lower()))
        assert found.process.key == action.process.key

    assert found == action


def test_what_is_invisible_looks_exactly_as_if_it_did_not_exist():
    """INTERFACES section 5."""
    rui, eve = make.requester(), make.requester("Eve")
    ticket = make.ticket(requester=rui)

    assert items.get_visible(people.actor_for(rui), ticket.reference, for_update=True) == ticket
    refusals = set()
    for reference in (ticket.reference, f"{ticket.number}-C", "99999999-T", "no reference"):
        with pytest.raises(NotFound) as refused:
            items.get_visible(people.actor_for(eve), reference)
        refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_a_role_gives_its_permissions_everywhere():
    """SEC-1, INTERFACES section 4."""
    ticket = make.ticket(process=make.definition())

    assert visibility.may(make.agent(), "work", ticket)
    assert not visibility.may(make.agent(), "assign", ticket)
    assert visibility.may(make.leader(), "assign", QUERY)
    assert not visibility.may(people.actor_for(make.requester()), "work", ticket)


def test_grants_give_their_permissions_at_and_below_their_path_only():
    """SEC-2."""
    ana = make.agent(grants={"acme/main": ["view", "assign"]})
    ticket, other = (make.ticket(process=make.definition(key=key)) for key in (QUERY, OTHER))

    assert visibility.may(ana, "assign", ticket)
    assert visibility.may(ana, "view", "acme/main")
    assert visibility.may(ana, "assign")
    assert not visibility.may(ana, "assign", other)
    assert not visibility.may(ana, "work", ticket)
    assert not visibility.may(ana, "view", make.ticket())
    assert not visibility.may(ana, "view", "acme")


def test_a_group_of_permissions_sees_its_queues_or_only_its_own():
    """TO-5: always what one has, answers for or made; what nobody has yet only in one's queues."""
    ours, theirs = make.queue("ours"), make.queue("theirs")
    ana = make.person(queues=[ours])
    other = make.person("Leo Roy")
    waits, taken = make.ticket(queue=ours), make.ticket(queue=ours, assignee=other)
    elsewhere, mine = make.ticket(queue=theirs), make.ticket(queue=theirs, assignee=ana)
    owned, made = make.ticket(owner=ana), make.ticket(queue=theirs, creator=ana)
    own = {mine.pk, owned.pk, made.pk}

    def with_sight(sight):
        return seen(replace(people.actor_for(ana), sees=sight))

    assert with_sight("own") == own
    assert with_sight("own_and_unassigned") == own | {waits.pk}
    assert with_sight("own_queues") == own | {waits.pk, taken.pk}
    assert with_sight("") == own | {waits.pk, taken.pk, elsewhere.pk}


def test_who_may_sees_what_their_organisation_asks_for_and_not_its_branches():
    """SS-1: no Action, no Draft of ours, nobody else's; without an organisation only their own."""
    acme = make.organisation("acme")
    branch, rio = make.organisation("branch", parent=acme), make.organisation("rio")
    one = make.requester(organisation=acme, sees="organisation")
    alone = make.requester("Zoe", sees="organisation")
    colleagues = make.ticket(organisation=acme, requester=make.requester("Col", organisation=acme))
    for company in (branch, rio, None):
        make.ticket(organisation=company, requester=make.requester(organisation=company))
    mine = make.ticket(requester=one)

    assert seen(people.actor_for(one)) == {colleagues.pk, mine.pk}
    assert seen(people.actor_for(alone)) == set()
