"""No log says what a mail says (MAIL-144)."""

import logging

import pytest

from tests.desk import MONDAY, Desk
from tests.helpdesk import build
from tests.samples import expected, sample
from tests.services.test_receiving import mail, receive
from tramita.config.logs import JsonLines, Lines
from tramita.domain.mime import ParsedMail, parse
from tramita.domain.wordless import wordless
from tramita.services import receiving, showing

pytestmark = pytest.mark.django_db

FORMATS = (Lines(), JsonLines())
SHORTEST = 12  # characters of a line that no log has by chance


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(one.format(record) for record in caplog.records for one in FORMATS)


def test_no_log_line_quotes_a_mail_that_comes_in_and_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    """MAIL-144: all samples, at every level."""
    build()
    said = set()
    with caplog.at_level(logging.DEBUG, logger="tramita"):
        for name in expected():
            message = parse(sample(name[:3]))
            lines = (message.subject or "", *message.text.splitlines())
            said |= {line.strip() for line in lines if len(line.strip()) >= SHORTEST}
            receiving.receive(sample(name[:3]), source="import", at=MONDAY)
        for taken in showing.claim(at=MONDAY):
            showing.show(taken, at=MONDAY)

    assert len(said) > 200
    assert [line for line in said if line in logged(caplog)] == []


def test_a_fault_over_a_mail_is_logged_by_kind_and_place_alone(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MAIL-144: what broke may quote what it broke over."""

    def broken(seen: object, message: ParsedMail, **_: object) -> None:
        try:
            raise KeyError(message.text)
        except KeyError as first:
            raise ValueError(message.text) from first

    monkeypatch.setattr(receiving, "sort_out", broken)

    outcome = receive(mail("My account is PT50 0002 0123"))

    assert outcome.outcome == "failed"
    assert "PT50" in outcome.reason  # for who may see the tray
    assert "PT50" not in logged(caplog)
    assert "ValueError" in logged(caplog)
    assert "in broken" in logged(caplog)


def test_a_fault_without_words_keeps_its_kind() -> None:
    """MAIL-144."""
    kind, value, trace = wordless(UnicodeDecodeError("utf-8", b"secret", 0, 1, "why"))

    assert (kind.__name__, str(value), trace) == ("UnicodeDecodeError", "", None)
