"""Operational problems that are written down on an item (D-1, D-2)."""

from collections.abc import Iterator
from enum import StrEnum

from tramita.domain.errors import FieldError

LONGEST = 2000


class Party(StrEnum):
    """Who is at fault, as far as anybody knows."""

    US = "us"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    OTHER = "other"


def faults_of(*, category_known: bool, party: str | None, description: str) -> Iterator[FieldError]:
    """What is wrong with a defect, each fault with its field."""
    if not category_known:
        yield FieldError("category", "unknown", "Choose one of the categories.")
    if party and party not in [one.value for one in Party]:
        yield FieldError("party", "unknown", "Choose who is at fault.")
    if not description:
        yield FieldError("description", "required", "Say what went wrong.")
    elif len(description) > LONGEST:
        yield FieldError("description", "too_long", "At most %(most)s characters.", {"most": LONGEST})


def may_change(*, creator: bool, restricted: bool) -> bool:
    """Whoever works on the item, unless the desk keeps that to who wrote the defect down (D-2, BU-7)."""
    return creator or not restricted
