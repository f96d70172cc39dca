"""Test runs: a process is run before it is live, and whatever it does is taken back (BU-5, decision 51).

What is kept is a list of moves. Each look plays them from the start, by the very services that live work uses, in a
transaction that ends in a rollback. So nothing of it is ever in a list, a count, a report, a queue or a webhook; its
mails are read and never sent, its calls are answered by whoever tries.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict, Invalid, NotFound, TramitaError
from tramita.domain.kept_text import faults
from tramita.models import Entry, Item, Message, Trial
from tramita.queries import builder
from tramita.queries.builder import Process
from tramita.queries.flow_view import FlowStep, flow_of
from tramita.services import process_settings, trial_moves, trial_starts
from tramita.services.mailbox_settings import permit_drafts
from tramita.services.transactions import leaving_nothing, one_transaction, through
from tramita.services.trial_moves import Cast, Offer

MOST = 200  # moves: each look plays them all
A_MOVE = timedelta(minutes=1)  # takes this long


@dataclass(frozen=True, slots=True)
class Played:
    """How a test run stands. Items are told by their place among those that it made; `fault`: it broke off there."""

    root: Item
    now: datetime
    steps: Sequence[FlowStep]
    items: Sequence[Item]
    offers: Mapping[int, Sequence[Offer]]  # by place
    mails: Sequence[Message]
    told: Sequence[tuple[int, Entry]]  # with the place of the item
    fault: TramitaError | None = None
    done: int = 0  # moves


def running(kind: str, path: str, *, by: Actor) -> Trial | None:
    """The test run of this person, if they have one. Raises: NotFound."""
    process = builder.process(kind, path)
    return Trial.objects.filter(process=process.id, person=by.id).first()


@one_transaction
def begin(kind: str, path: str, *, draft: bool, start: Mapping[str, Any], by: Actor, at: datetime) -> Trial:
    """Begin one of the draft, or of what is published; an older one of the same person is gone.

    `start`: `short_description` of a Case, `title` and `description` of a Ticket; `requester`, `fields` and, to begin
    by a mail, `route`. Raises: NotPermitted, NotFound; what is wrong with the draft, or with one of these.
    """
    permit_drafts(by)
    process = builder.process(kind, path)
    body = _drafted(kind, path, process, at=at) if draft else process.body
    _gone(process, by)
    given = {**start, "fields": _fields(start["fields"], body)}
    version = None if draft else process.number
    trial = Trial.objects.create(
        process_id=process.id,
        person_id=by.id or 0,
        version=version,
        body=body,
        stand_in=-1 - secrets.randbits(60),
        start=given,
        begun_at=at,
    )
    _sound(trial)
    return trial


def run(
    kind: str,
    path: str,
    *,
    draft: bool,
    start: Mapping[str, Any],
    moves: Sequence[Mapping[str, Any]],
    by: Actor,
    at: datetime,
) -> Played:
    """One from its start to the last of these moves, kept nowhere; the one that this person has on the page stays.

    Raises: as `begin`; Conflict `too_many_moves`. A move that is refused is the `fault` of what was played.
    """
    if len(moves) > MOST:
        raise Conflict("A test run has at most so many moves. Take some back, or begin anew.", code="too_many_moves")
    with leaving_nothing():
        trial = begin(kind, path, draft=draft, start=start, by=by, at=at)
        trial.moves = [_readable(dict(move), trial) for move in moves]
        played = play(trial)
    if played is None:
        raise Conflict("The test run cannot begin any more.", code="no_draft")
    return played


@one_transaction
def press(kind: str, path: str, *, seen: int, move: Mapping[str, Any], by: Actor) -> None:
    """One move more. `seen`: how many there were when it was chosen. Raises: Conflict, and what the move refuses."""
    trial = _mine(kind, path, seen, by=by)
    if len(trial.moves) >= MOST:
        raise Conflict("A test run has at most so many moves. Take some back, or begin anew.", code="too_many_moves")
    trial.moves = [*trial.moves, _readable(dict(move), trial)]
    _sound(trial)
    trial.save()


@one_transaction
def take_back(kind: str, path: str, *, seen: int, by: Actor) -> None:
    """The last move was none. Raises: Conflict."""
    trial = _mine(kind, path, seen, by=by)
    trial.moves = trial.moves[:-1]
    trial.save()


@one_transaction
def wipe(kind: str, path: str, *, by: Actor) -> None:
    """Nothing of it is left."""
    permit_drafts(by)
    _gone(builder.process(kind, path), by)


def play(trial: Trial) -> Played | None:
    """Run it from the start, look, and take everything back; None where it cannot begin any more.

    Cost: that of its moves, with the write lock of SQLite held.
    """
    with leaving_nothing():
        try:
            root, cast = trial_starts.begin(trial)
        except TramitaError:
            return None
        through()
        clock, fault, done = trial.begun_at, None, 0
        for move in trial.moves:
            try:
                with transaction.atomic():
                    clock = trial_moves.make(root, move, cast, at=clock + A_MOVE)
                    through()
            except TramitaError as error:
                fault = error
                break
            done += 1
        return replace(_seen(root, cast, clock), fault=fault, done=done)


def _sound(trial: Trial) -> None:
    """Refuse what cannot be played to its end."""
    with leaving_nothing():
        root, cast = trial_starts.begin(trial)
        clock = trial.begun_at
        for move in trial.moves:
            clock = trial_moves.make(root, move, cast, at=clock + A_MOVE)


def _seen(root: Item, cast: Cast, clock: datetime) -> Played:
    items = trial_moves.group(root)
    places = {one.pk: place for place, one in enumerate(items)}
    entries = Entry.objects.filter(item__in=[*places]).order_by("at", "id")
    return Played(
        root=items[0],
        now=clock,
        steps=flow_of(items[0], cast.doer),
        items=items,
        offers={place: trial_moves.offers(one, cast, at=clock) for place, one in enumerate(items)},
        mails=list(Message.objects.filter(item__in=[*places], outgoing=True).order_by("id")),
        told=[(places[one.item_id], one) for one in entries],
    )


def _drafted(kind: str, path: str, process: Process, *, at: datetime) -> Mapping[str, Any]:
    draft = builder.draft(process.id)
    if draft is None:
        raise Conflict("There is no draft any more.", code="no_draft")
    return process_settings.body_as_if_published(kind, path, draft.text, at=at)


def _readable(move: dict[str, Any], trial: Trial) -> dict[str, Any]:
    return {**move, "value": _fields(move["value"], trial.body)} if move["do"] == "fields" else move


def _fields(said: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a program gives as an object, a person as lines of `name: value`; what is declared as a text is one.

    Raises: Invalid, also for what no database keeps.
    """
    read = said if isinstance(said, Mapping) else _read(str(said or ""))
    if read is None or list(faults(read)):
        raise Invalid.one("fields", "not_a_mapping", "Write one field a line: its name, a colon and its value.")
    declared = body.get("fields") or {}
    return {str(name): _value(value, (declared.get(str(name)) or {}).get("type")) for name, value in read.items()}


def _read(lines: str) -> dict[str, Any] | None:
    """As YAML reads them, days as they are written in JSON; None where they are no mapping."""
    import yaml  # 20 ms that only who tries a process pays

    try:
        read = yaml.safe_load(lines) if lines.strip() else {}
        told = json.loads(json.dumps(read, default=lambda day: day.isoformat(), allow_nan=False))
    except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _value(value: Any, type_: str | None) -> Any:
    return str(value) if type_ in ("text", "choice") and isinstance(value, (int, float)) else value


def _mine(kind: str, path: str, seen: int, *, by: Actor) -> Trial:
    permit_drafts(by)
    process = builder.process(kind, path)
    trial = Trial.objects.select_for_update().filter(process=process.id, person=by.id).first()
    if trial is None:
        raise NotFound("There is no test run.")
    if len(trial.moves) != seen:
        raise Conflict("The test run went on meanwhile, in another window. Look at it again.", code="stale")
    return trial


def _gone(process: Process, by: Actor) -> None:
    Trial.objects.filter(process=process.id, person=by.id).delete()
