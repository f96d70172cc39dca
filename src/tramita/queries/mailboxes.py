"""The desk's own addresses and where they lead, loaded once for a batch of mail."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from tramita.domain.mail_tokens import Keys
from tramita.models import Mailbox, Route


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

    def leaving_from(self, path: str | None) -> str:
        """The address that mail about an item of this process comes from (M-15, MAIL-117)."""
        found = next((route.address for route in self.routes.values() if route.path == path), None)
        return found or next(iter(self.mailboxes), None) or f"desk@{self.host.partition(':')[0]}"


def directory() -> Directory:
    """Load it. Cost: two queries."""
    boxes = Mailbox.objects.filter(active=True).order_by("id").values_list("address", "refuse_unknown_senders")
    rows = Route.objects.filter(active=True, mailbox__active=True, process__active=True).order_by("position", "id")
    values = rows.values_list("address", "mailbox__address", "process__kind", "process__key", "acknowledge")
    return Directory(dict(boxes), {row[0]: RouteRow(*row) for row in values})


def keys() -> Keys:
    """The secrets that sign our references, newest first (MAIL-71)."""
    return Keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
