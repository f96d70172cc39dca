"""What a delivery report says of an address: is it gone, or is it only in trouble (MAIL-97)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from tramita.domain.mime.model import Recipient

A_WEEK = timedelta(days=7)
ENOUGH = 3  # failures in a week that come and go

_NOBODY = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|address)"
    r"|(?:user|mailbox|recipient|address)\b.{0,40}(?:does ?n[o']t exist|not found)"
    r"|recipient address rejected: undeliver|invalid (?:recipient|mailbox)|domain not found|host (?:unknown|not found)",
    re.IGNORECASE,
)


class Failure(StrEnum):
    """How much a failed delivery says about its address."""

    GONE = "gone"  # nobody is there: 5.1.1 and its like
    PASSING = "passing"  # 4.x, or a mailbox that is full or closed: three in a week count
    OTHER = "other"  # about the mail or its way, not about the address


def failure(said: Recipient) -> Failure:
    """What one recipient's lines of a report mean."""
    status = said.status or ""
    if said.action not in ("failed", "delayed"):
        return Failure.OTHER
    if said.action == "delayed" or status.startswith(("4.", "5.2.")):
        return Failure.PASSING
    if status.startswith("5.1."):
        return Failure.GONE
    vague = status == "" or status.endswith("0.0")
    return Failure.GONE if vague and _NOBODY.search(said.diagnostic or "") else Failure.OTHER


def lately(moments: Iterable[datetime], *, at: datetime) -> list[datetime]:
    """The failures of the last week, oldest first."""
    return sorted(one for one in moments if at - A_WEEK < one <= at)
