"""What other systems are told of, and how it is signed (API-2, Standard Webhooks 1.0)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from tramita.domain.errors import Invalid

CREATED, UPDATED, STATE_CHANGED = "item.created", "item.updated", "item.state_changed"
SAID, REQUESTED, DECIDED = "communication.created", "approval.requested", "approval.decided"
EVENTS = (CREATED, UPDATED, STATE_CHANGED, SAID, REQUESTED, DECIDED)
TEST = "test"  # what the button sends

# kinds of what was said (API-4)
COMMUNICATIONS: Mapping[str, int] = {"mail_sent": 0, "mail_received": 2, "note_added": 4}
OTHERS: Mapping[str, str] = {
    "created": CREATED,
    "brought_in": CREATED,
    **dict.fromkeys(COMMUNICATIONS, SAID),
    "approval_requested": REQUESTED,
    "approval_approved": DECIDED,
    "approval_rejected": DECIDED,
    **dict.fromkeys(
        (
            *("assigned", "allocated", "released", "rejected", "merged", "merged_here", "undone", "linked", "unlinked"),
            *("category_changed", "title_changed", "description_changed", "contacts_changed", "fields_changed"),
            *("checklist_changed", "due_changed", "tags_changed", "action_launched", "step_started", "version_changed"),
            *("file_added", "file_changed", "file_removed", "link_added", "reworked"),
            *("defect_added", "defect_changed", "defect_resolved", "defect_reopened", "defect_removed"),
        ),
        UPDATED,
    ),
}

PREFIX = "whsec_"
SECRET_BYTES = 32
BOTH = timedelta(days=1)  # how long the old secret signs too, after a new one was made
LONGEST_URL, LONGEST_DESCRIPTION = 2000, 300
# what waits after each try that failed: three days in all
WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 16 * 3600, 24 * 3600)
)
GONE = 410  # it wants to hear nothing more
JITTER = 0.2  # of a wait, either way, so that what failed together does not come together again
MOST_ANSWERS = 20  # that are kept of one delivery, the newest
LONGEST_ERROR, LONGEST_SAID = 300, 200


class Why(StrEnum):
    """What became of a try."""

    TAKEN = "taken"
    REFUSED = "refused"  # another answer than 2xx
    GONE = "gone"  # 410: it wants to hear nothing more
    SLOW = "slow"
    UNREACHABLE = "unreachable"
    NO_ADDRESS = "no_address"  # the name leads nowhere
    INSIDE = "inside"  # it leads into the own network
    TOO_LARGE = "too_large"
    UNSEALED = "unsealed"  # its secret was sealed with a key that is not there any more
    OFF = "off"
    NOT_ALLOWED = "not_allowed"  # whose it is may not hear of it any more


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one try. `said`: the beginning of what stood in an answer that was no 2xx."""

    why: Why
    status: int | None = None
    error: str = ""
    said: str = ""
    milliseconds: int | None = None

    @property
    def taken(self) -> bool:
        """It need not be told again."""
        return self.why is Why.TAKEN

    def to_json(self, at: datetime) -> dict[str, Any]:
        """As it is kept with the delivery."""
        return {
            "at": at.isoformat(),
            "outcome": self.why.value,
            "status": self.status,
            "error": self.error[:LONGEST_ERROR],
            "said": self.said,
            "milliseconds": self.milliseconds,
        }


def answered(status: int, text: str, *, milliseconds: int) -> Answer:
    """The answer of whoever was told: 2xx is taken, 410 is the end of it."""
    if 200 <= status < 300:
        return Answer(Why.TAKEN, status, milliseconds=milliseconds)
    said = " ".join("".join(one if one.isprintable() else " " for one in text[: 4 * LONGEST_SAID]).split())
    if status == GONE:
        return Answer(Why.GONE, status, "it wants to hear nothing more", said[:LONGEST_SAID], milliseconds)
    return Answer(Why.REFUSED, status, f"it answers {status}", said[:LONGEST_SAID], milliseconds)


def event_of(type_: str, data: Mapping[str, Any]) -> str | None:
    """What an entry of the ledger is called outside; None for what is nobody's business there."""
    if type_ in OTHERS:
        return OTHERS[type_]
    return STATE_CHANGED if data.get("to") else None


def wait_after(tries: int) -> timedelta | None:
    """How long what failed so often waits; None: it is given up."""
    if tries > len(WAITS):
        return None
    share = 1 + JITTER * (2 * secrets.randbelow(1001) / 1000 - 1)
    return WAITS[tries - 1] * share


def new_secret() -> str:
    """As whoever receives is given it, once."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def signed(name: str, body: str, keys: Iterable[str], *, at: datetime) -> dict[str, str]:
    """The three headers. `keys`: the secret, and the one before it for a while."""
    stamp = str(int(at.timestamp()))
    content = f"{name}.{stamp}.{body}".encode()
    signatures = (f"v1,{_signature(key, content)}" for key in keys)
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": " ".join(signatures)}


def checked_url(url: str) -> str:
    """The address. Raises: Invalid, for one that nothing can be sent to."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or parts.username is not None:
        raise Invalid.one("url", "invalid", "An address such as https://example.com/hooks, without a password.")
    return url


def checked_events(events: Iterable[str]) -> list[str]:
    """In their order, each once. Raises: Invalid."""
    chosen = set(events)
    if not chosen or chosen - set(EVENTS):
        raise Invalid.one("events", "invalid", "Choose among these: %(events)s.", events=", ".join(EVENTS))
    return [one for one in EVENTS if one in chosen]


def literal(url: str) -> str:
    """The address of the network that it names itself, if it does; a name is looked up when something is sent."""
    host = urlsplit(url).hostname or ""
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def _signature(key: str, content: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode("ascii")
