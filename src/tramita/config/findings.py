"""What `tramita doctor` says of a part."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: well, or wrong with what to do."""

    part: str
    ok: bool
    cause: str
    remedy: str = ""


def well(part: str, cause: str) -> Finding:
    return Finding(part, ok=True, cause=cause)


def wrong(part: str, cause: str, remedy: str) -> Finding:
    return Finding(part, ok=False, cause=cause, remedy=remedy)


def ago(at: datetime, moment: datetime) -> str:
    seconds = max(0, int((at - moment).total_seconds()))
    return f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
