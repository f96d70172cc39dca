"""An agent of one company is no contact of another's item (CT-6)."""

import pytest

from tests import factories as make
from tests.desk import MONDAY, Desk
from tests.services.test_receiving import mail, receive
from tramita.domain.companies import belongs_elsewhere
from tramita.domain.errors import Invalid
from tramita.models import CopiedContact, Definition, Item, Organisation, Person
from tramita.services import editing


@pytest.mark.parametrize(
    ("company", "of_item", "parent", "elsewhere"),
    [
        (None, 1, None, False),
        (1, None, None, False),
        (1, 1, None, False),
        (2, 1, None, True),
        (2, 1, 2, False),
        (1, 2, None, True),
    ],
    ids=["global", "nobody's item", "own", "another", "of the parent", "of a branch"],
)
def test_an_agent_belongs_to_one_company_and_its_branches(
    company: int | None, of_item: int | None, parent: int | None, elsewhere: bool
) -> None:
    """CT-6, CT-5."""
    assert belongs_elsewhere(company, of_item=of_item, parent=parent) is elsewhere


@pytest.fixture
def acme(desk: Desk) -> Organisation:
    """Rui asks for Acme."""
    found = make.organisation("acme")
    Person.objects.filter(pk=desk.rui.pk).update(organisation=found)
    return found


def agent_of(company: Organisation | None, name: str = "Sam Supplier") -> Person:
    return make.person(name, organisation=company)


@pytest.mark.parametrize("field", ["primary_contact", "cc"])
def test_a_ticket_is_refused_that_names_an_agent_of_another_company(desk: Desk, acme: Organisation, field: str) -> None:
    """CT-6: the error names the field; nothing is made."""
    sam = agent_of(make.organisation("supplier"))
    given = [sam.email] if field == "cc" else sam.email

    with pytest.raises(Invalid) as refused:
        desk.ticket(**{field: given})

    assert [(one.field, one.code) for one in refused.value.errors] == [(field, "other_company")]
    assert not Item.objects.exists()


def test_a_global_agent_and_one_of_the_company_or_its_parent_are_contacts_of_it(desk: Desk, acme: Organisation) -> None:
    """CT-6, CT-5."""
    above = make.organisation("holding")
    Organisation.objects.filter(pk=acme.pk).update(parent=above)
    agents = [agent_of(None, "Gus Global"), agent_of(acme, "Ada Acme"), agent_of(above, "Hal Holding")]

    item = desk.ticket(cc=[one.email for one in agents], primary_contact=agents[1].email)

    assert set(CopiedContact.objects.filter(item=item).values_list("person", flat=True)) == {one.pk for one in agents}
    assert item.organisation_id == acme.pk


def test_a_colleague_who_asks_does_not_move_the_item_to_their_company(desk: Desk, acme: Organisation) -> None:
    """CT-6: it stays the customer's."""
    above = make.organisation("holding")
    Organisation.objects.filter(pk=acme.pk).update(parent=above)
    item = desk.ticket()

    editing.edit(item, changes={"contacts": {"requester": agent_of(above).email}}, by=desk.ana, at=MONDAY)

    assert Item.objects.get().organisation_id == acme.pk


def test_a_change_of_contacts_is_refused_for_whoever_is_a_stranger_afterwards(desk: Desk, acme: Organisation) -> None:
    """CT-6: who is named, and who was there before the item became another company's."""
    other = make.organisation("other")
    ada, lia = agent_of(acme, "Ada Acme"), make.requester("Lia", organisation=other)
    item = desk.ticket(cc=[ada.email])

    with pytest.raises(Invalid) as moved:
        editing.edit(item, changes={"contacts": {"requester": lia.email}}, by=desk.ana, at=MONDAY)
    with pytest.raises(Invalid) as named:
        editing.edit(item, changes={"contacts": {"primary": agent_of(other).email}}, by=desk.ana, at=MONDAY)

    assert [one.field for one in moved.value.errors] == ["cc"]
    assert [one.field for one in named.value.errors] == ["primary_contact"]
    editing.edit(item, changes={"contacts": {"requester": lia.email, "cc": []}}, by=desk.ana, at=MONDAY)
    assert Item.objects.get().organisation_id == other.pk


def test_a_mail_of_an_agent_of_another_company_waits_in_the_tray(
    desk: Desk, acme: Organisation, data_dir: object
) -> None:
    """CT-6, M-5: nothing is lost, and nobody becomes a contact of it."""
    Definition.objects.filter(key="acme").update(organisation=acme)
    sam = agent_of(make.organisation("supplier"))

    outcome = receive(mail(sender=sam.email or ""))

    assert (outcome.outcome, outcome.reason) == ("unhandled", "agent of another company")
    assert not Item.objects.exists()
