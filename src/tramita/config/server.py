"""The process tree: a parent that serves nothing, its web processes, its worker and its listener for mail.

The parent imports and warms everything, then forks: four processes share most of their memory (52 to 79 MB
together, and a start in about a second). It starts again what dies, passes the signal to stop on, and its children
end with it even when it is killed.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from errno import EACCES, EADDRINUSE, EADDRNOTAVAIL
from types import FrameType

from django.conf import settings

from tramita.config import metrics
from tramita.config.env import Listening, WrongSetting
from tramita.config.processes import HEARD, WEB, WORKER, run_child
from tramita.config.warming import warm
from tramita.domain.errors import TramitaError

STOP_SECONDS = 10.0  # how long a child may take to finish what it does
STEADY_SECONDS = 10.0  # a child that lived as long is started again at once
LONGEST_PAUSE = 30.0
BACKLOG = 2048
FORK = sys.platform != "darwin"  # where forking a loaded process is safe
REFUSED = {
    EADDRINUSE: "port %(port)s of %(host)s is in use: stop the other program, or choose another with %(by_port)s",
    EACCES: "port %(port)s of %(host)s may not be opened by this user: choose one above 1023 with %(by_port)s",
    EADDRNOTAVAIL: "this machine has no address %(host)s: choose another with %(by_host)s",
}
OPTIONS = ("--host", "--port")
VARIABLE = ("TRAMITA_SMTP_LISTEN", "TRAMITA_SMTP_LISTEN")

Doors = Mapping[str, socket.socket]  # by the kind of the processes that answer there

log = logging.getLogger(__name__)


def listen(host: str, port: int, *, chosen_by: tuple[str, str] = OPTIONS) -> socket.socket:
    """The open door; who knocks waits until a child answers. Raises: TramitaError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        door = socket.socket(family, kind, protocol)
    except (socket.gaierror, OverflowError):
        raise TramitaError("“%(host)s” port %(port)s is no address", host=host, port=port) from None
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(address)
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        said = REFUSED.get(error.errno or 0, str(error.strerror))
        raise TramitaError(said, host=host, port=port, by_host=chosen_by[0], by_port=chosen_by[1]) from None
    door.set_inheritable(True)
    return door


def open_for_mail(listening: Listening | None) -> Doors:
    """The door for mail that is handed to us, if one is wanted. Raises: TramitaError."""
    if listening is None:
        return {}
    if settings.TRAMITA_SMTP_CERTIFICATE:
        check_certificate(*settings.TRAMITA_SMTP_CERTIFICATE)
    return {listening.protocol: listen(listening.host, listening.port, chosen_by=VARIABLE)}


def check_certificate(certificate: str, key: str) -> None:
    """Before anything starts: the listener must be able to use it. Raises: WrongSetting."""
    from tramita.gateways.smtp_in import starttls  # which loads the library of the listener

    try:
        starttls(certificate, key)
    except OSError as error:  # ssl.SSLError is one
        wants = "a certificate with its chain (PEM), and its own private key without a password"
        raise WrongSetting("TRAMITA_SMTP_TLS_CERT", f"{certificate!r} ({error})", wants) from None


def get_ready(*, fork: bool = FORK) -> None:
    """Import and compile what the children will share. Asks nothing of the database."""
    metrics.start_folder()
    if fork:
        warm()


def serve(door: socket.socket | None, *, web: int, worker: bool, mail: Doors | None = None, fork: bool = FORK) -> int:
    """Serve until told to stop (SIGTERM, SIGINT), after `get_ready`; answers the exit code.

    `mail`: the doors of `open_for_mail`, a process each.
    """
    doors = ({WEB: door} if door else {}) | dict(mail or {})
    kinds = [WEB] * web + [WORKER] * worker + list(mail or {})
    return Tree(doors, fork=fork).run(kinds)


@dataclass
class Child:
    """A place in the tree: what runs there, and since when."""

    kind: str
    pid: int = 0
    started: float = 0.0
    start_at: float = 0.0
    pause: float = 0.25


@dataclass
class Tree:
    """The parent. It has no thread and no event loop: forking is safe at any moment."""

    doors: Doors
    fork: bool = True
    children: list[Child] = field(default_factory=list)
    stopping: bool = False
    forced: bool = False

    def run(self, kinds: Sequence[str]) -> int:
        self.children = [Child(kind) for kind in kinds]
        self.wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        self.life_read, self.life_write = os.pipe()
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, self._on_signal)
        while not self.stopping:
            self._start_missing()
            self._sleep(self._next_start() - time.monotonic())
            self._bury()
        return self._stop()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        if number != signal.SIGCHLD:
            self.forced = self.stopping
            self.stopping = True

    def _sleep(self, seconds: float) -> None:
        """Until a signal comes, or this long."""
        if select.select([self.wake_read], [], [], max(0.0, min(seconds, LONGEST_PAUSE)))[0]:
            os.read(self.wake_read, 512)

    def _next_start(self) -> float:
        return min((child.start_at for child in self.children if not child.pid), default=time.monotonic() + 60)

    def _start_missing(self) -> None:
        for child in self.children:
            if not child.pid and child.start_at <= time.monotonic() and not self.stopping:
                child.started = time.monotonic()
                child.pid = self._forked(child.kind) if self.fork else self._spawned(child.kind)

    def _forked(self, kind: str) -> int:
        # a signal that came before the child has its own handlers would be lost: it waits at the mask
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        pid = os.fork()
        if not pid:
            os.close(self.life_write)
            signal.set_wakeup_fd(-1)
            for door in (one for name, one in self.doors.items() if name != kind):
                door.close()
            run_child(kind, self.doors.get(kind), self.life_read)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        return pid

    def _spawned(self, kind: str) -> int:
        """Where forking a loaded process is not safe: a fresh one that inherits the open door."""
        door = self.doors.get(kind)
        fds = (door.fileno() if door else -1, self.life_read)
        arguments = [sys.executable, "-m", "tramita.config.processes", kind, *map(str, fds)]
        inherited = [fd for fd in fds if fd >= 0]
        return subprocess.Popen(arguments, pass_fds=inherited).pid  # noqa: S603 - our own program

    def _bury(self) -> None:
        """Take note of the dead; one that died young is started again after a pause that doubles."""
        while (found := _one_dead()) is not None:
            pid, status = found
            for child in (each for each in self.children if each.pid == pid):
                child.pid = 0
                lived = time.monotonic() - child.started
                child.pause = 0.25 if lived > STEADY_SECONDS else min(child.pause * 2, LONGEST_PAUSE)
                child.start_at = time.monotonic() + child.pause
                if not self.stopping:
                    code = os.waitstatus_to_exitcode(status)
                    log.error("%s process ended, starting another", child.kind, extra={"pid": pid, "code": code})
            metrics.forget(pid)

    def _stop(self) -> int:
        """Ask the children to finish, wait, then insist. A second Ctrl-C insists at once."""
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._alive() and not self.forced and (left := deadline - time.monotonic()) > 0:
            self._sleep(left)
            self._bury()
        self._tell(signal.SIGKILL)
        for child in self._alive():
            os.waitpid(child.pid, 0)
        return 0

    def _alive(self) -> list[Child]:
        return [child for child in self.children if child.pid]

    def _tell(self, number: signal.Signals) -> None:
        for child in self._alive():
            os.kill(child.pid, number)


def _one_dead() -> tuple[int, int] | None:
    """The number and status of a child that ended, if one did."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None
