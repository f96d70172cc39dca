"""Some recipients are asked about before a mail goes: new to the item, or known to bounce (M-16, MAIL-97)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tramita.domain.errors import Conflict
from tramita.domain.mime.model import address_key
from tramita.domain.mime.sendable import sendable
from tramita.models import Item
from tramita.queries.recipients import recipients_report


@dataclass(frozen=True, slots=True)
class RecipientsReport:
    """What a writer must know of the addresses of a mail, in the order in which they were written."""

    outsiders: tuple[str, ...] = ()  # nobody on the item has this address (M-16)
    bounced: tuple[str, ...] = ()  # mail to it came back (MAIL-97)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Those that are asked about, each once."""
        return tuple(dict.fromkeys((*self.outsiders, *self.bounced)))


class Outsiders(Conflict):
    """Some recipients have nothing to do with the item: the writer says which of them are meant (M-16)."""

    def __init__(self, report: RecipientsReport) -> None:
        super().__init__("Not everybody you write to is known on this item.", code="outsiders")
        self.report = report


def doubts(
    item: Item, to: Sequence[str], cc: Sequence[str], bcc: Sequence[str], *, meant: Collection[str] = ()
) -> RecipientsReport:
    """Whom to ask about, but for those of whom the writer said that they are meant.

    What is no address at all is refused by name later. Cost: five statements.
    """
    known = {address_key(one) for one in meant}
    asked = [
        one
        for one in recipients_report(item, to, cc, bcc)
        if not one.taken_out and address_key(one.address) not in known and sendable(one.address)
    ]
    return RecipientsReport(
        outsiders=tuple(address_key(one.address) for one in asked if one.new),
        bounced=tuple(address_key(one.address) for one in asked if one.bounced),
    )
