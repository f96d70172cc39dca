"""What the processes of the tree do: a web process serves, the worker works, one takes mail in."""

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    import uvicorn

    from tramita.config.asgi import Application

WEB, WORKER, SMTP, LMTP = "web", "worker", "smtp", "lmtp"
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)

log = logging.getLogger(__name__)


def run_child(kind: str, door: socket.socket | None, life: int) -> NoReturn:
    """The life of a child; it never returns into the parent's code."""
    code = 1
    try:
        for number in HEARD:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
        threading.Thread(target=_end_with_parent, args=[life], daemon=True, name="parent").start()
        RUN[kind](door)
        code = 0
    except Exception:  # the border of the process: nobody above could tell of it
        log.exception("%s process fails", kind)
    finally:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _web(door: socket.socket | None) -> None:
    from tramita.config.asgi import application

    server(application()).run(sockets=[door] if door else None)


def server(application: "Application") -> "uvicorn.Server":
    """What serves the application on a door that is open already."""
    import uvicorn

    class Server(uvicorn.Server):
        """Ends quietly: the parent counts the children, not their signals. Streams end first, or it waits for them."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            application.stream.hub.close_all()
            self.should_exit = True

    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the settings say how many proxies to trust
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return Server(config)


def _worker(door: socket.socket | None) -> None:
    from tramita.worker import loop

    loop.run()


def _listener(source: str) -> Callable[[socket.socket | None], None]:
    def run(door: socket.socket | None) -> None:
        from tramita.mail import listening

        if door is None:
            raise ValueError("a listener needs its door")
        listening.run(door, source)

    return run


RUN: dict[str, Callable[[socket.socket | None], None]] = {
    WEB: _web,
    WORKER: _worker,
    SMTP: _listener(SMTP),
    LMTP: _listener(LMTP),
}


def _end_with_parent(life: int) -> None:
    """The parent holds the other end of this pipe: when it ends, even killed, so does this process."""
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main(kind: str, door: int, life: int) -> NoReturn:
    """A child that was started afresh: `python -m tramita.config.processes web 5 7`; -1 is no door."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tramita.config.settings")
    import django

    django.setup()
    run_child(kind, socket.socket(fileno=door) if door >= 0 else None, life)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
