"""Mail is fetched from its server: kept first, the server told last, every message exactly once (MAIL-1 to MAIL-5).

A round lists what the server holds, and takes what the ledger of transport lacks, oldest first. Whatever kills it,
the next round goes on: what was not committed is fetched again, what was not told is told again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from tramita.gateways.incoming import Held, MailServerFault, Name, Session
from tramita.models import Mailbox, MailboxState
from tramita.queries.mailboxes import directory
from tramita.services import connecting, keeping, receiving, size_notices, transport_ledger, visits
from tramita.services.fetching_plan import Plan, plan_of
from tramita.services.transactions import writing
from tramita.services.visits import Lease, LeaseLost

log = logging.getLogger(__name__)
IN_FULL = timedelta(hours=1)  # between two comparisons of everything (MAIL-5)
SLICE = visits.LEASE / 3  # of a wait, after which the lease is prolonged
SOON = timedelta(minutes=1)  # a connection that is cut before is at fault
TOGETHER = 50  # messages of which the server is told by one command
WORTH_SAYING = 500_000  # bytes: what is larger may outlast the lease


@dataclass(slots=True)
class Visit:
    """One stay at a mailbox. `clock` says what time it is; `on_news` is called when something was kept."""

    box: Mailbox
    lease: Lease
    plan: Plan
    clock: Callable[[], datetime]
    on_news: Callable[[], None]
    counts: Counter[str] = field(default_factory=Counter)
    promised: list[Name] = field(default_factory=list)  # told, and in force at the good-bye
    refused: MailServerFault | None = None  # one message could not be had


def visit(
    box: Mailbox,
    *,
    clock: Callable[[], datetime],
    on_news: Callable[[], None] = lambda: None,
    stay: Callable[[], bool] = lambda: False,
    full: bool = True,
) -> Counter[str]:
    """Fetch what is there, and where the server says so what arrives while `stay` holds; the counts of what was done.

    `full` compares everything with the ledger. A mailbox that another worker holds is left to it. A fault of the
    server is kept with the mailbox and goes no further.

    Raises: OSError, OperationalError: our own disk or database is away.
    """
    lease = visits.take(box, at=clock())
    if lease is None:
        return Counter()
    here = Visit(box, lease, plan_of(box), clock, on_news)
    try:
        stayed = _stay(here, stay, full=full)
        visits.leave(lease, next_at=clock() + (timedelta() if stayed else here.plan.poll))
    except LeaseLost:
        log.info("mailbox is another worker's by now", extra={"mailbox": box.pk})
    except MailServerFault as fault:
        log.warning("mailbox fails", extra={"mailbox": box.pk, "fault": fault.name})
        visits.failed(lease, box, fault, at=clock())
        here.counts["mailboxes_failed"] += 1
    return here.counts


def _stay(here: Visit, stay: Callable[[], bool], *, full: bool) -> bool:
    """One round, and more as mail arrives; whether it was waited for at all."""
    begun = here.clock()
    with connecting.session(here.box, at=begun) as session:
        _round(here, session, full=full)
        waits = here.plan.idle and session.idles and stay()
        while waits and _unchanged(here.box) and stay():
            try:
                session.wait(SLICE.total_seconds(), stay)
            except MailServerFault:
                if here.clock() - begun < SOON:
                    raise
                break  # who waits for long is cut off now and then: all was fetched, and the next visit is at once
            _round(here, session)  # after each slice: a server may forget to say it
        session.bye()
        transport_ledger.tell(here.box, session, here.promised)
    return waits


def _round(here: Visit, session: Session, *, full: bool = False) -> None:
    """Everything new, and once in a while everything."""
    state = _begun(here, session)
    full = full or _due_in_full(here)
    names = session.names(0 if full else state.high_uid)
    known = transport_ledger.known(here.box, session, names)
    news = session.described([name for name in names if name not in known])
    while group := list(islice(news, TOGETHER)):
        _take(here, session, group)
    if full:
        untold = transport_ledger.untold(here.box, session, names)
        _tell(here, session, [name for name in untold if name not in here.promised])
    if here.refused:
        raise here.refused
    _finished(here, names, full=full)


def _begun(here: Visit, session: Session) -> MailboxState:
    """How far it was fetched; not at all, if the server counts anew or it is another folder (MAIL-4)."""
    state = _state(here)
    if (state.folder, state.uidvalidity) != (session.folder, session.uidvalidity):
        anew: dict[str, Any] = {"folder": session.folder, "uidvalidity": session.uidvalidity}
        visits.keep_hold(here.lease, at=here.clock(), high_uid=0, reconciled_at=None, **anew)
        return _state(here)
    return state


def _finished(here: Visit, names: Sequence[Name], *, full: bool) -> None:
    now = here.clock()
    columns: dict[str, Any] = {"reconciled_at": now} if full else {}
    if names and names[-1].uid:
        columns["high_uid"] = names[-1].uid
    visits.went_well(here.lease, here.box, at=now, **columns)
    if full:
        visits.foresee(here.box, here.plan.secret_ends, at=now)


def _state(here: Visit) -> MailboxState:
    return MailboxState.objects.get(mailbox=here.box)


def _due_in_full(here: Visit) -> bool:
    last = _state(here).reconciled_at
    return last is None or here.clock() - last >= IN_FULL


def _unchanged(box: Mailbox) -> bool:
    """Whether it is still to be fetched, and in the same way."""
    now = Mailbox.objects.filter(pk=box.pk, active=True).values_list("settings", flat=True).first()
    return bool(now == box.settings)


def _take(here: Visit, session: Session, group: Sequence[Held]) -> None:
    """Some messages, each kept by itself; then the server is told of them together (MAIL-2)."""
    _leave_alone(here, session, [held for held in group if here.plan.is_old(held) and not here.plan.archive])
    ours = []
    for held in group:
        if not here.plan.is_old(held) or here.plan.archive:
            ours += [held.name] if _keep(here, session, held) else []
    _tell(here, session, ours)


def _leave_alone(here: Visit, session: Session, old: Sequence[Held]) -> None:
    """What was there before us is known and nothing else: neither downloaded nor told of."""
    with writing():
        visits.keep_hold(here.lease, at=here.clock())
        transport_ledger.note(here.box, session, old, None, told=True, at=here.clock())
    if old:
        here.counts["mail_left_alone"] += len(old)


def _keep(here: Visit, session: Session, held: Held) -> bool:
    """Download it and keep it; whether the server is to be told. A message that is gone by now was somebody's."""
    if held.size > WORTH_SAYING:
        visits.keep_hold(here.lease, at=here.clock(), size=held.size)
    large = held.size > here.plan.largest
    raw = _bytes(here, session, held, large=large)
    if raw is None:
        return False
    key, now = keeping.put(raw), here.clock()
    with writing():
        visits.keep_hold(here.lease, at=now)
        seen = _note(here, key, raw, held, large=large, at=now)
        transport_ledger.note(here.box, session, [held], seen, told=large or here.plan.after == "keep", at=now)
    here.counts["fetched"] += 1
    here.on_news()
    return not large


