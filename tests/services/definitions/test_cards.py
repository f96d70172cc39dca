"""Fields and cards in files: read, inherited, exported (what is wrong with them: samples/wrong-configurations.txt)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from tests.factories import NOW

from tramita.domain.actors import SYSTEM
from tramita.domain.cards import Declared
from tramita.queries import definitions
from tramita.services.definitions import apply, export

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
MANUAL = Path(__file__).parents[3] / "docs" / "admin" / "cards.md"
CLAIM = "acme/main/finance/claim"


def example() -> str:
    """The example of the manual, and a category below its own."""
    [text] = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    lower = "claim/shop: {title: Shop, fields: {till: text}, cards: {shop: [till, shop]}}"
    return str(text.replace("ticket_categories:\n", f"ticket_categories:\n              {lower}\n"))


def declared(path: str) -> Declared:
    current = definitions.current_category(path)
    assert current
    return definitions.declared_by(current.process)


def laid_out(path: str) -> list[tuple[str, list[str]]]:
    return [(card.name, [one.name for one in fields]) for card, fields in declared(path).laid_out()]


def test_the_example_of_the_manual_is_read_in_its_order(file: Write) -> None:
    """D-20, D-21, Z-8: on both databases; a lower category adds its own."""
    apply([file(example())], by=SYSTEM, at=NOW)

    claim = declared(CLAIM)
    loose = ["region", "bought", "call_at", "shop", "channel"]
    cards = [("claim", ["kind", "amount", "goods"]), ("bank", ["iban"])]
    assert laid_out(CLAIM) == [*cards, ("", loose)]
    assert laid_out(f"{CLAIM}/shop") == [*cards, ("shop", ["till", "shop"]), ("", [n for n in loose if n != "shop"])]
    america = ("America / Brazil / North", "America / Brazil / South", "America / Mexico")
    assert claim.fields["region"].choices[2:] == america
    assert claim.fields["kind"].label_of("goods", "pl") == "Zwrot towaru"
    assert [one.name for one in claim.fields["goods"].columns] == ["article", "pieces"]
    assert "iban" in claim.shown({"kind": "refund", "amount": 5})
    assert "iban" not in claim.shown({"kind": "question", "amount": 5})


def test_an_export_of_cards_changes_nothing_and_is_the_same_again(file: Write) -> None:
    """D-20, D-21."""
    apply([file(example())], by=SYSTEM, at=NOW)
    text = export()

    said = apply([file(text)], by=SYSTEM, at=NOW)

    assert said.created == said.changed == []
    assert export() == text
    finance = yaml.safe_load(text)["customers"]["acme"]["contracts"]["main"]["services"]["finance"]
    lower = finance["ticket_categories"]["claim/shop"]
    assert (list(lower["fields"]), list(lower["cards"])) == (["till"], ["shop"])
