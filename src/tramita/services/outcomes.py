"""What became of a mail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `mail import` prints (INTERFACES section 6)."""

    outcome: str
    items: tuple[str, ...] = ()
    reason: str = ""
    trace: Mapping[str, Any] = field(default_factory=dict, compare=False)  # how it came about (MAIL-141)
