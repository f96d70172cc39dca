"""Tickets or Cases from a sheet: its rows are checked, looked at, and created one by one by a worker (BK-1).

As with changes of many items (decision 37) a request only writes down what is wanted. Checking starts the item and
takes that back (decision 23), so what is checked is what would happen. That an item was created is written in the
transaction that creates it, under the fence of the claim: a worker that is killed has created it or has not.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import F, Q

from tramita.domain.actors import Actor
from tramita.domain.codes import Kind
from tramita.domain.errors import Conflict, Invalid, NotFound, NotPermitted, TramitaError
from tramita.domain.mime import address_key
from tramita.models import Item, Sheet, SheetRow
from tramita.models.leases import NEVER_LEASED
from tramita.queries.people import actors
from tramita.queries.sheets import titles_in_use
from tramita.queries.visibility import may
from tramita.services import sql, starting
from tramita.services.bulk_work import MOST_TRIES, as_told
from tramita.services.claiming import BATCH, Claimed, Table, claim, update
from tramita.services.ledger import telling
from tramita.services.transactions import one_transaction, writing

Outcome = SheetRow.Outcome
ROWS = Table("sheet_rows", "due_at", "change", f"AND outcome = {Outcome.WAITING} ")
CHECK, CREATE = "check", "create"
KINDS = (Kind.TICKET, Kind.CASE)
AT_ONCE = 200  # rows an INSERT
TITLE = {Kind.TICKET: "title", Kind.CASE: "short_description"}


class _TakenBack(Exception):
    """A row was only tried out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells as written, and what the item is started with."""

    line: int
    cells: Mapping[str, str]
    given: Mapping[str, Any]


@one_transaction
def begin(kind: str, rows: Sequence[Row], *, name: str, unique_titles: bool, by: Actor, at: datetime) -> Sheet:
    """Keep the rows and have them checked. Raises: NotPermitted; Invalid `kind` or `sheet`."""
    if not may(by, "bulk"):
        raise NotPermitted("You may not change many items at once.")
    if kind not in KINDS:
        raise Invalid.one("kind", "unknown", "Choose Tickets or Cases.")
    if not rows:
        raise Invalid.one("sheet", "empty", "The sheet has no rows.")
    if len(rows) > settings.TRAMITA_BULK_LIMIT:
        raise Invalid.one("sheet", "too_many", "At most %(count)s rows at a time.", count=settings.TRAMITA_BULK_LIMIT)
    sheet = Sheet.objects.create(
        person_id=cast("int", by.id),
        kind=kind,
        name=name[:255],
        unique_titles=unique_titles,
        total=len(rows),
        created_at=at,
    )
    _write(sheet, rows, by=by, at=at)
    return sheet


def _write(sheet: Sheet, rows: Iterable[Row], *, by: Actor, at: datetime) -> None:
    seen: set[str] = set()
    made = []
    for row in rows:
        title = str(row.given.get(TITLE[Kind(sheet.kind)]) or "").casefold()
        doubled = bool(sheet.unique_titles and title and title in seen)
        seen.add(title)
        made.append(
            {
                "sheet_id": sheet.pk,
                "line": row.line,
                "cells": dict(row.cells),
                "change": CHECK,
                "payload": {"sheet": sheet.pk, "by": by.id, "kind": sheet.kind, "given": dict(row.given)}
                | ({"unique": True} if sheet.unique_titles else {}),
                "outcome": int(Outcome.REFUSED if doubled else Outcome.WAITING),
                "told": as_told(_same_title(sheet.kind)) if doubled else {},
                "item_id": None,
                "due_at": at,
                "lease_until": NEVER_LEASED,
                "fence": 0,
                "tries": 0,
            }
        )
    for start in range(0, len(made), AT_ONCE):
        sql.insert("sheet_rows", made[start : start + AT_ONCE])


def _same_title(kind: str) -> Invalid:
    return Invalid.one(TITLE[Kind(kind)], "not_unique", "Another one has this title already.")


@one_transaction
def create(sheet: Sheet, *, by: Actor, at: datetime) -> int:
    """Have the rows created that can be; of how many. Asked again, it changes nothing that was begun.

    Raises: Conflict, while they are still checked.
    """
    _require_own(sheet, by)
    rows = SheetRow.objects.filter(sheet=sheet)
    if rows.filter(outcome=Outcome.WAITING, change=CHECK).exists():
        raise Conflict("The rows are still being checked.", code="still_checking")
    Sheet.objects.filter(pk=sheet.pk, begun_at=None).update(begun_at=at)
    fresh = {"lease_until": NEVER_LEASED, "tries": 0, "due_at": at, "change": CREATE}
    return rows.filter(outcome=Outcome.READY).update(outcome=Outcome.WAITING, **fresh)


@one_transaction
def stop(sheet: Sheet, *, by: Actor) -> int:
    """Leave alone what was not yet begun; how many that were."""
    _require_own(sheet, by)
    waiting = SheetRow.objects.filter(sheet=sheet, outcome__in=(Outcome.WAITING, Outcome.READY))
    return waiting.update(outcome=Outcome.STOPPED, fence=F("fence") + 1)


def forget(address: str) -> int:
    """Empty the rows that name this address, and leave alone those that were not created yet; how many (MAIL-18).

    Cost: reads the rows that hold it within a word of theirs; for within a transaction of the caller's.
    """
    holding = SheetRow.objects.filter(Q(cells__icontains=address) | Q(payload__icontains=address))
    theirs = [pk for pk, *held in holding.values_list("pk", "cells", "payload") if address in _addresses_in(held)]
    rows = SheetRow.objects.filter(pk__in=theirs)
    rows.filter(outcome__in=(Outcome.WAITING, Outcome.READY)).update(outcome=Outcome.STOPPED, fence=F("fence") + 1)
    return rows.update(cells={}, payload={}, told={})


def _addresses_in(held: object) -> set[str]:
    """Whatever in these values has the shape of an address, as addresses are compared."""
    if isinstance(held, Mapping):
        held = list(held.values())
    if isinstance(held, list):
        return set().union(*(_addresses_in(one) for one in held))
    return (
        {address_key(one) for one in re.split(r"[\s,;<>()]+", held) if "@" in one} if isinstance(held, str) else set()
    )


def _require_own(sheet: Sheet, by: Actor) -> None:
    if sheet.person_id != by.id or not may(by, "bulk"):
        raise NotPermitted("This is somebody else's.")


def work(*, at: datetime) -> Counter[str]:
    """Check or create one batch of rows; what came of them. Cost with nothing to do: one statement."""
    if not SheetRow.objects.filter(outcome=Outcome.WAITING).exists():
        return Counter()
    done: Counter[str] = Counter()
    taken = claim(ROWS, (CHECK, CREATE), at=at, limit=BATCH)
    people = {actor.id: actor for actor in actors({one.payload["by"] for one in taken})}
    used = titles_in_use({kind: [_title(one) for one in taken if _asks(one, kind)] for kind in KINDS})
    for one in taken:
        outcome = _make(one, by=people.get(one.payload["by"]), used=used, at=at)
        if outcome is not None:
            done[f"sheet_{outcome.name.lower()}"] += 1
    return done


def _asks(one: Claimed, kind: Kind) -> bool:
    return bool(one.payload.get("unique")) and one.payload["kind"] == kind.value


def _title(one: Claimed) -> str:
    return str(one.payload["given"].get(TITLE[Kind(one.payload["kind"])]) or "")


def _make(one: Claimed, *, by: Actor | None, used: set[str], at: datetime) -> SheetRow.Outcome | None:
    """Try the row out, or create its item, or write down why not. None: it was somebody else's by then."""
    check = one.kind == CHECK
    try:
        with writing(), telling(sheet=one.payload["sheet"]):
            if not update(ROWS, one, outcome=int(Outcome.CREATED)):
                return None
            item = _start(one, by, used, at=at)
            if check:
                raise _TakenBack
            update(ROWS, one, item_id=item.pk)
        return Outcome.CREATED
    except _TakenBack:
        with writing():
            return Outcome.READY if update(ROWS, one, outcome=int(Outcome.READY)) else None
    except TramitaError as error:
        with writing():
            held = update(ROWS, one, outcome=int(Outcome.REFUSED), told=as_told(error))
        return Outcome.REFUSED if held else None


def _start(one: Claimed, by: Actor | None, used: set[str], *, at: datetime) -> Item:
    if one.tries > MOST_TRIES:
        raise Conflict("It could not be done: it failed again and again.", code="given_up")
    if by is None:
        raise NotFound("There is no such person.")
    if not may(by, "bulk"):
        raise NotPermitted("You may not change many items at once.")
    if one.payload.get("unique") and _title(one).casefold() in used:
        raise _same_title(one.payload["kind"])
    start = starting.start_ticket if one.payload["kind"] == Kind.TICKET.value else starting.start_case
    return start(**one.payload["given"], by=by, at=at)
