"""The operator's scanner of files: clamd's protocol over a socket, or a command (MAIL-57).

    clamd://HOST:PORT     clamd:///run/clamav/clamd.ctl     /usr/local/bin/look --quiet

A command gets the bytes on its standard input and ends with 0 when it finds nothing, with 1 when it finds something,
whose name is the first line it says. Everything else is a fault of the scanner, never of the file.
"""

import shlex
import socket
import subprocess
import time
from urllib.parse import urlsplit

PATIENCE = 60.0  # seconds for one file
CONNECTING = 5.0
PIECE = 64 * 1024
LONGEST = 300  # characters of what it says


class ScannerFault(Exception):
    """It could not say whether the bytes harm; the message is its own words or the system's."""


def scan(address: str, content: bytes) -> str:
    """What was found, by the scanner's name for it; empty if nothing was. Raises: ScannerFault."""
    if not address.startswith("clamd:"):
        return _command(shlex.split(address), content)
    try:
        return _answered(_asked(address, content))
    except OSError as fault:
        raise ScannerFault(str(fault) or type(fault).__name__) from fault


def _asked(address: str, content: bytes) -> str:
    until = time.monotonic() + PATIENCE
    with _connected(address) as line:
        try:
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                line.settimeout(max(0.001, until - time.monotonic()))
                line.sendall(len(piece).to_bytes(4, "big") + piece)
            line.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough, and says why
        answer = b""
        while b"\0" not in answer and len(answer) < LONGEST * 4:
            line.settimeout(max(0.001, until - time.monotonic()))
            more = line.recv(PIECE)
            if not more:
                break
            answer += more
        return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    url = urlsplit(address)
    if url.hostname:
        return socket.create_connection((url.hostname, url.port or 3310), CONNECTING)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(CONNECTING)
    try:
        line.connect(url.path)
    except OSError:
        line.close()
        raise
    return line


def _answered(answer: str) -> str:
    """`stream: OK`, `stream: Eicar-Signature FOUND`, or an error."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")[:LONGEST]
    raise ScannerFault(said[:LONGEST] or "it said nothing")


def _command(command: list[str], content: bytes) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command
            command, input=content, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ScannerFault(f"it said nothing in {PATIENCE:.0f} seconds") from late
    except OSError as fault:
        raise ScannerFault(str(fault)) from fault
    said = done.stdout.decode("utf-8", "replace").strip().partition("\n")[0][:LONGEST]
    if done.returncode == 0:
        return ""
    if done.returncode == 1:
        return said or "?"
    raise ScannerFault(f"exit {done.returncode}: {said or done.stderr.decode('utf-8', 'replace').strip()[:LONGEST]}")
