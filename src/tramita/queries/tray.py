"""Unhandled e-mails: what found no item, or broke a step (M-20, M-21). Nothing is ever lost silently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from tramita.domain.actors import Actor
from tramita.domain.errors import NotFound, NotPermitted
from tramita.models import Message, Route, SeenMessage, TrayView
from tramita.queries import scans, visibility
from tramita.queries.rows import fetch, moment, stored
from tramita.queries.visibility import TRUE, Fragment, both, may

WAITING = ("unhandled", "failed")
PAGE = 50
CAP = 10_000  # what is counted at most
RECENT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the tray."""

    id: int
    mailbox: str
    subject: str
    sender: str
    reason: str
    outcome: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One page, newest first; `next` is the id to go on below."""

    rows: Sequence[Waiting]
    next: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many wait at a mailbox, and how many of them came in the last 24 hours (M-21)."""

    mailbox: str
    total: int
    recent: int


def tray(actor: Actor) -> "QuerySet[SeenMessage]":
    """The mails that wait for somebody to look at them; with grants, those of mailboxes that start granted work.

    Raises: NotPermitted, for who does not work items.
    """
    return seen_by(actor).filter(outcome__in=WAITING)


def seen_by(actor: Actor) -> "QuerySet[SeenMessage]":
    """Every message that reached a mailbox of this person's. Raises: NotPermitted."""
    if not actor.is_staff:
        raise NotPermitted("Only those who work items may read this.")
    if actor.grants is None:
        return SeenMessage.objects.all()
    routes = Route.objects.filter(process__in=visibility.processes(actor, "view"))
    return SeenMessage.objects.filter(mailbox__in=routes.values("mailbox__address"))


def theirs_sql(actor: Actor) -> Fragment:
    """`seen_by` for a statement written as text, over the table `seen_messages`."""
    if actor.grants is None:
        return TRUE
    routes = Route.objects.filter(process__in=visibility.processes(actor, "view")).values("mailbox__address")
    sql, params = routes.query.sql_with_params()
    return Fragment(f"seen_messages.mailbox IN ({sql})", tuple(params))


def get_unhandled(actor: Actor, seen_id: int) -> SeenMessage:
    """One of them. Raises: NotFound, also when it was dealt with meanwhile."""
    seen = tray(actor).filter(pk=seen_id).select_related("tray_view").defer("tray_view__html").first()
    if seen is None:
        raise NotFound("There is no such mail.")
    return seen


def waiting_ids(*, mailbox: str | None = None) -> list[int]:
    """The ids of all that waits, oldest first, of one mailbox or of all; for who runs the desk (MAIL-143)."""
    waiting = SeenMessage.objects.filter(outcome__in=WAITING)
    if mailbox:
        waiting = waiting.filter(mailbox=mailbox.strip().lower())
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def get_handled(actor: Actor, seen_id: int) -> SeenMessage | None:
    """One that somebody dealt with meanwhile, with who."""
    found = seen_by(actor).filter(pk=seen_id).exclude(outcome__in=("", *WAITING))
    return found.select_related("handled_by").first()


def get_readable(actor: Actor, seen_id: int) -> SeenMessage:
    """One whose bytes this person may read: of their tray, or any for who audits (M-22). Raises: NotFound."""
    if may(actor, "audit") and actor.grants is None:
        seen = SeenMessage.objects.filter(pk=seen_id).first()
        if seen is not None:
            return seen
    return get_unhandled(actor, seen_id)


def get_opened(actor: Actor, seen_id: int) -> SeenMessage:
    """One whose files this person may have. Raises: NotFound; Conflict, while the scanner holds them back (MAIL-57)."""
    seen = get_readable(actor, seen_id)
    scans.let_through(seen.raw)
    return seen


def get_shown(actor: Actor, seen_id: int) -> TrayView:
    """The cleaned HTML of one whose bytes this person may read (MAIL-43). Raises: NotFound, also if there is none."""
    found = TrayView.objects.filter(seen=get_readable(actor, seen_id), shown=Message.Shown.CLEAN)
    shown = found.select_related("seen").first()
    if shown is None:
        raise NotFound("There is no such mail.")
    return shown


def waiting(actor: Actor, *, mailbox: str | None = None, reason: str = "", before: int | None = None) -> Found:
    """A page of the tray. Cost: one statement, a branch an outcome, each in the order of its index."""
    narrow = both(theirs_sql(actor), *_narrowed(mailbox, reason, before))
    columns = "id, mailbox, subject, sender, reason, outcome, seen_at"
    parts = [
        f"SELECT * FROM (SELECT {columns} FROM seen_messages WHERE outcome = '{outcome}' AND {narrow.sql} "
        f"ORDER BY id DESC LIMIT {PAGE + 1}) part{number}"
        for number, outcome in enumerate(WAITING)
    ]
    statement = f"{' UNION ALL '.join(parts)} ORDER BY id DESC LIMIT {PAGE + 1}"
    found = fetch(statement, narrow.params * len(WAITING))
    rows = [Waiting(one, box, subject, who, why, what, moment(at)) for one, box, subject, who, why, what, at in found]
    return Found(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def _narrowed(mailbox: str | None, reason: str, before: int | None) -> list[Fragment]:
    found = []
    if mailbox is not None:
        found.append(Fragment("seen_messages.mailbox = %s", (mailbox,)))
    if reason:
        found.append(Fragment("reason = %s", (reason,)))
    if before is not None:
        found.append(Fragment("id < %s", (before,)))
    return found


def by_mailbox(actor: Actor, *, now: datetime) -> list[Count]:
    """How many wait at each mailbox, by address; up to the cap. Cost: one statement."""
    narrow = theirs_sql(actor)
    parts = [
        f"SELECT * FROM (SELECT mailbox, seen_at FROM seen_messages WHERE outcome = '{outcome}' AND {narrow.sql} "
        f"LIMIT {CAP + 1}) part{number}"
        for number, outcome in enumerate(WAITING)
    ]
    statement = (
        "SELECT mailbox, COUNT(*), SUM(CASE WHEN seen_at >= %s THEN 1 ELSE 0 END) "
        f"FROM ({' UNION ALL '.join(parts)}) waiting GROUP BY mailbox ORDER BY mailbox"
    )
    rows = fetch(statement, [stored(now - RECENT), *narrow.params * len(WAITING)])
    return [Count(mailbox, total, recent) for mailbox, total, recent in rows]


def to_replay(actor: Actor, *, mailbox: str | None = None, reason: str = "", after: int = 0, limit: int) -> list[int]:
    """The ids of mails to process again, oldest first. Cost: one statement."""
    found = tray(actor).filter(pk__gt=after)
    if mailbox is not None:
        found = found.filter(mailbox=mailbox)
    if reason:
        found = found.filter(reason=reason)
    return list(found.order_by("pk").values_list("pk", flat=True)[:limit])
