"""Whose turn a mailbox is, and how it went: lease, fence, back-off, the fault by its name (MAIL-9 to MAIL-12)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet

from tramita.gateways.incoming import MailServerFault
from tramita.models import Mailbox, MailboxState
from tramita.models.leases import NEVER_LEASED
from tramita.services import alerts
from tramita.services.transactions import one_transaction

LEASE = timedelta(seconds=45)
SLOWEST = 20_000  # bytes a second of a download that is still waited for
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
IN_TIME = timedelta(days=14)  # before a secret ends
SILENT = timedelta(minutes=15)  # without a fetch that went well, somebody must know (MAIL-12)
AT_ONCE = ("login", "token")  # what does not cure itself


class LeaseLost(Exception):
    """Somebody else has the mailbox by now: what was not yet kept is theirs."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A mailbox that is ours until its lease ends; each step proves it."""

    mailbox_id: int
    fence: int


def due(*, at: datetime) -> list[Mailbox]:
    """The mailboxes to look into at `at`, the longest untried first."""
    free = Q(state__isnull=True) | Q(state__lease_until__lte=at) & (
        Q(state__next_at__isnull=True) | Q(state__next_at__lte=at)
    )
    boxes = connected().filter(free).select_related("state").order_by(F("state__tried_at").asc(nulls_first=True), "id")
    return list(boxes)


def connected() -> "QuerySet[Mailbox]":
    """The mailboxes that are fetched at all."""
    return Mailbox.objects.filter(active=True, settings__has_key="protocol")


@one_transaction
def try_now(box: Mailbox) -> None:
    """Its settings were changed: the pause after a fault is over."""
    MailboxState.objects.filter(mailbox=box).update(next_at=None)


@one_transaction
def take(box: Mailbox, *, at: datetime) -> Lease | None:
    """The mailbox for us, or None when another worker has it."""
    state, _ = MailboxState.objects.get_or_create(mailbox=box)
    free = MailboxState.objects.filter(pk=state.pk, lease_until__lte=at)
    if not free.update(lease_until=at + LEASE, fence=F("fence") + 1, tried_at=at):
        return None
    return Lease(box.pk, MailboxState.objects.values_list("fence", flat=True).get(pk=state.pk))


@one_transaction
def keep_hold(lease: Lease, *, at: datetime, size: int = 0, **columns: Any) -> None:
    """Prove and prolong it, in the transaction of what is written; `size` bytes are downloaded next.

    Raises: LeaseLost.
    """
    until = at + LEASE + timedelta(seconds=size / SLOWEST)
    if not _ours(lease).update(lease_until=until, **columns):
        raise LeaseLost


@one_transaction
def went_well(lease: Lease, box: Mailbox, *, at: datetime, **columns: Any) -> None:
    """All was fetched: every alarm about it is cured."""
    failing = _ours(lease).exclude(fault="").exists()
    well: dict[str, Any] = {"fault": "", "error": "", "tries": 0, "failing_since": None, "fetched_at": at}
    keep_hold(lease, at=at, **well, **columns)
    if failing:
        _all_clear(box)


@one_transaction
def foresee(box: Mailbox, secret_ends: datetime | None, *, at: datetime) -> None:
    """Say in time that a client secret ends: nothing else would, until the day (MAIL-11)."""
    key = f"mailbox:{box.address}:secret_ends"
    if secret_ends and at >= secret_ends - IN_TIME:
        about = {"mailbox": box.address, "ends": secret_ends.isoformat()}
        alerts.raise_alert(key, "mailbox_secret_ends", about, at)
    else:
        alerts.clear(key)


@one_transaction
def failed(lease: Lease, box: Mailbox, fault: MailServerFault, *, at: datetime) -> None:
    """It goes on failing, or begins to; tried again after a pause that grows."""
    state = _ours(lease).first()
    if state is None:
        return
    since = state.failing_since or at
    pause = BACKOFF[min(state.tries, len(BACKOFF) - 1)]
    columns = {"fault": fault.name, "error": fault.words, "failing_since": since, "next_at": at + pause}
    _ours(lease).update(tries=F("tries") + 1, lease_until=NEVER_LEASED, **columns)
    about = {"mailbox": box.address, "fault": fault.name, "words": fault.words, "since": since.isoformat()}
    kind = fault.name if fault.name in AT_ONCE else "silent"
    _all_clear(box, but=kind)
    if kind in AT_ONCE or at - since >= SILENT:
        alerts.raise_alert(f"mailbox:{box.address}:{kind}", f"mailbox_{kind}", about, at)


def _all_clear(box: Mailbox, *, but: str = "") -> None:
    for kind in (*AT_ONCE, "silent"):
        if kind != but:
            alerts.clear(f"mailbox:{box.address}:{kind}")


@one_transaction
def leave(lease: Lease, *, next_at: datetime) -> None:
    """Give it back; not before `next_at` again."""
    _ours(lease).update(lease_until=NEVER_LEASED, next_at=next_at)


def _ours(lease: Lease) -> "QuerySet[MailboxState]":
    return MailboxState.objects.filter(mailbox_id=lease.mailbox_id, fence=lease.fence)
