"""Date fields, read leniently. What cannot be a date is None (MAIL-29)."""

import re
from datetime import UTC, datetime, timedelta, timezone

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {name: at for at, name in enumerate(_NAMES, 1)}
ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 60, "cet": 60, "met": 60, "west": 60, "cest": 120,
    "mest": 120, "eet": 120, "sast": 120, "eest": 180, "msk": 180, "ist": 330, "jst": 540, "kst": 540,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
    "brt": -180, "art": -180, "akst": -540, "hst": -600, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip

_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\.\d{1,9})?\s*(?P<half>[ap]m\b)?"
_ZONE = r"\s*(?P<zone>[+-]\s?\d{2}:?\d{2}|[A-Za-z]{1,5}(?![A-Za-z]))?(?P<offset>\s*[+-]\d{4})?"
_DAY = r"(?P<day>\d{1,2})"
_MONTH = r"(?P<month>[A-Za-z]{3})[a-z]*"
_YEAR = r"(?P<year>\d{4})"
_FORMS = [
    re.compile(_DAY + r"[\s.-]*" + _MONTH + r"[\s.,-]*(?P<year>\d{4}|\d{2})\b[\s,T]+" + _TIME + _ZONE),
    re.compile(
        _MONTH
        + r"\s+"
        + _DAY
        + r",?\s+"
        + _TIME  # asctime
        + r"(?:\s+(?P<zone>[A-Z]{2,5}))?(?P<offset>\s+[+-]\d{4})?\s+"
        + _YEAR
    ),
    re.compile(_MONTH + r"\s+" + _DAY + r",?\s+" + _YEAR + r"[\s,]+(?:at\s+)?" + _TIME + _ZONE),
    re.compile(_YEAR + r"-(?P<month>\d{2})-" + _DAY + r"[T\s]+" + _TIME + _ZONE),
]


def parse_date(value: str) -> datetime | None:
    """The moment in UTC, or None. A missing zone is UTC, an unknown one too (RFC 5322 section 4.3)."""
    text = " ".join(value[:200].split())
    for form in _FORMS:
        found = form.search(text)
        if found:
            return _moment(found.groupdict())
    return None


def _moment(parts: dict[str, str | None]) -> datetime | None:
    month = parts["month"] or ""
    number = int(month) if month.isdigit() else MONTHS.get(month.lower(), 0)
    hour = int(parts["hour"] or 0)
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"] == "pm" else 0)
    second = min(int(parts["second"] or 0), 59)  # a leap second
    day, minute = int(parts["day"] or 0), int(parts["minute"] or 0)
    try:
        zone = timezone(timedelta(minutes=_offset(parts)))
        there = datetime(_year(parts["year"] or ""), number, day, hour, minute, second, tzinfo=zone)
        return there.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 50 else 1900)


def _offset(parts: dict[str, str | None]) -> int:
    """Minutes east of UTC."""
    text = (parts.get("zone") or "").replace(" ", "").replace(":", "")
    if not text.startswith(("+", "-")) and parts.get("offset"):
        text = (parts["offset"] or "").strip()
    if text.startswith(("+", "-")):
        return (-1 if text[0] == "-" else 1) * (int(text[1:3]) * 60 + int(text[3:5]))
    return ZONES.get(text.lower(), 0)
