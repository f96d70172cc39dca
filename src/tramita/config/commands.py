"""Commands of the installation itself: its database and its processes."""

import logging
import os
import socket
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tramita.config.command import guarded
from tramita.config.doctor import COMMAND as DOCTOR
from tramita.ui.terminal import FAILURE, SUCCESS, Command, note, say
from tramita.worker.commands import WORKING

HOST, PORT, WEB_PROCESSES = "127.0.0.1", 8000, 2
EVERYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104 - recognised, not listened on


def migrate(args: Namespace) -> int:
    """Bring the database to the current schema; running it again changes nothing."""
    from tramita.config.schema import bring_up_to_date

    del args
    applied = bring_up_to_date()
    say(f"{applied} migrations applied." if applied else "The database is up to date.")
    return SUCCESS


def run(args: Namespace) -> int:
    """Migrate, load the demo company when asked and the database is empty, then serve and work."""
    from django.conf import settings

    from tramita.config.server import get_ready, listen, open_for_mail, serve

    door = listen(args.host, args.port)  # first: an occupied port must change nothing
    mail = open_for_mail(settings.TRAMITA_SMTP_LISTEN)
    _answer_to(args.host)
    prepares = _apart(lambda: _prepare(demo=args.demo))
    get_ready()  # meanwhile
    if code := os.waitstatus_to_exitcode(os.waitpid(prepares, 0)[1]):
        return code
    say(f"Tramita is at {_address(door.getsockname())} (stop with Ctrl-C)")
    _say_mail(mail)
    return serve(door, web=WEB_PROCESSES, worker=True, mail=mail)


def web(args: Namespace) -> int:
    """Pages only: as many machines as wanted on PostgreSQL."""
    from tramita.config.server import get_ready, listen, serve

    door = listen(args.host, args.port)
    _answer_to(args.host)
    get_ready()
    say(f"Tramita is at {_address(door.getsockname())} (stop with Ctrl-C)")
    return serve(door, web=args.workers, worker=False)


def worker(args: Namespace) -> int:
    """The worker's own command; where mail is handed to us too, a small tree of both."""
    from django.conf import settings

    from tramita.config.server import get_ready, open_for_mail, serve

    if settings.TRAMITA_SMTP_LISTEN is None or args.once or args.as_of or args.only:
        return WORKING.run(args)
    mail = open_for_mail(settings.TRAMITA_SMTP_LISTEN)
    get_ready(fork=False)
    _say_mail(mail)
    return serve(None, web=0, worker=True, mail=mail)


def _say_mail(doors: Mapping[str, socket.socket]) -> None:
    for protocol, door in doors.items():
        say(f"Mail is taken at {_address(door.getsockname()).replace('http', protocol)}")


def _apart(task: Callable[[], int]) -> int:
    """Do it in a process that ends, migrating and loading need modules that the service does not; its number."""
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        code = FAILURE
        try:
            code = guarded(task)
        except Exception:
            logging.getLogger(__name__).exception("preparing fails")  # what follows would swallow it
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return pid


def _prepare(*, demo: bool) -> int:
    from tramita.config.schema import bring_up_to_date

    bring_up_to_date()
    if demo:
        _offer_demo()
    return SUCCESS


def _offer_demo() -> None:
    """Load the demo company into an empty database; say how to sign in wherever it is."""
    from tramita.services import demo

    if demo.is_empty():
        note("Loading the demo company …")
        demo.load(at=datetime.now(UTC))
    if demo.is_here():
        say(f"Sign in with the password {demo.PASSWORD} as")
        say(*(f"  {email:<20}{role}" for email, role in demo.LOGINS.items()))


def _answer_to(host: str) -> None:
    """The address given is one that may be asked for; every address, only by who develops."""
    from django.conf import settings

    if host not in EVERYWHERE:
        settings.ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
    elif settings.TRAMITA_ENV == "development":
        settings.ALLOWED_HOSTS.append("*")
    os.environ["TRAMITA_ALLOWED_HOSTS"] = ",".join(settings.ALLOWED_HOSTS)  # for children that are not forked


def _address(name: tuple[str, int]) -> str:
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"http://{host}:{name[1]}"


def _door(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default=HOST, help=f"the address to listen on ({HOST})")
    parser.add_argument("--port", type=_port, default=PORT, help=f"the port to listen on ({PORT}; 0 takes a free one)")


def _run_arguments(parser: ArgumentParser) -> None:
    _door(parser)
    parser.add_argument("--demo", action="store_true", help="load the demo company into an empty database")


def _web_arguments(parser: ArgumentParser) -> None:
    _door(parser)
    parser.add_argument("--workers", type=_count, default=WEB_PROCESSES, help=f"processes ({WEB_PROCESSES})")


def _port(text: str) -> int:
    if not 0 <= (number := int(text)) <= 65_535:
        raise ValueError(text)
    return number


def _count(text: str) -> int:
    if not 1 <= (number := int(text)) <= 64:
        raise ValueError(text)
    return number


_port.__name__, _count.__name__ = "port", "number of processes"  # argparse shows these

COMMANDS = [
    DOCTOR,
    Command(name="migrate", help="bring the database to the current schema", run=migrate),
    Command(name="run", help="migrate, then web and worker in one process tree", run=run, configure=_run_arguments),
    Command(name="worker", help=WORKING.help, run=worker, configure=WORKING.configure),
    Command(name="web", help="web processes only", run=web, configure=_web_arguments),
]
