"""Moments of the stories: working days and clock times that fit whenever the demo is loaded."""

import re
from datetime import datetime, time, timedelta

from tramita.domain.calendars import Calendar, build_calendar
from tramita.domain.definitions import CalendarDefinition

HOURS = CalendarDefinition(key="demo", time_zone="Europe/Madrid", week={"mon-fri": "09:00-18:00"})
RECENT = 8 * 3600  # working seconds: what is told as "2h ago" lies within
LONGEST = 30  # working days that the stories go back at most

AGO = re.compile(r"(?:(\d+)h)? ?(?:(\d+)m)? ago")
ON_DAY = re.compile(r"([+-]\d+) (\d\d):(\d\d)")


class Moments:
    """`-3 09:28` is that time three working days back, `40m ago` counts back through working hours only.

    What is told in hours is always later than what is told in days, on a Monday morning too.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._hours: Calendar = build_calendar(HOURS, lambda *_: frozenset())
        self._today = self._hours.add_working(at, -RECENT).astimezone(self._hours.zone)
        self.earliest = self._hours.add_working(at, -LONGEST * 9 * 3600)

    def read(self, text: str) -> datetime:
        """The moment that the text means. Raises: ValueError."""
        if text == "today":
            return self._later_today()
        if found := AGO.fullmatch(text):
            hours, minutes = (int(part or 0) for part in found.groups())
            return self._hours.add_working(self.at, -(hours * 60 + minutes) * 60)
        if found := ON_DAY.fullmatch(text):
            days, hour, minute = (int(part) for part in found.groups())
            return self._on_day(days, time(hour, minute))
        raise ValueError(f"“{text}” is no moment of a story")

    def _on_day(self, days: int, clock: time) -> datetime:
        """So many working days after, or before, the day on which the last hours of work began."""
        day = (self.at.astimezone(self._hours.zone) if days > 0 else self._today).date()
        step = timedelta(days=1 if days > 0 else -1)
        for _ in range(abs(days)):
            day += step
            while day.weekday() > 4:
                day += step
        local = datetime.combine(day, clock, self._hours.zone)
        return local.astimezone(self.at.tzinfo)

    def _later_today(self) -> datetime:
        """The end of today's work; late in the evening, the last minute of the day."""
        local = self.at.astimezone(self._hours.zone)
        evening = local.replace(hour=17, minute=30, second=0, microsecond=0)
        last = local.replace(hour=23, minute=59, second=0, microsecond=0)
        return (evening if local < evening - timedelta(minutes=30) else last).astimezone(self.at.tzinfo)
