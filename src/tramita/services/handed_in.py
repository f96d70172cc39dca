"""What a form of the portal says besides its words: which service it asks for, and the fields (SS-2).

It stands in the envelope of the message, which is kept with it before anything else happens; no mail can bring one.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tramita.models import SeenMessage
from tramita.queries.mailboxes import Directory, RouteRow

SOURCE = "portal"
IN_ENVELOPE = "form"


@dataclass(frozen=True, slots=True)
class Form:
    """A category or Case type by its path, and values of its declared fields."""

    kind: str  # category or case_type
    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def in_envelope(self) -> dict[str, Any]:
        """As it is kept with the message."""
        return {IN_ENVELOPE: asdict(self)}

    def route(self, desk: Directory) -> RouteRow:
        """What it starts, as a mail to that process would. It is confirmed as such a mail is (M-19b); where no mail
        starts the process, it is confirmed."""
        routes = [desk.routes[address] for address in desk.starting(self.path)]
        address = desk.leaving_from(self.path)
        return RouteRow(
            address=address,
            mailbox=desk.mailbox_of(address) or address,
            kind=self.kind,
            path=self.path,
            acknowledge=not routes or any(one.acknowledge for one in routes),
        )


def form_of(seen: SeenMessage) -> Form | None:
    """The form that a message was handed in with."""
    kept = seen.envelope.get(IN_ENVELOPE) if seen.source == SOURCE else None
    return Form(**kept) if kept else None
