"""The cards of an item's page: to read, and in the two forms that ask for fields, a Draft's and the one below them."""

from typing import Any

from django.http import QueryDict

from tramita.domain.cards import Declared, Values
from tramita.domain.codes import Kind, State
from tramita.models import Item
from tramita.queries import definitions
from tramita.ui import cards as shown_cards
from tramita.web.refusals import Refusal
from tramita.web.shown_reading import Reading

DRAFT = "draft"


def cards(reading: Reading, refused: Refusal | None, *, editable: bool, above: Values | None = None) -> dict[str, Any]:
    """A Draft is a form, and is not told beside it. An Action shows the cards of its Case, `above`, which are changed
    there (G-11).
    """
    item, known = reading.item, definitions.declared(reading.item)
    if above is not None and item.process_version_id is not None:
        shared = definitions.declared_by(definitions.case_type(item.process_version_id))
        told = [*shown_cards.told(shared, above), *shown_cards.told(known, item.fields)]
        return {"told": told, "cards": None, "shared": bool(shared.fields)}
    if item.state is State.DRAFT:
        return {"told": [], "cards": None, "shared": False, "draft_cards": form(item, DRAFT, refused)}
    asked = form(item, "fields", refused) if editable and known.fields else None
    return {"told": shown_cards.told(known, item.fields), "cards": asked, "shared": False}


def form(item: Item, panel: str, refused: Refusal | None) -> shown_cards.Form:
    """The cards of one of the two forms, as the item stands or as they were typed."""
    typed = refused.typed if refused is not None and refused.panel == panel == DRAFT else None
    known = declared_in(item, typed)
    values = item.fields if panel != DRAFT else known.with_defaults(item.fields)
    return shown_cards.form(panel, known, values, refused=refused, submitted=item.submitted_at is not None)


def declared_in(item: Item, typed: QueryDict | None) -> Declared:
    """What is asked for: by the category that a Draft's form names, else by the item. Cost: a query at most."""
    if typed is not None and item.kind is Kind.TICKET and (path := str(typed.get("category", "")).strip()):
        current = definitions.current_category(path)
        if current is not None and current.definition_id != item.process_id:
            return definitions.declared_by(current.process)
    return definitions.declared(item)
