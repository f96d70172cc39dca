"""The how-to pages do what they say: every shell block is run, every answer is compared.

On both databases.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECONDS = 120  # for one block, on a machine that does other things too


@dataclass
class Reader:
    """Somebody who follows a page in an empty folder, typing what it says."""

    folder: Path
    port: int
    environment: dict[str, str]
    done: list[str] = field(default_factory=list)

    def follow(self, page: Path) -> None:
        """Run the shell blocks in order; a text block behind one is what it must have printed."""
        said = ""
        for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if language == "sh":
                said = self.type(text.replace("8000", str(self.port)))
                self.done.append(text)
            elif language == "text" and not re.fullmatch(pattern(text), said):
                pytest.fail(f"{self.done[-1]}\n--- printed\n{said}\n--- promised\n{text}")

    def type(self, commands: str) -> str:
        """What the commands print. The first that fails ends the test."""
        shell = ["bash", "-eu", "-c", commands]
        done = subprocess.run(
            shell, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        return done.stdout


def pattern(promised: str) -> str:
    """The text, with any words for `…` inside a line, and any lines for a line of `…`."""
    lines = (".*".join(re.escape(part) for part in line.split("…")) + "\n" for line in promised.splitlines())
    return "".join("(?:.*\n)*?" if line == ".*\n" else line for line in lines)


@pytest.fixture
def reader(tmp_path: Path, fresh_database_url: str) -> Iterator[Reader]:
    """On SQLite without a setting: the database is the one that an empty folder gets. PostgreSQL is named."""
    folder, programs = tmp_path / "desk", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    for name, arguments in (("tramita", "-m tramita.config.command"), ("python3", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRAMITA_", "PYTEST_"))}
    environment = kept | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
    }
    if fresh_database_url.startswith("postgresql"):
        environment["TRAMITA_DATABASE_URL"] = fresh_database_url
    yield Reader(folder, free_port(), environment)
    left = folder / "web.pid"
    if left.exists():
        with suppress(ProcessLookupError):
            os.kill(int(left.read_text()), signal.SIGTERM)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def test_what_curl_sends_is_said_to_be_json() -> None:
    """INTERFACES 5: by itself it says that it sends a form, which is refused."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    calls = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if "curl " in line]

    sending = [line for line in calls if re.search(r" (-d|--data)\b", line)]

    assert sending
    assert [line for line in sending if "Content-Type: " not in line] == []


def test_a_first_ticket_lives_as_the_page_tells(reader: Reader) -> None:
    """The main job: T-21, T-25, M-15, T-30, SLA-5, SLA-10, T-38, M-8, L-5, T-35, R-10, R-11, T-44, M-9, R-20, T-47,
    R-14, T-48, M-10, Z-5; INTERFACES sections 2, 4, 5 and 6."""
    reader.follow(ROOT / "docs" / "howto" / "first-ticket.md")

    assert reader.done[-1].startswith("kill")
