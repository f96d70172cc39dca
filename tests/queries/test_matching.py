"""What matching asks of the database: as little as it can (MAIL-70 to MAIL-80)."""

import pytest

from tests import factories
from tests.desk import MONDAY, Desk
from tramita.domain.references import Reference
from tramita.models import CopiedContact, Item, Link
from tramita.queries.matching import Finder, survivor

pytestmark = pytest.mark.django_db
MAILBOX = "invoices@desk.example"


def finder(sender_id: int | None = None, answered: list[str] | None = None) -> Finder:
    return Finder(MAILBOX, sender_id, answered or [])


def test_contacts_and_whoever_a_mail_names_take_part() -> None:
    """MAIL-73."""
    rui, marta, eve = (factories.requester(name) for name in ("Rui Sousa", "Marta Vidal", "Eve Stone"))
    item = factories.ticket(requester=rui)
    CopiedContact.objects.create(item=item, person=marta)
    factories.mail(item, cc=[["", "Ola@Bücher.example"]])

    assert finder(rui.pk).is_participant(item, rui.email)
    assert finder(marta.pk).is_participant(item, marta.email)
    assert finder().is_participant(item, "ola@xn--bcher-kva.example")
    assert not finder(eve.pk).is_participant(item, eve.email)


def test_a_hundred_answered_ids_cost_one_statement(desk: Desk, django_assert_num_queries) -> None:
    """MAIL-72."""
    item = factories.ticket()
    newest = [factories.mail(item).message_id for _ in range(3)]
    find = finder(answered=[f"{number}@else.example" for number in range(97)] + newest)

    with django_assert_num_queries(1):
        found = [find.by_message_id(one) for one in find.answered[:98]]

    assert found == [None] * 97 + [item]


def test_who_takes_part_is_asked_once_a_mail(django_assert_num_queries) -> None:
    """MAIL-73."""
    rui = factories.requester("Rui Sousa")
    item = factories.ticket(requester=rui)
    find = finder(rui.pk)

    with django_assert_num_queries(0):
        assert find.is_participant(item, rui.email)
    with django_assert_num_queries(1):
        assert [finder().is_participant(item, "eve@evil.example")] * 3 == [False] * 3


def merged(item: Item, into: Item) -> None:
    Link.objects.create(source=item, target=into, type="merged_into", at=MONDAY)


def test_mail_follows_merges_to_the_ticket_that_lives(django_assert_num_queries) -> None:
    """Z-4, MAIL-77."""
    first, second = factories.ticket(closed=True), factories.ticket(closed=True)
    living = factories.ticket()
    merged(first, second)
    merged(second, living)
    reference = Reference(first.kind, first.number, 0)

    assert finder().by_reference(reference) == living
    with django_assert_num_queries(0):
        assert survivor(living) == living


@pytest.mark.soak
def test_two_tickets_merged_into_each_other_end_the_walk() -> None:
    """MAIL-77."""
    one, other = factories.ticket(closed=True), factories.ticket(closed=True)
    merged(one, other)
    merged(other, one)

    assert survivor(one) in (one, other)


def test_a_discarded_draft_gets_no_mail() -> None:
    """T-53."""
    draft = factories.ticket(draft=True, creator=factories.person(), discarded_at=MONDAY)
    mail = factories.mail(draft)

    assert finder().by_reference(Reference(draft.kind, draft.number, 0)) is None
    assert finder().by_number(draft.number, 0) is None
    assert finder(answered=[mail.message_id]).by_message_id(mail.message_id) is None
