"""The domains that we write From, as they were found the last time (MAIL-123)."""

from dataclasses import dataclass
from datetime import datetime

from tramita.domain.actors import Actor
from tramita.domain.sender_dns import Finding
from tramita.models import SenderDomain
from tramita.queries.rows import moment
from tramita.queries.shell import operates


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was found, and since when it is so."""

    finding: Finding
    since: datetime


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain; `checked_at` is None as long as nobody has looked."""

    name: str
    checked_at: datetime | None
    records: tuple[Record, ...]


def sender_domains(actor: Actor) -> list[Domain]:
    """All of them by name; nothing for who does not look after the desk. Cost: one statement."""
    return everyones() if operates(actor) else []


def everyones() -> list[Domain]:
    """All of them, for the desk's own machinery. Cost: one statement."""
    rows = SenderDomain.objects.order_by("domain")
    return [Domain(row.domain, row.checked_at, tuple(map(_record, row.records))) for row in rows]


def _record(kept: dict[str, object]) -> Record:
    return Record(Finding.from_json(kept), moment(str(kept["since"])))
