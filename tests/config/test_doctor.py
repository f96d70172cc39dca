"""`tramita doctor` names what is wrong, its cause and its remedy."""

import json
import os
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import factories, smime
from tests.desk import Desk
from tests.fakes.clamd import clamd

from tramita.config import doctor, doctor_of_mail
from tramita.domain.sender_dns import Sending, examine
from tramita.models import Delivery, Mailbox, Probe, SeenMessage, SenderDomain, Timer, Webhook
from tramita.services import alerts, heartbeat, leasing, stopping
from tramita.ui import mailbox_words

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


def test_webhooks_of_mail_providers_are_told(well: Desk, settings) -> None:
    """MAIL-16: off, on, when the last came; and mail that nobody lets in any more."""

    def said() -> str:
        return next(one.cause for one in doctor.examine(at=NOW) if one.part == "mail webhooks")

    assert said() == "off: TRAMITA_MAIL_HOOK_SECRET is not set"
    settings.TRAMITA_MAIL_HOOK_SECRET = "s" * 32
    assert said() == "on; no mail came so lately"
    row = {
        "mailbox": "invoices@desk.example",
        "raw": "0" * 64,
        "size": 1,
        "outcome": "created",
        "seen_at": NOW - MINUTE,
    }
    SeenMessage.objects.create(**row, source="hook", content="1")
    SeenMessage.objects.create(**row | {"seen_at": NOW}, source="imap", content="2")
    assert said() == "on; the last mail came 60 s ago"
    assert wrong() == {}

    settings.TRAMITA_MAIL_HOOK_SECRET = ""

    assert wrong() == {"mail webhooks": "mail came so 60 s ago, and now TRAMITA_MAIL_HOOK_SECRET is not set"}


def test_an_address_where_nothing_is_taken_is_told(well: Desk) -> None:
    """API-2: after an hour; and one that asked to be left is switched off, which somebody should know."""
    hook = Webhook.objects.create(
        person_id=well.ana.id, url="https://erp.example/", secret="", created_at=NOW, failing_since=NOW - 59 * MINUTE
    )
    assert wrong() == {}

    Webhook.objects.update(failing_since=NOW - 61 * MINUTE)
    assert wrong() == {"webhooks": "nothing is taken at https://erp.example/"}
    Webhook.objects.filter(pk=hook.pk).update(active=False)
    assert wrong() == {"webhooks": "https://erp.example/ answered 410 and was switched off"}


def test_the_age_of_the_newest_backup_is_told(well: Desk, settings, tmp_path: Path) -> None:
    """INTERFACES section 2: where somebody said where they are."""
    settings.TRAMITA_BACKUP_DIR = tmp_path / "gone"
    assert wrong()["backup"].endswith("gone: No such file or directory")
    settings.TRAMITA_BACKUP_DIR.mkdir()
    assert wrong()["backup"].startswith("there is none in ")
    file = settings.TRAMITA_BACKUP_DIR / "desk.tar"
    file.touch()

    moment = (NOW - timedelta(hours=27)).timestamp()
    os.utime(file, (moment, moment))
    assert wrong()["backup"].endswith(" was made 1620 min ago")

    moment = (NOW - timedelta(hours=25)).timestamp()
    os.utime(file, (moment, moment))
    assert wrong() == {}


def test_records_of_a_domain_that_are_wrong_are_told_as_they_were_found(well: Desk) -> None:
    """MAIL-123."""
    findings = examine("desk.example", Sending(), lambda name, kind: ("10 mx.example",) if kind == "MX" else ())
    records = [one.to_json() | {"since": NOW.isoformat(), "was_good": True} for one in findings]
    SenderDomain.objects.create(domain="desk.example", checked_at=NOW, next_at=NOW, records=records)
    SenderDomain.objects.create(domain="new.example", next_at=NOW)
    alerts.raise_alert("domain:desk.example", "domain_records", {"domain": "desk.example"}, NOW)

    assert wrong() == {
        "domain desk.example": "wrong: MX at desk.example (mx_dead), SPF at desk.example (spf_missing), "
        "DMARC at _dmarc.desk.example (dmarc_missing)"
    }


