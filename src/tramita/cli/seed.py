"""`tramita seed`: reference data of any size, the same for the same seed."""

import time
from argparse import ArgumentParser, Namespace

from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command

PROFILE = "standard"


def configure(parser: ArgumentParser) -> None:
    """The options of INTERFACES section 2."""
    parser.add_argument("--items", type=count, required=True, metavar="N", help="how many items the desk then has")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another number, other items (1)")
    parser.add_argument(
        "--profile", default=PROFILE, metavar="P", help=f"how they are spread: standard, busy ({PROFILE})"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a line")


def run(args: Namespace) -> int:
    """Fill the database up; all of it or nothing."""
    from tramita.services.seeding import PROFILES, fill, seeded

    if args.profile not in PROFILES:
        return terminal.fail(f"there is no profile “{args.profile}”; there are {', '.join(PROFILES)}")
    missing = max(args.items - (seeded() or 0), 0)
    began = time.monotonic()
    with terminal.progress("Items", total=missing) as advance:
        added = fill(args.items, seed=args.seed, profile=PROFILES[args.profile], advance=advance)
    seconds = round(time.monotonic() - began, 1)
    if args.json:
        terminal.say_json({"items": seeded(), "added": added, "seed": args.seed, "seconds": seconds})
    else:
        terminal.say(f"{added} items added, {seeded()} in all, in {seconds} s")
    return SUCCESS


def count(text: str) -> int:
    """A number of items, at least one; `20_000` may be written."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


count.__name__ = "number of items"  # argparse shows it

SEED = Command(name="seed", help="fill an empty database with reference data", configure=configure, run=run)
