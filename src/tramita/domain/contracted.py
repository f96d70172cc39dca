"""What hours of work are worth: contracted ones at a normal price, those beyond them at another (TO-3).

Hours are counted in whole minutes, money in decimals; what is written is text, so that no float ever rounds it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CENT, MINUTES = Decimal("0.01"), 60  # of an hour


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed of hours. Every amount is a decimal as text, of hours or of `currency`."""

    currency: str | None = None
    hourly_value: str | None = None  # what an hour is worth, unless a price below says otherwise
    monthly_hours: str | None = None  # contracted; without any no hour is beyond them
    normal_price: str | None = None  # of a contracted hour
    excess_price: str | None = None  # of an hour beyond them

    @property
    def contracted(self) -> int | None:
        """Minutes a month."""
        return None if self.monthly_hours is None else int(Decimal(self.monthly_hours) * MINUTES)

    @property
    def normal(self) -> Decimal | None:
        """The price of an hour within what is contracted, or of any where nothing is."""
        return _decimal(self.normal_price or self.hourly_value)

    @property
    def excess(self) -> Decimal | None:
        """The price of an hour beyond what is contracted."""
        return _decimal(self.excess_price or self.hourly_value or self.normal_price)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What does not go together, by the key that says it."""
        priced = [name for name in ("hourly_value", "normal_price", "excess_price") if getattr(self, name)]
        if not priced and self.monthly_hours is None:
            yield "", "“hours” needs “hourly_value” or “monthly_hours”"
        if priced and not self.currency:
            yield priced[0], f"“{priced[0]}” needs a “currency”"
        if self.monthly_hours is None:
            yield from ((name, f"“{name}” needs “monthly_hours”") for name in priced if name != "hourly_value")
        elif self.excess_price and not (self.normal_price or self.hourly_value):
            yield "excess_price", "“excess_price” needs “normal_price” or “hourly_value”"
        if self.monthly_hours is not None and Decimal(self.monthly_hours) * MINUTES % 1:
            yield "monthly_hours", "“monthly_hours” must come to whole minutes, such as 37.5"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The hours of a month, in minutes, and what they are worth; None where nobody said."""

    spent: int
    contracted: int | None
    excess: int
    currency: str
    worth_normal: Decimal | None
    worth_excess: Decimal | None

    @property
    def worth(self) -> Decimal | None:
        """All of it: the sum of what is shown, so that it can be checked by hand."""
        if self.worth_normal is None or self.worth_excess is None:
            return None
        return self.worth_normal + self.worth_excess


def reckon(seconds: int, terms: Terms | None) -> Reckoned:
    """What so much time of a month comes to. Rule: TO-3."""
    spent, agreed = (seconds + 30) // 60, terms or Terms()
    excess = 0 if agreed.contracted is None else max(spent - agreed.contracted, 0)
    return Reckoned(
        spent=spent,
        contracted=agreed.contracted,
        excess=excess,
        currency=agreed.currency or "",
        worth_normal=_worth(spent - excess, agreed.normal),
        worth_excess=_worth(excess, agreed.excess),
    )


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> "Month":
        """The month that this moment lies in, there."""
        there = moment.astimezone(zone)
        return cls(there.year, there.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def later(self, months: int) -> "Month":
        """So many months later, or earlier."""
        years, number = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, number + 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment and that of the next one, in UTC, by the clocks there."""
        begin, end = (datetime(one.year, one.number, 1, tzinfo=zone) for one in (self, self.later(1)))
        return begin.astimezone(UTC), end.astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _worth(minutes: int, price: Decimal | None) -> Decimal | None:
    return None if price is None else (price * minutes / MINUTES).quantize(CENT, ROUND_HALF_UP)
