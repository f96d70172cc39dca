"""Which of our mailboxes an envelope is for, and whom it names of each (MAIL-14)."""

from collections.abc import Sequence

from tramita.queries.mailboxes import Directory


def by_mailbox(recipients: Sequence[str], desk: Directory) -> dict[str, list[str]]:
    """The recipients of each mailbox, in order; under the empty one those whom we do not know."""
    named: dict[str, list[str]] = {}
    for recipient in recipients:
        named.setdefault(desk.takes(recipient) or "", []).append(recipient)
    return named
