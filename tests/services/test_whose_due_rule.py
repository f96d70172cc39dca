"""Whose due-date rule holds: of who asks, their organisation, its parent, the process (TO-2)."""

from pathlib import Path

import pytest

from tests.desk import MONDAY
from tramita.domain.actors import SYSTEM
from tramita.models import Item
from tramita.queries import definitions
from tramita.queries.people import actor_by_id, person_by_address
from tramita.services import editing, starting
from tramita.services.definitions import WrongConfiguration, apply, export

pytestmark = pytest.mark.django_db
CATEGORY = "acme/main/finance/invoice-query"
DESK = """
calendars:
  office: {time_zone: UTC, week: {mon-fri: "09:00-17:00"}}
due_rules:
  mine: {within: 1 day}
  branch: {within: 2 days}
  group: {within: 3 days}
  usual: {within: 8 working hours}
  bare: {within: 8 working hours}
users:
  ana@desk.example: {name: Ana Lima, role: agent}
organisations:
  acme: {name: Acme, due: group}
  acme-iberia: {name: Acme Iberia, parent: acme, due: branch}
  acme-norte: {name: Acme Norte, parent: acme}
  rio: {name: Rio}
contacts:
  rui@acme.es: {name: Rui, organisation: acme-iberia, due: mine}
  lucia@acme.es: {name: Lucia, organisation: acme-iberia}
  olga@acme.es: {name: Olga, organisation: acme-norte}
  nuno@rio.example: {name: Nuno, organisation: rio}
customers:
  acme:
    contracts:
      main:
        calendar: office
        services:
          finance:
            ticket_categories:
              invoice-query: {title: Invoice query, due: usual}
              no-promise: {title: No promise}
            case_types:
              onboarding:
                title: Onboarding
                due: usual
                steps: [{collect: {actions: [{papers: {title: Ask, due: usual}}]}}]
"""


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK)
    apply([tmp_path / "desk.yaml"], by=SYSTEM, at=MONDAY)
    definitions.forget()


def rule_of(item: Item) -> str:
    """The key under which the item's rule was published."""
    return Item.objects.get(pk=item.pk).due_rule.definition.key


def ticket(who: str, category: str = CATEGORY) -> Item:
    given = {"title": "T", "description": "D", "category": category, "requester": who}
    return starting.start_ticket(**given, by=ana(), at=MONDAY)


def ana():
    return actor_by_id(person_by_address("ana@desk.example").pk)


def test_the_rule_nearest_to_who_asks_holds(tmp_path: Path) -> None:
    """TO-2: customer, branch, parent, general; a category without a promise has that of who asks all the same."""
    found = {who: rule_of(ticket(who)) for who in ("rui@acme.es", "lucia@acme.es", "olga@acme.es", "nuno@rio.example")}

    assert list(found.values()) == ["mine", "branch", "group", "usual@acme/main"]
    assert rule_of(ticket("olga@acme.es", "acme/main/finance/no-promise")) == "group"
    assert ticket("nuno@rio.example", "acme/main/finance/no-promise").due_rule_id is None


def test_a_case_has_the_rule_of_who_asks_and_its_actions_their_own() -> None:
    """TO-2, SLA-1."""
    given = {"case_type": "acme/main/finance/onboarding", "short_description": "S", "requester": "lucia@acme.es"}
    case = starting.start_case(**given, by=ana(), at=MONDAY)

    assert rule_of(case) == "branch"
    assert [rule_of(one) for one in Item.objects.filter(parent=case)] == ["usual@acme/main"]


def test_another_category_keeps_the_rule_of_who_asks() -> None:
    """TO-2, T-12."""
    item = ticket("lucia@acme.es")
    editing.edit(item, changes={"category": "acme/main/finance/no-promise"}, by=ana(), at=MONDAY)

    assert rule_of(item) == "branch"


def test_it_counts_by_its_own_calendar_and_comes_back_from_an_export(tmp_path: Path) -> None:
    """SLA-3, BU-2: of whatever contract they ask."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(DESK.replace("due: branch", "due: bare"))
    with pytest.raises(WrongConfiguration, match="bare” counts working time"):
        apply([wrong], by=SYSTEM, at=MONDAY)
    again = tmp_path / "again.yaml"
    again.write_text(export())

    assert apply([again], by=SYSTEM, at=MONDAY).changed == []
    assert "due: branch" in again.read_text()
