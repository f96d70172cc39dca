"""What a person wants to be told, and how; and that they have read it (N-1, MAIL-124)."""

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from tramita.domain.actors import Actor
from tramita.domain.errors import FieldError, Invalid, NotFound
from tramita.domain.notices import USUAL, Channel, code
from tramita.models import NoticeSettings, Notification, Person
from tramita.queries.mailboxes import keys
from tramita.queries.notices import leaving_person
from tramita.services.transactions import one_transaction

CHOICES = {code(tie, event): usual for (tie, event), usual in USUAL.items()}


@one_transaction
def choose(
    *,
    chosen: Mapping[str, Collection[str]],
    mails: bool,
    quiet_from: time | None,
    quiet_until: time | None,
    by: Actor,
    at: datetime,
) -> None:
    """Keep the choices; one that is as usual is not kept, and moves when what is usual does.

    Raises: Invalid, for a choice or a way that there is none of, and for quiet hours with one end.
    """
    del at
    faults = [FieldError("chosen", "unknown", "There is no such choice.")] if _unknown(chosen) else []
    if (quiet_from is None) is not (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        faults.append(FieldError(missing, "required", "Quiet hours need a beginning and an end."))
    if faults:
        raise Invalid(faults)
    own = {
        name: sorted(chosen[name]) for name, usual in CHOICES.items() if name in chosen and set(chosen[name]) != usual
    }
    NoticeSettings.objects.update_or_create(
        person=Person(pk=by.id),
        defaults={"chosen": own, "mails": mails, "quiet_from": quiet_from, "quiet_until": quiet_until},
    )


@one_transaction
def change(given: Mapping[str, Any], *, by: Actor, at: datetime) -> None:
    """Some of what `choose` takes, by its names; what is not named stays, single choices too. Raises: Invalid."""
    person = Person.objects.select_for_update().get(pk=by.id or 0)  # two programs change it one after the other
    row = NoticeSettings.objects.filter(person=person).first() or NoticeSettings(person=person)
    kept = {name: getattr(row, name) for name in ("mails", "quiet_from", "quiet_until")}
    chosen = {**row.chosen, **(given.get("chosen") or {})}
    choose(**{**kept, **given, "chosen": chosen}, by=by, at=at)


def _unknown(chosen: Mapping[str, Collection[str]]) -> bool:
    ways = {channel.value for channel in Channel}
    return not (chosen.keys() <= CHOICES.keys() and all(set(named) <= ways for named in chosen.values()))


@one_transaction
def leave(token: str, *, at: datetime) -> None:
    """End the mails with news to whom the link was sent; doing it again changes nothing (RFC 8058).

    Raises: NotFound, for a link that is not of ours.
    """
    del at
    person_id = leaving_person(token, keys())
    if person_id is None:
        raise NotFound("There is no such link.")
    NoticeSettings.objects.update_or_create(person_id=person_id, defaults={"mails": False})


@one_transaction
def read(notice_id: int, *, by: Actor, at: datetime) -> None:
    """They have seen this one."""
    Notification.objects.filter(pk=notice_id, person=by.id, read_at=None).update(read_at=at)


@one_transaction
def read_all(*, up_to: int, by: Actor, at: datetime) -> int:
    """They have seen everything up to this one; what came later stays unread. How many."""
    return Notification.objects.filter(person=by.id, read_at=None, pk__lte=up_to).update(read_at=at)
