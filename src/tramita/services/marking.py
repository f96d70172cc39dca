"""Addresses with which something is wrong: mail to them bounces, or their owner complained (MAIL-97, MAIL-98).

Only addresses that the mail in question went to are marked: a forged report says nothing about others.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound, NotPermitted
from tramita.domain.failing import ENOUGH, Failure, failure, lately
from tramita.domain.mime import address_key
from tramita.domain.mime.model import Recipient
from tramita.models import MarkedAddress, Message
from tramita.queries.visibility import may
from tramita.services.transactions import one_transaction

LONGEST_DETAIL = 300
LONGEST_STATUS = 12


def recipients(message: Message) -> list[str]:
    """Whom a mail of ours went to, as addresses are compared."""
    return [address_key(address) for _, address in (*message.to, *message.cc, *message.bcc)]


def bounced(message: Message, said: Iterable[Recipient], *, at: datetime) -> None:
    """A report says what became of this mail: mark who cannot be reached; in the caller's transaction."""
    went_to = set(recipients(message))
    for one in said:
        what, address = failure(one), address_key(one.recipient)
        if address in went_to and what is not Failure.OTHER:
            _count(address, one, what, message, at=at)


def _count(address: str, said: Recipient, what: Failure, message: Message, *, at: datetime) -> None:
    mark = MarkedAddress.objects.select_for_update().filter(address=address).first()
    failures = lately(map(datetime.fromisoformat, mark.failures if mark else ()), at=at)
    failures = failures if what is Failure.GONE else [*failures, at][-ENOUGH:]
    gone = what is Failure.GONE or len(failures) >= ENOUGH or (mark is not None and mark.bounced)
    _write(
        address,
        bounced=gone,
        status=(said.status or "")[:LONGEST_STATUS],
        detail=(said.diagnostic or "")[:LONGEST_DETAIL],
        failures=[one.isoformat() for one in failures],
        message=message,
        at=at,
    )


def complained(message: Message, recipient: str | None, *, at: datetime) -> None:
    """Somebody called this mail unwanted: no automatic mail goes there any more; in the caller's transaction.

    A report that names nobody is about the only recipient, if there is one.
    """
    went_to = recipients(message)
    named = [address_key(recipient)] if recipient else went_to
    if len(named) == 1 and named[0] in went_to:
        _write(named[0], complained=True, message=message, at=at)


def _write(address: str, **columns: Any) -> None:
    MarkedAddress.objects.update_or_create(address=address, defaults=columns)


@one_transaction
def clear(mark_id: int, *, by: Actor, at: datetime) -> None:
    """It works again, or so somebody says who writes mail: the mark goes. Raises: NotFound, NotPermitted."""
    if not by.is_staff or not may(by, "mail"):
        raise NotPermitted("You may not do this here.")
    if not MarkedAddress.objects.filter(pk=mark_id).delete()[0]:
        raise NotFound("This address is not marked.")
