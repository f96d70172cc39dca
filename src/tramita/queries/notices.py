"""What a person was told, as far as they may see it now: a right that was lost takes its notifications along (N-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from tramita.domain.actors import Actor
from tramita.domain.mail_tokens import Keys
from tramita.domain.notices import USUAL, Event, Wishes, code
from tramita.domain.references import Reference
from tramita.models import NoticeSettings, Notification
from tramita.queries.names import Who, who
from tramita.queries.rows import document, fetch, moment, moment_or_none
from tramita.queries.timeline import KINDS, readable, told
from tramita.queries.visibility import TRUE, Fragment, both, visible_sql

UNREAD = Fragment("n.hub AND n.read_at IS NULL")
MOST_POPUPS = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a person is told. `type` and `data` are those of the entry; an item may come due without one.

    What is told of a bulk change has the facts of the job as its data: `job`, `change`, `name`, `undo`, `total`,
    `refused`.
    """

    id: int
    event: Event
    at: datetime
    read_at: datetime | None
    reference: str
    title: str
    actor: Who | None
    type: str
    data: Mapping[str, Any]

    @property
    def job(self) -> int | None:
        """The bulk change that ended; an entry that one made names it too, and is about its item."""
        return self.data.get("job") if self.event is Event.BULK else None


def notices(
    actor: Actor, *, before: int | None = None, limit: int = 50, unread: bool = False
) -> tuple[list[Notice], int | None]:
    """Of the list behind the bell, the newest first, and where the next page begins. Cost: one statement."""
    narrow = both(UNREAD if unread else Fragment("n.hub"), Fragment("n.id < %s", (before,)) if before else TRUE)
    found = _read(actor, narrow, limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def one_notice(actor: Actor, notice_id: int) -> Notice | None:
    """One of theirs, if they may still see it."""
    return next(iter(_read(actor, Fragment("n.id = %s", (notice_id,)), 1)), None)


def notice_about(actor: Actor, item_id: int, key: str) -> Notice | None:
    """What they were told of one item under this key, if they may still see it. Cost: one statement."""
    return next(iter(_read(actor, Fragment("n.item_id = %s AND n.key = %s", (item_id, key)), 1)), None)


def popups(actor: Actor, *, after: int) -> list[Notice]:
    """What pops up in the browser and came after that one, the oldest first."""
    narrow = Fragment("n.browser AND n.read_at IS NULL AND n.id > %s", (after,))
    return _read(actor, narrow, MOST_POPUPS)[::-1]


def to_mail(actor: Actor) -> list[Notice]:
    """What waits for the next mail and was not read meanwhile, the oldest first."""
    waiting = int(Notification.Mail.WAITING)
    return _read(actor, Fragment(f"n.mail = {waiting} AND n.read_at IS NULL"), MOST_MAILED)[::-1]


MOST_MAILED = 100


def unread_sql(actor: Actor, most: int) -> Fragment:
    """How many of them are unread, counted up to `most`: for the statement that counts what the bars show."""
    seen = visible_sql(actor)
    return Fragment(
        "(SELECT COUNT(*) FROM (SELECT 1 FROM notifications n JOIN items ON items.id = n.item_id "
        f"WHERE n.person_id = %s AND {UNREAD.sql} AND {seen.sql} LIMIT {most}) unread)",
        (actor.id, *seen.params),
    )


def unread(actor: Actor, most: int) -> int:
    """As many, by themselves. Cost: one statement."""
    number = unread_sql(actor, most)
    return int(fetch(f"SELECT {number.sql}", number.params)[0][0])


def latest_sql(actor: Actor) -> Fragment:
    """The number of the last one: what comes after it is new to a page that is shown now."""
    return Fragment("(SELECT COALESCE(MAX(id), 0) FROM notifications WHERE person_id = %s)", (actor.id,))


def job_key(job: int) -> str:
    """What a notification of the end of a bulk change is about."""
    return f"job:{job}"


# a bulk change is one of few notifications, and found by its own number
JOB = "CASE WHEN n.event = 'bulk' THEN CAST(substr(n.key, 5) AS BIGINT) END"


def _read(actor: Actor, narrow: Fragment, limit: int) -> list[Notice]:
    seen, may_read = visible_sql(actor), readable(actor)
    entry = TRUE if may_read.sql == "TRUE" else Fragment(f"(e.id IS NULL OR {may_read.sql})", may_read.params)
    where = both(Fragment("n.person_id = %s", (actor.id,)), narrow, seen, entry)
    rows = fetch(
        "SELECT n.id, n.event, n.at, n.read_at, items.kind, items.number, items.ordinal, items.title, "
        "e.type, e.data, e.words, e.reason, p.id, p.name, p.email, p.role, j.id, j.change, j.total, j.counts, "
        "j.given, j.undoes_id "
        "FROM notifications n JOIN items ON items.id = n.item_id LEFT JOIN entries e ON e.id = n.entry_id "
        f"LEFT JOIN jobs j ON j.id = {JOB} LEFT JOIN people p ON p.id = e.actor_id WHERE {where.sql} "
        f"ORDER BY n.id DESC LIMIT {int(limit)}",
        where.params,
    )
    return [_notice(row) for row in rows]


def _notice(row: Sequence[Any]) -> Notice:
    id_, event, at, read_at, kind, number, ordinal, title, type_, data, words, reason, *others = row
    person_id, name, email, role, *job = others
    return Notice(
        id=id_,
        event=Event(event),
        at=moment(at),
        read_at=moment_or_none(read_at),
        reference=str(Reference(KINDS[kind], number, ordinal)),
        title=title,
        actor=None if person_id is None else who(person_id, name, email or "", role),
        type=type_ or "",
        data=told(document(data), document(words), reason) if type_ else _of_job(*job),
    )


def _of_job(job: int | None, change: str, total: int, counts: Any, given: Any, undoes: int | None) -> dict[str, Any]:
    if job is None:
        return {}
    facts = {"job": job, "change": change, "name": document(given).get("name", ""), "undo": undoes is not None}
    return facts | {"total": total, "refused": (document(counts) or {}).get("refused", 0)}


def wishes_of(person_id: int) -> Wishes:
    """What a person chose. Cost: one statement."""
    row = NoticeSettings.objects.filter(person=person_id).first()
    return wishes(row) if row else Wishes()


def wishes(row: NoticeSettings) -> Wishes:
    """The choices of a row."""
    return Wishes(row.chosen, row.mails, row.quiet_from, row.quiet_until)


def ways(kept: Wishes) -> dict[str, list[str]]:
    """Every choice there is with its ways, what is usual where nothing else was chosen."""
    chosen = {code(tie, event): sorted(map(str, usual)) for (tie, event), usual in USUAL.items()}
    return chosen | {name: sorted(named) for name, named in kept.chosen.items() if name in chosen}


def zone_of(time_zone: str) -> ZoneInfo:
    """A person's time zone, empty for the installation's."""
    return ZoneInfo(time_zone or settings.TIME_ZONE)


def leaving_token(person_id: int, keys: Keys) -> str:
    """What a link carries that ends the mails to this person, without a sign-in (MAIL-124, RFC 8058)."""
    return f"{person_id}.{keys.sign(LEAVING, str(person_id))}"


def leaving_person(token: str, keys: Keys) -> int | None:
    """Whose mails a link ends; None for one that is not of ours."""
    person_id, _, signature = token.partition(".")
    if not (person_id.isascii() and person_id.isdecimal() and len(person_id) < 19):
        return None
    return int(person_id) if keys.believes(signature, LEAVING, person_id) else None


LEAVING = "leave-notifications"
