"""`tramita audit verify`: whether anything of the audit was changed, taken away or slipped in by hand (SEC-3)."""

from argparse import ArgumentParser, Namespace

from tramita.ui.terminal import FAILURE, SUCCESS, Command, say, say_json


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: Namespace) -> int:
    """Look at every line; print how many hold, and the newest seal, to be kept elsewhere."""
    from tramita.services.seals import verify

    found = verify()
    if args.json:
        say_json({"lines": found.lines, "seal": found.seal, "broken": found.broken or None, "why": found.why or None})
    elif found.broken:
        say(f"Line {found.broken} does not hold: {found.why}. {found.lines} lines before it do.")
    else:
        say(f"{found.lines} lines hold. The newest seal is {found.seal or 'none'}.")
    return FAILURE if found.broken else SUCCESS


AUDIT_VERIFY = Command(
    name="audit verify",
    help="see whether the audit was changed by hand",
    configure=configure,
    run=run,
)
