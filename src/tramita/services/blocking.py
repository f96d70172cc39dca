"""Addresses and whole domains whose mail starts nothing and is not answered (M-20, CG-59)."""

import re
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.errors import Invalid, NotPermitted
from tramita.domain.mime import address_key
from tramita.models import BlockedAddress
from tramita.queries.mailboxes import directory
from tramita.queries.visibility import may
from tramita.services.transactions import one_transaction

BLOCKABLE = re.compile(r"[^\s@<>\"(),:;\[\]\\]*@[^\s@.<>\"(),:;\[\]\\]+(?:\.[^\s@.<>\"(),:;\[\]\\]+)+")
LONGEST = 254


@one_transaction
def block(address: str, *, by: Actor, at: datetime) -> BlockedAddress:
    """From now on mail from this address, or from the domain of `@domain`, is ignored. Blocking twice changes nothing.

    Raises: NotPermitted; Invalid, for what is no address or belongs to the desk itself.
    """
    permit(by)
    key = address_key(address)
    if not BLOCKABLE.fullmatch(key) or len(key) > LONGEST:
        raise Invalid.one("address", "invalid_address", "Give an address, or a whole domain like @example.com.")
    own = {address_key(one) for one in directory().own}
    if key in own or (key.startswith("@") and any(one.endswith(key) for one in own)):
        raise Invalid.one("address", "own_address", "This is an address of the desk itself.")
    return BlockedAddress.objects.get_or_create(address=key, defaults={"at": at, "by_id": by.id})[0]


@one_transaction
def unblock(blocked: BlockedAddress, *, by: Actor) -> None:
    """Its mail comes in again from now on; what was ignored meanwhile stays so. Raises: NotPermitted."""
    permit(by)
    BlockedAddress.objects.filter(pk=blocked.pk).delete()


def permit(by: Actor) -> None:
    """A block holds for the whole desk: who sees only a part of it sets none (SEC-2)."""
    if by.grants is not None or not may(by, "block"):
        raise NotPermitted("Blocking holds for the whole desk; you work in a part of it.")
