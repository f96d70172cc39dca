"""kill -9 at any moment: nothing lost, nothing doubled, on both databases (DESIGN section 5)."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services.test_receiving import mail

SOAK = bool(os.environ.get("TRAMITA_SOAK"))
MAILS, IMPORTERS, WORKERS = (1000, 4, 3) if SOAK else (30, 2, 2)  # how many, and how many of each are killed
CODE = "import sys; from tramita.config.command import main; sys.exit(main())"
CHECK = """
import django; django.setup()
import json
from tramita.models import Delivery, Entry, Item, Message, SeenMessage
from tramita.services import ledger
print(json.dumps({
    "items": Item.objects.count(),
    "seen": SeenMessage.objects.count(),
    "unprocessed": SeenMessage.objects.filter(outcome="").count(),
    "mails_in": Message.objects.filter(outgoing=False).count(),
    "acknowledged": Message.objects.filter(outgoing=True).count(),
    "posted": Delivery.objects.filter(state=1).count(),
    "unfinished": Delivery.objects.exclude(state=1).count(),
    "unsound": sum(ledger.differences(item) != {} for item in Item.objects.all()),
}))
"""
DESK = """
calendars:
  office: {time_zone: UTC, week: {mon-fri: "09:00-17:00"}}
due_rules:
  two_days: {within: 16 working hours, calendar: office}
queues:
  invoices: {title: Invoices}
customers:
  acme:
    contracts:
      main:
        services:
          finance:
            ticket_categories:
              invoice-query: {title: Invoice query, queue: invoices, due: two_days}
mailboxes:
  invoices@desk.example:
    routes:
      - {to: invoices@desk.example, start: ticket, category: acme/main/finance/invoice-query, acknowledge: true}
"""


class House:
    """An installation of its own, worked by processes that can be killed."""

    def __init__(self, folder: Path, database_url: str, desk: str = DESK) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "TRAMITA_ENV": "test",
            "TRAMITA_DATA_DIR": str(folder / "var"),
            "TRAMITA_DATABASE_URL": database_url,
            "TRAMITA_SMTP_URL": f"file://{folder}/outgoing",
            "TRAMITA_TIME_TRAVEL": "1",
            "DJANGO_SETTINGS_MODULE": "tramita.config.settings",
            "PYTHONPATH": str(Path("src").absolute()),
        }
        (folder / "desk.yaml").write_text(desk)
        self.run("apply", str(folder / "desk.yaml"))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            env=self.environment,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=600)
        assert process.returncode == 0, err
        return out

    def killed(self, when: Callable[[], bool], *arguments: str) -> bool:
        """Run it and kill it as soon as `when` holds; whether it was still running then."""
        process = self.start(*arguments)
        while process.poll() is None:
            if when():
                process.send_signal(signal.SIGKILL)
                process.communicate()
                return True
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.003)
        process.communicate()
        return False

    def kept(self) -> int:
        """How many messages are in storage: each is, before anything else happens to it."""
        return sum(len(path.name) == 64 for path in (self.folder / "var").rglob("*"))

    def sent(self) -> int:
        """How many mails have left."""
        return len(list((self.folder / "outgoing").glob("*.eml")))

    def check(self) -> dict[str, int]:
        done = subprocess.run(
            [sys.executable, "-c", CHECK],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            cwd=self.folder,
        )
        return json.loads(done.stdout)


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str) -> House:
    return House(tmp_path, migrated_database_url)


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """A folder of messages, each its own."""
    folder = tmp_path / "post"
    folder.mkdir()
    for number in range(MAILS):
        text = f"Message number {number}"
        (folder / f"{number:04}.eml").write_bytes(
            mail(text, subject=f"Invoice {number}", sender=f"rui{number}@acme.example")
        )
    return folder


def both_end_well(processes: Iterable[subprocess.Popen[str]]) -> None:
    """All run at once, and none has anything to complain of."""
    for process in list(processes):
        _, said = process.communicate()
        assert process.returncode == 0, said


def later(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


@pytest.mark.soak
def test_importers_and_workers_killed_at_random_lose_and_double_nothing(house: House, post: Path) -> None:
    """MAIL-1, MAIL-3, MAIL-110, MAIL-111."""
    chance = random.Random(7)

    kills = 0
    for most in sorted(chance.sample(range(1, MAILS - 1), IMPORTERS)):
        kills += house.killed(lambda most=most: house.kept() >= most, "mail", "import", str(post))
    house.run("mail", "import", str(post))
    for turn, most in enumerate(sorted(chance.sample(range(1, MAILS - 1), WORKERS)), start=1):
        moment = later(5 * turn)
        kills += house.killed(lambda most=most: house.sent() >= most, "worker", "--once", "--as-of", moment)
    house.run("worker", "--once", "--as-of", later(30))

    told = house.check()
    assert kills, "nothing was ever killed: the test proves nothing"
    assert (told["items"], told["seen"], told["unprocessed"]) == (MAILS, MAILS, 0)
    assert (told["mails_in"], told["acknowledged"]) == (MAILS, MAILS)
    assert (told["posted"], told["unfinished"], told["unsound"]) == (MAILS, 0, 0)
    assert len(list((house.folder / "outgoing").glob("*.eml"))) == MAILS


@pytest.mark.soak
def test_two_importers_and_two_workers_at_once_make_each_item_and_mail_once(house: House, post: Path) -> None:
    """MAIL-3, MAIL-9, MAIL-110."""
    both_end_well(house.start("mail", "import", str(post)) for _ in range(2))
    both_end_well(house.start("worker", "--once") for _ in range(2))

    told = house.check()
    assert (told["items"], told["mails_in"], told["acknowledged"]) == (MAILS, MAILS, MAILS)
    assert (told["posted"], told["unfinished"], told["unsound"]) == (MAILS, 0, 0)
    assert len(list((house.folder / "outgoing").glob("*.eml"))) == MAILS
