"""Doing once what is asked twice: the answer is kept in the transaction that made it true."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import IntegrityError, transaction

from tramita.domain.actors import Actor
from tramita.domain.errors import Conflict
from tramita.models import IdempotencyKey
from tramita.services.sealing import seal, unseal
from tramita.services.transactions import TakenBack, writing

KEPT = timedelta(days=7)  # who asks again does so soon
TIDIED = 500  # every so many answers the old ones go
REFUSED = 400  # from this status on nothing happened
SEALED = "sealed:"  # no JSON begins so


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, to be said again word by word."""

    status: int
    body: str
    content_type: str
    headers: Mapping[str, str]


class _NothingHappened(TakenBack):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def answer_once(
    *, by: Actor, key: str, request: str, at: datetime, act: Callable[[], Answer], secret: bool = False
) -> tuple[Answer, bool]:
    """Act, unless this person was answered under this key before; the answer, and whether it is an old one.

    Of two at the same moment one acts; the other waits at the unique index and hears the same. `request` is the
    digest of what is asked. An answer of 400 or more undoes everything and is not kept. One with a `secret` is kept
    sealed, as the secret is where it belongs.

    Raises: Conflict `idempotency_key_reused`, when the key was used for another request.
    """
    try:
        with writing():
            row, is_new = _reserved(by=by, key=key, request=request, at=at)
            if not is_new:
                return _before(row, request), True
            return _remembered(row, act(), secret=secret), False
    except _NothingHappened as refused:
        return refused.answer, False


def answer_then_keep(
    *, by: Actor, key: str, request: str, at: datetime, act: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """As above, for an act that has its own transactions and may be repeated without effect, like taking in a mail.

    Of two at the same moment both act, and the answer of the first is kept.
    """
    before = IdempotencyKey.objects.filter(person=by.id, key=key).first()
    if before is not None:
        return _before(before, request), True
    answer = act()
    if answer.status >= REFUSED:
        return answer, False
    with writing():
        row, is_new = _reserved(by=by, key=key, request=request, at=at)
        return (_remembered(row, answer), False) if is_new else (_before(row, request), True)


def forget_answers(*, before: datetime) -> int:
    """Drop what nobody will ask again; how many."""
    count, _ = IdempotencyKey.objects.filter(created_at__lt=before).delete()
    return count


def _reserved(*, by: Actor, key: str, request: str, at: datetime) -> tuple[IdempotencyKey, bool]:
    try:  # the system sends no requests: there is an id
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                person_id=cast("int", by.id), key=key, request=request, status=0, body="", created_at=at
            )
            return row, True
    except IntegrityError:
        return IdempotencyKey.objects.get(person=by.id, key=key), False


def _before(row: IdempotencyKey, request: str) -> Answer:
    if row.request != request:
        raise _used()
    sealed, body = row.body.startswith(SEALED), row.body.removeprefix(SEALED)
    if sealed and not (body := unseal(body)):  # by a key that this installation has no more
        raise _used()
    return Answer(status=row.status, body=body, content_type=row.content_type, headers=row.headers)


def _used() -> Conflict:
    return Conflict("This key was used for another request.", code="idempotency_key_reused")


def _remembered(row: IdempotencyKey, answer: Answer, *, secret: bool = False) -> Answer:
    if answer.status >= REFUSED:
        raise _NothingHappened(answer)
    row.status, row.body = answer.status, f"{SEALED}{seal(answer.body)}" if secret else answer.body
    row.content_type, row.headers = answer.content_type, dict(answer.headers)
    row.save(update_fields=["status", "body", "content_type", "headers"])
    if row.pk % TIDIED == 0:
        forget_answers(before=row.created_at - KEPT)
    return answer
