"""What a requester writes in the portal, as a message of theirs: it comes in by the door of all mail (decision 50)."""

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from tramita.domain.errors import FieldError
from tramita.models import Person
from tramita.services.handed_in import SOURCE

LONGEST = 100_000  # characters of one message
LARGEST = 20 * 1024**2  # bytes of its files together
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as the browser sent it; it is read when all together are known to be small enough."""

    name: str
    size: int  # bytes
    read: Callable[[], bytes]


def faults(text: str, files: Sequence[Enclosed]) -> list[FieldError]:
    """What of a message is too much."""
    found = []
    if len(text) > LONGEST:
        found.append(FieldError("text", "too_long", "At most %(most)s characters.", {"most": LONGEST}))
    if len(files) > MOST_FILES or sum(one.size for one in files) > LARGEST:
        most = {"most": MOST_FILES}
        found.append(FieldError("files", "too_large", "At most %(most)s files, 20 MB together.", most))
    return found


def written(
    subject: str,
    text: str,
    files: Sequence[Enclosed],
    *,
    to: str,
    host: str,
    press: str,
    answers: str = "",
    by: Person,
    at: datetime,
) -> bytes:
    """The message, named after the form that was sent: pressed twice, it is one (MAIL-79)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((plain(by.name), by.email or ""))
    mail["To"] = to
    mail["Subject"] = plain(subject)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{SOURCE}.{by.pk}.{press}@{host}>"
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
    mail.set_content(text, charset="utf-8", cte="base64")
    for one in files:
        kind = (mimetypes.guess_type(one.name)[0] or "application/octet-stream").split("/")
        mail.add_attachment(one.read(), maintype=kind[0], subtype=kind[1], filename=plain(one.name))
    return mail.as_bytes()


def plain(text: str) -> str:
    """Without what would begin another header."""
    return " ".join(text.split())