def _bytes(here: Visit, session: Session, held: Held, *, large: bool) -> bytes | None:
    """The message, or the head of one that is too large (MAIL-13). One that is refused does not stop the next."""
    try:
        return session.head(held.name) if large else session.raw(held.name)
    except MailServerFault as fault:
        if fault.name != "protocol":
            raise
        log.warning("message refused", extra={"mailbox": here.box.pk, "uid": held.name.uid})
        here.refused = here.refused or fault
        return None


def _note(here: Visit, key: str, raw: bytes, held: Held, *, large: bool, at: datetime) -> int:
    columns: dict[str, object] = {"archive": here.plan.is_old(held), "envelope": _evidence(held)}
    if large:
        columns |= {"outcome": "unhandled", "reason": size_notices.REASON, "size": held.size, "next_at": None}
        head = receiving.read(raw, {})
        columns |= keeping.names_of(head) | {"processed_at": at}
    seen = keeping.note(key, raw, mailbox=here.box.address, source=here.plan.source, at=at, **columns)
    if large and not here.plan.is_old(held):
        size_notices.tell_sender(head, seen_id=seen, mailbox=here.box.address, size=held.size, desk=directory(), at=at)
    return seen


def _evidence(held: Held) -> dict[str, str]:
    return {"arrived": held.arrived.isoformat()} if held.arrived else {}


def _tell(here: Visit, session: Session, names: Sequence[Name]) -> None:
    """What the settings ask for, now that all is kept."""
    if not names or here.plan.after == "keep":
        return
    session.tell(names, here.plan.after, here.plan.move_to)
    if session.uidvalidity is None:  # POP3 deletes at the good-bye
        here.promised += names
    else:
        transport_ledger.tell(here.box, session, names)
