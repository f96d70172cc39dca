"""A series of events in words: how often, on which days, until when (MAIL-38, RFC 5545 section 3.3.10).

What these words cannot say is named as such, and stands in the file: half a rule would be a wrong one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tramita.ui import moments

WORKING_DAYS = [[day, 0] for day in range(5)]
ORDINALS = (1, 2, 3, 4, 5, -1)
# which of the month, by weekday: languages bend the number to the day
WHICH: Sequence[Sequence[Promise]] = [
    [gettext_lazy("first Monday"), gettext_lazy("second Monday"), gettext_lazy("third Monday"),
     gettext_lazy("fourth Monday"), gettext_lazy("fifth Monday"), gettext_lazy("last Monday")],
    [gettext_lazy("first Tuesday"), gettext_lazy("second Tuesday"), gettext_lazy("third Tuesday"),
     gettext_lazy("fourth Tuesday"), gettext_lazy("fifth Tuesday"), gettext_lazy("last Tuesday")],
    [gettext_lazy("first Wednesday"), gettext_lazy("second Wednesday"), gettext_lazy("third Wednesday"),
     gettext_lazy("fourth Wednesday"), gettext_lazy("fifth Wednesday"), gettext_lazy("last Wednesday")],
    [gettext_lazy("first Thursday"), gettext_lazy("second Thursday"), gettext_lazy("third Thursday"),
     gettext_lazy("fourth Thursday"), gettext_lazy("fifth Thursday"), gettext_lazy("last Thursday")],
    [gettext_lazy("first Friday"), gettext_lazy("second Friday"), gettext_lazy("third Friday"),
     gettext_lazy("fourth Friday"), gettext_lazy("fifth Friday"), gettext_lazy("last Friday")],
    [gettext_lazy("first Saturday"), gettext_lazy("second Saturday"), gettext_lazy("third Saturday"),
     gettext_lazy("fourth Saturday"), gettext_lazy("fifth Saturday"), gettext_lazy("last Saturday")],
    [gettext_lazy("first Sunday"), gettext_lazy("second Sunday"), gettext_lazy("third Sunday"),
     gettext_lazy("fourth Sunday"), gettext_lazy("fifth Sunday"), gettext_lazy("last Sunday")],
]  # fmt: skip


class _Unsaid(Exception):
    """There is no sentence for it."""


def words(kept: Mapping[str, Any] | str) -> str:
    """As `gateways.invitations` read it; a word alone is the frequency, as older rows have it. Empty: no series."""
    rule = {"every": kept} if isinstance(kept, str) and kept else kept
    if not rule or isinstance(rule, str):
        return ""
    try:
        said = [_often(rule), *_where(rule), *_how_long(rule)]
    except _Unsaid:
        said = [_often(rule, otherwise=_("repeatedly")), *_how_long(rule), _("the whole rule is in the file")]
    else:
        said += [_("the whole rule is in the file")] if rule.get("odd") else []
    return ", ".join(said)


def _often(rule: Mapping[str, Any], *, otherwise: str = "") -> str:
    every, number = rule.get("every"), int(rule.get("interval", 1))
    said = {
        "daily": ngettext("every day", "every %(num)d days", number),
        "weekly": ngettext("every week", "every %(num)d weeks", number),
        "monthly": ngettext("every month", "every %(num)d months", number),
        "yearly": ngettext("every year", "every %(num)d years", number),
    }
    if every not in said or number < 1:
        if otherwise or rule.get("odd"):
            return otherwise or _("repeatedly")
        raise _Unsaid
    return said[str(every)] % {"num": number}


def _where(rule: Mapping[str, Any]) -> Iterator[str]:
    """On which days of the period."""
    if months := rule.get("months"):
        yield _("in %(months)s") % {"months": ", ".join(str(MONTHS[one]) for one in months)}
    if month_days := rule.get("month_days"):
        yield _on_month_days(month_days)
    days, places = rule.get("days", []), rule.get("places", [])
    if (month_days and days) or len(places) > 1 or (places and not days):
        raise _Unsaid
    if days:
        yield _on_days(rule.get("every"), days, places, has_months=bool(months))


def _on_month_days(days: Sequence[int]) -> str:
    if list(days) == [-1]:
        return _("on the last day of the month")
    if any(not 1 <= day <= 31 for day in days):
        raise _Unsaid
    return _("on day %(days)s of the month") % {"days": ", ".join(map(str, days))}


def _on_days(every: Any, days: Sequence[list[int]], places: Sequence[int], *, has_months: bool) -> str:
    if sorted(days) == WORKING_DAYS and places in ([1], [-1]) and every == "monthly":
        return (
            _("on the last working day of the month") if places == [-1] else _("on the first working day of the month")
        )
    if places:
        if len(days) > 1 or days[0][1]:
            raise _Unsaid
        days = [[days[0][0], places[0]]]
    if any(which for _day, which in days):
        return _on_which(every, days, has_months=has_months)
    if every not in ("daily", "weekly"):
        raise _Unsaid
    if sorted(days) == WORKING_DAYS:
        return _("from Monday to Friday")
    return _("on %(days)s") % {"days": ", ".join(str(WEEKDAYS[day]) for day, _which in days)}


def _on_which(every: Any, days: Sequence[list[int]], *, has_months: bool) -> str:
    """The second Tuesday; of a year only if the months are named."""
    by_month = every == "monthly" or (every == "yearly" and has_months)
    if not by_month or any(which not in ORDINALS for _day, which in days):
        raise _Unsaid
    named = [str(WHICH[day][ORDINALS.index(which)]) for day, which in days]
    return _("on the %(days)s of the month") % {"days": ", ".join(named)}


def _how_long(rule: Mapping[str, Any]) -> Iterator[str]:
    if count := int(rule.get("count", 0)):
        yield ngettext("%(num)d time in all", "%(num)d times in all", count) % {"num": count}
    if until := rule.get("until"):
        yield _("until %(day)s") % {"day": date_format(_day(str(until)), "DATE_FORMAT")}
    if without := int(rule.get("without", 0)):
        yield ngettext("but not on %(num)d day", "but not on %(num)d days", without) % {"num": without}


def _day(until: str) -> date:
    if "T" not in until:
        return date.fromisoformat(until)
    moment = datetime.fromisoformat(until)
    return (moments.local(moment) if moment.tzinfo else moment).date()
