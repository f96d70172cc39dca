"""The shapes of what those read who keep the desk."""

from typing import Any, TypedDict


class ConfigurationFile(TypedDict):
    """YAML and its name."""

    name: str
    text: str


class Configuration(TypedDict):
    """What `tramita export` writes, and the version to apply a change of it with."""

    files: list[ConfigurationFile]
    version: str


class Applied(TypedDict):
    """Things by section and name; what is `retired` is among the `changed`."""

    created: list[str]
    changed: list[str]
    left: list[str]
    retired: list[str]


class Step(TypedDict):
    """What was tried, its fault or none, and what the server said."""

    step: str
    ok: bool
    fault: str
    words: str


class Proof(TypedDict):
    """How a mail of a mailbox to itself fares."""

    ordered_at: str | None
    ended_at: str | None
    steps: list[Step]


class Started(TypedDict):
    """What a mail would start."""

    kind: str
    process: str
    queue: str


class LookedFor(TypedDict):
    """One thing that was looked for in a mail."""

    code: str
    values: dict[str, str]
    found: bool


class Tried(TypedDict):
    """What a mail would do if it arrived now."""

    outcome: str
    reason: str | None
    started: list[Started]
    items: list[str]
    looked_for: list[LookedFor]


class Record(TypedDict):
    """A record of DNS: what is there, and what should be."""

    record: str
    name: str
    type: str
    verdict: str
    code: str
    about: dict[str, Any]
    found: list[str]
    wanted: str
    since: str


class SenderDomain(TypedDict):
    """A domain that mail is written from."""

    name: str
    checked_at: str | None
    records: list[Record]
