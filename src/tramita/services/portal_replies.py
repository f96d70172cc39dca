"""What a requester writes in the portal comes in as a message of theirs, by the door of all mail.

It is kept raw first and matched by a signed token; it wakes what waits, reopens what was resolved within its window,
and starts something new after it (M-8 to M-10).
"""

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from tramita.domain.errors import Conflict, Invalid
from tramita.domain.mail_tokens import message_id, plus_address
from tramita.domain.references import Reference
from tramita.models import Item, Person
from tramita.queries.mailboxes import directory, keys
from tramita.services import receiving
from tramita.services.outcomes import Outcome

SOURCE = "portal"
LONGEST = 100_000  # characters of one message
LARGEST = 20 * 1024**2  # bytes of its files together
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as the browser sent it; it is read when all together are known to be small enough."""

    name: str
    size: int  # bytes
    read: Callable[[], bytes]


def reply(item: Item, *, text: str, press: str, files: Sequence[Enclosed] = (), by: Person, at: datetime) -> Outcome:
    """Hand the words in. `press` is of the form that was sent: pressed twice, it is one message (MAIL-79).

    Raises: Invalid; Conflict, when the message could not be placed, which is then in the tray.
    """
    if not text.strip() and not files:
        raise Invalid.one("text", "required", "Write something first.")
    if len(text) > LONGEST:
        raise Invalid.one("text", "too_long", "At most %(most)s characters.", most=LONGEST)
    if len(files) > MOST_FILES or sum(one.size for one in files) > LARGEST:
        raise Invalid.one("files", "too_large", "At most %(most)s files, 20 MB together.", most=MOST_FILES)
    outcome = receiving.receive(_written(item, text, press, files, by=by, at=at), source=SOURCE, at=at)
    if not outcome.items:
        raise Conflict("Your message was kept, and somebody will look at it by hand.", code="not_placed")
    return outcome


def _written(item: Item, text: str, press: str, files: Sequence[Enclosed], *, by: Person, at: datetime) -> bytes:
    desk = directory()
    reference = Reference(item.kind, item.number, item.ordinal)
    address = next(iter(desk.mailboxes), f"desk@{desk.host}")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((_plain(by.name), by.email or ""))
    mail["To"] = plus_address(address, reference, keys=keys())
    mail["Subject"] = _plain(item.title)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{SOURCE}.{by.pk}.{press}@{desk.host}>"
    mail["In-Reply-To"] = f"<{message_id(reference, SOURCE, host=desk.host, keys=keys())}>"
    mail.set_content(text, charset="utf-8", cte="base64")
    for one in files:
        kind = (mimetypes.guess_type(one.name)[0] or "application/octet-stream").split("/")
        mail.add_attachment(one.read(), maintype=kind[0], subtype=kind[1], filename=_plain(one.name))
    return mail.as_bytes()


def _plain(text: str) -> str:
    """Without what would begin another header."""
    return " ".join(text.split())
