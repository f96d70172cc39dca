"""Telling people of what happened: made from the ledger by a worker, after the commit (DESIGN decisions 4 and 5).

The mark in `followers` moves in the transaction that tells: of two workers one takes a batch, and who is killed in
between begins it again. What pops up or goes by mail is read from the same rows later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.codes import Clock, Listed, State
from tramita.domain.notices import AT_ONCE, RANK, SOON, Channel, Event, Happening, Tie, Told, Wishes, told_by
from tramita.models import Entry, Follower, Item, Job, NoticeSettings, Notification
from tramita.models.leases import NEVER_LEASED
from tramita.queries.events import Mark, between, newest
from tramita.queries.following import Following, following, members, readers
from tramita.queries.list_rows import KINDS, STATES
from tramita.queries.notices import job_key, wishes, zone_of
from tramita.queries.people import actors
from tramita.queries.rows import document, fetch, moment
from tramita.services import idle_timers, push_orders, sql
from tramita.services.followers import mark_of, moved, skip_to_now
from tramita.services.ledger import write_timers
from tramita.services.transactions import writing

NAME = "notices"
BATCH = 200  # entries
TOO_OLD = timedelta(days=14)  # of an entry: history that was brought in is news to nobody
BURST = timedelta(minutes=5)  # what comes within it goes in one mail
DUE_SOON, OVERDUE = "due_soon", "overdue"
RETURN_IDLE = 15  # the place of the queue's wish in a row of `_entries`
IN_HUB = frozenset({Channel.HUB})
LISTS = {listed.number: listed for listed in Listed}


@dataclass(frozen=True, slots=True)
class _News:
    """One event on one item: from an entry, or an item that comes due."""

    item_id: int
    told: Told
    key: str
    at: datetime
    standing: "_Standing"
    entry_id: int | None = None
    actor_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """Who has to do with the item."""

    state: State
    listed: Listed
    assignee_id: int | None
    owner_id: int | None
    queue_id: int | None

    @property
    def workers(self) -> frozenset[int]:
        """Whose item it is."""
        return frozenset(one for one in (self.assignee_id, self.owner_id) if one is not None)


def notify(*, at: datetime, mails: bool = True) -> int:
    """Tell of the next entries of the ledger; how many were read. Cost: some ten statements for two hundred entries.

    `mails`: False for a company that is only played.
    """
    if newest() <= mark_of(NAME):  # asked once a second: no write lock for nothing
        return 0
    with writing():
        Follower.objects.get_or_create(name=NAME)
        start, safe = mark_of(NAME), newest()
        rows = _entries(start, safe) if safe > start else []
        end = (int(rows[-1][0]), int(rows[-1][1])) if len(rows) == BATCH else max(safe, start)
        if end == start or not moved(NAME, start, end):
            return 0
        fresh = [row for row in rows if at - moment(row[3]) < TOO_OLD]
        _keep_due_timers(fresh)
        _keep_idle_timers(fresh)
        _tell([one for row in fresh for one in _news(row)], at=at, mails=mails)
    return len(rows)


def skip_everything() -> None:
    """What the ledger holds by now is told to nobody: reference data, a company that was made up."""
    with writing():
        skip_to_now(NAME)


def due_soon(item: Item, *, at: datetime) -> None:
    """A timer says that the item is due within the hour; told if that is still so."""
    if item.clock is Clock.RUNNING and item.due_at and at < item.due_at <= at + SOON:
        _comes_due(item, Event.DUE_SOON, item.due_at, at=at)


def overdue(item: Item, *, at: datetime) -> None:
    """A timer says that the item is overdue; told if it still is."""
    if item.clock is Clock.RUNNING and item.due_at and item.due_at <= at:
        _comes_due(item, Event.OVERDUE, item.due_at, at=at)


def job_ended(job: Job, *, at: datetime) -> None:
    """In the hub of who asked for it, on one of its items: who may not see that one any more is told nothing (N-2)."""
    first = job.items.order_by("outcome", "id").values_list("item_id", flat=True).first()
    if first is not None:
        told = Told(Event.BULK, ties=(Tie.ME,))
        standing = _Standing(State.TO_DO, Listed.NONE, None, None, None)
        row = _row(job.person_id, _News(first, told, job_key(job.pk), at, standing), IN_HUB, mails=False)
        sql.insert("notifications", [row], once=True)


def _comes_due(item: Item, event: Event, due_at: datetime, *, at: datetime) -> None:
    waiting = (Tie.QUEUE,) if item.listed is Listed.QUEUE and event is Event.OVERDUE else ()
    told = Told(event, ties=(Tie.INBOX, Tie.FOLLOWED, *waiting))
    standing = _Standing(item.state, item.listed, item.assignee_id, item.owner_id, item.queue_id)
    _tell([_News(item.pk, told, f"{event}:{due_at:%Y%m%dT%H%M%S}", at, standing)], at=at, mails=True)


def _entries(start: Mark, end: Mark) -> list[tuple[Any, ...]]:
    transaction, place, places = between(start, end)
    return fetch(
        f"SELECT {transaction}, e.id, e.item_id, e.at, e.actor_id, e.type, e.data, e.words, e.reason, items.kind, "  # noqa: S608 - texts of ours
        "items.state, items.list, items.assignee_id, items.owner_id, items.queue_id, queues.return_idle "
        "FROM entries e JOIN items ON items.id = e.item_id LEFT JOIN queues ON queues.id = items.queue_id "
        f"WHERE {place} LIMIT {BATCH}",
        places,
    )


def _happening(row: Sequence[Any]) -> Happening:
    _, _, _, _, _, type_, data, words, reason, kind, state, listed, *people = row[:RETURN_IDLE]
    return Happening(type_, document(data), document(words), reason, KINDS[kind], STATES[state], LISTS[listed], *people)


def _news(row: Sequence[Any]) -> list[_News]:
    what = _happening(row)
    _, entry_id, item_id, at, actor_id, *_ = row
    standing = _Standing(what.state, what.listed, what.assignee_id, what.owner_id, what.queue_id)
    about = (f"entry:{entry_id}", moment(at), standing, entry_id, actor_id)
    return [_News(item_id, told, *about) for told in told_by(what)]


def _keep_due_timers(rows: Iterable[Sequence[Any]]) -> None:
    """The moments at which items come due, as the last of these entries has them (DESIGN decision 6)."""
    moved: dict[int, tuple[datetime, str | None]] = {}
    for row in rows:
        what = _happening(row)
        if what.due_moved:
            moved[row[2]] = (moment(row[3]), what.columns["due_at"])
    for item_id, (at, due) in moved.items():
        due_at = datetime.fromisoformat(due) if due else None
        if due_at is None or due_at <= at:  # overdue already when its clock went on: that was told
            write_timers(item_id, {DUE_SOON: None, OVERDUE: None})
        else:
            write_timers(item_id, {DUE_SOON: (due_at - SOON, {}), OVERDUE: (due_at, {})})


def _keep_idle_timers(rows: Iterable[Sequence[Any]]) -> None:
    """When queues that take back what nobody begins look at these items; no statement where none does (Q-6)."""
    moved = {
        row[2]: moment(row[3])
        for row in rows
        if row[RETURN_IDLE] and not idle_timers.MOVING.isdisjoint(_happening(row).columns)
    }
    if moved:
        idle_timers.keep(moved)


def _tell(news: Sequence[_News], *, at: datetime, mails: bool) -> None:
    """A row for each person who wants to hear of it, and the next mail where one is wanted."""
    if not news:
        return
    listeners = _Listeners.of(news)
    best: dict[tuple[int, int, datetime], tuple[_News, frozenset[Channel]]] = {}
    for one in news:
        for person_id in listeners.candidates(one):
            channels = listeners.channels(person_id, one)
            place = (person_id, one.item_id, one.at)
            if channels and (place not in best or RANK[one.told.event] <= RANK[best[place][0].told.event]):
                best[place] = (one, channels)
    told: dict[int, list[dict[str, Any]]] = {}
    for (person_id, _, _), (one, channels) in best.items():
        told.setdefault(person_id, []).append(_row(person_id, one, channels, mails=mails))
    rows = [row for person_id in told for row in told[person_id]]
    if rows:
        sql.insert("notifications", rows, once=True)
        push_orders.tell_of_notices((row for row in rows if row["browser"]), at=at)
    for person_id in sorted(told):
        waiting = {row["event"] for row in told[person_id] if row["mail"] == Notification.Mail.WAITING}
        if waiting:
            burst = timedelta(0) if waiting & AT_ONCE else BURST
            mail_later(person_id, listeners.next_mail(person_id, at + burst))


def _row(person_id: int, one: _News, channels: frozenset[Channel], *, mails: bool) -> dict[str, Any]:
    waiting = mails and Channel.MAIL in channels
    return {
        "person_id": person_id,
        "item_id": one.item_id,
        "entry_id": one.entry_id,
        "event": one.told.event.value,
        "key": one.key,
        "at": one.at,
        "hub": Channel.HUB in channels,
        "browser": Channel.BROWSER in channels,
        "mail": int(Notification.Mail.WAITING if waiting else Notification.Mail.NONE),
        "read_at": None,
    }


def mail_later(person_id: int, due_at: datetime) -> None:
    """Have a mail go to this person, unless one is to go as early already.

    The row is held until the transaction ends, so that the mail does not go without what is told in it.
    """
    sql.execute(
        "INSERT INTO digests (person_id, purpose, due_at, payload, lease_until, fence, tries, error) "
        "VALUES (%s, 'news', %s, '{}', %s, 0, 0, '') "
        "ON CONFLICT (person_id, purpose) DO UPDATE SET due_at = "
        "CASE WHEN excluded.due_at < digests.due_at THEN excluded.due_at ELSE digests.due_at END",
        [person_id, sql.stored(due_at), sql.stored(NEVER_LEASED)],
    )


@dataclass(frozen=True, slots=True)
class _Listeners:
    """Everybody who may have to do with some news: their rights, their wishes, and what they follow."""

    follows: Following
    members: dict[int, set[int]]
    people: dict[int, Actor]
    sees: dict[int, set[int]]
    wishes: dict[int, Wishes]
    writers: dict[int, int]  # of mails that did not go out, by the entry that says so

    @classmethod
    def of(cls, news: Sequence[_News]) -> "_Listeners":
        """Cost: five statements, one more where mail did not go out, one for each set of grants."""
        items = {one.item_id for one in news}
        follows = following(items)
        queues = {one.standing.queue_id for one in news if Tie.QUEUE in one.told.ties and one.standing.queue_id}
        teams, writers = members(queues), _writers(news)
        ids = {one for group in (*follows.follow.values(), *teams.values()) for one in group} | set(writers.values())
        for one in news:
            ids |= one.told.people | one.standing.workers
        people = {actor.id: actor for actor in actors(ids) if actor.id is not None and actor.is_staff}
        chosen = NoticeSettings.objects.filter(person__in=people)
        return cls(
            follows,
            teams,
            people,
            readers(items, people.values()),
            {row.person_id: wishes(row) for row in chosen},
            writers,
        )

    def candidates(self, one: _News) -> Iterable[int]:
        """Who may have to do with it, but for who did it; only those who may see it now."""
        found = set(one.told.people)
        if writer := self.writers.get(one.entry_id or 0):
            found.add(writer)
        for tie in one.told.ties:
            found |= self._tied(tie, one)
        return (
            person_id
            for person_id in sorted(found - {one.actor_id})
            if person_id in self.people and self._sees(person_id, one)
        )

    def _sees(self, person_id: int, one: _News) -> bool:
        """What is told of a Draft is for its assignee alone (L-9); `readers` knows of none."""
        if one.standing.state is State.DRAFT:
            return one.standing.assignee_id == person_id
        return one.item_id in self.sees[person_id]

    def _tied(self, tie: Tie, one: _News) -> set[int]:
        if tie is Tie.INBOX:
            return set(one.standing.workers)
        if tie is Tie.FOLLOWED:
            return self.follows.follow.get(one.item_id, set())
        return self.members.get(one.standing.queue_id or 0, set())

    def channels(self, person_id: int, one: _News) -> frozenset[Channel]:
        """By which ways this person wants to hear of it, whichever of their ties it comes by."""
        wishes_ = self.wishes.get(person_id, Wishes())
        if not one.told.ties:
            return wishes_.channels(Tie.ME, one.told.event, mailed=one.told.mailed)
        if person_id in self.follows.mute.get(one.item_id, set()):
            return frozenset()
        ties = [tie for tie in one.told.ties if person_id in self._tied(tie, one)]
        return frozenset(channel for tie in ties for channel in wishes_.channels(tie, one.told.event))

    def next_mail(self, person_id: int, after: datetime) -> datetime:
        """Then, or when the person's quiet hours are over."""
        zone = zone_of(self.people[person_id].time_zone)
        return self.wishes.get(person_id, Wishes()).quiet_till(after, zone) or after


def _writers(news: Sequence[_News]) -> dict[int, int]:
    """Who wrote the mails that did not go out (MAIL-113). Cost: two statements, none for no such news."""
    failed = [one.entry_id for one in news if one.told.event is Event.UNSENT and one.entry_id]
    if not failed:
        return {}
    about = {pk: data.get("message") for pk, data in Entry.objects.filter(pk__in=failed).values_list("pk", "data")}
    items = {one.item_id for one in news if one.entry_id in about}
    sent = Entry.objects.filter(item__in=items, type="mail_sent", actor__isnull=False)
    wrote = {data.get("message"): actor for data, actor in sent.values_list("data", "actor")}
    return {entry: wrote[message] for entry, message in about.items() if message in wrote}
