"""A worker killed while it speaks to a mail server: no mail twice, none lost, what nobody knows is said (MAIL-111)."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.smtp import Misbehaving, misbehaving
from tests.faults.test_kill import MAILS, SOAK, House, house, later, post

KILLS = 4 if SOAK else 2
TOLD = """
import django; django.setup()
import json
from tramita.models import Delivery
rows = Delivery.objects.values_list("message__message_id", "state", "item__mail_trouble")
print(json.dumps({f"<{id_}>": [state, trouble] for id_, state, trouble in rows}))
"""

__all__ = ["house", "post"]  # fixtures


@pytest.fixture
def server(house: House) -> Iterator[Misbehaving]:
    with misbehaving() as found:
        house.environment["TRAMITA_SMTP_URL"] = found.url
        yield found


def told(house: House) -> dict[str, tuple[int, bool]]:
    """The state of each mail by its Message-ID, and whether its item is marked."""
    asked = [sys.executable, "-c", TOLD]
    done = subprocess.run(asked, env=house.environment, capture_output=True, text=True, check=True, cwd=house.folder)
    return {id_: (state, trouble) for id_, (state, trouble) in json.loads(done.stdout).items()}


@pytest.mark.soak
def test_a_worker_killed_at_any_point_of_sending_sends_nothing_twice(
    house: House, post: Path, server: Misbehaving
) -> None:
    """MAIL-110, MAIL-111, MAIL-113."""
    house.run("mail", "import", str(post))
    chance, kills = random.Random(11), 0
    for turn in range(1, KILLS + 1):
        seen = len(server.envelopes) + chance.randint(1, max(2, MAILS // (KILLS + 2)))
        inside = chance.choice([server.envelopes, server.kept])
        wanted = seen if inside is server.envelopes else seen - len(server.envelopes) + len(server.kept)
        kills += house.killed(
            lambda inside=inside, wanted=wanted: len(inside) >= wanted, "worker", "--once", "--as-of", later(20 * turn)
        )
    house.run("worker", "--once", "--as-of", later(20 * (KILLS + 1)))
    house.run("worker", "--once", "--as-of", later(20 * (KILLS + 3)))

    found, times = told(house), server.times()
    arrived = {id_ for id_, _ in times}
    sent = {id_ for id_, (state, _) in found.items() if state == 1}
    unknown = {id_ for id_, (state, _) in found.items() if state == 3}
    assert kills == KILLS, "not every worker was killed: the test proves less than it says"
    assert set(times.values()) == {1}
    assert len(found) == MAILS
    assert sent | unknown == set(found)
    assert arrived <= sent | unknown
    assert sent <= arrived
    assert len(unknown) <= kills
    assert all(trouble == (state == 3) for state, trouble in found.values())
