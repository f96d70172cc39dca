"""Hours spent under contracts, month by month, for those who may read reports (TO-3)."""

from decimal import Decimal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from tramita.api.auth import caller
from tramita.api.schemas.contracted import HoursFilter, HoursList, HoursOut
from tramita.domain.contracted import Month
from tramita.domain.errors import Invalid
from tramita.queries import contracted
from tramita.queries.contracted import MOST, Line

USUAL = 3  # months
router = Router(tags=["Contracts"])


@router.get("/contracts/hours", response=HoursList, operation_id="list_contracted_hours")
def list_contracted_hours(request: HttpRequest, wanted: Query[HoursFilter]) -> HoursList:
    """Spent, contracted, beyond that, and what it is worth. Prices are for those who may see them."""
    now = timezone.now()
    last = _month(wanted.until) or contracted.this_month(now)
    first = _month(wanted.since) or last.later(1 - USUAL)
    if not first <= last < first.later(MOST):
        raise Invalid.one("since", "out_of_range", "At most %(most)s months, the last not before the first.", most=MOST)
    return HoursList(results=[_answer(one) for one in contracted.hours(caller(request), first, last, at=now)])


def _month(text: str | None) -> Month | None:
    return Month(*map(int, text.split("-"))) if text else None


def _answer(one: Line) -> HoursOut:
    found = one.reckoned
    return HoursOut(
        contract=one.contract,
        title=one.title,
        due_rule=one.rule or None,
        month=str(one.month),
        time_zone=one.zone,
        minutes=found.spent,
        contracted_minutes=found.contracted,
        excess_minutes=found.excess,
        currency=found.currency or None,
        worth_contracted=_text(found.worth_normal),
        worth_excess=_text(found.worth_excess),
        worth=_text(found.worth),
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)
