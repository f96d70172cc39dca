"""A worker that fetches from a real server is killed at any moment: nothing lost or doubled, poison delays nobody."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import PASSWORD, Dovecot
from tests.faults.lives import STEPS
from tests.faults.test_kill import DESK, SOAK, House
from tests.needs import needs
from tests.samples import MAIL
from tests.services.test_receiving import mail

MAILS, HOSTILE, KILLS, DEADLY = (5000, 500, 300, 12) if SOAK else (60, 12, 10, 1)
LARGEST = 60_000
CHECK = """
import django; django.setup()
import json
from collections import Counter
from tramita.models import FetchedMessage, Item, Message, SeenMessage
from tramita.services import ledger
rows = list(SeenMessage.objects.values("subject", "outcome", "reason", "items", "tries", "id"))
print(json.dumps({
    "uids": sorted(FetchedMessage.objects.values_list("uid", flat=True)),
    "untold": FetchedMessage.objects.filter(told=False).count(),
    "unseen": FetchedMessage.objects.filter(seen=None).count(),
    "seen": rows,
    "items": Item.objects.count(),
    "doubled": sum(n > 1 for n in Counter(Message.objects.values_list("seen", flat=True)).values()),
    "unsound": sum(ledger.differences(item) != {} for item in Item.objects.all()[:500]),
}))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    one = Dovecot.start(needs("dovecot"))
    yield one
    one.stop()


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str, server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation whose mailbox lies on the server."""
    monkeypatch.setenv("DOVECOT_PASSWORD", PASSWORD)
    connection = json.dumps(server.settings(user_of(tmp_path)))
    desk = DESK.replace("acknowledge: true", "acknowledge: false") + f"    incoming: {connection}\n"
    return House(tmp_path, migrated_database_url, desk + f"settings: {{limits: {{raw_mail_bytes: {LARGEST}}}}}\n")


def user_of(folder: Path) -> str:
    return f"kill{abs(hash(folder))}"


def ordinary(count: int) -> list[bytes]:
    return [mail(f"Message {n}", subject=f"Good {n}", sender=f"rui{n}@acme.example") for n in range(count)]


def hostile(count: int, chance: random.Random) -> list[bytes]:
    """Poison for the reader in four kinds, no sender, too large, and damaged samples; each with its number."""
    samples = sorted(MAIL.glob("*.eml"))
    found = []
    for number in range(count):
        kind = chance.randrange(6)
        poison = "die" if number < DEADLY else ("raise", "memory", "hang" if number % 5 else "raise")[number % 3]
        if number < DEADLY or kind < 2:
            found.append(mail(f"Poison {number}", subject=f"Bad {number}", X_Poison=poison))
        elif kind == 2:
            found.append(f"Subject: Bad {number}\r\n\r\nNobody wrote this.\r\n".encode())
        elif kind == 3:
            found.append(mail("x" * (LARGEST + number), subject=f"Bad {number}"))
        else:
            found.append(f"X-Bad: {number}\r\n".encode() + damaged(chance.choice(samples).read_bytes(), chance))
    return found


def damaged(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw[:20_000])
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(len(data))] = chance.randrange(1, 256)
    return bytes(data)


def lives(house: House, *arguments: str) -> dict[str, Any]:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.lives", *arguments],
        env=house.environment | {"PYTHONPATH": f"{root}/src:{root}"},
        cwd=house.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def checked(house: House) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        env=house.environment,
        cwd=house.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.soak
def test_soak_a_worker_killed_at_each_step_of_intake_loses_and_doubles_nothing(house: House, server: Dovecot) -> None:
    """MAIL-1, MAIL-2, MAIL-3."""
    count = 60 if not SOAK else 1000
    server.put(user_of(house.folder), ordinary(count))

    told = lives(house, "steps")

    assert {name: told[name] for name in STEPS} == dict.fromkeys(STEPS, True)
    found = checked(house)
    assert found["uids"] == server.uids(user_of(house.folder))
    assert (found["items"], found["doubled"], found["untold"], found["unsound"]) == (count, 0, 0, 0)
    assert {one["outcome"] for one in found["seen"]} == {"created"}


@pytest.mark.soak
def test_soak_a_mailbox_with_poison_survives_a_worker_killed_by_chance(house: House, server: Dovecot) -> None:
    """MAIL-1 to MAIL-7: the ledger equals the server's set, no item twice, each hostile one visible with its reason."""
    chance = random.Random(20)
    messages = [*ordinary(MAILS - HOSTILE), *hostile(HOSTILE, chance)]
    chance.shuffle(messages)
    user = user_of(house.folder)
    server.put(user, messages)

    told = lives(house, "random", str(KILLS), "7")

    found = checked(house)
    assert told["kills"] == KILLS, "the work ended before: more of it is needed"
    assert found["uids"] == server.uids(user)
    assert (found["untold"], found["unseen"], found["doubled"], found["unsound"]) == (0, 0, 0, 0)
    assert len(found["seen"]) == MAILS
    assert [one for one in found["seen"] if not one["outcome"]] == []
    good = [one for one in found["seen"] if one["subject"].startswith("Good")]
    assert [one for one in good if one["outcome"] != "created"] == []
    assert len(good) == MAILS - HOSTILE
    assert len({reference for one in good for reference in one["items"]}) == MAILS - HOSTILE
    hidden = [one for one in found["seen"] if not one["items"] and not one["reason"]]
    assert hidden == []
    assert sum(one["outcome"] == "failed" for one in found["seen"]) >= DEADLY
