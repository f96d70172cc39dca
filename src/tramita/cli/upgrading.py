"""`tramita case-type move`: running Cases go to the newest version of their type (decision 48)."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command

if TYPE_CHECKING:
    from tramita.queries.upgrades import Preview, Versions


def pair(text: str) -> tuple[str, str]:
    """`old=new`; what stands behind the sign may be empty."""
    old, sign, new = text.partition("=")
    if not old or not sign:
        raise ArgumentTypeError(f"write OLD=NEW, not “{text}”")
    return old, new


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("path", metavar="CASE-TYPE", help="customer/contract/service/name")
    parser.add_argument("--from", dest="old", metavar="N", type=int, required=True, help="the version they run by")
    parser.add_argument("--by", metavar="ADDRESS", help="in whose name; without it, it is only said what would be done")
    parser.add_argument(
        "--step", metavar="OLD=NEW", type=pair, action="append", default=[], help="where Cases at this step go on"
    )
    parser.add_argument(
        "--action",
        metavar="OLD=NEW",
        type=pair,
        action="append",
        default=[],
        help="likewise; OLD= closes those that run",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def run(args: Namespace) -> int:
    """Say what it would do, and with `--by` have the worker do it."""
    from django.utils.timezone import now

    from tramita.domain.errors import NotFound
    from tramita.domain.upgrades import Chosen, check
    from tramita.queries import people, upgrades
    from tramita.services import upgrading_many

    found = upgrades.versions(args.path, args.old)
    chosen = Chosen(dict(args.step), {old: new or None for old, new in args.action})
    check(found.old, found.new, chosen)
    said = _told(found, upgrades.preview(found, chosen))
    if args.by:
        person = people.person_by_address(args.by)
        if person is None or not person.is_active:
            raise NotFound(f"There is nobody with the address {args.by}.")
        actor, new = people.actor_for(person), found.new_number
        said["job"] = upgrading_many.begin(args.path, old=args.old, new=new, chosen=chosen, by=actor, at=now()).pk
    if args.json:
        terminal.say_json(said)
    else:
        terminal.say(*(f"{name}: {_words(value)}" for name, value in said.items()))
    return SUCCESS


def _told(found: "Versions", seen: "Preview") -> dict[str, object]:
    """As the API tells it."""
    return seen.told(found) | {
        "steps": [one.name for one in seen.steps],
        "actions": [one.name for one in seen.actions],
    }


def _words(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


CASE_TYPE_MOVE = Command(
    name="case-type move",
    help="say what moving running Cases to the newest version would do, and have it done",
    configure=configure,
    run=run,
)
