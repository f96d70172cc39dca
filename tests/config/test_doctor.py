"""`tramita doctor` names what is wrong, its cause and its remedy."""

import json
from argparse import Namespace
from datetime import UTC, datetime, timedelta

import pytest
from tests import factories, smime
from tests.desk import Desk
from tests.fakes.clamd import clamd

from tramita.config import doctor
from tramita.models import Delivery, Mailbox, SeenMessage, Timer
from tramita.services import alerts, heartbeat

NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def wrong(at: datetime = NOW) -> dict[str, str]:
    return {one.part: one.cause for one in doctor.examine(at=at) if not one.ok}


@pytest.fixture
def well(desk: Desk, data_dir: object, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk on which nothing is wrong."""
    monkeypatch.setattr(doctor, "LEAST_FREE", 0)
    monkeypatch.setattr(doctor, "LEAST_SHARE", 0)
    monkeypatch.setattr("tramita.queries.condition.database_clock", lambda: NOW)
    heartbeat.beat(at=NOW)
    return desk


def test_a_desk_in_order_has_nothing_wrong(well: Desk) -> None:
    """INTERFACES section 2."""
    assert wrong() == {}


def test_a_disk_that_is_nearly_full_is_told(well: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAIL-8."""
    monkeypatch.setattr(doctor, "LEAST_SHARE", 1.1)

    assert list(wrong()) == ["disk"]


def test_clocks_apart_are_told(well: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """INTERFACES section 2."""
    monkeypatch.setattr("tramita.queries.condition.database_clock", lambda: NOW - MINUTE)

    assert wrong() == {"clock": "this machine and the database's are 60 s apart"}


def test_authorities_that_cannot_vouch_are_told(well: Desk, settings, tmp_path) -> None:
    """MAIL-39: none, rubbish, out of their time."""
    settings.TRAMITA_MAIL_AUTHORITIES = tmp_path
    none = wrong()
    (tmp_path / "ca.pem").write_text(smime.authority().pem)
    good, late = wrong(), wrong(NOW + timedelta(days=400))
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n")

    assert none["authorities"].endswith(": none")
    assert good == {}
    assert late["authorities"].endswith("CN=Acme Mail CA")
    assert "authorities" in wrong()


def test_a_scanner_that_does_not_answer_is_told(well: Desk, settings) -> None:
    """MAIL-57."""
    with clamd() as server:
        settings.TRAMITA_SCANNER = server.address
        assert wrong() == {}
    assert list(wrong()) == ["scanner"]


def test_no_worker_is_told(well: Desk) -> None:
    """INTERFACES section 2."""
    assert list(wrong(NOW + 3 * MINUTE)) == ["clock", "worker"]
    heartbeat.beat(at=NOW + 3 * MINUTE)
    assert "worker" not in wrong(NOW + 3 * MINUTE)


def test_late_timers_and_mails_and_those_of_unknown_fate_are_told(well: Desk) -> None:
    """MAIL-111, MAIL-113."""
    item = factories.ticket()
    Timer.objects.create(item=item, purpose="wake", due_at=NOW - 3 * MINUTE)
    mail = {"kind": "mail", "item": item, "created_at": NOW, "next_at": NOW - 20 * MINUTE}
    late = Delivery.objects.create(**mail)
    assert wrong() == {"timers": "the oldest was due 3 min ago", "outbox": "the oldest mail was due 20 min ago"}

    Delivery.objects.filter(pk=late.pk).update(state=Delivery.State.UNCERTAIN)

    assert wrong()["outbox"] == "of 1 mails nobody knows whether they arrived"


def test_a_tray_that_grows_is_told(well: Desk) -> None:
    """MAIL-7."""
    row = {"mailbox": "invoices@desk.example", "source": "imap", "raw": "0" * 64, "size": 1, "outcome": "failed"}
    SeenMessage.objects.bulk_create(SeenMessage(content=str(n), seen_at=NOW - MINUTE, **row) for n in range(30))

    assert wrong() == {"unhandled mail": "30 mails of the last day wait there, 30 in all"}


def test_a_mailbox_that_does_not_answer_is_told_by_its_fault_and_remedy(well: Desk) -> None:
    """MAIL-142."""
    connection = {"protocol": "imap", "host": "127.0.0.1", "port": 1, "tls": "off", "since": "2026-11-01"}
    Mailbox.objects.update(settings=connection | {"password_env": "NOT_SET_ANYWHERE"})

    (found,) = [one for one in doctor.examine(at=NOW) if not one.ok]

    assert found.part == "mailbox invoices@desk.example"
    assert found.cause == "secrets: login: the environment variable NOT_SET_ANYWHERE is not set"
    assert "password_env" in found.remedy


def test_what_somebody_else_raised_is_told(well: Desk) -> None:
    """MAIL-93."""
    alerts.raise_alert("loop:rui@acme.example", "mail_loop", {"address": "rui@acme.example"}, NOW)

    assert "mail_loop" in wrong()["alert"]
    assert alerts.clear("loop:rui@acme.example")
    assert wrong() == {}


def test_the_command_says_it_in_lines_and_as_json_and_ends_with_1_if_anything_is_wrong(
    well: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """INTERFACES section 2: the clock of this test stands still, that of the command does not."""
    heartbeat.beat(at=datetime(2020, 1, 1, tzinfo=UTC))

    assert doctor.doctor(Namespace(json=False)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("WRONG worker: no worker was heard since 2020") and " → " in line for line in lines)
    assert doctor.doctor(Namespace(json=True)) == 1

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [one["part"] for one in told["findings"]][:2] == ["disk", "database"]
