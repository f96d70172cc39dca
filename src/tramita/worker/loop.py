"""The worker: what is due by time, mail that comes in, mail that goes out.

As many workers as wanted run at once on PostgreSQL, one is enough on SQLite (MEASURED section 7). Mailboxes have
threads of their own (`fetchers`), and so have copying what was sent, name servers, and mailboxes that are proved:
servers of others may be slow.
"""

import logging
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.conf import settings
from django.db import OperationalError, close_old_connections, connections

from tramita.models import Message
from tramita.models.leases import NEVER_LEASED
from tramita.queries.memory import remembering
from tramita.services import (
    alerts,
    allowances,
    answering,
    bulk_sheets,
    bulk_work,
    calling,
    copying,
    erasing,
    firing,
    heartbeat,
    indexing,
    lanes,
    mail_trouble,
    notice_mail,
    notifying,
    posting,
    processing,
    proving,
    pushing,
    retention,
    scanning,
    seals,
    sender_domains,
    showing,
    starting_by_time,
    synchronising,
    tool_access,
    webhook_calls,
    webhook_orders,
)
from tramita.ui.notices import sentence
from tramita.worker.fetchers import Fetchers

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds between looks when nothing was due
MOMENT = 0.05  # between looks while mailboxes are visited once
AFTER_A_FAULT = 5.0
A_MINUTE, AN_HOUR, A_DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AFTER_THE_END = 2.0  # for threads to let go of their mailboxes


def timers(*, at: datetime) -> Counter[str]:
    """Fire one batch of due timers."""
    done: Counter[str] = Counter()
    for timer in firing.claim(at=at):
        done["timers"] += 1
        done[timer.kind] += firing.fire(timer, at=at)
    return done


def starts(*, at: datetime) -> Counter[str]:
    """Start what is to start by itself (BU-6)."""
    started = [starting_by_time.start(due, at=at) for due in starting_by_time.claim(at=at)]
    return Counter({"started": sum(case is not None for case in started)})


def mail_out(*, at: datetime) -> Counter[str]:
    """Try one batch of due mails over one connection; tell of those that are late (MAIL-113)."""
    done, begun = Counter({"mail_told_late": mail_trouble.tell_late(at=at)}), monotonic()
    with remembering():
        taken = posting.claim(at=at)
    if not taken:
        return done
    with remembering(), posting.way_out() as way:
        for delivery in taken:
            now = at + timedelta(seconds=monotonic() - begun)  # a slow server must not make leases look longer
            result = posting.post(delivery, at=now, way=way)
            done["mail_out"] += 1
            done[f"mail_{result.name.lower()}"] += 1
    lanes.let_go(taken)
    return done


def mail_in(*, at: datetime) -> Counter[str]:
    """Read messages that were fetched, and those whose importer died before it came to them."""
    return Counter({"mail_in": processing.process_due(at=at)})


def tidy(*, at: datetime) -> Counter[str]:
    """Erase what was kept long enough, what nothing refers to, what erasers left, and alerts of loops that ended.

    Once an hour.

    Rules: MAIL-18, MAIL-93.
    """
    if abs(at - _looked.get("raw mail", NEVER_LEASED)) < AN_HOUR:
        return Counter()
    _looked["raw mail"] = at
    alerts.forget("loop", before=at - A_DAY)
    erased, left = retention.forget_raw_mail(at=at), retention.forget_tray_views()
    old = retention.forget_notifications(at=at)
    return Counter(
        {
            "notifications_erased": old,
            "raw_mail_erased": erased,
            "tray_views_erased": left,
            "erasures_ended": erasing.go_on(),
            "jobs_forgotten": retention.forget_jobs(at=at),
            "sheets_forgotten": retention.forget_sheets(at=at),
            "webhooks_forgotten": retention.forget_webhooks(at=at),
            "files_swept": retention.sweep(at=at),
            "allowances_forgotten": allowances.forget_idle(at=at),
            "tool_access_forgotten": tool_access.forget_unused(at=at),
            "answers_forgotten": answering.forget_answers(before=at - answering.KEPT),
        }
    )


