"""What is brought along from another system: one record for each item, whatever wrote it down there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tramita.domain.codes import Kind, Method, Problem, State, WaitType
from tramita.domain.errors import TramitaError
from tramita.domain.references import Reference


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item comes to stand here. `passing`: Resolved while its feedback window is open, then Closed (V-60)."""

    state: State
    wait_type: WaitType | None = None
    method: Method | None = None
    problem: Problem | None = None
    passing: bool = False
    rule: str = ""  # that says so


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of an article; `load` reads its bytes when they are needed."""

    filename: str
    content_type: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """Something that was said on an item: a mail that came in or went out, or a note that stays inside."""

    key: str  # its name there
    at: datetime
    incoming: bool = False
    internal: bool = False  # a note
    sender: str = ""  # an address
    sender_name: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    files: Sequence[Enclosed] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One item as the other system knew it."""

    key: str  # its name there; what was brought in under it once is not brought in again
    line: int
    kind: Kind
    was: str  # its state there, in that system's words (V-61)
    standing: Standing
    reference: Reference | None = None  # kept; None: it gets a number of ours
    parent: str = ""  # the key of what it hangs below
    title: str = ""
    description: str = ""
    process: str = ""
    requester: str = ""
    requester_name: str = ""
    assignee: str = ""
    resolved_by: str = ""
    created_at: datetime | None = None
    resolved_at: datetime | None = None
    follow_up_at: datetime | None = None
    reason: str = ""
    articles: Sequence[Article] = ()
    notes: Sequence[str] = ()  # what of it cannot be taken over, for the report


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that says nothing that could be an item."""

    key: str
    line: int
    fault: TramitaError
