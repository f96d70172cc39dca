"""Calendar parts read: what, when, where, who asks (MAIL-38, RFC 5545, RFC 5546). Nothing is accepted by itself."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

MOST_EVENTS = 5
LONGEST = 500  # characters of a text
LARGEST = 256 * 1024


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
    rule = event.get("rrule")
    return {
        "method": method,
        "status": _text(event.get("status")).upper(),
        "what": _text(event.get("summary")),
        "where": _text(event.get("location")),
        "start": start,
        "end": end,
        "organiser": _person(organiser),
        "repeats": _text(_first(rule.get("FREQ"))).lower() if hasattr(rule, "get") else "",
    }


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
