"""Values of JSON that both databases can keep: no NUL characters, no half surrogates, not nested without end, and no
number that only Python knows (RFC 8259 section 6: `1e999` is one, and no other program reads it back).
"""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tramita.domain.errors import FieldError

DEEPEST = 64  # levels of nesting; json itself gives up at some thousands, with a crash for pydantic before
UNKEPT = "This holds characters that cannot be kept."
LARGEST = sys.float_info.max  # either way
YEARS = range(1900, 9001)  # beyond them an offset leads out of what a database keeps


def faults(value: Any, path: tuple[str, ...] = ()) -> Iterator[FieldError]:
    """What is wrong with it, by its place."""
    if len(path) > DEEPEST:
        yield FieldError(".".join(path[:1]), "too_deep", "This is nested too deeply.")
    elif isinstance(value, str):
        if not can_be_kept(value):
            yield FieldError(".".join(path) or "body", "wrong_text", UNKEPT)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not can_be_kept(key):
                yield FieldError(".".join(path) or "body", "wrong_text", UNKEPT)
            else:
                yield from faults(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from faults(inner, (*path, str(index)))
    elif isinstance(value, int | float) and not abs(value) <= LARGEST:  # nor is NaN
        yield FieldError(".".join(path) or "body", "out_of_range", "This is out of range.")


def can_be_kept(text: str) -> bool:
    """NUL is refused by PostgreSQL; half surrogates have no bytes in UTF-8."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def moment_can_be_kept(moment: datetime) -> bool:
    """Whatever its offset is."""
    return moment.year in YEARS
