"""A series of events in words, read from a calendar and said in five languages (MAIL-38)."""

import pytest
from django.utils import translation

from tramita.gateways import invitations
from tramita.ui import recurrence


def said(rule: str, *more: str, language: str = "en") -> str:
    """The words of an event with this RRULE."""
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART:20260701T100000Z", f"RRULE:{rule}", *more, "END:VEVENT"]
    events = invitations.read("\r\n".join([*lines, "END:VCALENDAR"]))
    with translation.override(language):
        return " ".join(recurrence.words(event["repeats"]) for event in events)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=4", "every 3 days, 4 times in all"),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "every week, on Monday, Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE;WKST=SU", "every 2 weeks, on Wednesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every week, from Monday to Friday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month, on day 15 of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month, on the last day of the month"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month, on the second Tuesday of the month"),
        ("FREQ=MONTHLY;BYDAY=-1FR;INTERVAL=3", "every 3 months, on the last Friday of the month"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "every month, on the second Tuesday of the month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month, on the last working day of the month"),
        ("FREQ=YEARLY", "every year"),
        ("FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=5", "every year, in June, on day 5 of the month"),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "every year, in November, on the fourth Thursday of the month"),
        ("FREQ=WEEKLY;COUNT=1", "every week, 1 time in all"),
    ],
)
def test_a_rule_is_said_in_words(rule: str, words: str) -> None:
    """MAIL-38."""
    assert said(rule) == words


def test_its_end_and_its_exceptions_are_said() -> None:
    """MAIL-38: a day, and days left out."""
    until = said("FREQ=WEEKLY;UNTIL=20261231", "EXDATE:20260708T100000Z,20260715T100000Z")

    assert until == "every week, until Dec. 31, 2026, but not on 2 days"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "FREQ=MONTHLY;BYDAY=MO,WE;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=-2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;COUNT=99999999999999",
    ],
)
def test_half_a_rule_is_never_said(rule: str) -> None:
    """MAIL-38: what there are no words for is named, and stands in the file."""
    assert "the whole rule is in the file" in said(rule)


def test_dates_without_a_rule_are_a_series_too() -> None:
    """MAIL-38, RFC 5545 section 3.8.5.2."""
    assert said("FREQ=WEEKLY", "RDATE:20260709T100000Z").endswith("the whole rule is in the file")


@pytest.mark.parametrize("rule", ["", "FREQ=", "FREQ=WEEKLY;COUNT=many", "nonsense", f"FREQ=DAILY{';X=1' * 9000}"])
def test_a_rule_of_rubbish_breaks_nothing(rule: str) -> None:
    """MAIL-20, MAIL-38."""
    assert isinstance(said(rule), str)


def test_a_row_of_an_earlier_version_is_still_said() -> None:
    """MAIL-38: it holds the frequency alone."""
    assert (recurrence.words("weekly"), recurrence.words("")) == ("every week", "")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("pt-br", "a cada 2 meses, na segunda terça-feira do mês, 5 vezes ao todo"),
        ("fr", "tous les 2 mois, le deuxième mardi du mois, 5 fois en tout"),
        ("es", "cada 2 meses, el segundo martes del mes, 5 veces en total"),
        ("pl", "co 2 miesiące, drugi wtorek miesiąca, łącznie 5 razy"),
    ],
)
def test_each_language_bends_its_words(language: str, words: str) -> None:
    """MAIL-38, SPEC section 29."""
    assert said("FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU;COUNT=5", language=language) == words
