"""The desk's own addresses and where they lead, loaded once for a batch of mail."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from tramita.domain.actors import STAFF
from tramita.domain.mail_tokens import Keys
from tramita.domain.mime import address_key
from tramita.queries.memory import once_a_batch
from tramita.queries.rows import fetch


@dataclass(frozen=True, slots=True)
class RouteRow:
    """What a mail to this address starts (M-4)."""

    address: str
    mailbox: str
    kind: str  # category or case_type
    path: str
    acknowledge: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Every active address of ours: mailboxes by their rules, routes by what they start."""

    mailboxes: Mapping[str, bool]  # address -> refuses unknown senders (T-22)
    routes: Mapping[str, RouteRow]

    @property
    def own(self) -> frozenset[str]:
        """All of them, as written."""
        return frozenset((*self.mailboxes, *self.routes))

    @property
    def host(self) -> str:
        """The domain that our Message-IDs and loop field carry."""
        first = next(iter((*self.mailboxes, *self.routes)), f"desk@{settings.TRAMITA_BASE_URL.rpartition('/')[2]}")
        return first.rpartition("@")[2]

    def mailbox_of(self, address: str | None) -> str | None:
        """The mailbox that an address of ours belongs to."""
        if address is None or address in self.mailboxes:
            return address
        route = self.routes.get(address)
        return route.mailbox if route else None

    def takes(self, recipient: str) -> str | None:
        """The mailbox that mail for this recipient is for, None where we know nobody of that name (MAIL-15).

        What stands after a plus is ours to choose. A postmaster there must be (RFC 5321 section 4.5.1): theirs is the
        first mailbox of that domain.
        """
        ours = {address_key(one): self.mailbox_of(one) for one in (*self.mailboxes, *self.routes)}
        whole = address_key(recipient)
        local, _, domain = whole.rpartition("@") if "@" in whole else (whole, "", "")
        plain = f"{local.partition('+')[0]}@{domain}"
        if found := ours.get(whole) or ours.get(plain):
            return found
        hosts = {one.rpartition("@")[2]: box for one, box in reversed(ours.items())}
        return (
            hosts.get(domain, None if domain else next(iter(self.mailboxes), None)) if local == "postmaster" else None
        )

    def leaving_from(self, path: str | None) -> str:
        """The address that mail about an item of this process comes from (M-15, MAIL-117)."""
        found = next((route.address for route in self.routes.values() if route.path == path), None)
        return found or next(iter(self.mailboxes), None) or f"desk@{self.host.partition(':')[0]}"


@once_a_batch
def directory() -> Directory:
    """Load it. Cost: one statement."""
    rows = fetch(
        "SELECT m.id, m.address, m.refuse_unknown_senders, r.address, d.kind, d.key, r.acknowledge FROM mailboxes m "
        "LEFT JOIN (routes r JOIN definitions d ON d.id = r.process_id AND d.active) ON r.mailbox_id = m.id "
        "AND r.active WHERE m.active ORDER BY r.position, r.id"
    )
    boxes = {box: bool(refuses) for _, box, refuses, *_ in sorted(rows, key=lambda row: row[0])}
    routes = {
        address: RouteRow(address, box, kind, path, bool(acknowledge))
        for _, box, _, address, kind, path, acknowledge in rows
        if address is not None and kind is not None
    }
    return Directory(boxes, routes)


@dataclass(frozen=True, slots=True)
class Sender:
    """What the desk knows about an address. All of it is empty for a stranger."""

    blocked: bool  # the address or its domain (M-20)
    id: int | None = None
    role: str = ""
    active: bool = False
    organisation_id: int | None = None
    language: str = ""

    @property
    def is_staff(self) -> bool:
        """Somebody who works here; From proves nothing (MAIL-51)."""
        return self.active and self.role in STAFF


def sender(address: str, domain: str, *, message_id: str | None = None) -> Sender:
    """Who writes. Cost: one statement.

    Copies of one mail at several mailboxes queue up here, each until the transaction before it has ended, so that
    they count each other's items (MAIL-80); SQLite has one writer at a time anyway.
    """
    alone = connection.vendor == "postgresql" and message_id is not None
    turn = "pg_advisory_xact_lock(hashtextextended(%s, 0))" if alone else "0"
    rows = fetch(
        f"SELECT {turn}, EXISTS (SELECT 1 FROM blocked_addresses WHERE address IN (%s, %s)), p.id, p.role, "
        "p.is_active, p.organisation_id, p.language FROM (SELECT 1) one LEFT JOIN people p ON p.email = %s",
        [*([message_id] if alone else []), address, f"@{domain}", address],
    )
    _, blocked, person, role, active, organisation, language = rows[0]
    return Sender(bool(blocked), person, role or "", bool(active), organisation, language or "")


def keys() -> Keys:
    """The secrets that sign our references, newest first (MAIL-71)."""
    return Keys((settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)))
