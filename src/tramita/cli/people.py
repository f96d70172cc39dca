"""`tramita user create`, `second-factor-off` and `sign-on-forget`, and `tramita token create`."""

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from tramita.domain.actors import SYSTEM
from tramita.domain.codes import Role
from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command

if TYPE_CHECKING:
    from tramita.models import Person

ROLES = [role.value for role in Role if role not in {Role.ROBOT, Role.SYSTEM}]


def configure_user(parser: ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL")
    parser.add_argument("--name", metavar="N", help="needed for a new person")
    parser.add_argument("--role", choices=ROLES, help="needed for a new person")
    parser.add_argument("--invite", action="store_true", help="send them a mail by which they choose their password")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def run_user(args: Namespace) -> int:
    """Create a person, or set what is given for one who exists."""
    from django.utils.timezone import now

    from tramita.services.passwords import invite
    from tramita.services.people import create_user

    password = sys.stdin.readline().rstrip("\r\n") if args.password_stdin else None
    role = Role(args.role) if args.role else None
    person = create_user(args.email, name=args.name, role=role, password=password, by=SYSTEM, at=now())
    if args.invite:
        invite(person, by=SYSTEM, at=now())
    terminal.say(f"{person.email}  {person.name}  {person.role.value}")
    return SUCCESS


def configure_token(parser: ArgumentParser) -> None:
    parser.add_argument("who", metavar="WHO", help="a person's address or a robot's name")
    parser.add_argument("--name", metavar="N", default="", help="what the token is for")


def run_token(args: Namespace) -> int:
    """Print the new token, and nothing else, on stdout."""
    from django.utils.timezone import now

    from tramita.services.people import create_token

    terminal.say(create_token(args.who, name=args.name, by=SYSTEM, at=now()))
    return SUCCESS


USER_CREATE = Command(
    name="user create",
    help="create a person, or set what is given for one who exists",
    configure=configure_user,
    run=run_user,
)


def configure_who(parser: ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL")


def run_second_factor(args: Namespace) -> int:
    """For who lost their phone and their recovery codes: they sign in with the password alone again, and hear of it."""
    from django.utils.timezone import now

    from tramita.services.second_factor import turn_off

    turn_off(_who(args), at=now())
    return SUCCESS


def run_sign_on(args: Namespace) -> int:
    """For an address that somebody else has now, or a person with a new account at the provider."""
    from tramita.services.sign_on import forget

    terminal.say(f"{args.email}  {forget(_who(args))} forgotten")
    return SUCCESS


def _who(args: Namespace) -> "Person":
    from tramita.domain.errors import NotFound
    from tramita.queries.people import person_by_address

    person = person_by_address(args.email)
    if person is None:
        raise NotFound("There is nobody called “%(who)s”.", who=args.email)
    return person


SECOND_FACTOR_OFF = Command(
    name="user second-factor-off",
    help="let a person sign in without a second factor, after they have lost it",
    configure=configure_who,
    run=run_second_factor,
)
SIGN_ON_FORGET = Command(
    name="user sign-on-forget",
    help="forget a person's accounts at providers of single sign-on; the next one with their address is theirs",
    configure=configure_who,
    run=run_sign_on,
)
TOKEN_CREATE = Command(
    name="token create",
    help="print a new API token; it is shown this once",
    configure=configure_token,
    run=run_token,
)
