"""Reading what hours of work are worth, of due rules and contracts (TO-3)."""

import re

from tramita.domain.contracted import Terms
from tramita.services.definitions import shapes, values
from tramita.services.definitions.keys import Keys, Reading, Refusal
from tramita.services.definitions.shapes import Shape
from tramita.services.definitions.source import Node

AMOUNT = re.compile(r"\d{1,9}(?:[.,]\d{1,4})?", re.ASCII)
CURRENCY_LENGTH = 10


def terms(reading: Reading, node: Node) -> Terms | None:
    """Hours and prices; what does not go together is told at its key."""
    keys = Keys(reading, node, "“hours”")
    said = _TERMS.read(keys)
    keys.done()
    read = Terms(**said)
    if len(said) == sum(one.value is not None for one in keys.values.values()):  # all that is there could be read
        for name, reason in read.faults():
            reading.fault(values.below(node, name), reason)
    return read


def amount(reading: Reading, node: Node) -> str | None:
    """A decimal number by its own text: what YAML takes for a float is never made one."""
    typed = node.raw.strip()
    if isinstance(node.value, dict | list) or not AMOUNT.fullmatch(typed):
        raise Refusal(node, "an amount expected here, like 80.00")
    return typed.replace(",", ".")


def currency(reading: Reading, node: Node) -> str | None:
    """A code or a sign, as people write it."""
    return values.text(reading, node, CURRENCY_LENGTH)


_TERMS = Shape(
    (
        shapes.special("hourly_value", "text", amount),
        shapes.special("monthly_hours", "text", amount),
        shapes.special("normal_price", "text", amount),
        shapes.special("excess_price", "text", amount),
        shapes.special("currency", "text", currency),
    )
)
HOURS = shapes.special("hours", "part", terms, inner=_TERMS)
