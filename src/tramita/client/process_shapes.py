"""The shapes of processes and of their test runs."""

from typing import Any, TypedDict


class ProcessDraft(TypedDict):
    """What somebody wrote; nothing runs by it."""

    text: str
    read: str
    number: int
    saved_by: str | None
    saved_at: str


class Process(TypedDict):
    """A process as the files write it, and its draft."""

    category: str | None
    case_type: str | None
    title: str
    version: int
    published_at: str | None
    text: str
    read: str
    draft: ProcessDraft | None


class TrialMove(TypedDict):
    """A move that an item offers, and whose it is."""

    do: str
    of: str


class TrialItem(TypedDict):
    """An item of a test run, by its place."""

    item: int
    kind: str
    action: str | None
    title: str
    state: str
    moves: list[TrialMove]


class TrialAction(TypedDict):
    """An Action of a step."""

    name: str
    title: str
    state: str | None


class TrialStep(TypedDict):
    """A step of the Case."""

    name: str
    title: str
    state: str
    actions: list[TrialAction]


class TrialMail(TypedDict):
    """A mail that would have been sent."""

    to: list[str]
    subject: str
    text: str


class TrialFault(TypedDict):
    """Why the next move was refused."""

    code: str
    detail: str


class Trial(TypedDict):
    """How a test run stands after the moves that were done."""

    state: str
    problem: str | None
    title: str
    due: str | None
    now: str
    fields: dict[str, Any]
    steps: list[TrialStep]
    items: list[TrialItem]
    mails: list[TrialMail]
    done: int
    fault: TrialFault | None
