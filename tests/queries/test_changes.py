"""What open pages are told: every change once, of items that their reader may see."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.desk import MONDAY, Desk
from tramita.domain.actors import Actor
from tramita.domain.codes import Role
from tramita.domain.permissions import OF_STAFF
from tramita.models import Item
from tramita.queries.changes import changes
from tramita.queries.events import newest
from tramita.queries.visibility import Standing, sees, visible_to
from tramita.services import notes, working


def test_nothing_is_told_while_nothing_changes(desk: Desk) -> None:
    """DESIGN decision 12."""
    desk.ticket()
    mark = newest()

    batch = changes(mark)

    assert (batch.changed, batch.mark, batch.more) == ({}, mark, False)


@pytest.mark.django_db(transaction=True)
def test_an_item_that_changed_is_told_once_with_where_it_stands_now(desk: Desk) -> None:
    """DESIGN decision 12, L-1."""
    item = desk.ticket()
    mark = newest()

    working.start(item, by=desk.ana, at=MONDAY)
    notes.add_note(item, body="Asked the bank", by=desk.ana, at=MONDAY)

    batch = changes(mark)
    [told] = batch.for_eyes_of(desk.leo)
    assert (told["item"], told["places"]) == (item.reference, [f"inbox:{desk.ana.id}"])
    assert {"started", "note_added"} <= set(told["types"])
    assert "bank" not in str(told)
    assert changes(batch.mark).changed == {}


ROLES = st.sampled_from([Role.ADMINISTRATOR, Role.TEAM_LEADER, Role.AGENT])
GRANTS = st.none() | st.lists(
    st.tuples(
        st.sampled_from(["acme", "acme/main/finance", "acme/main/finance/invoice-query", "acme/main/fin", "rio"]),
        st.frozensets(st.sampled_from(["view", "work"])),
    ),
    min_size=1,
    max_size=2,
).map(tuple)


@settings(max_examples=40)
@given(role=ROLES, grants=GRANTS, sight=st.sampled_from(["", *OF_STAFF]), member=st.booleans())
def _agree(
    desk: Desk,
    items: list[Item],
    role: Role,
    grants: tuple[tuple[str, frozenset[str]], ...] | None,
    sight: str,
    member: bool,
) -> None:
    queues = frozenset({desk.invoices.pk}) if member else frozenset()
    for person in (desk.ana, desk.eve):
        actor = Actor(id=person.id, name="", role=role, grants=grants, sees=sight, queue_ids=queues)
        allowed = set(Item.objects.filter(visible_to(actor)).values_list("pk", flat=True))
        told = {item.pk for item in items if sees(actor, standing(item))}
        assert told == allowed


def standing(item: Item) -> Standing:
    path = item.process.key if item.process else None
    gone = item.discarded_at is not None
    return Standing(
        item.state.number, item.creator_id, item.assignee_id, gone, path, owner_id=item.owner_id, queue_id=item.queue_id
    )


def test_a_stream_and_a_query_let_staff_see_the_same(desk: Desk) -> None:
    """DESIGN decision 11, SEC-2, TO-5, T-53: the two forms of one predicate."""
    mine, other = desk.ticket(), desk.ticket()
    Item.objects.filter(pk=mine.pk).update(assignee=desk.ana.id)
    Item.objects.filter(pk=other.pk).update(assignee=desk.leo.id, owner=desk.eve.id, creator=None)
    submitted, draft, discarded, case = desk.ticket(), desk.ticket(draft=True), desk.ticket(draft=True), desk.case()
    Item.objects.filter(pk=discarded.pk).update(discarded_at=MONDAY)
    bare = desk.ticket(draft=True)
    Item.objects.filter(pk=bare.pk).update(process=None, creator=desk.eve.id)
    items = list(Item.objects.filter(pk__in=[i.pk for i in (submitted, draft, discarded, case, bare, mine, other)]))

    _agree(desk, items)


def test_who_does_not_work_here_is_told_nothing(desk: Desk) -> None:
    """DESIGN decision 11: the portal has no stream."""
    item = desk.ticket()

    assert not sees(Actor(id=desk.rui.pk, name="", role=Role.REQUESTER, email=""), standing(item))
