"""What a robot proposes and a person decides (decision 60)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tramita.domain.errors import Invalid


class Proposed(StrEnum):
    """What is proposed."""

    MAIL = "mail"
    COMPLETE = "complete"
    CHANGE = "change"


class Decided(StrEnum):
    """How it stands."""

    WAITING = "waiting"
    ACCEPTED = "accepted"  # as it was
    CHANGED = "changed"  # a person changed it first
    REFUSED = "refused"


KEYS: Mapping[Proposed, frozenset[str]] = {
    Proposed.MAIL: frozenset({"to", "cc", "bcc", "subject", "text"}),
    Proposed.COMPLETE: frozenset({"fields", "note", "method"}),
    Proposed.CHANGE: frozenset({"title", "category", "fields", "checklist", "tags"}),
}
PERMISSION = {Proposed.MAIL: "mail", Proposed.COMPLETE: "resolve", Proposed.CHANGE: "work"}


def check(verb: Proposed, given: Mapping[str, Any]) -> None:
    """Raises: Invalid, for what nobody could accept."""
    for name in given:
        if name not in KEYS[verb]:
            raise Invalid.one(name, "unknown_field", "This call has no such field.")
    if verb is Proposed.MAIL and not (given.get("to") and str(given.get("text", "")).strip()):
        missing = "text" if given.get("to") else "to"
        raise Invalid.one(missing, "required", "This is needed.")
    if verb is Proposed.CHANGE and not given:
        raise Invalid.one("change", "required", "This is needed.")
