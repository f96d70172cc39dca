"""The scanner of files: clamd's protocol, a command, and what is a fault of whom (MAIL-57)."""

import socket
import threading
from pathlib import Path

import pytest

from tests.fakes.clamd import EVIL, clamd
from tramita.gateways import scanning
from tramita.gateways.scanning import ScannerFault, scan


def test_clamd_says_what_it_finds() -> None:
    """MAIL-57: the bytes go in pieces, and come as they are."""
    content = b"x" * 200_000 + EVIL
    with clamd() as server:
        assert scan(server.address, content) == "Evil.Test"
        assert scan(server.address, b"words") == ""
        assert server.heard == [content, b"words"]


@pytest.mark.parametrize("answer", [b"stream: broken ERROR\0", b"", b"UNKNOWN COMMAND\0"])
def test_what_clamd_cannot_say_is_a_fault(answer: bytes) -> None:
    """MAIL-57: never a verdict."""
    with clamd() as server:
        server.answer = answer
        with pytest.raises(ScannerFault):
            scan(server.address, b"words")


def test_a_file_that_clamd_does_not_take_is_a_fault() -> None:
    """MAIL-57: it hangs up in the middle; it is not clean for that."""
    with clamd() as server:
        server.limit = 1000
        with pytest.raises(ScannerFault):
            scan(server.address, b"x" * 3_000_000)


def test_nobody_at_the_address_is_a_fault() -> None:
    """MAIL-57."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address in (f"clamd://127.0.0.1:{port}", "clamd:///nowhere/clamd.ctl", "/nowhere/look"):
        with pytest.raises(ScannerFault):
            scan(address, b"words")


def test_clamd_speaks_by_a_socket_of_the_system_as_well(tmp_path: Path) -> None:
    """MAIL-57: as distributions set it up."""
    place = tmp_path / "c"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        server.listen()

        def answers() -> None:
            line, _ = server.accept()
            with line:
                while not line.recv(1000).endswith(bytes(4)):
                    pass
                line.sendall(b"stream: OK\0")

        thread = threading.Thread(target=answers)
        thread.start()
        assert scan(f"clamd://{place}", b"words") == ""
        thread.join()


def test_a_scanner_that_says_nothing_is_not_waited_for(monkeypatch) -> None:
    """MAIL-57: a time-out, by socket and by command."""
    monkeypatch.setattr(scanning, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(ScannerFault):
        scan(f"clamd://127.0.0.1:{deaf.getsockname()[1]}", b"words")
    with pytest.raises(ScannerFault, match="seconds"):
        scan("/bin/sleep 30", b"words")


@pytest.mark.parametrize(
    ("script", "found"),
    [("cat >/dev/null; exit 0", ""), ("echo Evil.Thing; echo more; exit 1", "Evil.Thing"), ("exit 1", "?")],
)
def test_a_command_says_it_by_its_exit_code(tmp_path: Path, script: str, found: str) -> None:
    """MAIL-57: 0 nothing, 1 something."""
    assert scan(str(command(tmp_path, script)), b"words") == found


def test_any_other_exit_code_is_a_fault(tmp_path: Path) -> None:
    """MAIL-57."""
    with pytest.raises(ScannerFault, match="exit 2: no database"):
        scan(str(command(tmp_path, "echo no database; exit 2")), b"words")


def command(folder: Path, script: str) -> Path:
    made = folder / "look"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o755)
    return made