@pytest.mark.parametrize(
    ("probe", "said"),
    [
        ({"arrived_at": NOW, "plus_at": NOW}, "arrived; plus-addresses are delivered; not signed"),
        ({"arrived_at": NOW}, "arrived; plus-addresses are not delivered; not signed"),
        (
            {"arrived_at": NOW, "signatures": [["desk.example", "s1"]], "verdicts": {"dkim": "pass"}},
            "arrived; plus-addresses are not delivered; signed d=desk.example s=s1 (pass)",
        ),
        ({"fault": "not_arrived"}, "arrive: not_arrived"),
        ({"fault": "refused", "words": "550 no", "sent_at": None}, "send: refused: 550 no"),
    ],
)
def test_each_mailbox_sends_a_mail_to_itself_when_it_is_asked_to(
    well: Desk, monkeypatch: pytest.MonkeyPatch, probe: dict[str, object], said: str
) -> None:
    """MAIL-142: only with `--send`."""
    connection = {"protocol": "imap", "host": "127.0.0.1", "port": 1, "tls": "off", "since": "2026-11-01"}
    Mailbox.objects.update(settings=connection | {"password_env": "NOT_SET_ANYWHERE"})
    plain = {"nonce": "0a", "ordered_at": NOW, "sent_at": NOW, "ended_at": NOW}
    monkeypatch.setattr("tramita.services.proving.prove", lambda box, clock: Probe(mailbox=box, **plain | probe))
    part = "mailbox invoices@desk.example, a mail to itself"

    assert part not in {one.part for one in doctor.examine(at=NOW)}
    (found,) = (one for one in doctor.examine(at=NOW, send=True) if one.part == part)

    assert found.cause == said
    assert found.ok == ("fault" not in probe)
    assert found.ok or found.remedy


def test_every_fault_of_a_mailbox_has_a_remedy() -> None:
    """INTERFACES section 2: cause and remedy."""
    assert set(mailbox_words.FAULTS) == set(doctor_of_mail.REMEDIES)


def test_the_command_says_it_in_lines_and_as_json_and_ends_with_1_if_anything_is_wrong(
    well: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """INTERFACES section 2: the clock of this test stands still, that of the command does not."""
    heartbeat.beat(at=datetime(2020, 1, 1, tzinfo=UTC))

    assert doctor.doctor(Namespace(json=False, send=False)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("WRONG worker: no worker was heard since 2020") and " → " in line for line in lines)
    assert doctor.doctor(Namespace(json=True, send=False)) == 1

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [one["part"] for one in told["findings"]][:2] == ["disk", "database"]


def test_pushes_that_do_not_leave_are_told(well: Desk) -> None:
    """AP-17: with the newest error; of a day, not of ever."""
    row = {"kind": "push", "payload": {}, "state": Delivery.State.FAILED, "next_at": NOW}
    Delivery.objects.create(**row, error="long ago", created_at=NOW - timedelta(days=2))
    assert wrong() == {}

    Delivery.objects.create(**row, error="the push service answers 403", created_at=NOW - MINUTE)

    assert wrong() == {"push": "1 of the last day did not leave: the push service answers 403"}


def test_robots_that_are_stopped_or_dead_are_told(well: Desk) -> None:
    """B-1, Z-17: who stopped them and why; what the dead ones still have."""
    well.ticket()
    leasing.next_lease(by=well.robot, at=NOW)
    assert "robots" not in wrong()
    assert "1 items are still with robots that are dead" in wrong(NOW + timedelta(hours=1))["robots"]

    stopping.stop(reason="It errs.", by=well.leo, at=NOW)

    assert "by Leo Roy: It errs." in wrong()["robots"]
