"""Which messages of a server are known by now, by the server's own names for them (MAIL-3, MAIL-4)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet

from tramita.gateways.incoming import Held, Name, Session
from tramita.models import FetchedMessage, Mailbox
from tramita.services import sql

CHUNK = 500


def known(box: Mailbox, session: Session, names: Sequence[Name]) -> set[Name]:
    """Those of them that are in the ledger."""
    return {name for rows in _rows(box, session, names) for name in _names(rows)}.intersection(names)


def untold(box: Mailbox, session: Session, names: Sequence[Name]) -> list[Name]:
    """Those of them that we have, and the server was not told: somebody died in between (MAIL-2)."""
    found = {name for rows in _rows(box, session, names) for name in _names(rows.filter(told=False))}
    return [name for name in names if name in found]


def note(box: Mailbox, session: Session, held: Iterable[Held], seen: int | None, *, told: bool, at: datetime) -> None:
    """They are known; `seen` is None for what was left alone. What another worker noted meanwhile stays as it is."""
    rows = [
        {
            "mailbox": box.address,
            "folder": session.folder,
            "uidvalidity": session.uidvalidity,
            "uid": one.name.uid,
            "uidl": one.name.uidl,
            "seen_id": seen,
            "size": one.size,
            "at": at,
            "told": told,
        }
        for one in held
    ]
    if rows:
        sql.insert("fetched_messages", rows, once=True)


def tell(box: Mailbox, session: Session, names: Sequence[Name]) -> None:
    """The server was told of them."""
    for rows in _chunks(box, session, names):
        rows.update(told=True)


def _rows(box: Mailbox, session: Session, names: Sequence[Name]) -> Iterator["QuerySet[FetchedMessage]"]:
    """Of IMAP a range, for a folder may hold a hundred thousand; of POP3 what the server names."""
    if session.uidvalidity is None:
        yield from _chunks(box, session, names)
    elif names:
        yield _of(box, session).filter(uid__gte=names[0].uid, uid__lte=names[-1].uid)


def _chunks(box: Mailbox, session: Session, names: Sequence[Name]) -> Iterator["QuerySet[FetchedMessage]"]:
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        if session.uidvalidity is None:
            yield _of(box, session).filter(uidl__in=[name.uidl for name in part])
        else:
            yield _of(box, session).filter(uid__in=[name.uid for name in part])


def _of(box: Mailbox, session: Session) -> "QuerySet[FetchedMessage]":
    here = FetchedMessage.objects.filter(mailbox=box.address)
    if session.uidvalidity is None:
        return here.exclude(uidl="")
    return here.filter(folder=session.folder, uidvalidity=session.uidvalidity, uid__isnull=False)


def _names(rows: "QuerySet[FetchedMessage]") -> Iterator[Name]:
    return (Name(uid, uidl) for uid, uidl in rows.values_list("uid", "uidl"))
