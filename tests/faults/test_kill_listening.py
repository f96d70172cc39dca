"""The listener is killed between our commit and its 250: the client sends again, nothing is doubled, nothing lost."""

import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.test_kill import DESK, SOAK, House
from tests.services.test_receiving import mail

MAILS, EACH = (1000, 5) if SOAK else (6, 3)  # how many, and each how manieth kills its listener
LISTENER = """
import os, signal, socket, sys
import django; django.setup()
from tramita.mail import listening
from tramita.services import receiving
when, nth, count, real = sys.argv[2], int(sys.argv[3]), [0], receiving.keep
def keep(*args, **kwargs):
    count[0] += 1
    if when == "before" and count[0] == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    kept = real(*args, **kwargs)
    if when == "after" and count[0] == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return kept
listening.receiving.keep = keep
listening.run(socket.socket(fileno=int(sys.argv[1])), sys.argv[4])
"""


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str) -> House:
    return House(tmp_path, migrated_database_url, DESK)


@pytest.fixture
def door() -> Iterator[socket.socket]:
    """It stays open, as that of the process tree does: clients that knock while nobody listens wait."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


class Doorman:
    """The listener's process, started again when it has died."""

    def __init__(self, house: House, door: socket.socket, when: str, source: str) -> None:
        self.house, self.door, self.when, self.source = house, door, when, source
        self.killed = 0
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        number = str(self.door.fileno())
        asked = [sys.executable, "-c", LISTENER, number, self.when, str(EACH), self.source]
        environment = self.house.environment
        return subprocess.Popen(asked, env=environment, cwd=self.house.folder, pass_fds=[self.door.fileno()])

    def again(self) -> None:
        assert self.process.wait(60) == -9
        self.killed += 1
        self.process = self.start()

    def send(self, raw: bytes) -> None:
        """As a mail server does: until somebody said 250."""
        kind = smtplib.LMTP if self.source == "lmtp" else smtplib.SMTP
        while True:
            try:
                with kind("127.0.0.1", self.door.getsockname()[1], timeout=60) as client:
                    client.sendmail("rui@acme.example", ["invoices@desk.example"], raw)
            except (smtplib.SMTPServerDisconnected, ConnectionError):
                self.again()
            else:
                return

    def end(self) -> None:
        self.process.terminate()
        assert self.process.wait(60) == 0


@pytest.mark.soak
@pytest.mark.parametrize(("when", "source"), [("after", "smtp"), ("after", "lmtp"), ("before", "smtp")])
def test_soak_a_listener_killed_around_its_commit_loses_and_doubles_nothing(
    house: House, door: socket.socket, when: str, source: str
) -> None:
    """MAIL-2, MAIL-3: who heard no 250 sends again, and who owns the message has it once."""
    doorman = Doorman(house, door, when, source)
    for number in range(MAILS):
        doorman.send(mail(f"Number {number}", subject=f"Invoice {number}"))
    doorman.end()

    house.run("worker", "--once", "--as-of", (datetime.now(UTC) + timedelta(hours=1)).isoformat())

    found = house.check()
    assert doorman.killed >= MAILS // EACH - 1
    assert (found["seen"], found["items"], found["mails_in"]) == (MAILS, MAILS, MAILS)
    assert (found["unprocessed"], found["unsound"]) == (0, 0)
