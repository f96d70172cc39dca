"""The child process in which strangers' HTML is read: its limits, its death, its successor."""

import os
import signal
import subprocess
import sys

import pytest

from tramita.gateways import apart
from tramita.gateways.cleaning import TooMuchError


def cleaned(html: str) -> str:
    return apart.clean(html, parts={}, reply="", text="").html


def test_it_cleans_as_the_function_does() -> None:
    """MAIL-43."""
    assert cleaned("<p onclick=x>Hello<script>x</script></p>") == "<p>Hello</p>"


@pytest.mark.parametrize("html", ["&" * 400_000, "& " * 340_000], ids=["references", "with blanks"])
def test_what_takes_more_than_its_seconds_is_ended_by_the_kernel(html: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-45: quadratic work in a library that cannot be interrupted; the next mail has a new child.

    A fast machine does the worst that is let in within the two seconds, so a part of them is given.
    """
    assert apart.CPU_SECONDS == 2.0
    monkeypatch.setattr(apart, "CPU_SECONDS", 0.2)

    with pytest.raises(TooMuchError) as ended:
        cleaned(html)

    assert ended.value.reason == "time"
    assert cleaned("<p>next</p>") == "<p>next</p>"


def test_one_child_serves_many_mails() -> None:
    """MEASURED section 8: it is started once, not for each mail."""
    cleaned("<p>one</p>")
    first = apart._child.process

    cleaned("<p>two</p>")

    assert first is not None
    assert apart._child.process is first


def test_a_child_that_was_killed_takes_nobody_along() -> None:
    """MAIL-6."""
    cleaned("<p>one</p>")
    process = apart._child.process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    assert cleaned("<p>two</p>") == "<p>two</p>"


def test_who_is_interrupted_leaves_no_answer_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-6, MAIL-39: a limit around us runs out while the child works; what it says then is about another mail."""

    class Interrupted(BaseException):
        """As `limits.TimeIsUp` is."""

    def rings(*_: object) -> None:
        raise Interrupted

    cleaned("<p>before</p>")
    with monkeypatch.context() as broken:
        broken.setattr(apart.select, "select", rings)
        with pytest.raises(Interrupted):
            cleaned("<p>mine</p>")

    assert cleaned("<p>yours</p>") == "<p>yours</p>"


def test_a_limit_is_told_by_its_name() -> None:
    """MAIL-45."""
    with pytest.raises(TooMuchError) as stopped:
        cleaned("<div>" * 300)

    assert stopped.value.reason == "depth"


def test_the_child_knows_nothing_of_the_desk() -> None:
    """DESIGN decision 13: neither its secrets nor its code but the cleaner's."""
    listing = (
        "import sys; from tramita.gateways import apart, cleaning, invitations; cleaning.clean('<p>x');"
        "invitations.read('BEGIN:VCALENDAR'); print([name for name in sys.modules if name.startswith('django')])"
    )
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    told = subprocess.run([sys.executable, "-c", listing], env=environment, capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", *lines, "END:VCALENDAR"])


def test_an_invitation_says_what_when_where_and_who() -> None:
    """MAIL-38, RFC 5545: a zone by its name becomes a moment."""
    ics = event(
        "BEGIN:VEVENT",
        "SUMMARY:Hall\\, walk-through",
        "LOCATION:Hall B",
        "DTSTART;TZID=Europe/Warsaw:20260701T100000",
        "DURATION:PT90M",
        "ORGANIZER;CN=Marta Nowak:mailto:marta@acme.example",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "END:VEVENT",
    )

    assert apart.events(ics) == [
        {
            "method": "REQUEST",
            "status": "",
            "what": "Hall, walk-through",
            "where": "Hall B",
            "start": "2026-07-01T08:00:00+00:00",
            "end": "2026-07-01T09:30:00+00:00",
            "organiser": {"name": "Marta Nowak", "address": "marta@acme.example"},
            "repeats": {"every": "weekly", "count": 4},
        }
    ]


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        (("DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260703"), "2026-07-01", "2026-07-02"),
        (("DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260702"), "2026-07-01", None),
        (("DTSTART:20260701T100000",), "2026-07-01T10:00:00", None),
        (("DTSTART:nonsense",), None, None),
        ((), None, None),
    ],
)
def test_days_and_floating_times_stay_what_they_are(lines: tuple[str, ...], start: str | None, end: str | None) -> None:
    """MAIL-38, RFC 5545 section 3.6.1: DTEND is the day after."""
    (found,) = apart.events(event("BEGIN:VEVENT", "SUMMARY:x", *lines, "END:VEVENT"))

    assert (found["start"], found["end"]) == (start, end)


@pytest.mark.parametrize("ics", ["", "no calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT", "END:VCALENDAR", "x" * 300_000])
def test_a_calendar_that_cannot_be_read_has_no_events(ics: str) -> None:
    """MAIL-38, MAIL-20: it stays a file."""
    assert apart.events(ics) == []


def test_a_process_of_its_own_tells_whether_a_message_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-6: what takes its time or its life cannot be read; the next message can."""
    assert apart.reads(b"Subject: Hello\r\n\r\nIt is read.\r\n")
    monkeypatch.setattr(apart, "READ_SECONDS", 0.000_1)
    assert not apart.reads(b"Subject: Long\r\n\r\n" + b"<p>" * 4_000_000)
    monkeypatch.undo()
    assert apart.reads(b"\0" * 2000)
