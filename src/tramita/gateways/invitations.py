"""Calendar parts read: what, when, where, who asks (MAIL-38, RFC 5545, RFC 5546). Nothing is accepted by itself."""

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

MOST_EVENTS = 5
LONGEST = 500  # characters of a text
LARGEST = 256 * 1024
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_DAYS, MOST_WITHOUT = 14, 10_000
_DAY = re.compile(rf"([+-]?\d{{1,2}})?({'|'.join(WEEKDAYS)})")
_NUMBER = re.compile(r"-?\d{1,5}")
_COUNTED = ("INTERVAL", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "COUNT")
_TOLD = {"FREQ", "BYDAY", "UNTIL", "WKST", *_COUNTED}


def read(ics: str) -> list[dict[str, Any]]:
    """The first events of a calendar, as plain values; none if it cannot be read.

    Moments are ISO 8601 with an offset, a day without a time for a whole day, without an offset where the calendar
    gives none. A day's `end` is the last one, as people say it.
    """
    from icalendar import Calendar

    if len(ics) > LARGEST:
        return []
    try:
        calendars = Calendar.from_ical(ics, multiple=True)
    except (ValueError, IndexError, KeyError):
        return []
    found: list[dict[str, Any]] = []
    for calendar in calendars:
        method = _text(calendar.get("method")).upper()
        found += [_event(one, method) for one in calendar.walk("VEVENT")[:MOST_EVENTS]]
    return found[:MOST_EVENTS]


def _event(event: Any, method: str) -> dict[str, Any]:
    start, end = _moments(event)
    organiser = event.get("organizer")
    return {
        "method": method,
        "status": _text(event.get("status")).upper(),
        "what": _text(event.get("summary")),
        "where": _text(event.get("location")),
        "start": start,
        "end": end,
        "organiser": _person(organiser),
        "repeats": _repeats(event),
    }


def _repeats(event: Any) -> dict[str, Any]:
    """The rule of a series as plain values; `odd`: there is more to it than these say. Empty: it is no series.

    `days` are weekdays (0 is Monday) with which of the month, 0 for every; `until` is a day or a moment.
    """
    from icalendar import vRecur

    rules, extra = _all(event.get("rrule")), _all(event.get("rdate"))
    rule = rules[0] if rules and isinstance(rules[0], vRecur) else None  # or one that the library could not read
    every = _text(_first(rule.get("FREQ"))).lower() if rule is not None else ""
    if rule is None or not every:
        return {"odd": True} if rules or extra else {}
    days = [found.groups() for one in _all(rule.get("BYDAY")) if (found := _DAY.fullmatch(str(one).upper()))]
    until = _first(rule.get("UNTIL"))
    said = {
        "every": every,
        "interval": next(iter(_numbers(rule, "INTERVAL")), 1),
        "days": [[WEEKDAYS.index(day), int(which or 0)] for which, day in days][:MOST_DAYS],
        "month_days": _numbers(rule, "BYMONTHDAY"),
        "months": [one for one in _numbers(rule, "BYMONTH") if 1 <= one <= 12],
        "places": _numbers(rule, "BYSETPOS"),
        "count": next(iter(_numbers(rule, "COUNT")), 0),
        "until": _moment(until) if until is not None else None,
        "without": min(sum(map(_dates, _all(event.get("exdate")))), MOST_WITHOUT),
        "odd": len(rules) > 1 or bool(extra) or _has_more(rule, days),
    }
    return {name: value for name, value in said.items() if value and (name, value) != ("interval", 1)}


def _has_more(rule: Any, days: Collection[Any]) -> bool:
    """Something in it is not among the plain values, or is no sensible one."""
    unknown = any(str(name).upper() not in _TOLD for name in rule)
    lost = any(len(_numbers(rule, name)) != len(_all(rule.get(name))) for name in _COUNTED)
    return unknown or lost or len(days) != len(_all(rule.get("BYDAY"))) or _numbers(rule, "INTERVAL") == [0]


def _dates(value: Any) -> int:
    """How many; none in what the library could not read."""
    try:
        return len(value.dts)
    except (ValueError, AttributeError):
        return 0


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _numbers(rule: Any, name: str) -> list[int]:
    """Whole numbers of a sensible size; whatever else stands there is left out."""
    found = (str(one) for one in _all(rule.get(name))[:MOST_DAYS])
    return [int(one) for one in found if _NUMBER.fullmatch(one)]


def _moments(event: Any) -> tuple[str | None, str | None]:
    start, end = _value(event, "dtstart"), _value(event, "dtend")
    length = _value(event, "duration")
    try:
        if end is None and isinstance(start, date) and isinstance(length, timedelta):
            end = start + length
        if isinstance(end, date) and not isinstance(end, datetime):
            end -= timedelta(days=1)  # DTEND is the day after (RFC 5545 section 3.6.1)
            end = end if isinstance(start, date) and not isinstance(start, datetime) and end > start else None
    except OverflowError:
        end = None
    return _moment(start), _moment(end)


def _value(event: Any, name: str) -> Any:
    """What a property means; None for one that is missing or cannot be read."""
    try:
        return getattr(_first(event.get(name)), "dt", None)
    except ValueError:  # the library's own errors are such
        return None


def _moment(value: Any) -> str | None:
    if isinstance(value, datetime):
        try:
            return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
        except OverflowError:
            return None
    return value.isoformat() if isinstance(value, date) else None


def _person(value: Any) -> dict[str, str]:
    value = _first(value)
    address = _text(value)
    address = address[7:] if address.lower().startswith("mailto:") else address
    return {"name": _text(getattr(value, "params", {}).get("CN")), "address": address}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str:
    value = _first(value)
    return " ".join(str(value).split())[:LONGEST] if value is not None else ""
