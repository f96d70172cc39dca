"""What a requester writes in the portal comes in as a message of theirs, by the door of all mail.

It is kept raw first and matched by a signed token; it wakes what waits, reopens what was resolved within its window,
and starts something new after it (M-8 to M-10).
"""

from collections.abc import Sequence
from datetime import datetime

from tramita.domain.errors import Conflict, Invalid
from tramita.domain.mail_tokens import message_id, plus_address
from tramita.domain.references import Reference
from tramita.models import Item, Person
from tramita.queries.mailboxes import directory, keys
from tramita.services import portal_mail, receiving
from tramita.services.handed_in import SOURCE
from tramita.services.outcomes import Outcome
from tramita.services.portal_mail import Enclosed


def reply(item: Item, *, text: str, press: str, files: Sequence[Enclosed] = (), by: Person, at: datetime) -> Outcome:
    """Hand the words in. `press` is of the form that was sent: pressed twice, it is one message (MAIL-79).

    Raises: Invalid; Conflict, when the message could not be placed, which is then in the tray.
    """
    if not text.strip() and not files:
        raise Invalid.one("text", "required", "Write something first.")
    if faults := portal_mail.faults(text, files):
        raise Invalid(faults)
    outcome = receiving.receive(_written(item, text, press, files, by=by, at=at), source=SOURCE, at=at)
    if not outcome.items:
        raise Conflict("Your message was kept, and somebody will look at it by hand.", code="not_placed")
    return outcome


def _written(item: Item, text: str, press: str, files: Sequence[Enclosed], *, by: Person, at: datetime) -> bytes:
    desk = directory()
    reference = Reference(item.kind, item.number, item.ordinal)
    address = next(iter(desk.mailboxes), f"desk@{desk.host}")
    return portal_mail.written(
        item.title,
        text,
        files,
        to=plus_address(address, reference, keys=keys()),
        host=desk.host,
        press=press,
        answers=message_id(reference, SOURCE, host=desk.host, keys=keys()),
        by=by,
        at=at,
    )
