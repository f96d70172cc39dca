"""`tramita file keep`: puts files where canned texts find them."""

from argparse import ArgumentParser, Namespace
from mimetypes import guess_type
from pathlib import Path

from tramita.ui import terminal
from tramita.ui.terminal import SUCCESS, Command


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path)


def run(args: Namespace) -> int:
    """Keep each and print it as a line of `files:` in a configuration. Keeping it again changes nothing."""
    import json

    from django.conf import settings

    from tramita.gateways.storage import storage

    kept = storage(settings.TRAMITA_STORAGE_URL)
    for file in args.files:
        kind = guess_type(file.name)[0] or "application/octet-stream"
        name, sha256 = json.dumps(file.name, ensure_ascii=False), kept.put(file.read_bytes())
        terminal.say(f"- {{name: {name}, content_type: {kind}, sha256: {sha256}}}")
    return SUCCESS


FILE_KEEP = Command(
    name="file keep",
    help="keep files for canned texts, and print them as their configuration wants them",
    configure=configure,
    run=run,
)
