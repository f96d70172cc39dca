"""What mail adds to the command line (INTERFACES section 2)."""

import io
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tramita.domain.errors import TramitaError
from tramita.domain.mime import parse
from tramita.gateways.charsets import guess_charset
from tramita.mail.sources import messages
from tramita.ui.terminal import FAILURE, SUCCESS, Command, fail, say, say_json

if TYPE_CHECKING:
    from tramita.services.sorting_mail import Outcome

TEMPORARY = 75  # EX_TEMPFAIL of sysexits


def _configure_parse(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin")


def _parse(args: Namespace) -> int:
    """One JSON object a message. A file that cannot be read is named, the others are printed all the same."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's locale: the output is for programs
    failures: list[str] = []
    for raw in messages(args.paths, on_error=failures.append):
        file = {} if raw.file is None else {"file": raw.file}
        say_json(file | parse(raw.data, guess=guess_charset).to_json())
    for failure in failures:
        fail(failure)
    return FAILURE if failures else SUCCESS


def _configure_import(parser: ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin")
    parser.add_argument("--mailbox", metavar="ADDRESS", help="the mailbox that received them")
    parser.add_argument("--archive", action="store_true", help="old mail: filed Closed, nothing is answered or woken")
    parser.add_argument("--json", action="store_true", help="one JSON line a message")


def _import(args: Namespace) -> int:
    """Deliver messages as if the mailbox had received them; importing again creates nothing (MAIL-3, MAIL-16).

    A temporary fault ends with 75, so that a mail server that pipes a message here tries again (MAIL-8).
    """
    from django.db import DatabaseError  # `mail parse` starts without Django

    from tramita.services.receiving import Letter
    from tramita.services.receiving_many import gathered, receive_all

    failures: list[str] = []
    for raws in gathered(messages(args.paths, on_error=failures.append), size=lambda raw: len(raw.data)):
        letters = [Letter(raw.data, "import", args.mailbox, archive=args.archive) for raw in raws]
        outcomes = receive_all(letters, at=datetime.now(UTC))
        for raw in raws:
            try:
                outcome = next(outcomes)
            except (OSError, DatabaseError) as error:
                fail(f"{raw.file or 'stdin'}: not now: {str(error).strip()}")
                return TEMPORARY
            _tell(raw.file, outcome, json=args.json)
    for failure in failures:
        fail(failure)
    return FAILURE if failures else SUCCESS


def _tell(file: str | None, outcome: "Outcome", *, json: bool) -> None:
    if json:
        say_json({"file": file, "outcome": outcome.outcome, "items": list(outcome.items), "reason": outcome.reason})
    else:
        say(f"{file or '-'}: {outcome.outcome} {' '.join(outcome.items)} {outcome.reason}".rstrip())


def _configure_replay(parser: ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="a message of the tray")
    parser.add_argument("--all", action="store_true", help="all of the tray")
    parser.add_argument("--mailbox", metavar="ADDRESS", help="with --all: only those that came in here")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    parser.add_argument("--json", action="store_true", help="one JSON line a message")


def _replay(args: Namespace) -> int:
    """Process unhandled or failed messages again; one that cannot be is named, the others go on (MAIL-143)."""
    from tramita.queries.memory import in_batches  # `mail parse` starts without Django
    from tramita.queries.tray import waiting_ids
    from tramita.services import receiving, replaying

    if bool(args.ids) == args.all:
        return fail("name messages of the tray, or --all of them")
    code = SUCCESS
    for seen_id in in_batches(waiting_ids(mailbox=args.mailbox) if args.all else args.ids):
        try:
            now = datetime.now(UTC)
            outcome = replaying.rehearse(seen_id, at=now).outcome if args.dry_run else receiving.replay(seen_id, at=now)
        except (TramitaError, FileNotFoundError) as error:
            code = fail(f"{seen_id}: {error}")
            continue
        said = {"id": seen_id, "outcome": outcome.outcome, "items": list(outcome.items), "reason": outcome.reason}
        if args.json:
            say_json(said)
        else:
            say(f"{seen_id}: {outcome.outcome} {' '.join(outcome.items)} {outcome.reason}".rstrip())
    return code


def _configure_reclean(parser: ArgumentParser) -> None:
    parser.add_argument("items", nargs="*", metavar="REFERENCE", help="only the mails of these items")


def _reclean(args: Namespace) -> int:
    """Let the worker clean mails again, as after an upgrade of the cleaner (MAIL-43)."""
    from tramita.services import showing  # as above

    say(f"{showing.show_again(items=args.items)} mails wait for the worker")
    return SUCCESS


def _configure_preview(parser: ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help="of mail_templates, such as acknowledgement")
    parser.add_argument("--item", metavar="REFERENCE", help="whose data it is filled with")
    parser.add_argument("--language", default="", help="default: that of who would read it")


def _preview(args: Namespace) -> int:
    """Show how an automatic mail reads; nothing is sent (MAIL-126)."""
    from tramita.domain.actors import SYSTEM
    from tramita.queries.items import get_visible
    from tramita.services.mail_previews import preview

    item = get_visible(SYSTEM, args.item) if args.item else None
    said = preview(args.kind, item=item, language=args.language, at=datetime.now(UTC))
    say(f"{said.subject}\n\n{said.text}" + (f"\n\n{said.html}" if said.html else ""))
    return SUCCESS


def _configure_erase(parser: ArgumentParser) -> None:
    parser.add_argument("--person", required=True, metavar="ADDRESS", help="whose mail")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; it is kept, and shown on each item")
    parser.add_argument("--dry-run", action="store_true", help="say how much it is, and change nothing")
    parser.add_argument("--json", action="store_true", help="the figures as one JSON object")


def _erase(args: Namespace) -> int:
    """Erase the mail of a person: what they wrote, and what was written to them alone (MAIL-18)."""
    from dataclasses import asdict

    from tramita.domain.actors import SYSTEM
    from tramita.services.erasing import erase  # as above

    done = erase(args.person, reason=args.reason, by=SYSTEM, at=datetime.now(UTC), dry_run=args.dry_run)
    if args.json:
        say_json(asdict(done))
        return SUCCESS
    verb = "would be erased" if args.dry_run else "erased"
    say(f"{done.mails} mails with {done.files} files on {done.items} items, {done.messages} raw messages: {verb}")
    if done.left:
        say(f"{done.left} mails of ours that went to others, too: left")
    return SUCCESS


COMMANDS = [
    Command(
        name="mail erase",
        help="erase the mail of a person: bytes, files, words, and what search holds",
        configure=_configure_erase,
        run=_erase,
    ),
    Command(
        name="mail import",
        help="deliver messages as if a mailbox had received them; again creates nothing",
        configure=_configure_import,
        run=_import,
    ),
    Command(
        name="mail preview",
        help="show how an automatic mail reads with the data of an item; nothing is sent",
        configure=_configure_preview,
        run=_preview,
    ),
    Command(
        name="mail replay",
        help="process unhandled or failed messages again",
        configure=_configure_replay,
        run=_replay,
    ),
    Command(
        name="mail reclean",
        help="let the worker make mails ready to be shown again, as after an upgrade",
        configure=_configure_reclean,
        run=_reclean,
    ),
    Command(
        name="mail parse",
        help="print what messages say, one JSON object each; needs no database",
        configure=_configure_parse,
        run=_parse,
        needs_django=False,
    ),
]
