"""A receiver that drops a third, and workers killed while they tell it: all arrives, in order, and is ours (API-2)."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks.webhooks as reference
from standardwebhooks import Webhook, WebhookVerificationError

from tests.faults.test_kill import SOAK, House

CHANGES, ITEMS, KILLS = (10_000, 400, 200) if SOAK else (60, 8, 3)
DROPS = 0.3
MOST_DROPS = 5  # of one thing, so that a long run gives nothing up
CALENDAR = 'calendars: {night: {time_zone: UTC, week: {mon-fri: "20:00-22:00"}}}'
AN_HOUR = 60  # minutes from one worker to the next
CHECK = """
import django; django.setup()
import json, sys
from tramita.domain.webhooks import event_of
from tramita.models import Entry, Webhook, WebhookDelivery
hook = Webhook.objects.get()
wanted = [one.pk for one in Entry.objects.order_by("pk") if event_of(one.type, one.data) in hook.events]
told = WebhookDelivery.objects.order_by("pk").values_list("name", "payload", "state")
print(json.dumps({"wanted": wanted, "told": list(told)}))
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A request, and whether it was answered that it is taken."""

    headers: dict[str, str]
    body: bytes
    taken: bool

    @property
    def name(self) -> str:
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.body)["data"])


class Receiver(ThreadingHTTPServer):
    """It drops a third: closes, answers 500, keeps quiet, or takes it and closes before it says so."""

    daemon_threads = True

    def __init__(self, chance: random.Random) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.chance, self.lock = chance, threading.Lock()
        self.came: list[Came] = []
        self.dropped: dict[str, int] = {}
        self.ways: dict[str, int] = {}

    def way(self, name: str) -> str:
        """What becomes of this request; the first that is dropped is left without an answer."""
        with self.lock:
            dropped = self.dropped.get(name, 0)
            if dropped == MOST_DROPS or self.chance.random() > DROPS:
                return "take"
            self.dropped[name] = dropped + 1
            way = self.chance.choices(["close", "refuse", "hush", "take and close"], [10, 10, 1, 10])[0]
            way = way if self.ways else "hush"
            self.ways[way] = self.ways.get(way, 0) + 1
            return way

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked was killed: nothing to say about it."""


class _Request(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        way = self.server.way(self.headers["webhook-id"])
        with self.server.lock:
            self.server.came.append(Came(dict(self.headers), body, way.startswith("take")))
        if way == "hush":
            self.rfile.read(1)  # until the other side has had enough
        if way in ("take", "refuse"):
            self.send_response(200 if way == "take" else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing is said about it."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver(random.Random(17)) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def house(tmp_path: Path, migrated_database_url: str, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("TRAMITA_WEBHOOK_ALLOW", "127.0.0.0/8")
    found = House(tmp_path, migrated_database_url, CALENDAR)  # the rest is the desk of the other tests
    found.environment["PYTHONPATH"] += f":{Path.cwd()}"
    return found


def python(house: House, *arguments: str) -> subprocess.Popen[str]:
    asked = [sys.executable, *arguments]
    return subprocess.Popen(asked, env=house.environment, cwd=house.folder, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[Any]:
    out, _ = process.communicate()
    assert process.returncode == 0
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.soak
def test_soak_a_receiver_that_drops_a_third_and_workers_that_die(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """API-2: each thing at least once, under one id, in order for each item; a reference verifier knows it is ours."""
    with receiving() as receiver:
        address = f"http://127.0.0.1:{receiver.server_address[1]}/hook"
        changes = python(house, "-m", "tests.faults.changes", address, str(CHANGES), str(ITEMS))
        assert changes.stdout is not None
        secrets = [json.loads(changes.stdout.readline())]  # whoever listens is there
        if not SOAK:  # what there is little of is there before anybody dies of it
            secrets += said(changes)
        meanwhile = [str(changes.pid)] if SOAK else []  # workers die as long as there are changes
        [lives] = said(python(house, "-m", "tests.faults.lives", "random", str(KILLS), "5", str(AN_HOUR), *meanwhile))
        if SOAK:
            secrets += said(changes)
            said(python(house, "-m", "tests.faults.lives", "random", "0", "5", str(AN_HOUR * 24)))
    [found] = said(python(house, "-c", CHECK))

    assert lives["kills"] >= KILLS, "not every worker was killed: the test proves less than it says"
    assert set(receiver.ways) >= {"close", "refuse", "hush", "take and close"}
    everything_once_in_order(receiver.came, found)
    ours(receiver.came, secrets, monkeypatch)


def everything_once_in_order(came: list[Came], found: dict[str, Any]) -> None:
    names = {name: payload["data"]["entry"] for name, payload, _ in found["told"]}
    assert sorted(names.values()) == sorted(found["wanted"])  # each once: no entry under two ids
    assert {state for _, _, state in found["told"]} == {1}

    first: dict[str, Came] = {}
    begun: dict[int, int] = {}  # of each item, the newest entry that arrived
    took: dict[int, set[int]] = {}
    mine: dict[int, list[int]] = {}
    for name, payload, _ in found["told"]:
        mine.setdefault(payload["data"]["id"], []).append(names[name])
    for one in came:
        item, entry = one.data["id"], one.data["entry"]
        assert first.setdefault(one.name, one).body == one.body
        if entry > begun.get(item, 0):
            before = {other for other in mine[item] if other < entry}
            assert before == took.get(item, set()), "what was before it is taken"
            begun[item] = entry
        if one.taken:
            took.setdefault(item, set()).add(entry)
    assert first.keys() == names.keys()
    assert sum(map(len, took.values())) == len(names)
    assert len(came) > len(names)


def ours(came: list[Came], secrets: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The reference verifier, at the moment of each; workers here live in a time of their own."""
    verifiers, other = [Webhook(one) for one in secrets], Webhook(f"{secrets[0][:-5]}AAAA=")
    now = datetime.min.replace(tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.astimezone(tz)

    monkeypatch.setattr(reference, "datetime", Clock)
    for one in came:
        moment = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), tz=UTC)
        now = moment + timedelta(seconds=30)
        assert any(accepts(each, one.body, one.headers) for each in verifiers)
        wrong = {"webhook-id": f"{one.name}0"}, {"webhook-timestamp": str(int(moment.timestamp()) + 1)}
        assert not any(accepts(each, one.body, one.headers | change) for each in verifiers for change in wrong)
        assert not any(accepts(each, one.body.replace(b'"entry":', b'"entry":1'), one.headers) for each in verifiers)
        assert not accepts(other, one.body, one.headers)
        now = moment + timedelta(minutes=5, seconds=2)
        assert not any(accepts(each, one.body, one.headers) for each in verifiers)


def accepts(verifier: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        verifier.verify(body, headers)
    except WebhookVerificationError:
        return False
    return True
