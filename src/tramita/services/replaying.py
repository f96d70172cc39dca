"""Set-aside mail is processed again: one, those of a mailbox, all of them; or only rehearsed (MAIL-7, MAIL-143)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from tramita.domain import references
from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, NotFound, NotPermitted
from tramita.domain.mime import ParsedMail
from tramita.gateways.storage import storage
from tramita.models import Item, SeenMessage
from tramita.queries.mailboxes import Directory, directory
from tramita.queries.tray import WAITING, tray
from tramita.services import receiving
from tramita.services.sorting_mail import Outcome, sort_out
from tramita.services.transactions import leaving_nothing
from tramita.services.verifying import verified

MOST = 50  # mails of one call: a page answers in seconds, and the rest is the next call's
LONGEST_TRIED = 2_000_000  # bytes of a mail


@dataclass(frozen=True, slots=True)
class Started:
    """An item that a rehearsed mail would start: where, and in which queue. Its number is not known before."""

    kind: str
    process: str
    queue: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a mail would do now."""

    outcome: Outcome
    started: tuple[Started, ...] = ()


@dataclass(frozen=True, slots=True)
class Replayed:
    """A mail, and what became of it or would."""

    seen: SeenMessage
    outcome: Outcome
    started: tuple[Started, ...] = ()


def replay(seen: SeenMessage, *, by: Actor, at: datetime, no_spam: bool = False) -> Outcome:
    """Process it again; who asked for it is kept if it finds its place. Raises: NotFound, Conflict.

    `no_spam`: they say so, who know better than the filter (MAIL-58).
    """
    if not by.is_staff:
        raise NotPermitted("Only those who work items may do this.")
    outcome = receiving.replay(seen.pk, at=at, no_spam=no_spam)
    if outcome.outcome not in WAITING:
        SeenMessage.objects.filter(pk=seen.pk, handled_by=None).update(handled_by_id=by.id)
    return outcome


def replay_several(ids: Iterable[int], *, by: Actor, at: datetime, dry_run: bool = False) -> Iterator[Replayed]:
    """Each of these mails that waits and that this person sees, one transaction a mail.

    With `dry_run` nothing is kept: each is processed and taken back.
    """
    desk = directory()
    for seen in tray(by).filter(pk__in=list(ids)).order_by("pk"):
        if dry_run:
            rehearsal = _rehearsed(seen, desk, at=at)
            yield Replayed(seen, rehearsal.outcome, rehearsal.started)
        else:
            yield from _again(seen, by=by, at=at)


def _again(seen: SeenMessage, *, by: Actor, at: datetime) -> Iterator[Replayed]:
    with suppress(Conflict):  # somebody else was faster with this one
        outcome = replay(seen, by=by, at=at)
        yield Replayed(seen, outcome)


def rehearse(seen_id: int, *, at: datetime) -> Rehearsal:
    """What a message of the tray would do now; nothing is kept. Raises: NotFound, Conflict."""
    return _rehearsed(receiving.waiting(seen_id), directory(), at=at)


def _rehearsed(seen: SeenMessage, desk: Directory, *, at: datetime) -> Rehearsal:
    try:
        raw = storage(settings.TRAMITA_STORAGE_URL).get(seen.raw)
    except FileNotFoundError:
        return Rehearsal(Outcome("failed", (), receiving.MISSING))
    mail = verified(receiving.read(raw, seen.envelope), raw, received=seen.seen_at)
    return _taken_back(seen, mail, desk=desk, at=at)


def _taken_back(seen: SeenMessage, mail: ParsedMail, *, desk: Directory, at: datetime) -> Rehearsal:
    """What the mail would do at `at`: the very code that decides runs, and all that it wrote is taken back.

    A `seen` without an id is a mail that never came.
    """
    try:
        with leaving_nothing():
            if seen.pk is None:
                seen.save()
            return _seen_through(sort_out(seen, mail, desk=desk, at=at, rehearsed=True))
    except Exception as error:  # noqa: BLE001 - whatever breaks a real run is the answer here
        return Rehearsal(Outcome("failed", (), f"{type(error).__name__}: {error}"))


def _seen_through(outcome: Outcome) -> Rehearsal:
    """With the places of what was started, read before it is taken back."""
    if outcome.outcome != "created":
        return Rehearsal(outcome)
    named = [reference for one in outcome.items if (reference := references.parse(one))]
    rows = Item.objects.filter(number__in=[one.number for one in named]).select_related("process", "queue")
    started = [
        Started(item.kind.value, item.process.key if item.process else "", item.queue.title if item.queue else "")
        for item in rows.order_by("pk")
    ]
    return Rehearsal(replace(outcome, items=()), tuple(started))


def try_out(raw: bytes, *, mailbox: str, by: Actor, at: datetime) -> tuple[ParsedMail, Rehearsal]:
    """A pasted mail: what it says, and what it would do if it arrived at this mailbox now. Nothing is kept.

    Raises: NotPermitted, NotFound.
    """
    if not by.is_staff:
        raise NotPermitted("Only those who work items may do this.")
    desk, mail = directory(), verified(receiving.read(raw, {}), raw, received=at)
    if mailbox not in desk.mailboxes:
        raise NotFound("There is no such mailbox.")
    seen = SeenMessage(
        mailbox=mailbox, source="paste", raw="", content=f"paste {mail.digest[:50]}", size=len(raw), seen_at=at
    )
    return mail, _taken_back(seen, mail, desk=desk, at=at)
