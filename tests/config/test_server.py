"""The process tree as people start it: `tramita run` and `tramita web`, really."""

import json
import os
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import certificates

HEAVY = {
    "openpyxl", "xlsxwriter", "icalendar", "holidays", "requests", "jwt", "rich", "charset_normalizer", "imap_tools",
    "aiosmtpd", "turbohtml", "yaml", "psycopg", "structlog", "pypdf",
}  # fmt: skip
SOURCE = Path(__file__).parents[2] / "src"
DEAD_DATABASE = "postgresql://nobody@127.0.0.1:1/desk"
SPAWNED = """
import sys, django
django.setup()
from tramita.config.server import get_ready, listen, serve
door = listen("127.0.0.1", 0)
get_ready(fork=False)
print(f"It is at http://127.0.0.1:{door.getsockname()[1]} ", flush=True)
sys.exit(serve(door, web=1, worker=False, fork=False))
"""
FORGETS_A_STEP = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    step = "name LIKE %s OR name > %s"  # and what came after it
    cursor.execute(f"DELETE FROM django_migrations WHERE app = 'tramita' AND ({step})", ["%_prioritised", "0077"])
"""


class Desk:
    """A service of its own in a temporary folder."""

    def __init__(self, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        line = self.process.stdout.readline()
        self.url = line.split(" at ")[1].split()[0] if " at " in line else pytest.fail(self.process.stderr.read())

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=20) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def children(self) -> list[int]:
        """The processes of its tree, itself left out."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return [int(pid) for pid in listed.stdout.split()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Its exit code and what it still had to say; the whole tree must be gone."""
        self.process.send_signal(number)
        said = self.process.communicate(timeout=20)
        return self.process.returncode, *said


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A developer's environment, with nothing of the test's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMITA_", "DJANGO_"))}
    return kept | {"PYTHONPATH": str(SOURCE), "TRAMITA_DATA_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with its tables, to be copied: migrating takes longer than most of these tests."""
    folder = tmp_path_factory.mktemp("migrated")
    variables = {"PYTHONPATH": str(SOURCE), "TRAMITA_DATA_DIR": str(folder), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-m", "tramita.config.command", "migrate"], env=variables, cwd=folder, check=True)
    return folder / "tramita.sqlite3"


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path, migrated: Path):
    """`start("run", "--port", "0", TRAMITA_X="y")`: a running service, stopped after the test."""
    started: list[Desk] = []

    def begin(*arguments: str, empty: bool = False, **variables: str) -> Desk:
        (tmp_path / "var").mkdir()
        if not empty:
            shutil.copy(migrated, tmp_path / "var")
        command = list(arguments) if arguments[0] == "-c" else ["-m", "tramita.config.command", *arguments]
        started.append(Desk(command, environment | variables, tmp_path))
        return started[-1]

    yield begin
    for desk in started:
        if desk.process.poll() is None:
            desk.stop()
        desk.process.stdout.close()
        desk.process.stderr.close()


@pytest.fixture
def command(environment: dict[str, str], tmp_path: Path):
    """Run a command to its end: exit code, stdout, stderr."""

    def run(*arguments: str, **variables: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "tramita.config.command", *arguments],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def eventually(true: Callable[[], bool]) -> None:
    """Wait until it is so; a service needs its moment."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it never became so"
        with socket.socket() as nobody:  # a pause that is no sleep: wait for somebody who never calls
            nobody.settimeout(0.02)
            nobody.bind(("127.0.0.1", 0))
            nobody.listen()
            try:
                nobody.accept()
            except TimeoutError:
                continue


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_run_migrates_serves_and_stops_cleanly(start, fresh_database_url):
    """INTERFACES section 2."""
    desk = start("run", "--port", "0", TRAMITA_DATABASE_URL=fresh_database_url)

    assert desk.get("/healthz") == (200, '{"status": "ok"}')
    assert desk.get("/readyz")[0] == 200
    assert 'type="password"' in desk.get("/accounts/login/")[1]
    children = desk.children()

    code, _, errors = desk.stop()

    assert (code, errors) == (0, "")
    assert len(children) >= 2
    assert not any(alive(child) for child in children)


def test_ctrl_c_stops_everything_quietly(start):
    """A terminal sends it to the whole group."""
    desk = start("run", "--port", "0")
    desk.get("/healthz")

    os.killpg(desk.process.pid, signal.SIGINT)
    said = desk.process.communicate(timeout=20)

    assert (desk.process.returncode, said[1]) == (0, "")


def test_a_web_process_that_dies_is_started_again(start):
    desk = start("run", "--port", "0")
    desk.get("/healthz")
    before = set(desk.children())

    for child in before:
        os.kill(child, signal.SIGKILL)

    eventually(lambda: len(set(desk.children()) - before) == len(before))
    assert desk.get("/healthz")[0] == 200


def mail_port(desk: Desk) -> int:
    """Where it says that it takes mail."""
    return int(desk.process.stdout.readline().rpartition(":")[2])


def test_mail_is_taken_beside_the_pages_and_again_after_the_listener_died(start):
    """Issue 3: a dead one is started again; who knocks meanwhile waits."""
    desk = start("run", "--port", "0", TRAMITA_SMTP_LISTEN="lmtp://127.0.0.1:0")
    port = mail_port(desk)

    def answer() -> int:
        with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
            return client.ehlo("here")[0]

    assert answer() == 250
    for child in desk.children():
        os.kill(child, signal.SIGKILL)

    assert answer() == 250
    assert desk.stop()[0] == 0


def test_a_worker_takes_mail_where_it_is_told_to(start):
    """INTERFACES section 3; with `--once` it does not."""
    desk = start("worker", TRAMITA_SMTP_LISTEN="127.0.0.1:0")

    with smtplib.SMTP(desk.url.removeprefix("smtp://"), timeout=20) as client:
        assert client.ehlo("here")[0] == 250
    assert len(desk.children()) == 2
    assert desk.stop()[0] == 0


def test_an_occupied_port_for_mail_is_one_line_that_names_the_variable(command, tmp_path):
    """INTERFACES sections 2 and 3."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, out, errors = command("run", "--port", "0", TRAMITA_SMTP_LISTEN=f"127.0.0.1:{port}")

    assert (code, out) == (1, "")
    assert errors == (
        f"tramita: port {port} of 127.0.0.1 is in use: stop the other program, "
        "or choose another with TRAMITA_SMTP_LISTEN\n"
    )
    assert not (tmp_path / "var" / "tramita.sqlite3").exists()


def test_children_end_with_a_parent_that_is_killed(start):
    desk = start("run", "--port", "0")
    desk.get("/healthz")
    children = desk.children()

    desk.process.kill()

    eventually(lambda: not any(alive(child) for child in children))


def test_where_forking_is_not_safe_children_are_started_afresh(start):
    """As on macOS: they inherit the open door."""
    desk = start("-c", SPAWNED, DJANGO_SETTINGS_MODULE="tramita.config.settings")

    assert desk.get("/readyz")[0] == 200
    assert desk.stop()[0] == 0


def test_an_occupied_port_is_one_line_and_changes_nothing(command, tmp_path):
    """INTERFACES section 2: exit 1 on a failure named in one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, out, errors = command("run", "--port", str(port))

    assert (code, out) == (1, "")
    assert errors == (
        f"tramita: port {port} of 127.0.0.1 is in use: stop the other program, or choose another with --port\n"
    )
    assert not (tmp_path / "var" / "tramita.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "variables", "words"),
    [
        (["run", "--port", "0"], {"TRAMITA_ENV": "prod"}, "TRAMITA_ENV: got 'prod', wants"),
        (["run", "--port", "0"], {"TRAMITA_DATABASE_URL": "mysql://x/y"}, "TRAMITA_DATABASE_URL: got 'mysql', wants"),
        (["run", "--port", "0"], {"TRAMITA_DATABASE_URL": DEAD_DATABASE}, "the database does not answer"),
        (["run", "--port", "0"], {"TRAMITA_DATA_DIR": "/dev/null/var"}, "/dev/null"),
        (["run", "--host", "no.such.host.invalid"], {}, "is no address"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(command, arguments, variables, words):
    """INTERFACES section 3."""
    code, _, errors = command(*arguments, **variables)

    assert code == 1
    assert words in errors
    assert errors.count("\n") == 1


@pytest.mark.django_db
def test_a_database_that_is_not_current_is_named_with_its_remedy(command, fresh_database_url):
    """INTERFACES section 2: not by the first column that the driver misses, which looks like an outage."""
    code, _, errors = command("token", "create", "ana@desk.example", TRAMITA_DATABASE_URL=fresh_database_url)

    assert code == 1
    assert errors.endswith(" migrations are missing: run tramita migrate\n")


@pytest.mark.django_db
def test_a_migration_that_fails_says_why_in_one_line(command, environment, migrated_database_url):
    """And not that a migration is missing: whoever asked for it knows."""
    there = {"TRAMITA_DATABASE_URL": migrated_database_url, "DJANGO_SETTINGS_MODULE": "tramita.config.settings"}
    subprocess.run([sys.executable, "-c", FORGETS_A_STEP], env=environment | there, check=True)

    code, _, errors = command("migrate", **there)

    assert code == 1
    assert errors.startswith("tramita: The database could not be brought up to date: ")
    assert "prioritised" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "99999", "http"])
def test_a_port_that_is_none_is_wrong_usage(command, port):
    code, _, errors = command("run", f"--port={port}")

    assert code == 2
    assert "port" in errors


def test_without_its_database_a_web_process_lives_and_says_what_is_wrong(start):
    """DESIGN section 5: liveness asks nothing, readiness names the cause, without the driver's words."""
    desk = start("web", "--port", "0", "--workers", "1", TRAMITA_DATABASE_URL=DEAD_DATABASE)

    assert desk.get("/healthz")[0] == 200
    status, body = desk.get("/readyz")

    assert status == 503
    assert json.loads(body)["causes"] == [{"part": "database", "cause": "the database does not answer"}]


def test_a_database_that_lacks_migrations_is_not_ready(start):
    desk = start("web", "--port", "0", "--workers", "1", empty=True)

    status, body = desk.get("/readyz")

    assert status == 503
    assert "run tramita migrate" in body


@pytest.mark.parametrize(("host", "asked", "status"), [("localhost", "localhost", 200), ("0.0.0.0", "desk.local", 200),
                                                       ("127.0.0.1", "desk.local", 400)])  # fmt: skip
def test_it_answers_to_the_address_it_was_given_and_to_no_other(start, host, asked, status):
    """Decision 0013; whoever develops may listen everywhere."""
    desk = start("web", "--host", host, "--port", "0", "--workers", "1")
    url = f"http://127.0.0.1:{desk.url.rpartition(':')[2]}/accounts/login/"

    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": asked}), timeout=20) as page:
            answered = page.status
    except urllib.error.HTTPError as refused:
        answered = refused.code

    assert answered == status


def test_figures_are_gathered_from_every_process(start):
    desk = start("run", "--port", "0")
    for _ in range(20):
        desk.get("/healthz")

    page = desk.get("/metrics")[1]

    assert 'tramita_requests_total{method="GET",status="200"} 20.0' in page


def test_a_web_process_loads_nothing_heavy(environment, tmp_path):
    """MEASURED section 8: what costs memory is imported where it is used."""
    script = (
        "import json, sys, django; django.setup();"
        "from tramita.config.warming import warm; warm();"
        "print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    )

    listed = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tramita.config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(json.loads(listed.stdout)) & HEAVY == set()


def test_a_certificate_that_does_not_fit_its_key_is_one_line_that_names_the_variable(command, tmp_path):
    """INTERFACES sections 2 and 3: before anything starts."""
    pem, _ = certificates.write(tmp_path, "one")
    _, other = certificates.write(tmp_path, "two")

    code, out, errors = command(
        "run",
        "--port",
        "0",
        TRAMITA_SMTP_LISTEN="127.0.0.1:0",
        TRAMITA_SMTP_TLS_CERT=str(pem),
        TRAMITA_SMTP_TLS_KEY=str(other),
    )

    assert (code, out, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("tramita: TRAMITA_SMTP_TLS_CERT: got")
    assert "its own private key" in errors
    assert not (tmp_path / "var" / "tramita.sqlite3").exists()


def test_a_key_without_its_certificate_is_refused(command):
    """INTERFACES section 3."""
    code, _, errors = command("worker", "--once", TRAMITA_SMTP_TLS_KEY=__file__)

    assert code == 1
    assert "TRAMITA_SMTP_TLS_CERT: got nothing, wants the path of a certificate" in errors
