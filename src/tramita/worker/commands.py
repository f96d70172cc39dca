"""`tramita worker`."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import UTC, datetime

from tramita.domain.errors import NotPermitted
from tramita.ui.terminal import SUCCESS, Command, say, say_json

# those of `worker.loop`, which only works once Django is set up
KINDS = (
    "audit",
    "bulk",
    "calls",
    "copies",
    "domains",
    "fetch",
    "mail_in",
    "mail_out",
    "notify",
    "probes",
    "push",
    "robots",
    "scan",
    "search",
    "show",
    "starts",
    "tidy",
    "timers",
    "webhooks",
    "webhooks_again",
)


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do what is due, print the counts and exit")
    parser.add_argument("--only", choices=KINDS, help="one kind of work")
    parser.add_argument("--as-of", type=_moment, metavar="ISO8601", help="as if it were that time (for rehearsals)")
    parser.add_argument("--json", action="store_true", help="the counts as JSON")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no moment such as 2026-11-21T09:00:00+01:00") from error
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"“{text}” has no time zone; write 2026-11-21T09:00:00+01:00")
    return moment.astimezone(UTC)


def _worker(args: Namespace) -> int:
    from django.conf import settings

    from tramita.worker.loop import drain, run

    if args.as_of and not settings.TRAMITA_TIME_TRAVEL:
        raise NotPermitted("--as-of is refused unless TRAMITA_TIME_TRAVEL=1")
    if not args.once and not args.as_of:
        run(only=args.only)
        return SUCCESS
    done = drain(at=args.as_of or datetime.now(UTC), only=args.only)
    if args.json:
        say_json(dict(sorted(done.items())))
    elif done:
        say(*(f"{name}: {count}" for name, count in sorted(done.items())))
    else:
        say("nothing was due")
    return SUCCESS


WORKING = Command(  # `config.commands` offers it, with the listener for mail beside it
    name="worker", help="timers, mail in, mail out; run as many as wanted", configure=_configure, run=_worker
)
