"""Hours spent under contracts, and what they are worth."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tramita.api.schemas.base import Output

MONTH = r"^(19|2\d)\d{2}-(0[1-9]|1[0-2])$"
InMonth = Annotated[str, Field(pattern=MONTH, examples=["2026-03"])]


class HoursFilter(BaseModel):
    """Which months; both are included."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    since: InMonth | None = Field(None, description="Two months before the last one, if not given.")
    until: InMonth | None = Field(None, description="The month that runs, if not given.")


class HoursOut(Output):
    """A month of a contract; of hours under a due rule that has prices of its own, a line for themselves."""

    contract: str
    """Its path in the configuration."""
    title: str
    due_rule: str | None
    """The due rule whose prices hold; null: the contract's."""
    month: str
    time_zone: str
    """Where the month begins and ends."""
    minutes: int
    """Spent."""
    contracted_minutes: int | None
    """Null where none are contracted."""
    excess_minutes: int
    """Spent beyond what is contracted."""
    currency: str | None
    worth_contracted: str | None
    """A decimal number as text; null where nobody said what an hour is worth, and for who may not see prices."""
    worth_excess: str | None
    worth: str | None


class HoursList(Output):
    """By contract, the newest month first."""

    results: list[HoursOut]
