"""The desk's own addresses and where they lead, loaded once for a batch of mail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from tramita.domain.actors import STAFF
from tramita.domain.errors import NotFound
from tramita.domain.mail_tokens import Keys, without_token
from tramita.domain.mime import address_key
from tramita.models import Mailbox
from tramita.queries.memory import once_a_batch
from tramita.queries.rows import document, fetch


@dataclass(frozen=True, slots=True)
class RouteRow:
    """What a mail to this address starts (M-4)."""

    address: str
    mailbox: str
    kind: str  # category or case_type
    path: str
    acknowledge: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for mail at one mailbox."""

    plus_addressing: str = "mixed"  # off, mixed, only (M-1)
    authserv_id: str = ""  # whose verdicts are believed (MAIL-50)
    trusted: bool = False  # control fields of our own namespace stay (MAIL-54)
    automatic_answers_wake: bool = True  # M-13, MAIL-99
    spam_header: str = ""  # the operator's own flag of a filter: `X-My-Flag: yes` (MAIL-58)
    tell_too_large: bool = True  # who sent a mail over the limit hears of it (MAIL-13)
    messages_a_minute: int | None = None  # that its provider takes (MAIL-112)
    recipients_a_mail: int | None = None


PLAIN = Rules()


@dataclass(frozen=True, slots=True)
class Voice:
    """How a mailbox writes (MAIL-117, M-19a)."""

    name: str = ""
    signature: str = ""
    plus_addressing: str = "mixed"
    plus_delivered: bool = True  # as far as anybody knows: a mail to itself found out (MAIL-142)

    @property
    def plain(self) -> bool:
        """Its addresses carry no token: it is told not to, or its server would not deliver them (MAIL-117)."""
        return self.plus_addressing == "off" or not self.plus_delivered


@dataclass(frozen=True, slots=True)
class Directory:
    """Every active address of ours: mailboxes by their rules, routes by what they start."""

    mailboxes: Mapping[str, bool]  # address -> refuses unknown senders (T-22)
    routes: Mapping[str, RouteRow]
    rules: Mapping[str, Rules] = field(default_factory=dict)  # by mailbox
    voices: Mapping[str, Voice] = field(default_factory=dict)  # by mailbox

    @property
    def own(self) -> frozenset[str]:
        """All of them, as written."""
        return frozenset((*self.mailboxes, *self.routes))

    @property
    def keys(self) -> frozenset[str]:
        """All of them, as they are compared."""
        return frozenset(map(address_key, self.own))

    def starting(self, path: str) -> list[str]:
        """The routes that start this process."""
        return [route.address for route in self.routes.values() if route.path == path]

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

    def rules_of(self, address: str) -> Rules:
        """The rules of a mailbox, by its address or that of one of its routes."""
        return self.rules.get(self.mailbox_of(address) or "", PLAIN)

    def reads_token(self, address: str, *, arrived_at: str) -> bool:
        """Whether a token in this address counts: its own mailbox says so, or for a foreign one where it came (M-1)."""
        plain = address_key(without_token(address))
        where = plain if plain in self.mailboxes or plain in self.routes else arrived_at
        return self.rules_of(where).plus_addressing != "off"

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

    def voice_of(self, address: str) -> Voice:
        """How the mailbox of this address writes."""
        return self.voices.get(self.mailbox_of(address) or "", Voice())

    def leaving_from(self, path: str | None) -> str:
        """The address that mail about an item of this process comes from (M-15, MAIL-117)."""
        found = next((route.address for route in self.routes.values() if route.path == path), None)
        return found or next(iter(self.mailboxes), None) or f"desk@{self.host.partition(':')[0]}"


@once_a_batch
def directory() -> Directory:
    """Load it. Cost: one statement."""
    rows = fetch(
        f"SELECT m.id, m.address, m.refuse_unknown_senders, r.address, d.kind, d.key, r.acknowledge, {RULES} "
        "FROM mailboxes m "
        "LEFT JOIN (routes r JOIN definitions d ON d.id = r.process_id AND d.active) ON r.mailbox_id = m.id "
        "AND r.active WHERE m.active ORDER BY r.position, r.id"
    )
    ordered = sorted(rows, key=lambda row: row[0])
    boxes = {box: bool(refuses) for _, box, refuses, *_ in ordered}
    rules = {row[1]: _rules(*row[9:13], *row[14:16]) for row in ordered}
    routes = {
        address: RouteRow(address, box, kind, path, bool(acknowledge))
        for _, box, _, address, kind, path, acknowledge, *_ in rows
        if address is not None and kind is not None
    }
    voices = {row[1]: Voice(row[7], row[8], row[9], row[13] is None or bool(row[13])) for row in rows}
    return Directory(boxes, routes, rules, voices)


RULES = (
    "m.name, m.signature, m.plus_addressing, m.authserv_id, m.trusted, m.automatic_answers_wake, m.plus_delivered, "
    "m.settings, m.outgoing"
)


def _rules(plus: str, authserv_id: str, trusted: object, wake: object, connection_: object, outgoing: object) -> Rules:
    spam_header = str(document(connection_).get("spam_header", ""))
    leaving = document(outgoing) or {}
    return Rules(plus, authserv_id, bool(trusted), bool(wake), spam_header, **leaving)


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


def sender(address: str, domain: str, *, turns: Iterable[str] = ()) -> Sender:
    """Who writes. Cost: one statement.

    `turns`: the ids of the mail and of what it answers. Copies of one mail at several mailboxes queue up here, and a
    mail and its answer, each until the transaction before it has ended, so that they count each other's items
    (MAIL-79, MAIL-80); in the order of the ids, so that no two wait for each other. SQLite has one writer at a time.
    """
    waits = sorted(set(turns)) if connection.vendor == "postgresql" else []
    locks = "".join("pg_advisory_xact_lock(hashtextextended(%s, 0)), " for _ in waits)
    rows = fetch(
        f"SELECT {locks}EXISTS (SELECT 1 FROM blocked_addresses WHERE address IN (%s, %s)), p.id, p.role, "
        f"p.is_active, p.organisation_id, p.language FROM (SELECT 1) one LEFT JOIN people p ON p.id = {KNOWN_BY}",
        [*waits, address, f"@{domain}", address, address],
    )
    blocked, person, role, active, organisation, language = rows[0][len(waits) :]
    return Sender(bool(blocked), person, role or "", bool(active), organisation, language or "")


def get_box(address: str) -> Mailbox:
    """One that is in use, with how it fares. Raises: NotFound."""
    box = Mailbox.objects.select_related("state", "probe").filter(address=address, active=True).first()
    if box is None:
        raise NotFound("There is no such mailbox.")
    return box


# by their own address, else by one of a double of theirs
KNOWN_BY = (
    "COALESCE((SELECT id FROM people WHERE email = %s), (SELECT person_id FROM other_addresses WHERE address = %s))"
)


def keys() -> Keys:
    """The secrets that sign our references, newest first (MAIL-71)."""
    return Keys((settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)))
