"""What the audit of the desk keeps besides the ledger of each item, area by area, where that is switched on (TO-6)."""

from enum import StrEnum


class Area(StrEnum):
    """One thing that is kept or not."""

    DELETIONS = "deletions"  # items and contacts that were deleted, and restored
    EXPORTS = "exports"  # lists that were taken along as files
    REPORTS = "reports"  # views that were made, changed, taken away
    WEBHOOKS = "webhooks"  # who is told of what happens: made, changed, a new secret, told again, taken away
    AUDIT = "audit"  # what is kept at all


AREAS = tuple(one.value for one in Area)
