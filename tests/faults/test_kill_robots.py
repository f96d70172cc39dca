"""kill -9 of the worked robot and of the server in the middle of its calls: each item is handed over once, nothing is
done under a lease that has ended, and the robot that comes back goes on (Z-17).
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.faults.test_kill import CODE, DESK, SOAK, House
from tests.test_howto import free_port

ITEMS, KILLS = (60, 60) if SOAK else (2, 2)
NOTHING_LEFT = 10  # answers in a row
PATIENCE_SECONDS = 7200 if SOAK else 300  # until all is handed over, whatever else the machine does
EXAMPLES = Path("examples").absolute()
ROBOTS = """
organisations:
  acme: {name: Acme Group}
contacts:
  rui@acme.example: {name: Rui Sousa, organisation: acme}
users:
  ana@desk.example: {name: Ana Lima, role: agent}
robots:
  robo-1: {name: Invoice reader, kinds: [ticket], queues: [invoices]}
"""
BEGIN = """
import django; django.setup()
import hashlib, sys
from django.utils import timezone
from tramita.models import Person, Token
from tramita.queries import people
from tramita.services import starting
robot = Person.objects.get(key="robo-1")
robot.robot = {"kinds": ["ticket"], "lease": 1}
robot.save()
Token.objects.create(person=robot, digest=hashlib.sha256(b"robot").hexdigest(), created_at=timezone.now())
ana = people.actor_for(Person.objects.get(email="ana@desk.example"))
for number in range(int(sys.argv[1])):
    what = "came twice" if number % 3 else "what is this"
    words = {"title": f"Invoice {100 + number} {what}", "description": "See there."}
    where = {"category": "acme/main/finance/invoice-query", "requester": "rui@acme.example"}
    starting.start_ticket(**words, **where, by=ana, at=timezone.now())
"""
ROBOT = """
import os, sys
sys.path.insert(0, os.environ["EXAMPLES"])
import invoice_robot
from tramita.client import Desk
invoice_robot.IDLE_SECONDS = 0.2
invoice_robot.run(Desk(os.environ["TRAMITA_ADDRESS"], token="robot"))
"""
CHECK = """
import django; django.setup()
import json
from collections import Counter
from tramita.models import Entry, Item, Lease, Person, Proposal
from tramita.services import ledger
robot = Person.objects.get(key="robo-1").pk
leases = {(one.item_id, one.fence): one for one in Lease.objects.all()}
made = list(Proposal.objects.all())
results = Counter(one.item_id for one in made if one.verb == "complete")
mails = Counter((one.item_id, one.fence) for one in made if one.verb == "mail")
def lived(item, at):
    return any(one.taken_at <= at <= (one.ended_at or one.expires_at) for key, one in leases.items() if key[0] == item)
