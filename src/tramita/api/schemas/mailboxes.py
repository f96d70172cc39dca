"""How mailboxes fare: a test of the connection, a mail to itself, a mail that is tried, and the records of domains."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from tramita.api.schemas.base import Output

TESTED: dict[str, Any] = {
    "steps": [
        {"step": "secrets", "ok": True, "fault": "", "words": ""},
        {"step": "resolve", "ok": False, "fault": "unreachable", "words": "mail.example: Name or service not known"},
    ]
}


class StepOut(Output):
    """What was tried; the name of its fault, empty where it went well; what the server said or holds."""

    step: str
    ok: bool
    fault: str
    words: str


class TestedOut(Output):
    """Every step up to the first that failed: `secrets resolve connect login folder list fetch copies`."""

    model_config = ConfigDict(json_schema_extra={"examples": [TESTED]})

    steps: list[StepOut]


class ProofOut(Output):
    """How a mail of a mailbox to itself fares; nothing where none was ever sent.

    The words of a step that went well are a name (`under_way`, `plus`, `no_plus`, `unsigned`) or a signature.
    """

    ordered_at: datetime | None
    ended_at: datetime | None
    steps: list[StepOut]


class StartedOut(Output):
    """What it would start, and in which queue."""

    kind: str
    process: str
    queue: str


class LookedForOut(Output):
    """One thing that was looked for, by its name, and whether it was there."""

    code: str
    values: dict[str, str]
    found: bool


class TriedOut(Output):
    """What a mail would do if it arrived now; nothing is kept."""

    outcome: str
    reason: str | None
    started: list[StartedOut]
    items: list[str]
    """Of ours, that it would join."""
    looked_for: list[LookedForOut]


class RecordOut(Output):
    """A record of DNS: what is there, what should be, and why, by the name of the sentence that says it."""

    record: str
    name: str
    type: str
    verdict: str
    code: str
    about: dict[str, Any]
    found: list[str]
    wanted: str
    since: datetime


class SenderDomainOut(Output):
    """A domain that we write From; `checked_at` is null as long as nobody has looked."""

    name: str
    checked_at: datetime | None
    records: list[RecordOut]


class SenderDomainsOut(Output):
    """All of them, by name."""

    results: list[SenderDomainOut]