def domains(*, at: datetime) -> Counter[str]:
    """See how the records of our domains are, each once a day (MAIL-123)."""
    if abs(at - _looked.get("domains", NEVER_LEASED)) < A_MINUTE:
        return Counter()
    _looked["domains"] = at
    return Counter({"domains_checked": sender_domains.check_due(at=at)})


def probes(*, at: datetime) -> Counter[str]:
    """Send a mail to itself from a mailbox for which somebody ordered one (MAIL-142)."""
    return Counter({"mailboxes_proved": proving.prove_due(at=at)})


def robots(*, at: datetime) -> Counter[str]:
    """Read which robots another system keeps, every five minutes if nothing else is said (B-2). Twice does no harm."""
    if abs(at - _looked.get("robots", NEVER_LEASED)) < settings.TRAMITA_ROBOTS_EVERY:
        return Counter()
    _looked["robots"] = at
    return Counter({"robots_synchronised": synchronising.synchronise(at=at)})


_looked: dict[str, datetime] = {}  # what this process does now and then, and when it did


def notify(*, at: datetime) -> Counter[str]:
    """Tell people of one batch of what happened, and write the mails with news that are due (SPEC section 21)."""
    done = Counter({"notify": notifying.notify(at=at)})
    for due in notice_mail.claim(at=at):
        done["news_mailed"] += notice_mail.send(due, say=sentence, at=at)
    return done


def bulk(*, at: datetime) -> Counter[str]:
    """Change one batch of the items that somebody wants changed at once, create one of a sheet (Z-7, BK-1)."""
    return bulk_work.work(at=at) + bulk_sheets.work(at=at)


def calls(*, at: datetime) -> Counter[str]:
    """Call a batch of other systems, for Actions that wait for them (A-55)."""
    return Counter({"calls": calling.call_due(at=at)})


def push(*, at: datetime) -> Counter[str]:
    """Tell a batch of browsers (AP-17, N-4)."""
    return Counter({"pushed": pushing.push_due(say=sentence, at=at)})


def webhooks(*, at: datetime) -> Counter[str]:
    """Order what one batch of the ledger tells other systems, and tell them what is due (API-2)."""
    return Counter({"webhooks_ordered": webhook_orders.follow(at=at), "webhooks": webhook_calls.call_due(at=at)})


def webhooks_again(*, at: datetime) -> Counter[str]:
    """Tell those that took nothing lately: they may be slow, and nobody waits for them (API-2)."""
    return Counter({"webhooks_again": webhook_calls.call_due(at=at, failing=True)})


def copies(*, at: datetime) -> Counter[str]:
    """Copy a batch of sent mails to the folders of their mailboxes."""
    return Counter({"copies": copying.copy_due(at=at)})


def scan(*, at: datetime) -> Counter[str]:
    """Have a batch of files looked at by the operator's scanner; those from before it, now and then (MAIL-57)."""
    older = 0
    if abs(at - _looked.get("older files", NEVER_LEASED)) >= AN_HOUR:
        older = scanning.want_older(at=at)
        if older < scanning.AT_ONCE:
            _looked["older files"] = at
    return Counter({"scanned": scanning.scan_due(at=at), "to_scan": older})


def show(*, at: datetime) -> Counter[str]:
    """Make one batch of mails ready to be shown."""
    done: Counter[str] = Counter()
    for taken in showing.claim(at=at):
        done["show"] += 1
        if showing.show(taken, at=at) is Message.Shown.TOO_MUCH:
            done["shown_as_text"] += 1
    return done


def search(*, at: datetime) -> Counter[str]:
    """Take one batch of what happened into the search index."""
    return Counter({"search": indexing.index(at=at)})


def audit(*, at: datetime) -> Counter[str]:
    """Seal what happened (SEC-3)."""
    return Counter({"sealed": seals.seal(at=at)})