told = Entry.objects.filter(actor=robot).values_list("item", "at")
print(json.dumps({
    "handed over": Item.objects.filter(robot_rejected=True, assignee=None, fence=None).count(),
    "proposed": sorted(set(results.values())),
    "for people": len(results) + Lease.objects.filter(ending__in=("rejected", "given_up")).count(),
    "mails of a run": sorted(set(mails.values())),
    "of no run": sum((one.item_id, one.fence) not in leases for one in made),
    "living": Lease.objects.filter(ended_at=None).count(),
    "late": sum(not lived(item, at) for item, at in told),
    "unsound": sum(ledger.differences(item) != {} for item in Item.objects.all()),
}))
"""


@dataclass
class Between:
    """Stands between the robot and the server, counts what is asked, and kills one of the two where it is told to."""

    house: House
    port: int
    kills: dict[int, str]  # the how manieth call -> who dies, and when
    asked: int = 0
    killed: list[str] = field(default_factory=list)
    idle: int = 0  # how often in a row there was nothing to do
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.server = self._serve()
        self.robot: subprocess.Popen[str] | None = None
        self.door = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.door.serve_forever, daemon=True).start()

    def go(self) -> None:
        """Another life of the robot."""
        address = f"http://127.0.0.1:{self.door.server_port}"
        more = {"TRAMITA_ADDRESS": address, "EXAMPLES": str(EXAMPLES)}
        self.robot = subprocess.Popen([sys.executable, "-c", ROBOT], env=self.house.environment | more, text=True)

    def end(self) -> None:
        self.door.shutdown()
        self.door.server_close()
        for one in (self.robot, self.server):
            _kill(one)

    def pass_on(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any, bytes] | None:
        """The answer; None if somebody died over it. One call at a time: there is one robot."""
        with self.turn:
            self.asked += 1
            who = self.kills.get(self.asked, "")
            if who == "robot before":
                return self._dead(who)
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)) as to:
                to.request(method, path, body, headers)
                if who == "server before":
                    return self._dead(who)
                answer = to.getresponse()
                told = answer.read()
            self.idle = self.idle + 1 if answer.status == 204 else 0
            if who:
                return self._dead(who)
            return answer.status, answer.headers, told

    def _dead(self, who: str) -> None:
        self.killed.append(who)
        if who.startswith("robot"):
            _kill(self.robot)
            self.go()
        else:
            _kill(self.server)
            self.server = self._serve()

    def _serve(self) -> subprocess.Popen[str]:
        """The server, answering."""
        said = [sys.executable, "-c", CODE, "web", "--port", str(self.port), "--workers", "1"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        process = subprocess.Popen(said, env=self.house.environment, cwd=self.house.folder, text=True, **quiet)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", self.port)) as there:
                there.request("GET", "/healthz")
                there.getresponse().read()
                return process
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
        raise AssertionError("the server does not come up")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                told = between.pass_on(self.command, self.path, body, {**self.headers, "Accept-Encoding": "identity"})
                self.close_connection = True
                if told is None:
                    return
                status, headers, said = told
                self.send_response(status)
                for name in ("Content-Type", "ETag", "Retry-After"):
                    if headers.get(name):
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                with suppress(OSError):
                    self.wfile.write(said)

            do_GET = do_POST = do_PATCH = _any  # noqa: N815 - the library's names

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        return Handler


def _kill(process: subprocess.Popen[str] | None) -> None:
    """With whatever it began."""
    if process is None or process.poll() is not None:
        return
    group = os.getpgid(process.pid)
    if group == process.pid:
        os.killpg(group, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str) -> House:
    made = House(tmp_path, migrated_database_url, DESK + ROBOTS)
    made.environment["TRAMITA_TIME_TRAVEL"] = ""
    return made


@pytest.fixture
def between(house: House) -> Iterator[Between]:
    told(house, BEGIN, str(ITEMS))
    chance = random.Random(5)
    how = ["server before", "robot after", "server after", "robot before"]
    calls = sorted(chance.sample(range(2, ITEMS * 4), KILLS))
    who = [how[number % len(how)] for number in range(KILLS)]
    chance.shuffle(who)
    worker = house.start("worker")
    made = Between(house, free_port(), dict(zip(calls, who, strict=True)))
    yield made
    made.end()
    worker.kill()
    worker.communicate()


def told(house: House, script: str, *arguments: str) -> str:
    asked = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(asked, env=house.environment, capture_output=True, text=True, check=False, cwd=house.folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.soak
def test_a_robot_and_a_server_killed_in_the_middle_of_calls_hand_each_item_over_once(
    house: House, between: Between
) -> None:
    """Z-17, B-4, B-5: what a dead robot had is free within its lease; a call that was asked twice happened once."""
    between.go()

    end, found = time.monotonic() + PATIENCE_SECONDS, {"handed over": 0}
    while found["handed over"] < ITEMS and time.monotonic() < end:
        assert between.robot is not None
        assert between.robot.poll() in (None, -signal.SIGKILL), "the robot ended by itself"
        with suppress(subprocess.TimeoutExpired):
            between.robot.wait(timeout=0.2)
        if between.idle > NOTHING_LEFT:  # what a dead one had may still have to come back
            between.idle, found = 0, json.loads(told(house, CHECK))

    assert len(between.killed) == KILLS, "not every one was killed: the test proves less than it says"
    assert found == {
        "handed over": ITEMS,
        "proposed": [1],
        "for people": ITEMS,
        "mails of a run": [1],
        "of no run": 0,
        "living": 0,
        "late": 0,
        "unsound": 0,
    }
