"""How fast a mailbox sends, where its provider sets a limit: so many mails a minute, in their order (MAIL-112).

A mailbox with such a limit is a lane. One worker at a time has it, so that its mails leave in their order; each
hand-over is counted, in the transaction that says so, over the minute before it. A lane that is full, or another
worker's, is passed over when mails are claimed: its mails keep their place, and those of others leave meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tramita.models import Lane
from tramita.models.leases import NEVER_LEASED
from tramita.queries.mailboxes import directory
from tramita.queries.rows import fetch
from tramita.services import claiming
from tramita.services.claiming import DELIVERIES, LEASE, Claimed, sender_sql, unclaim
from tramita.services.transactions import writing

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """What the provider of a mailbox takes."""

    mailbox: str
    addresses: frozenset[str]  # that mail of this mailbox leaves from
    messages_a_minute: int | None = None
    recipients_a_mail: int | None = None


class Taken(list[Claimed]):
    """Mails that are ours to send; with them go the lanes that we hold, each by the fence of our hold."""

    def __init__(self, rows: Iterable[Claimed], lanes: Mapping[str, int]) -> None:
        super().__init__(rows)
        self.lanes = lanes


class FullError(Exception):
    """No mail may leave from here now; nothing was handed over."""


def limits() -> dict[str, Limit]:
    """The mailboxes whose providers set limits. Cost: one statement in a batch."""
    desk = directory()
    found = {}
    for box, rules in desk.rules.items():
        if rules.messages_a_minute or rules.recipients_a_mail:
            routes = (route.address for route in desk.routes.values() if route.mailbox == box)
            found[box] = Limit(box, frozenset((box, *routes)), rules.messages_a_minute, rules.recipients_a_mail)
    return found


def limit_of(address: str) -> Limit | None:
    """The limit of the mailbox that this address of ours belongs to."""
    return next((one for one in limits().values() if address in one.addresses), None)


def claim(kinds: tuple[str, ...], *, at: datetime, limit: int) -> Taken:
    """Deliveries due at `at` that nobody else holds and whose lanes are open, oldest first.

    Cost: one statement, where no provider sets a limit; else four, and one for each lane that mails were taken of.
    """
    paced = [one for one in limits().values() if one.messages_a_minute]
    if not paced:
        return Taken(claiming.claim(DELIVERIES, kinds, at=at, limit=limit), {})
    with writing():
        lanes = _held(paced)
        closed = [one for one in paced if _is_closed(lanes[one.mailbox], at)]
        shut = frozenset[str]().union(*(one.addresses for one in closed))
        taken = claiming.claim(DELIVERIES, kinds, at=at, limit=limit, but_from=sorted(shut))
        return _as_many_as_may(taken, paced, lanes, at=at)


def _held(paced: Sequence[Limit]) -> Mapping[str, Lane]:
    """Their rows, held until the claim is made: two workers claim one after the other."""
    names = sorted(one.mailbox for one in paced)
    rows = {row.mailbox: row for row in _rows(names)}
    if len(rows) < len(names):
        Lane.objects.bulk_create([Lane(mailbox=name) for name in names if name not in rows], ignore_conflicts=True)
        rows = {row.mailbox: row for row in _rows(names)}
    return rows


def _rows(names: Collection[str]) -> list[Lane]:
    return list(Lane.objects.select_for_update().filter(mailbox__in=names).order_by("mailbox"))


def _is_closed(lane: Lane, at: datetime) -> bool:
    return lane.lease_until > at or lane.closed_until > at


def _as_many_as_may(
    taken: Sequence[Claimed], paced: Sequence[Limit], lanes: Mapping[str, Lane], *, at: datetime
) -> Taken:
    """No more of a lane than may leave in this minute; the others go back to where they stood."""
    senders = _senders([row.id for row in taken])
    back, held = set[int](), dict[str, int]()
    for one in paced:
        lane, most = lanes[one.mailbox], one.messages_a_minute or 0
        mine = [row for row in taken if senders.get(row.id) in one.addresses]
        if not mine:
            continue
        free = max(0, most - len(_lately(lane, at)))
        back |= {row.id for row in mine[free:]}
        lane.lease_until = at + LEASE
        lane.fence += 1
        lane.save(update_fields=["lease_until", "fence"])
        held[one.mailbox] = lane.fence
    unclaim(DELIVERIES, [row for row in taken if row.id in back])
    return Taken((row for row in taken if row.id not in back), held)


def _senders(ids: Collection[int]) -> dict[int, str]:
    """From which address of ours each of these deliveries leaves."""
    if not ids:
        return {}
    marks = ", ".join(["%s"] * len(ids))
    rows = fetch(f"SELECT id, {sender_sql()} FROM deliveries WHERE id IN ({marks})", list(ids))  # noqa: S608 - marks
    return {int(pk): str(address or "") for pk, address in rows}


def take(address: str, *, at: datetime) -> None:
    """Count one mail that is handed over now, in the caller's transaction. Raises: FullError.

    However many workers there are, no minute sees more than the limit.
    """
    limit = limit_of(address)
    if limit is None or not limit.messages_a_minute:
        return
    lane = _held([limit])[limit.mailbox]
    lately = _lately(lane, at)
    if len(lately) >= limit.messages_a_minute:
        raise FullError
    lately.append(at)
    lane.left = [one.isoformat() for one in lately]
    if len(lately) >= limit.messages_a_minute:
        lane.closed_until = lately[-limit.messages_a_minute] + MINUTE
    lane.save(update_fields=["left", "closed_until"])


def _lately(lane: Lane, at: datetime) -> list[datetime]:
    return sorted(one for one in map(datetime.fromisoformat, lane.left) if one > at - MINUTE)


def let_go(taken: Taken) -> None:
    """A batch is done: whoever comes next may take its lanes. One that another worker has by now stays theirs."""
    with writing():
        for mailbox, fence in taken.lanes.items():
            Lane.objects.filter(mailbox=mailbox, fence=fence).update(lease_until=NEVER_LEASED)