KINDS: Mapping[str, Callable[..., Counter[str]]] = {
    "timers": timers,
    "starts": starts,
    "bulk": bulk,
    "mail_in": mail_in,
    "notify": notify,
    "mail_out": mail_out,
    "tidy": tidy,
    "push": push,
    "webhooks": webhooks,
    "webhooks_again": webhooks_again,
    "calls": calls,
    "copies": copies,
    "search": search,
    "audit": audit,
    "show": show,
    "scan": scan,
    "domains": domains,
    "probes": probes,
    "robots": robots,
}
# each in a thread of its own, when the worker stays
APART = ("push", "webhooks", "webhooks_again", "calls", "copies", "scan", "domains", "probes", "robots")
FETCH = "fetch"


def drain(*, at: datetime, only: str | None = None) -> Counter[str]:
    """Everything due at `at`, also what becomes due by doing it; each mailbox once. The counts of what was done."""
    total: Counter[str] = Counter()
    fetchers = Fetchers(at=at, on_news=lambda: None)
    if only in (None, FETCH):
        fetchers.once()
    kinds = [kind for name, kind in KINDS.items() if only in (None, name)]
    visiting = True
    while visiting:
        visiting = fetchers.go_on()
        batch = sum((kind(at=at) for kind in kinds), Counter[str]())
        total += batch
        if visiting and not batch:
            fetchers.wait(MOMENT)
        visiting = visiting or bool(batch)
    return total + fetchers.counts


class Worker:
    """A worker that stays until it is told to stop; a database or a disk that goes away is waited for."""

    def __init__(self, *, stop: threading.Event | None = None, only: str | None = None) -> None:
        self.news = threading.Event()
        self.stop = stop or _told_by_signal(self.news)
        self.only = only
        self.fetchers = Fetchers(stop=self.stop, on_news=self.news.set)
        self.looked = self.beat = datetime.min.replace(tzinfo=UTC)

    def run(self) -> None:
        """Work."""
        apart = [name for name in APART if self.only in (None, name)]
        threads = [threading.Thread(target=self._apart, args=[KINDS[name]], daemon=True, name=name) for name in apart]
        for thread in threads:
            thread.start()
        here = [kind for name, kind in KINDS.items() if self.only in (None, name) and name not in APART]
        while not self.stop.is_set():
            self.news.clear()
            if not self._turn(lambda at: self._look(at) + sum((kind(at=at) for kind in here), Counter[str]())):
                self.news.wait(PAUSE)
        self.fetchers.wait(AFTER_THE_END)

    def _look(self, at: datetime) -> Counter[str]:
        """Once a second, who must be visited; twice a minute, that we live."""
        if at - self.beat >= heartbeat.EVERY:
            heartbeat.beat(at=at)
            self.beat = at
        if self.only in (None, FETCH) and at - self.looked >= timedelta(seconds=PAUSE):
            self.fetchers.look(at=at)
            self.looked = at
        return Counter()

    def _apart(self, kind: Callable[..., Counter[str]]) -> None:
        while not self.stop.is_set():
            if not self._turn(lambda at: kind(at=at)):
                self.stop.wait(PAUSE)
        connections.close_all()

    def _turn(self, work: Callable[[datetime], Counter[str]]) -> bool:
        """One batch; whether anything was done."""
        try:
            done = +work(datetime.now(UTC))  # without the zeros
        except (OperationalError, OSError) as error:
            log.warning("database or disk away", extra={"error": str(error).strip()})
            close_old_connections()
            self.stop.wait(AFTER_A_FAULT)
            return True
        if done:
            log.info("worked", extra=dict(done))
        return bool(done)


def run(*, stop: threading.Event | None = None, only: str | None = None) -> None:
    """Work until told to stop."""
    Worker(stop=stop, only=only).run()


def _told_by_signal(news: threading.Event) -> threading.Event:
    stop = threading.Event()

    def told(*_: object) -> None:
        stop.set()
        news.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    return stop
