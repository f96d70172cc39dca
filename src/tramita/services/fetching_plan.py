"""What the settings of a mailbox ask for, with what holds where they are silent."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tramita.domain.durations import parse_span
from tramita.gateways.incoming import Held
from tramita.models import Mailbox
from tramita.queries import definitions
from tramita.queries.due_rules import installation_zone

POLL = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a mailbox is fetched."""

    source: str  # imap, pop3
    since: datetime | None  # what arrived before is left alone
    archive: bool  # or taken in as old mail (MAIL-17)
    after: str  # keep, seen, move, delete
    move_to: str
    poll: timedelta
    idle: bool
    secret_ends: datetime | None  # of OAuth
    largest: int  # bytes of a message that is downloaded (MAIL-13)

    def is_old(self, held: Held) -> bool:
        """Whether it was there before we were; what cannot say when it arrived is new."""
        return bool(self.since and held.arrived and held.arrived < self.since)


def plan_of(box: Mailbox) -> Plan:
    """The settings as they are now."""
    said = box.settings
    pop3 = said.get("protocol") == "pop3"
    return Plan(
        source="pop3" if pop3 else "imap",
        since=_beginning(said["since"]) if said.get("since") else None,
        archive=bool(said.get("archive")),
        after=said.get("after") or ("keep" if pop3 else "seen"),
        move_to=said.get("move_to") or "",
        poll=timedelta(seconds=_seconds(said["poll"])) if said.get("poll") else POLL,
        idle=bool(said.get("idle", True)),
        secret_ends=_beginning(said["client_secret_ends"]) if said.get("client_secret_ends") else None,
        largest=definitions.settings().limits.raw_mail_bytes,
    )


def _beginning(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), tzinfo=installation_zone())


def _seconds(words: str) -> int:
    span = parse_span(words, field="poll")
    return span.days * 86_400 + span.seconds
