"""Durations as people write them: `5 days`, `16 working hours`, `1 hour 30 minutes` (INTERFACES section 4).

Hours, minutes and seconds are elapsed time; days and weeks are counted on the wall clock, so that a day over a
daylight-saving change may have 23 or 25 hours. `working` means: counted by a calendar (SLA-1, SLA-3).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from tramita.domain.errors import Invalid

# Largest first: the order in which the parts of one duration are written.
SECONDS = {"week": 604_800, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}
UNITS = list(SECONDS)
LONGEST_SECONDS = 20 * 366 * 86_400  # beyond twenty years somebody mistyped

PART = re.compile(r"(\d{1,9})\s*(working\s+)?([a-z]+)")
WHOLE = re.compile(rf"(-\s*)?{PART.pattern}(?:\s*(?:,|and)?\s+{PART.pattern})*")
CODE = "not_a_duration"


@dataclass(frozen=True, slots=True)
class Span:
    """A written duration. `str()` gives the words back; `parts` are (amount, unit), largest unit first."""

    parts: tuple[tuple[int, str], ...]
    working: bool = False
    negative: bool = False

    def __str__(self) -> str:
        """The canonical words; parsing them gives this span again."""
        work = "working " if self.working else ""
        words = " ".join(f"{n} {work}{unit}{'' if n == 1 else 's'}" for n, unit in self.parts)
        return f"-{words}" if self.negative else words

    @property
    def days(self) -> int:
        """The part counted on the wall clock, in days; negative for a negative span."""
        return self._sum({"week": 7, "day": 1})

    @property
    def seconds(self) -> int:
        """The part counted as elapsed (or working) time, in seconds; negative for a negative span."""
        return self._sum({"hour": 3_600, "minute": 60, "second": 1})

    def only_days(self) -> "Span":
        """What of it is counted on the wall clock."""
        return replace(self, parts=tuple(one for one in self.parts if one[1] in ("week", "day")))

    def _sum(self, weights: dict[str, int]) -> int:
        total = sum(amount * weights.get(unit, 0) for amount, unit in self.parts)
        return -total if self.negative else total


def parse_span(text: object, *, field: str = "duration", signed: bool = False) -> Span:
    """The span that `text` says. A minus sign, or nothing at all, is allowed only if `signed` (an adjustment, SLA-1).

    Raises: Invalid, naming `field`.
    """
    words = " ".join(text.split()).lower() if isinstance(text, str) else ""
    match = WHOLE.fullmatch(words)
    parts = list(_parts(words)) if match else []
    if not match or not all(unit in SECONDS for _, unit, _ in parts):
        raise Invalid.one(field, CODE, "“%(text)s” is not a duration. Write “5 days” or “16 working hours”.", text=text)
    span = Span(
        parts=tuple((amount, unit) for amount, unit, _ in parts),
        working=any(working for *_, working in parts),
        negative=bool(match[1]),
    )
    if span.negative and not signed:
        raise Invalid.one(field, CODE, "“%(text)s” must not be negative.", text=text)
    _check_parts(parts, text, field)
    _check_size(span, text, field, nothing=signed)
    return span


def parse_days(text: object, *, field: str) -> int:
    """A number of whole days, one or more, as a feedback window or a wait names it (R-15, W-11).

    Whether they are working days is for the due rule's calendar to say, not for this text.

    Raises: Invalid, naming `field`.
    """
    span = parse_span(text, field=field)
    if span.seconds or span.working:
        raise Invalid.one(field, "not_days", "“%(text)s” must be a number of days, like “5 days”.", text=text)
    return span.days


def _parts(words: str) -> Iterator[tuple[int, str, bool]]:
    for amount, working, unit in PART.findall(words):
        yield int(amount), unit.removesuffix("s"), bool(working)


def _check_parts(parts: list[tuple[int, str, bool]], text: object, field: str) -> None:
    units = [unit for _, unit, _ in parts]
    working = [each for *_, each in parts]
    if any(UNITS.index(a) >= UNITS.index(b) for a, b in pairwise(units)):
        raise Invalid.one(field, CODE, "“%(text)s”: name each unit once, the largest first.", text=text)
    if any(working) and not all(working):
        raise Invalid.one(field, CODE, "“%(text)s”: say “working” at each part or at none.", text=text)
    if any(working) and "week" in units:
        raise Invalid.one(field, CODE, "“%(text)s”: there are no working weeks; write working days.", text=text)


def _check_size(span: Span, text: object, field: str, *, nothing: bool) -> None:
    size = sum(amount * SECONDS[unit] for amount, unit in span.parts)
    if size == 0 and not nothing:
        raise Invalid.one(field, CODE, "“%(text)s” is no time at all.", text=text)
    if size > LONGEST_SECONDS:
        raise Invalid.one(field, CODE, "“%(text)s” is longer than twenty years.", text=text)
