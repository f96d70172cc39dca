"""`tramita robots stop` and `resume`: the switch for when no page is at hand."""

from argparse import ArgumentParser, Namespace

from tramita.domain.actors import SYSTEM
from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command


def configure_stop(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="WHY", default="", help="what leaders and agents read")


def run_stop(args: Namespace) -> int:
    """No robot does anything from now on; their items are To Do again."""
    from django.utils.timezone import now

    from tramita.services.stopping import stop

    freed = stop(reason=args.reason, by=SYSTEM, at=now())
    terminal.say(f"All robots are stopped; {freed} items are free.")
    return SUCCESS


def configure_resume(parser: ArgumentParser) -> None:
    """It takes nothing."""


def run_resume(args: Namespace) -> int:
    """Robots work again."""
    from django.utils.timezone import now

    from tramita.services.stopping import resume

    del args
    terminal.say("Robots work again." if resume(by=SYSTEM, at=now()) else "They were not stopped.")
    return SUCCESS


ROBOTS_STOP = Command(
    name="robots stop", help="stop all robots at once, and free their items", configure=configure_stop, run=run_stop
)
ROBOTS_RESUME = Command(name="robots resume", help="let robots work again", configure=configure_resume, run=run_resume)
